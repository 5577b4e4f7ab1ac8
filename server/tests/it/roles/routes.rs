//! Every route that the portal answers, as its router has them.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgPool;

use super::TRIED;
use crate::stage::Stage;

/// What a router calls its methods.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Method and path of each route. A folder of files is there once, by its own path.
fn routes(stage: &Stage) -> BTreeSet<String> {
    // Axum gives no list of routes; what it prints for debugging is one. Another form of it finds no routes at
    // all, and the test below fails.
    let printed = format!("{:?}", stage.router());
    let (routes, rest) = printed.split_once("node: Node { paths: ").unwrap();
    let (paths, _) = rest.split_once("fallback_router: ").unwrap();
    let paths: BTreeMap<&str, &str> = by_id(paths)
        .map(|(id, text)| (id, text.split('"').nth(1).unwrap()))
        .collect();
    let methods = |text: &str| -> Vec<&str> {
        if !text.contains("MethodRouter {") {
            return vec!["get"];
        }
        let there = |method: &&str| !text.contains(&format!(" {method}: None,"));
        METHODS.into_iter().filter(there).collect()
    };
    by_id(routes)
        .flat_map(|(id, text)| {
            let path = named(paths[id]);
            methods(text)
                .into_iter()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

/// What is printed behind each route's number.
fn by_id(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.split("RouteId(").skip(1);
    parts.map(|part| part.split_once("): ").unwrap())
}

/// The path as the table has it.
fn named(path: &str) -> String {
    let path = path.split("{*__private").next().unwrap_or_default();
    let path = path.replace("{*", "{");
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn every_route_is_in_the_table(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let tried = TRIED
        .iter()
        .map(|(endpoint, _)| (*endpoint).to_owned())
        .collect();
    let routes = routes(&stage);
    let untried: Vec<_> = routes.difference(&tried).collect();
    let gone: Vec<_> = tried.difference(&routes).collect();
    assert!(
        untried.is_empty() && gone.is_empty(),
        "without a row in TRIED: {untried:?}; a row for nothing: {gone:?}"
    );
}
