//! Who may do what: every endpoint by every role, held against a text that a non-engineer can read.
//!
//! Each cell is tried on a case of its own, over a portal and its database. `roles.txt` is what came of it,
//! looked at by people; what changes it has to be looked at again.

mod access;
mod cast;
mod routes;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sqlx::PgPool;
use uuid::Uuid;

use cast::{Case, Cast, asked, glass, sealed, settle};

use crate::stage::Stage;

/// The roles, and the group that each is in. `requester` is the one whose case it is.
const ROLES: [(&str, &str); 11] = [
    ("nobody", ""),
    ("outsider", "sales"),
    ("requester", "oncall"),
    ("colleague", "oncall"),
    ("approver", "leads"),
    ("reviewer", "reviewers"),
    ("auditor", "auditors"),
    ("operator", "operators"),
    ("custodian", "custodians"),
    ("author", "authors"),
    ("proposer", "authors"),
];

/// What is tried: the endpoint, and which of its deeds where it has several.
const TRIED: &[(&str, &str)] = &[
    ("POST /api/begin_erasure", ""),
    ("POST /api/begin_sign_off", ""),
    ("POST /api/break_glass", ""),
    ("POST /api/edit_request", ""),
    ("POST /api/end_grant", "returned"),
    ("POST /api/end_grant", "revoked"),
    ("POST /api/end_delegation", ""),
    ("POST /api/extend_grant", "extend"),
    ("POST /api/extend_grant", "allow"),
    ("POST /api/extend_grant", "deny"),
    ("GET /api/home", ""),
    ("GET /api/inbox", ""),
    ("GET /api/log", ""),
    ("GET /api/navigation", ""),
    ("POST /api/open_request", ""),
    ("POST /api/propose_policy", ""),
    ("POST /api/propose_retirement", ""),
    ("POST /api/record_review", ""),
    ("GET /api/request", ""),
    ("POST /api/sealed_text", "disclose"),
    ("POST /api/sealed_text", "erase"),
    ("POST /api/set_delegation", ""),
    ("POST /api/settle_proposal", "endorse"),
    ("POST /api/settle_proposal", "activate"),
    ("POST /api/settle_proposal", "withdraw"),
    ("POST /api/submit_request", ""),
    ("POST /api/withdraw_request", ""),
    // Pages.
    ("GET /", ""),
    ("GET /break-glass", ""),
    ("GET /delegation", ""),
    ("GET /grants/{id}/certificate", ""),
    ("GET /grants/{id}/console", ""),
    ("GET /grants/{id}/credential", ""),
    ("GET /grants/{id}/gateway", ""),
    ("GET /grants/{id}/report-token", ""),
    ("GET /grants/{id}/terminal", ""),
    ("GET /inbox", ""),
    ("GET /log", ""),
    ("GET /new-policy", ""),
    ("GET /people", ""),
    ("GET /policies", ""),
    ("GET /policies/{name}", ""),
    ("GET /policies/{name}/edit", ""),
    ("GET /policies/{name}/simulate", ""),
    ("GET /proposals/{seq}", ""),
    ("GET /recordings/{id}", ""),
    ("GET /request", ""),
    ("GET /requests/{id}", ""),
    ("GET /requests/{id}/edit", ""),
    ("GET /requests/{id}/evidence", ""),
    ("GET /requests/{id}/recordings", ""),
    ("GET /requests/{id}/review", ""),
    ("GET /sign-in", ""),
    // The log, and word of what changes.
    ("GET /ledger/checkpoint", ""),
    ("GET /ledger/log-file", ""),
    ("GET /ledger/receipt/{seq}", ""),
    ("GET /ledger/stream/{range}", ""),
    ("GET /ledger/tile/{path}", "hashes"),
    ("GET /ledger/tile/{path}", "entries"),
    ("GET /ledger/vkey", ""),
    ("GET /ledger/witnessed", ""),
    ("GET /events", ""),
    ("GET /events", "request"),
    // The way in, and signing in.
    ("POST /grants/{id}/credential", ""),
    ("POST /grants/{id}/certificate", ""),
    ("POST /grants/{id}/gateway", ""),
    ("POST /grants/{id}/report-token", ""),
    // Work, on access that did not open, and on a recording that is not there; `access.txt` has what is open.
    ("POST /grants/{id}/console/open", ""),
    ("POST /grants/{id}/terminal/open", ""),
    ("POST /recordings/{id}/run", ""),
    ("POST /recordings/{id}/more", ""),
    ("POST /recordings/{id}/cancel", ""),
    ("POST /recordings/{id}/close", ""),
    ("POST /recordings/{id}/cut", ""),
    ("GET /recordings/{id}/terminal", ""),
    ("GET /recordings/{id}/live", ""),
    ("GET /recordings/{id}/chunks", ""),
    ("GET /recordings/{id}/cast", ""),
    ("POST /api/v1/grants/{id}/actions", ""),
    ("GET /auth/start", ""),
    ("GET /auth/step-up", ""),
    ("GET /auth/callback", ""),
    ("POST /auth/backchannel", ""),
    // Files of the build, and whether all is well.
    ("GET /pkg", "app.css"),
    ("GET /policy-editor", "editor.js"),
    ("GET /recorded", "console.js"),
    ("GET /verify", ""),
    ("GET /verify", "verify.js"),
    ("GET /ssh/authority.pub", ""),
    ("GET /ssh/revoked.krl", ""),
    ("GET /healthz", ""),
    // Last: who are one from here on would be so for all that follows.
    ("POST /api/link_person", ""),
    // And who has signed out is nobody.
    ("POST /auth/sign-out", ""),
];

