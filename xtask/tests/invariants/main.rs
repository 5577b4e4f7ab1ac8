//! The house keeps its order: each dependency that ARCHITECTURE.md rules out is looked for, and a broken
//! edge is named.

mod browser;
mod edges;
mod house;
mod promises;
mod sources;

use std::path::Path;

use house::House;

fn house() -> House {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace");
    House::read(root).expect("cargo describes the workspace")
}

/// Fails with every broken edge, a line each.
fn holds(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn pure_crates_depend_on_no_crate_of_the_house() {
    holds(&edges::pure_crates_stand_alone(&house()));
}

#[test]
fn pure_crates_do_no_io() {
    let house = house();
    let mut broken = browser::pure_crates_compile_nothing_that_does_io(&house);
    broken.extend(sources::pure_crates_read_no_clock_and_no_world(&house));
    holds(&broken);
}

#[test]
fn the_ledger_needs_no_standard_library() {
    holds(&browser::ledger_needs_no_standard_library(&house()));
}

#[test]
fn service_depends_on_the_pure_crates_only() {
    holds(&edges::service_stands_on_the_pure_crates(&house()));
}

#[test]
fn sql_stands_in_the_store_only() {
    holds(&sources::sql_stands_in_the_store(&house()));
}

#[test]
fn app_reaches_the_service_under_ssr_only() {
    holds(&edges::app_reaches_the_service_under_ssr_only(&house()));
}

#[test]
fn the_browser_gets_nothing_of_the_server() {
    holds(&browser::browser_compiles_nothing_of_the_server(&house()));
}

#[test]
fn nothing_depends_on_the_server() {
    holds(&edges::nothing_depends_on_the_server(&house()));
}

#[test]
fn the_verifier_stands_on_the_pure_crates_only() {
    let house = house();
    let mut broken = edges::verifier_stands_on_the_pure_crates(&house);
    broken.extend(sources::verifier_makes_no_request(&house));
    holds(&broken);
}

#[test]
fn the_policy_editor_stands_on_the_rules_only() {
    holds(&edges::editor_stands_on_the_rules(&house()));
}

#[test]
fn the_terminal_stands_alone() {
    holds(&edges::terminal_stands_alone(&house()));
}

#[test]
fn app_and_server_decide_nothing() {
    holds(&sources::app_and_server_decide_nothing(&house()));
}

#[test]
fn nobody_turns_on_hydration() {
    holds(&edges::nobody_turns_on_hydration(&house()));
}
