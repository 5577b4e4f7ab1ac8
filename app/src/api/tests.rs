//! The list of server functions is a committed text that a non-engineer can read.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("endpoints.txt");

#[test]
fn every_endpoint_stands_in_the_table_with_who_may_call_it() {
    let registered: BTreeSet<String> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| format!("{method} {path}"))
        .collect();
    let listed: BTreeSet<String> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split_whitespace();
            let (method, path) = (columns.next(), columns.next());
            assert!(columns.next().is_some(), "no word on who may call: {line}");
            format!(
                "{} {}",
                method.unwrap_or_default(),
                path.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        registered, listed,
        "endpoints.txt and the server functions differ"
    );
}