/// What the role is answered.
async fn tried<'a>(
    stage: &'a Stage,
    cast: &mut Cast<'a>,
    case: &Case,
    (endpoint, deed): (&str, &str),
    role: &str,
) -> u16 {
    let request = || case.request.clone();
    let mut proposal = String::new();
    let (method, path) = endpoint.split_once(' ').unwrap();
    let form = match path {
        "/api/begin_erasure" => {
            let order = cast.ordered(stage, case).await;
            vec![("order", order), ("request", request())]
        }
        "/api/begin_sign_off" => vec![
            ("form[request]", request()),
            ("form[decision]", "approve".into()),
            ("form[statement]", case.statement.clone()),
        ],
        "/api/submit_request" => asked(&Uuid::new_v4().to_string()),
        "/api/break_glass" => glass(&Uuid::new_v4().to_string()),
        "/api/edit_request" => asked(&case.request),
        "/api/end_grant" | "/api/extend_grant" => {
            let [grant, request] = cast.broken().await;
            let what = if path == "/api/end_grant" {
                "cause"
            } else {
                "step"
            };
            vec![
                ("grant", grant),
                ("request", request),
                (what, deed.to_owned()),
            ]
        }
        "/api/link_person" => {
            let (person, into) = (cast.person("colleague"), cast.person("outsider"));
            vec![
                ("form[person]", person.to_owned()),
                ("form[into]", into.to_owned()),
                ("form[confirmed]", "yes".into()),
            ]
        }
        "/api/set_delegation" => vec![
            ("form[to]", cast.person("colleague").to_owned()),
            ("form[days]", "1".into()),
        ],
        "/api/propose_policy" => vec![("form[toml]", cast::new_policy())],
        "/api/propose_retirement" => vec![("policy", "orders-read".into())],
        "/api/settle_proposal" => {
            proposal = cast.proposal().await;
            settle(&proposal, deed)
        }
        "/api/record_review" => vec![
            ("form[request]", request()),
            ("form[verdict]", "drill".into()),
            ("form[note]", "An exercise.".into()),
        ],
        "/api/sealed_text" => {
            if deed == "erase" {
                let withdrawn = [("request", request())];
                cast.browser("requester")
                    .api("/api/withdraw_request", &withdrawn)
                    .await;
            }
            sealed(case, deed)
        }
        "/api/open_request" | "/api/withdraw_request" => vec![("request", request())],
        _ => Vec::new(),
    };
    if path == "/proposals/{seq}" {
        proposal = cast.proposal().await;
    }
    let path = address(cast, case, &proposal, (path, deed)).await;
    let status = match (method, path.as_str()) {
        ("POST", "/auth/sign-out") => {
            let mut again = stage.browser();
            if role != "nobody" {
                again.sign_in(role, Cast::group(role)).await;
            }
            again.api(&path, &form).await
        }
        ("POST", _) => cast.browser(role).api(&path, &form).await,
        _ => cast.browser(role).fetch(&path).await.status.as_u16(),
    };
    if !proposal.is_empty() {
        cast.forget(&proposal).await;
    }
    status
}

