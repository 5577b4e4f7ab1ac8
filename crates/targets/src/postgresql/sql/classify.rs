//! What a statement does that a policy may refuse.

use std::collections::BTreeSet;

use access::event::StatementClass;

use super::lexer::{Kind, Strings, Token, Unended, tokens};

/// Settings that are another role.
const ROLE_SETTINGS: [&str; 2] = ["role", "session_authorization"];

/// Functions of the server itself that read or write its files. `COPY` is only the best known way.
const FILE_FUNCTIONS: [&str; 7] = [
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_file_write",
    "pg_execute_server_program",
    "lo_import",
    "lo_export",
];

/// The classes of all statements in a text, sorted. A text whose words cannot be told apart is of every class that
/// one of its words hints at.
///
/// It errs to the side of saying too much: `set_config` of a name that is computed counts as [`StatementClass::SetRole`],
/// making a function counts as [`StatementClass::Code`] as `DO` does, since it is `DO` in two steps. What a function does
/// that exists already is not seen: its call looks like any other.
pub fn classify(sql: &str) -> Vec<StatementClass> {
    classify_with(sql, Strings::Standard)
}

/// The same, by how the session reads backslashes.
pub fn classify_with(sql: &str, strings: Strings) -> Vec<StatementClass> {
    let mut classes = BTreeSet::new();
    match tokens(sql, strings) {
        // A semicolon within brackets or within a body is taken for the end of a statement too: what follows begins
        // with a word all the same, and nobody can hide behind a bracket.
        Ok(tokens) => {
            for statement in tokens.split(|token| token.is_sign(b';')) {
                add(statement, &mut classes);
            }
        }
        Err(Unended) => add_hints(sql, &mut classes),
    }
    classes.into_iter().collect()
}

