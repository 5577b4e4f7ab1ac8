//! What is wrong is told at its line.

use access::file::{FileError, look, read, template};

mod kinds;

fn errors(text: &str) -> Vec<(u32, u32, String, String)> {
    let seen = look(text, &|_| None);
    let plain = |error: FileError| (error.line, error.column, error.at, error.why);
    seen.errors.into_iter().map(plain).collect()
}

/// The line of the template that begins so, from 1.
fn line_of(start: &str) -> u32 {
    let text = template();
    let at = text.lines().position(|line| line.starts_with(start));
    u32::try_from(at.unwrap_or_else(|| panic!("no line begins with {start}"))).unwrap() + 1
}

/// One text of the template replaced: the line and the path of all that is wrong then.
fn wrong(old: &str, new: &str) -> Vec<(u32, String, String)> {
    let text = template();
    assert!(text.contains(old), "{old}");
    let found = errors(&text.replacen(old, new, 1));
    found
        .into_iter()
        .map(|(line, _, at, why)| (line, at, why))
        .collect()
}

#[track_caller]
fn one(old: &str, new: &str, (start, at): (&str, &str), why: &str) {
    let found = wrong(old, new);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].0, found[0].1.as_str()),
        (line_of(start), at),
        "{found:?}"
    );
    assert!(found[0].2.contains(why), "{found:?}");
}

#[test]
fn a_contradiction_is_told_at_its_member() {
    one(
        "n = 2",
        "n = 0",
        ("n = 2", "approval.stages[0].n"),
        "is 0: at least one other person",
    );
    one(
        "default_s = 1800",
        "default_s = 9000",
        ("default_s", "duration.default_s"),
        "more than `duration.max_s`",
    );
    one(
        "from = \"08:00\"",
        "from = \"18:00\"",
        ("[[conditions.windows", "conditions.windows[0]"),
        "never opens",
    );
    one(
        "[\"managers\"]",
        "[]",
        (
            "groups = [\"managers\"]",
            "approval.stages[0].ladder[0].groups",
        ),
        "is empty",
    );
    one(
        "ratify_within_s = 1800",
        "ratify_within_s = 3600",
        ("ratify_within_s", "emergency.ratify_within_s"),
        "nothing would come of it",
    );
    one(
        "within_s = 86400",
        "within_s = 1799",
        ("within_s = 86400", "review.within_s"),
        "less than `emergency.ratify_within_s`, 1800",
    );
    one(
        "every_days = 90",
        "every_days = 0",
        ("every_days", "drill.every_days"),
        "is not between 1 and 366",
    );
    one(
        "role = \"orders_admin\"",
        "role = \"\"",
        ("role", "grant.role"),
        "is no role",
    );
    one(
        "connector = \"postgresql\"",
        "connector = \"ssh\"",
        ("refuse", "grant.refuse"),
        "only the connector postgresql",
    );
    one(
        "\"copy_program\"",
        "\"set_role\"",
        ("refuse", "grant.refuse"),
        "names set_role twice",
    );
    one(
        "\"hwk\"",
        "\"h k\"",
        ("amr", "conditions.amr"),
        "visible ASCII",
    );
}

#[test]
fn what_a_webhook_and_a_machine_cannot_have_is_told_at_its_line() {
    let refused = "refuse = [\"set_role\", \"copy_program\", \"code\"]\n";
    let of = |connector: &str, role: &str| {
        let text = template()
            .replace(
                "connector = \"postgresql\"",
                &format!("connector = \"{connector}\""),
            )
            .replace("role = \"orders_admin\"", &format!("role = \"{role}\""));
        assert!(text.contains(refused));
        let plain = |(line, _, at, why): (u32, u32, String, String)| (line, at, why);
        let found = errors(&text.replace(refused, "")).into_iter().map(plain);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("ssh", "deploy"), []);
    let webhook = of("webhook", "a key to the safe");
    assert_eq!(webhook.len(), 1, "{webhook:?}");
    assert_eq!(
        (webhook[0].0, webhook[0].1.as_str()),
        (line_of("recording"), "grant.recording")
    );
    assert!(
        webhook[0].2.contains("no way in that is recorded"),
        "{webhook:?}"
    );
    let machine = of("ssh", "two words");
    assert_eq!(machine.len(), 1, "{machine:?}");
    assert_eq!(
        (machine[0].0, machine[0].1.as_str()),
        (line_of("role"), "grant.role")
    );
    assert!(machine[0].2.contains("no name to log in by"), "{machine:?}");
}