/// The path with what its parts stand for.
async fn address(
    cast: &mut Cast<'_>,
    case: &Case,
    proposal: &str,
    (path, deed): (&str, &str),
) -> String {
    let path = match (path, deed) {
        ("/api/request", _) => "/api/request?id={id}",
        ("/events", "request") => "/events?request={id}",
        ("/ledger/receipt/{seq}", _) => "/ledger/receipt/0",
        ("/ledger/tile/{path}", "hashes") => "/ledger/tile/0/000",
        ("/ledger/tile/{path}", _) => "/ledger/tile/entries/000",
        ("/pkg" | "/policy-editor" | "/recorded" | "/verify", file) if !file.is_empty() => {
            return format!("{path}/{file}");
        }
        _ => path,
    };
    let id = if path.starts_with("/grants/") || path.starts_with("/api/v1/grants/") {
        let [grant, _] = cast.broken().await;
        grant
    } else {
        case.request.clone()
    };
    path.replace("{id}", &id)
        .replace("{name}", "orders-read")
        .replace("{seq}", proposal)
        .replace("{range}", "0-1")
}

#[sqlx::test(migrations = "../migrations")]
async fn each_role_may_do_what_the_table_says_and_nothing_else(pool: PgPool) {
    let stage = Stage::new(pool).await;
    for file in [
        "pkg/app.css",
        "policy-editor/editor.js",
        "recorded/console.js",
        "verify/index.html",
        "verify/verify.js",
    ] {
        let file = stage.site().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    let mut cast = Cast::of(&stage).await;
    let mut table = String::from(include_str!("roles.head.txt"));
    write!(table, "{:<36}", "").unwrap();
    for (role, _) in ROLES {
        write!(table, "{role:>10}").unwrap();
    }
    table.push('\n');
    for (endpoint, deed) in TRIED {
        write!(table, "{:<36}", format!("{endpoint} {deed}").trim_end()).unwrap();
        // Whoever looks changes nothing.
        let looked_at = cast.case().await;
        for (role, _) in ROLES {
            let case = match endpoint.starts_with("GET ") {
                true => &looked_at,
                false => &cast.case().await,
            };
            let status = tried(&stage, &mut cast, case, (endpoint, deed), role).await;
            write!(table, "{status:>10}").unwrap();
        }
        table.push('\n');
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/roles.txt");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if table != committed {
        let found = std::env::temp_dir().join("breakglass-roles.txt");
        std::fs::write(&found, &table).unwrap();
        panic!(
            "{path} says otherwise; look at each difference to {}:\n{table}",
            found.display()
        );
    }
}

#[test]
fn every_endpoint_is_in_the_table() {
    let endpoints: BTreeSet<String> = include_str!("../../../app/src/api/endpoints.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            line.split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let tried: BTreeSet<String> = TRIED
        .iter()
        .map(|(endpoint, _)| (*endpoint).to_owned())
        .filter(|endpoint| endpoint.contains("/api/") && !endpoint.contains("/api/v1/"))
        .collect();
    assert_eq!(endpoints, tried);
}
