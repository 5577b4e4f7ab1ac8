//! What manifests say: who depends on whom.

use crate::house::{House, PURE};

/// `ledger` and `access` depend on no crate of the workspace, not even in their tests.
pub(crate) fn pure_crates_stand_alone(house: &House) -> Vec<String> {
    PURE.iter()
        .flat_map(|name| {
            house
                .inner_edges(house.package(name))
                .map(move |edge| format!("{name} → {}: {name} stands alone", edge.to))
        })
        .collect()
}

/// `service` → `ledger`, `access`, `targets`; `targets` → `access`.
pub(crate) fn service_stands_on_the_pure_crates(house: &House) -> Vec<String> {
    let mut broken = only(house, "service", &["access", "ledger", "targets"]);
    broken.extend(only(house, "targets", &["access"]));
    broken
}

/// `verify` → `ledger`, `access`; `verifier-wasm` → `verify`; and no crate → `verifier-wasm`.
pub(crate) fn verifier_stands_on_the_pure_crates(house: &House) -> Vec<String> {
    let mut broken = only(house, "verify", &PURE);
    broken.extend(only(house, "verifier-wasm", &["verify"]));
    broken.extend(nobody_depends_on(house, "verifier-wasm"));
    broken
}

/// `policy-editor` → `access`; and no crate → `policy-editor`.
pub(crate) fn editor_stands_on_the_rules(house: &House) -> Vec<String> {
    let mut broken = only(house, "policy-editor", &["access"]);
    broken.extend(nobody_depends_on(house, "policy-editor"));
    broken
}

/// `terminal-wasm` → no crate of the workspace; and no crate → `terminal-wasm`.
pub(crate) fn terminal_stands_alone(house: &House) -> Vec<String> {
    let mut broken = only(house, "terminal-wasm", &[]);
    broken.extend(nobody_depends_on(house, "terminal-wasm"));
    broken
}

/// Nothing → `server`; `server` → `app` with `ssr`.
pub(crate) fn nothing_depends_on_the_server(house: &House) -> Vec<String> {
    let mut broken = nobody_depends_on(house, "server");
    let server = house.package("server");
    if !server
        .edges
        .iter()
        .any(|edge| edge.to == "app" && edge.features.iter().any(|feature| feature == "ssr"))
    {
        broken.push("server → app: the feature ssr is not turned on".to_owned());
    }
    broken
}

/// `app` → `access`, `ledger` always; everything of the server only by the feature `ssr`; no default.
pub(crate) fn app_reaches_the_service_under_ssr_only(house: &House) -> Vec<String> {
    let app = house.package("app");
    let mut broken = Vec::new();
    for edge in house.inner_edges(app) {
        if !(PURE.contains(&edge.to.as_str()) || edge.to == "service" && edge.optional) {
            broken.push(format!(
                "app → {}: only access and ledger may stand there always, and service under ssr",
                edge.to
            ));
        }
    }
    for edge in app
        .edges
        .iter()
        .filter(|edge| ["leptos_axum", "axum", "tower-sessions"].contains(&edge.to.as_str()))
    {
        if !edge.optional && !edge.dev {
            broken.push(format!("app → {}: not optional", edge.to));
        }
    }
    for (feature, turns_on) in &app.features {
        for server_side in [
            "dep:service",
            "dep:leptos_axum",
            "dep:axum",
            "dep:tower-sessions",
        ] {
            if feature != "ssr" && turns_on.iter().any(|other| other == server_side) {
                broken.push(format!(
                    "app: the feature {feature} turns on {server_side}; only ssr may"
                ));
            }
        }
    }
    if app
        .features
        .get("default")
        .is_some_and(|default| !default.is_empty())
    {
        broken.push(
            "app: has default features; a build for one side would get the other's".to_owned(),
        );
    }
    broken
}

/// Cargo unifies features: one crate that turns on `hydrate` breaks the server's build.
pub(crate) fn nobody_turns_on_hydration(house: &House) -> Vec<String> {
    let mut broken = Vec::new();
    for package in &house.packages {
        for edge in package.edges.iter().filter(|edge| edge.to == "app") {
            if edge.features.iter().any(|feature| feature == "hydrate") {
                broken.push(format!("{} → app: turns on hydrate", package.name));
            }
            if edge.default_features
                && !house
                    .package("app")
                    .features
                    .get("default")
                    .is_none_or(Vec::is_empty)
            {
                broken.push(format!("{} → app: takes default features", package.name));
            }
        }
        for (feature, turns_on) in &package.features {
            if turns_on
                .iter()
                .any(|other| other == "app/hydrate" || other == "app?/hydrate")
            {
                broken.push(format!(
                    "{}: the feature {feature} turns on app/hydrate",
                    package.name
                ));
            }
        }
    }
    broken
}

fn only(house: &House, name: &str, allowed: &[&str]) -> Vec<String> {
    house
        .inner_edges(house.package(name))
        .filter(|edge| !edge.dev && !allowed.contains(&edge.to.as_str()))
        .map(|edge| {
            format!(
                "{name} → {}: {name} may depend on {} only",
                edge.to,
                allowed.join(", ")
            )
        })
        .collect()
}

fn nobody_depends_on(house: &House, name: &str) -> Vec<String> {
    house
        .packages
        .iter()
        .filter(|package| package.edges.iter().any(|edge| edge.to == name))
        .map(|package| format!("{} → {name}: nothing may depend on {name}", package.name))
        .collect()
}

mod tests {
    use super::*;
    use crate::house::{Edge, Package};

    fn package(name: &str, edges: &[Edge]) -> Package {
        Package {
            name: name.to_owned(),
            edges: edges.to_vec(),
            ..Package::default()
        }
    }

    fn to(name: &str) -> Edge {
        Edge {
            to: name.to_owned(),
            ..Edge::default()
        }
    }

    #[test]
    fn a_broken_edge_is_named() {
        let house = House {
            packages: vec![
                package("access", &[]),
                package("ledger", &[to("access")]),
                package("service", &[to("ledger"), to("app")]),
                package(
                    "app",
                    &[Edge {
                        features: vec!["hydrate".to_owned()],
                        ..to("service")
                    }],
                ),
                package(
                    "server",
                    &[Edge {
                        features: vec!["hydrate".to_owned()],
                        ..to("app")
                    }],
                ),
                package("targets", &[]),
                package("verify", &[to("service")]),
                package("verifier-wasm", &[to("server")]),
            ],
            ..House::default()
        };
        assert!(pure_crates_stand_alone(&house)[0].starts_with("ledger → access"));
        assert!(service_stands_on_the_pure_crates(&house)[0].starts_with("service → app"));
        assert!(app_reaches_the_service_under_ssr_only(&house)[0].starts_with("app → service"));
        assert!(nothing_depends_on_the_server(&house)[0].starts_with("verifier-wasm → server"));
        assert!(verifier_stands_on_the_pure_crates(&house)[0].starts_with("verify → service"));
        assert!(
            verifier_stands_on_the_pure_crates(&house)[1].starts_with("verifier-wasm → server")
        );
        assert!(nobody_turns_on_hydration(&house)[0].starts_with("server → app"));
    }
}