/// Refusing is no contradiction where a direct way in lets it through, and its author should know.
#[test]
fn statements_that_only_some_ways_in_refuse_are_told() {
    let warned = |text: &str| look(text, &|_| None).warnings;
    let of_zone = warned(&template()).len();
    let text = template().replace("recording = \"required\"", "recording = \"optional\"");
    let seen = look(&text, &|_| None);
    assert_eq!((seen.errors.len(), seen.warnings.len()), (0, of_zone + 1));
    let warning = seen
        .warnings
        .iter()
        .find(|one| one.at == "grant.refuse")
        .unwrap();
    assert_eq!(warning.line, line_of("refuse"));
    assert!(warning.why.contains("recorded ways in only"), "{warning}");
}

#[test]
fn all_contradictions_are_told_together() {
    let text = template()
        .replace("n = 2", "n = 0")
        .replace("max_s = 7200", "max_s = 0")
        .replace("role = \"orders_admin\"", "role = \"\"");
    let ats: Vec<String> = errors(&text).into_iter().map(|(_, _, at, _)| at).collect();
    assert_eq!(
        ats,
        [
            "duration.max_s",
            "approval.stages[0].n",
            "emergency.max_duration_s",
            "grant.role"
        ]
    );
}

#[test]
fn an_unknown_member_is_told_with_what_was_meant() {
    for (old, new, at, why) in [
        (
            "eligible =",
            "eligable =",
            "eligable",
            "did you mean `eligible`?",
        ),
        (
            "default_s =",
            "default =",
            "duration.default",
            "did you mean `default_s`?",
        ),
        (
            "n = 2",
            "number = 2",
            "approval.stages[0].number",
            "no member of a policy here",
        ),
        (
            "description =",
            "ratify_within_s =",
            "ratify_within_s",
            "it belongs to `emergency`",
        ),
        (
            "incident = true",
            "after_s = 3",
            "conditions.after_s",
            "it belongs to `approval.stages[].ladder[]`",
        ),
        (
            "[drill]",
            "[exercise]",
            "exercise",
            "is no member of a policy here",
        ),
    ] {
        let found = wrong(old, new);
        let unknown = found.iter().find(|(_, found, _)| found == at);
        let (line, _, words) = unknown.unwrap_or_else(|| panic!("{found:?}"));
        assert_eq!(*line, line_of(old), "{found:?}");
        assert!(words.contains(why), "{words}");
    }
}

#[test]
fn a_table_that_is_missing_or_no_table_is_told() {
    let found = errors("name = \"x\"\ngrant = 3\nreview = []\napproval.stages = {}\n");
    let plain: Vec<(u32, &str)> = found
        .iter()
        .map(|(line, _, at, _)| (*line, at.as_str()))
        .collect();
    assert_eq!(
        plain,
        [
            (1, "description"),
            (1, "duration"),
            (1, "eligible"),
            (1, "resources"),
            (2, "grant"),
            (3, "review"),
            (4, "approval.within_s"),
            (4, "approval.stages"),
        ]
    );
    assert!(
        found[7].3.contains("write [[approval.stages]]"),
        "{found:?}"
    );
}

#[test]
fn what_is_no_toml_is_told_by_line_and_column() {
    let found = errors("name = \"x\"\neligible = [\n\"ü\" \"b\"]\n[duration\nname = 3\nname = 4\n");
    let places: Vec<(u32, u32)> = found
        .iter()
        .map(|(line, column, ..)| (*line, *column))
        .collect();
    assert_eq!(places, [(3, 5), (4, 10), (6, 1)], "{found:?}");
    assert!(found.iter().all(|(.., why)| !why.contains('\n')));
}

#[test]
fn columns_count_characters() {
    let found = errors("resources = [\"ä\", 3]");
    assert!(
        found
            .iter()
            .any(|(line, column, at, _)| (*line, *column, at.as_str()) == (1, 19, "resources[1]")),
        "{found:?}"
    );
}

#[test]
fn an_error_says_where_it_is() {
    let text = template().replace("n = 2", "n = 0");
    let error = &read(&text, &|_| None).unwrap_err()[0];
    let line = line_of("n = 2");
    let words = format!(
        "line {line}, column 5: `approval.stages[0].n` is 0: at least one other person signs off"
    );
    assert_eq!(error.to_string(), words);
}
