//! A policy's file says the policy, and nothing else does.

use access::file::{look, read, read_all, template, write, write_unread};
use proptest::prelude::*;
use serde_json::Value;

use crate::sample::{example, example_with, policies, wild};

fn berlin(zone: &str) -> Option<String> {
    (zone == "Europe/Berlin").then(|| "CET-1CEST,M3.5.0,M10.5.0/3".to_owned())
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(policy in policies()) {
        prop_assert_eq!(policy.check(), Ok(()));
        let text = write(&policy);
        let read = read(&text, &|_| None).map_err(|errors| TestCaseError::fail(format!("{errors:?}\n{text}")))?;
        prop_assert_eq!(&read.policy, &policy);
        prop_assert_eq!(write(&read.policy), text);
    }

    #[test]
    fn so_is_what_contradicts_itself(policy in wild()) {
        let seen = look(&write(&policy), &|_| None);
        prop_assert_eq!(seen.errors.len(), policy.contradictions().len());
        prop_assert_eq!(seen.policy, Some(policy));
    }

    /// What a form says is written whatever it says, so that what is wrong has a line.
    #[test]
    fn what_is_no_policy_is_written_as_toml(policy in policies(), at in any::<prop::sample::Index>(), how in 0..6_u8) {
        let mut value = serde_json::to_value(&policy).unwrap();
        let mut paths = Vec::new();
        pointers(&value, "", &mut paths);
        let wrong = [Value::Null, 7.into(), "".into(), true.into(), Value::Array(vec![3.into()]), serde_json::json!({"n": 1})];
        *value.pointer_mut(at.get(&paths).as_str()).unwrap() = wrong[usize::from(how)].clone();
        let text = write_unread(&value);
        let table = text.parse::<toml::Table>();
        prop_assert!(table.is_ok(), "{:?}\n{}", table, text);
    }

    #[test]
    fn any_text_is_looked_at(text in any::<String>(), cut in 0..4_000_usize) {
        let _ = look(&text, &|_| None);
        let half: String = template().chars().take(cut).collect();
        let _ = look(&half, &|_| None);
    }
}

/// Every place in a value.
fn pointers(value: &Value, at: &str, to: &mut Vec<String>) {
    to.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, &format!("{at}/{name}"), to);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{number}"), to);
            }
        }
        _ => {}
    }
}

/// Every path of a value, with the names of its members only.
fn members(value: &Value, at: &str, to: &mut Vec<String>) {
    match value {
        Value::Object(members_of) => {
            for (name, value) in members_of {
                let at = format!("{at}.{name}");
                to.push(at.clone());
                members(value, &at, to);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, at, to)),
        _ => {}
    }
}

/// The template is read as a table of its own, so that a member that the schema forgets is missed.
#[test]
fn the_template_has_every_member_with_a_comment() {
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    members(&serde_json::to_value(example()).unwrap(), "", &mut wanted);
    let table: toml::Table = template().parse().unwrap();
    members(&serde_json::to_value(table).unwrap(), "", &mut found);
    for list in [&mut wanted, &mut found] {
        list.sort_unstable();
        list.dedup();
    }
    // What says nothing is left out where something else of its kind stands.
    assert_eq!(wanted, found);
    let text = template();
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let mut explained = 0;
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            explained += 1;
            assert!(
                lines.next().is_some_and(|next| !next.starts_with('#')),
                "{line}"
            );
        }
    }
    assert_eq!(explained, wanted.len(), "a comment to each member, once");
}

#[test]
fn what_says_nothing_is_left_out() {
    let text = write(&example_with(|policy| {
        policy.conditions = access::policy::Conditions::default();
        policy.duration.extend = None;
        policy.approval.stages.truncate(1);
        policy.approval.stages[0].ladder.clear();
        policy.emergency = None;
        policy.drill = None;
    }));
    for gone in [
        "conditions",
        "extend",
        "ladder",
        "people",
        "emergency",
        "drill",
    ] {
        let named = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .any(|line| line.contains(gone));
        assert!(!named, "{gone}\n{text}");
    }
}

#[test]
fn a_zone_brings_its_rule_along() {
    let text = template();
    let (before, rule) = text.split_once("zone_rule = ").unwrap();
    let (_, after) = rule.split_once('\n').unwrap();
    let without = format!("{before}{after}");
    let filled = read(&without, &berlin).unwrap();
    assert_eq!(filled.policy, example());
    assert!(filled.warnings.is_empty());
    let unknown = read(&without, &|_| None).unwrap_err();
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    assert_eq!(
        (unknown[0].line, unknown[0].at.as_str()),
        (25, "conditions.zone")
    );
    assert!(unknown[0].why.contains("IANA"), "{unknown:?}");
}

#[test]
fn a_rule_that_the_portal_does_not_know_is_told() {
    let text = template();
    assert!(read(&text, &berlin).unwrap().warnings.is_empty());
    let other = read(&text, &|_| Some("CET-1".to_owned())).unwrap();
    assert_eq!(other.policy, example(), "what stands there holds");
    let warning = &other.warnings[0];
    assert_eq!(
        (warning.line, warning.at.as_str()),
        (27, "conditions.zone_rule")
    );
    let unknown = read(&text, &|_| None).unwrap();
    assert_eq!(
        (unknown.warnings[0].line, unknown.warnings[0].at.as_str()),
        (25, "conditions.zone")
    );
}

/// As the server's configuration has them: beside other tables.
fn configuration(policies: &[String]) -> String {
    let policies = policies.iter().map(|text| {
        let lines = text.lines().map(|line| match line.strip_prefix('[') {
            Some(rest) if rest.starts_with('[') => format!("[[policy.{}", &rest[1..]),
            Some(rest) => format!("[policy.{rest}"),
            None => line.to_owned(),
        });
        format!("[[policy]]\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    });
    format!("[log]\norigin = \"x\"\n\n{}", policies.collect::<String>())
}

#[test]
fn several_policies_stand_in_one_file() {
    let other = example_with(|policy| policy.name = "other".parse().unwrap());
    let text = configuration(&[template(), write(&other)]);
    let all = read_all(&text, &berlin).unwrap();
    let policies: Vec<_> = all.into_iter().map(|read| read.policy).collect();
    assert_eq!(policies, [example(), other]);
    assert!(
        read_all("[log]\norigin = \"x\"\n", &berlin)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_is_wrong_in_any_of_them_is_told() {
    let zero = example_with(|policy| policy.approval.stages[1].n = 0);
    let text = configuration(&[template(), write(&zero).replace("default_s", "defaults")]);
    let errors = read_all(&text, &berlin).unwrap_err();
    let ats: Vec<&str> = errors.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(
        ats,
        [
            "policy[1].duration.default_s",
            "policy[1].duration.defaults"
        ]
    );
    let again = read_all(&configuration(&[template(), template()]), &berlin).unwrap_err();
    assert_eq!(again[0].at, "policy[1].name");
    let line = configuration(&[template()]).lines().count() + 4;
    assert_eq!(again[0].line as usize, line - 1, "{again:?}");
    for (text, at) in [("policy = 3", "policy"), ("policy = [3]", "policy[0]")] {
        assert_eq!(read_all(text, &berlin).unwrap_err()[0].at, at);
    }
}
