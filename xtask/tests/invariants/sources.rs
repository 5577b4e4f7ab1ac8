//! What sources say, where manifests cannot: words that must not stand in some folders. Comments and tests
//! are passed over.

use std::fs;
use std::path::{Path, PathBuf};

use crate::house::{House, PURE};

/// A clock, randomness, the world outside.
const WORLD: [&str; 12] = [
    "SystemTime",
    "Instant::now",
    "now_utc",
    "getrandom",
    "thread_rng",
    "Uuid::new_v4",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "println!",
];

/// How SQL is run with sqlx.
const SQL: [&str; 9] = [
    "query!(",
    "query_as!(",
    "query_scalar!(",
    "query_file!(",
    "sqlx::query",
    "query_as(",
    "query_scalar(",
    "raw_sql(",
    "QueryBuilder",
];

/// How the rules are asked.
const RULES: [&str; 4] = [
    "access::decide",
    "access::apply",
    "decide(&",
    "State::default()",
];

/// How a browser asks a server.
const REQUESTS: [&str; 5] = [
    "fetch",
    "XmlHttpRequest",
    "WebSocket",
    "EventSource",
    "sendBeacon",
];

/// `ledger` and `access` are given time and randomness; they take none.
pub(crate) fn pure_crates_read_no_clock_and_no_world(house: &House) -> Vec<String> {
    PURE.iter()
        .flat_map(|name| {
            found(
                house,
                &house.package(name).folder.join("src"),
                &WORLD,
                outside_tests,
            )
        })
        .collect()
}

/// The portal's tables are known to `service/src/store`; a connector speaks to somebody else's database.
pub(crate) fn sql_stands_in_the_store(house: &House) -> Vec<String> {
    let service = house.package("service").folder.join("src");
    let targets = house.package("targets").folder.join("src");
    let allowed = [service.join("store"), targets];
    house
        .packages
        .iter()
        .filter(|package| package.name != "xtask")
        .flat_map(|package| found(house, &package.folder.join("src"), &SQL, outside_tests))
        .filter(|line| {
            !allowed
                .iter()
                .any(|folder| line.starts_with(&shown(house, folder)))
        })
        .collect()
}

/// A server function extracts, calls one use case, maps.
pub(crate) fn app_and_server_decide_nothing(house: &House) -> Vec<String> {
    ["app", "server"]
        .iter()
        .flat_map(|name| {
            found(
                house,
                &house.package(name).folder.join("src"),
                &RULES,
                outside_tests,
            )
        })
        .collect()
}

/// The verifier is handed bytes; whoever drives it fetches what the person named.
pub(crate) fn verifier_makes_no_request(house: &House) -> Vec<String> {
    ["verify", "verifier-wasm"]
        .iter()
        .flat_map(|name| {
            found(
                house,
                &house.package(name).folder.join("src"),
                &REQUESTS,
                code,
            )
        })
        .collect()
}

/// `path:line: word` for each line that holds one of the words.
fn found(
    house: &House,
    folder: &Path,
    words: &[&str],
    part: fn(&str) -> Vec<(usize, &str)>,
) -> Vec<String> {
    let mut broken = Vec::new();
    for file in rust_files(folder) {
        let text = fs::read_to_string(&file).expect("sources are readable");
        if is_test(&file) {
            continue;
        }
        for (number, line) in part(&text) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                broken.push(format!(
                    "{}:{number}: `{word}` may not stand here",
                    shown(house, &file)
                ));
            }
        }
    }
    broken
}

/// Lines of code before the tests at the bottom of a file, with their numbers.
fn outside_tests(text: &str) -> Vec<(usize, &str)> {
    code(text)
        .into_iter()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .collect()
}

/// Lines that are no comment.
fn code(text: &str) -> Vec<(usize, &str)> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

/// Tests of a module in a file or folder of their own.
fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests")
        || file
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "test")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn shown(house: &House, path: &Path) -> String {
    path.strip_prefix(&house.root)
        .unwrap_or(path)
        .display()
        .to_string()
}