fn add(statement: &[Token<'_>], classes: &mut BTreeSet<StatementClass>) {
    let Some(first) = statement.first() else {
        return;
    };
    let any = |word: &str| statement.iter().any(|token| token.is(word));
    if first.is("set") || first.is("reset") || first.is("create") || first.is("alter") {
        // A function or a role can carry settings, which take effect when it runs or signs in.
        if sets_role(statement) {
            classes.insert(StatementClass::SetRole);
        }
    }
    if first.is("discard") && any("all") {
        classes.insert(StatementClass::SetRole);
    }
    // Its rows can be written, which sets what they name.
    let settings = statement.iter().any(|token| token.names("pg_settings"));
    if settings && any("update") {
        classes.insert(StatementClass::SetRole);
    }
    if calls_set_config(statement) || statement.iter().any(|token| token.kind == Kind::Escaped) {
        classes.insert(StatementClass::SetRole);
    }
    if first.is("copy") {
        classes.extend(copy(statement));
    }
    let reads = |token: &Token<'_>| FILE_FUNCTIONS.iter().any(|name| token.names(name));
    if statement.iter().any(reads) {
        classes.insert(StatementClass::CopyProgram);
    }
    let makes_routine = (first.is("create") || first.is("alter"))
        && statement
            .iter()
            .take(4)
            .any(|token| token.is("function") || token.is("procedure") || token.is("routine"));
    if first.is("do") || makes_routine {
        classes.insert(StatementClass::Code);
    }
    if first.is("listen") {
        classes.insert(StatementClass::Listen);
    }
}

/// `SET|RESET [SESSION|LOCAL] ROLE`, `… SESSION AUTHORIZATION`, or either by the name of its setting.
fn sets_role(statement: &[Token<'_>]) -> bool {
    (0..statement.len()).any(|at| {
        let (verb, rest) = (&statement[at], &statement[at + 1..]);
        if !verb.is("set") && !verb.is("reset") {
            return false;
        }
        let authorization = |tokens: &[Token<'_>]| {
            tokens.len() > 1 && tokens[0].is("session") && tokens[1].is("authorization")
        };
        let names = |tokens: &[Token<'_>]| {
            let is = |token: &Token<'_>| ROLE_SETTINGS.iter().any(|name| token.names(name));
            tokens.first().is_some_and(is) || authorization(tokens)
        };
        let scoped = rest
            .first()
            .is_some_and(|token| token.is("session") || token.is("local"));
        names(rest) || (scoped && names(&rest[1..]))
    })
}

/// `set_config('role', …)`, and of anything that is not plainly the name of something else.
fn calls_set_config(statement: &[Token<'_>]) -> bool {
    statement.iter().enumerate().any(|(at, token)| {
        if !token.names("set_config") {
            return false;
        }
        let [open, setting, comma, ..] = &statement[at + 1..] else {
            return false;
        };
        if !open.is_sign(b'(') {
            return false;
        }
        let plain = setting.kind == Kind::Plain && comma.is_sign(b',');
        let name = setting.text.trim_matches('\'').trim();
        !plain
            || ROLE_SETTINGS
                .iter()
                .any(|role| name.eq_ignore_ascii_case(role))
    })
}

/// Where a `COPY` takes rows from or to.
fn copy(statement: &[Token<'_>]) -> Vec<StatementClass> {
    let mut depth = 0_usize;
    for (at, token) in statement.iter().enumerate() {
        if token.is_sign(b'(') {
            depth += 1;
        } else if token.is_sign(b')') {
            depth = depth.saturating_sub(1);
        }
        let direction = token.is("from") || token.is("to");
        if depth > 0 || !direction {
            continue;
        }
        let client = |next: &&Token<'_>| next.is("stdin") || next.is("stdout");
        return match statement.get(at + 1).filter(client) {
            // PostgreSQL lets either word stand for the other.
            Some(_) if token.is("to") => vec![StatementClass::Export],
            Some(_) => vec![],
            None => vec![StatementClass::CopyProgram],
        };
    }
    vec![StatementClass::CopyProgram, StatementClass::Export]
}

/// By the words of a text that cannot be cut, strings and comments among them.
fn add_hints(sql: &str, classes: &mut BTreeSet<StatementClass>) {
    let lower = sql.to_ascii_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    for word in words {
        match word {
            "set" | "reset" | "discard" | "set_config" | "pg_settings" => {
                classes.insert(StatementClass::SetRole);
            }
            "copy" => classes.extend([StatementClass::CopyProgram, StatementClass::Export]),
            "do" | "function" | "procedure" | "routine" => {
                classes.insert(StatementClass::Code);
            }
            "listen" => {
                classes.insert(StatementClass::Listen);
            }
            word if FILE_FUNCTIONS.contains(&word) => {
                classes.insert(StatementClass::CopyProgram);
            }
            _ => {}
        }
    }
    if lower.contains("u&\"") {
        classes.insert(StatementClass::SetRole);
    }
}

#[cfg(test)]
mod tests {
    use StatementClass::{Code, CopyProgram, Export, Listen, SetRole};

    use super::*;

    #[test]
    fn what_a_policy_may_refuse_is_seen() {
        for (sql, wanted) in [
            ("set role x", vec![SetRole]),
            ("/* a */ SeT -- b\n LOCAL /**/ ROLE x", vec![SetRole]),
            ("set session \"ROLE\" to 'x'", vec![SetRole]),
            ("set session authorization x", vec![SetRole]),
            ("set local session authorization x", vec![SetRole]),
            ("set session_authorization = x", vec![SetRole]),
            ("reset role", vec![SetRole]),
            ("reset session authorization", vec![SetRole]),
            ("discard all", vec![SetRole]),
            ("set U&\"\\0072ole\" to x", vec![SetRole]),
            (
                "select pg_catalog.\"set_config\"('role', 'x', false)",
                vec![SetRole],
            ),
            ("select set_config('ro' || 'le', 'x', false)", vec![SetRole]),
            ("select set_config(e'r\\x6fle', 'x', false)", vec![SetRole]),
            (
                "select set_config(setting_name => 'role', new_value => 'x', is_local => false)",
                vec![SetRole],
            ),
            (
                "update pg_settings set setting = 'x' where name = 'ro' || 'le'",
                vec![SetRole],
            ),
            ("alter role me set role = x", vec![SetRole]),
            ("select 1; set role x", vec![SetRole]),
            ("copy t from stdin; set role x; \\.\n", vec![SetRole]),
            ("copy t to program 'x'", vec![CopyProgram]),
            ("copy t from program $$x$$", vec![CopyProgram]),
            ("copy (select 1 from t) to '/tmp/x'", vec![CopyProgram]),
            ("copy t(a, \"to\") from '/x'", vec![CopyProgram]),
            ("copy t to stdout with (format csv)", vec![Export]),
            ("copy t to stdin", vec![Export]),
            ("copy", vec![CopyProgram, Export]),
            ("select pg_read_file('x')", vec![CopyProgram]),
            ("do $$ begin end $$", vec![Code]),
            (
                "create or replace function f() returns int language sql as 'select 1'",
                vec![Code],
            ),
            (
                "create function begin() returns int as 'x'; listen y",
                vec![Code, Listen],
            ),
            ("LISTEN \"x\"", vec![Listen]),
            (
                "begin; do 'x'; copy t to stdout; listen x; commit",
                vec![Code, Listen, Export],
            ),
            // Not to be cut: what it may be.
            ("set role x; select 'a", vec![SetRole]),
            ("do 'x", vec![Code]),
        ] {
            let mut wanted = wanted;
            wanted.sort();
            assert_eq!(classify(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for sql in [
            "select 'set role x'",
            "select $$; set role x;$$",
            "select \"set role\" from t -- ; set role x",
            "/* ; do /* */ ; set role x */ select 1",
            "update people set role = 'admin' where id = 1",
            "insert into t values (1) on conflict (id) do update set role = 'x'",
            "select set_config('work_mem', '1MB', true)",
            "set search_path to x",
            "show role",
            "reset all",
            "copy t from stdin",
            "unlisten *",
            "notify x",
            "select * from pg_settings",
            "E'\\'; set role x --'",
        ] {
            assert!(classify(sql).is_empty(), "{sql}: {:?}", classify(sql));
        }
    }

    #[test]
    fn the_other_reading_of_backslashes_is_another_text() {
        let sql = r"select '\'; set role x; --'";
        assert_eq!(classify(sql), [SetRole]);
        assert!(classify_with(sql, Strings::Escaped).is_empty());
        let other = r"select '\'' ; set role x; --'";
        assert!(classify(other).is_empty());
        assert_eq!(classify_with(other, Strings::Escaped), [SetRole]);
    }
}
