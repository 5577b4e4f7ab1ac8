//! What cargo would compile: the resolved crates of one package, for one target, with one set of features.

use std::process::Command;

use crate::house::{House, PURE};

/// Crates that mean a server, a database, a secret or a thread in what a browser downloads.
const SERVER_SIDE: [&str; 14] = [
    "axum",
    "axum-core",
    "hyper",
    "leptos_axum",
    "mio",
    "openidconnect",
    "reqwest",
    "secrecy",
    "service",
    "socket2",
    "sqlx",
    "sqlx-core",
    "tokio",
    "tower-sessions",
];

/// Crates that mean input or output, a clock or randomness.
const IO: [&str; 10] = [
    "axum",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "socket2",
    "sqlx",
    "time",
    "tokio",
];

/// A build: package, features, target.
struct Build<'a> {
    package: &'a str,
    features: &'a str,
    target: &'a str,
}

const BROWSER: &str = "wasm32-unknown-unknown";

/// What is compiled for the browser contains nothing of the server.
pub(crate) fn browser_compiles_nothing_of_the_server(house: &House) -> Vec<String> {
    [
        Build {
            package: "app",
            features: "hydrate",
            target: BROWSER,
        },
        Build {
            package: "verifier-wasm",
            features: "",
            target: BROWSER,
        },
        Build {
            package: "policy-editor",
            features: "",
            target: BROWSER,
        },
        Build {
            package: "terminal-wasm",
            features: "",
            target: BROWSER,
        },
    ]
    .iter()
    .flat_map(|build| forbidden(house, build, &SERVER_SIDE))
    .collect()
}

/// What `ledger` and `access` compile does no input or output: for the browser, where they run too, and
/// where no other crate of the workspace turns on more features.
pub(crate) fn pure_crates_compile_nothing_that_does_io(house: &House) -> Vec<String> {
    PURE.iter()
        .flat_map(|package| {
            forbidden(
                house,
                &Build {
                    package,
                    features: "",
                    target: BROWSER,
                },
                &IO,
            )
        })
        .collect()
}

/// What `ledger` compiles when it is asked for alone turns on no feature `std`: that it has `no_std` itself
/// would not say so of the crates below it.
pub(crate) fn ledger_needs_no_standard_library(house: &House) -> Vec<String> {
    let build = Build {
        package: "ledger",
        features: "",
        target: BROWSER,
    };
    let format = ["--prefix", "none", "--no-dedupe", "--format", "{p}\t{f}"];
    let broken = |line: &str| {
        let (package, features) = line.split_once('\t')?;
        let name = package.split(' ').next()?;
        let std = features.split(',').any(|feature| feature == "std");
        std.then(|| format!("ledger → {name}: with the standard library"))
    };
    tree(house, &build, &format)
        .lines()
        .filter_map(broken)
        .collect()
}

/// For each forbidden crate: the path by which it comes in.
fn forbidden(house: &House, build: &Build<'_>, names: &[&str]) -> Vec<String> {
    tree(house, build, &["--prefix", "none", "--no-dedupe"])
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| names.contains(name))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|name| {
            let path = tree(
                house,
                build,
                &["--invert", name, "--prefix", "none", "--no-dedupe"],
            );
            let path: Vec<&str> = path
                .lines()
                .filter_map(|line| line.split(' ').next())
                .take_while(|crate_name| *crate_name != build.package)
                .collect();
            format!(
                "{} → {} for {}",
                build.package,
                path.into_iter().rev().collect::<Vec<_>>().join(" → "),
                build.target
            )
        })
        .collect()
}

fn tree(house: &House, build: &Build<'_>, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(&house.root)
        .args([
            "tree",
            "--locked",
            "--quiet",
            "--edges",
            "normal",
            "--package",
            build.package,
        ])
        .args([
            "--no-default-features",
            "--features",
            build.features,
            "--target",
            build.target,
        ])
        .args(arguments)
        .output()
        .expect("cargo tree starts");
    assert!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
