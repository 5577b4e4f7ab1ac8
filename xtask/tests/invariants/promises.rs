//! SECURITY.md names the tests that hold each promise; each of them is there.

use std::fs;
use std::path::Path;

/// The promises about the log and the rules, and those about what is opened and done, all of which have a row.
const PROMISES: [std::ops::RangeInclusive<usize>; 2] = [1..=33, 42..=49];

fn promised() -> impl Iterator<Item = usize> {
    PROMISES.into_iter().flatten()
}

/// Every row without tests, every test that is not there, and what is missing in the numbering.
pub(crate) fn broken(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join("SECURITY.md")).unwrap_or_default();
    broken_in(&text, |file| fs::read_to_string(root.join(file)).ok())
}

fn broken_in(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let rows: Vec<(usize, &str)> = text.lines().filter_map(row).collect();
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    let mut broken = Vec::new();
    if numbers != promised().collect::<Vec<_>>() {
        broken.push(format!(
            "SECURITY.md has the promises {numbers:?}, not {PROMISES:?}"
        ));
    }
    for (number, tests) in rows {
        // Every second piece stands between backticks.
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            broken.push(format!("promise {number} names no test"));
        }
        for test in named {
            if let Some(why) = missing(test, &read) {
                broken.push(format!("promise {number}: {test}: {why}"));
            }
        }
    }
    broken
}

/// The number and the tests of a row of the table.
fn row(line: &str) -> Option<(usize, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|');
    let number = cells.next()?.trim().parse().ok()?;
    Some((number, cells.nth(1)?))
}

fn missing(test: &str, read: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let Some((file, function)) = test.split_once("::") else {
        return Some("not of the form file::function");
    };
    let Some(source) = read(file) else {
        return Some("there is no such file");
    };
    let (_, rest) = match source.split_once(&format!("fn {function}(")) {
        Some(found) => found,
        None => return Some("there is no such function"),
    };
    let before = &source[..source.len() - rest.len()];
    // The attributes stand right above the function.
    let head = before.rsplit("\n\n").next().unwrap_or_default();
    let is_test = head.contains("test]") || head.contains("::test(");
    (!is_test).then_some("that function is no test")
}

#[test]
fn every_promise_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    crate::holds(&broken(&root));
}

#[test]
fn a_test_that_is_not_there_is_named() {
    let source = "#[test]\nfn it_holds() {}\n\nfn helper() {}\n";
    let read = |file: &str| (file == "a.rs").then(|| source.to_owned());
    let table = |tests: &str| -> String {
        promised()
            .map(|number| format!("| {number} | Something | {tests} | nothing |\n"))
            .collect()
    };
    assert_eq!(broken_in(&table("`a.rs::it_holds`"), read), [""; 0]);
    for wrong in [
        "",
        "`it_holds`",
        "`b.rs::it_holds`",
        "`a.rs::it_hol`",
        "`a.rs::helper`",
        "`a.rs::it_holds`, `a.rs::gone`",
    ] {
        assert_eq!(
            broken_in(&table(wrong), read).len(),
            promised().count(),
            "{wrong}"
        );
    }
    let twice = table("`a.rs::it_holds`").replace("| 7 |", "| 8 |");
    assert_eq!(broken_in(&twice, read).len(), 1, "a row is missing");
}
