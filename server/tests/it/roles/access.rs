//! Who may do what to access that stands, is to be made longer, was made longer, is over, or is reviewed: each deed by
//! every role, held against `access.txt`.
//!
//! A deed that is refused leaves the case as it is; one that is done has the next role try it on another.

use std::fmt::Write as _;

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::ROLES;
use super::cast::{Case, Cast, asked, json as fetched, sealed, text};
use crate::stage::Stage;

/// How far access is that somebody does something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Far {
    Open,
    MoreAsked,
    Longer,
    Over,
    Reviewed,
}

const FAR: [(Far, &str); 5] = [
    (Far::Open, "it is open"),
    (Far::MoreAsked, "it is open, and more time is asked for"),
    (
        Far::Longer,
        "it was made longer, as often as the policy allows",
    ),
    (Far::Over, "it was given back"),
    (Far::Reviewed, "it is reviewed"),
];

const TRIED: [(&str, &str); 23] = [
    ("GET /api/request", ""),
    ("GET /requests/{id}/review", ""),
    ("POST /api/begin_sign_off", ""),
    ("POST /api/withdraw_request", ""),
    ("POST /api/open_request", ""),
    ("POST /grants/{id}/credential", ""),
    ("GET /grants/{id}/console", ""),
    ("POST /grants/{id}/console/open", ""),
    ("POST /grants/{id}/report-token", ""),
    ("GET /requests/{id}/recordings", ""),
    ("GET /recordings/{id}", ""),
    ("GET /recordings/{id}/chunks", ""),
    ("POST /recordings/{id}/more", ""),
    ("POST /recordings/{id}/cancel", ""),
    ("POST /recordings/{id}/cut", ""),
    ("POST /recordings/{id}/close", ""),
    ("POST /api/extend_grant", "extend"),
    ("POST /api/extend_grant", "allow"),
    ("POST /api/extend_grant", "deny"),
    ("POST /api/sealed_text", "disclose"),
    ("POST /api/sealed_text", "erase"),
    ("POST /api/record_review", ""),
    ("POST /api/end_grant", "returned"),
];

/// The same deed by others than the holder, tried last: it leaves nothing to try on.
const REVOKE: (&str, &str) = ("POST /api/end_grant", "revoked");

/// A case with its access.
struct Access {
    case: Case,
    grant: String,
    /// A console that its holder opened.
    recording: String,
}

async fn done(cast: &mut Cast<'_>, role: &str, path: &str, form: &[(&str, String)]) {
    let status = cast.browser(role).api(path, form).await;
    assert_eq!(status, 200, "{path} by {role}");
}

/// The approver's word, out of a session of its own: no proof is newer than another of the same second.
async fn prove(stage: &Stage, path: &str, form: &[(&str, String)]) {
    let mut approver = stage.browser();
    approver.sign_in("approver", "leads").await;
    assert_eq!(approver.api(path, form).await, 200, "{path}");
    let callback = approver
        .go_to_provider("/auth/step-up", "approver", "leads", json!({}))
        .await;
    assert_eq!(approver.get(&callback).await.status, StatusCode::SEE_OTHER);
}

/// The requester's access, so far.
async fn access(stage: &Stage, cast: &mut Cast<'_>, far: Far) -> Access {
    let request = Uuid::new_v4().to_string();
    let mut form = asked(&request);
    form[2].1 = "orders-open".into();
    done(cast, "requester", "/api/submit_request", &form).await;
    let path = format!("/api/request?id={request}");
    let view = fetched(cast.browser("requester"), &path).await;
    let case = Case {
        request: request.clone(),
        statement: text(&view["statement_sha256"]),
        seq: view["timeline"][0]["seq"].as_u64().unwrap(),
    };
    let yes = [
        ("form[request]", request.clone()),
        ("form[decision]", "approve".into()),
        ("form[statement]", case.statement.clone()),
    ];
    prove(stage, "/api/begin_sign_off", &yes).await;
    let open = [("request", request.clone())];
    done(cast, "requester", "/api/open_request", &open).await;
    let view = fetched(cast.browser("requester"), &path).await;
    assert_eq!(view["grant"]["state"]["state"], "active", "{view}");
    let grant = text(&view["grant"]["id"]);
    let path = format!("/grants/{grant}/console/open");
    let work = cast.browser("requester").post(&path, &[]).await;
    assert_eq!(work.status, StatusCode::CREATED);
    let work = axum::body::to_bytes(work.body, 4096).await.unwrap();
    let work: serde_json::Value = serde_json::from_slice(&work).unwrap();
    let recording = text(&work["recording"]);
    let deed = |name, deed: &str| {
        [
            ("grant", grant.clone()),
            ("request", request.clone()),
            (name, deed.to_owned()),
        ]
    };
    if matches!(far, Far::MoreAsked | Far::Longer) {
        done(
            cast,
            "requester",
            "/api/extend_grant",
            &deed("step", "extend"),
        )
        .await;
    }
    if far == Far::Longer {
        prove(stage, "/api/extend_grant", &deed("step", "allow")).await;
    }
    if far >= Far::Over {
        // A session that goes on ends with access, and says so a moment later: what rests on that would be answered by
        // chance.
        let close = format!("/recordings/{recording}/close");
        let closed = cast.browser("requester").post(&close, &[]).await;
        assert_eq!(closed.status, StatusCode::NO_CONTENT);
        done(
            cast,
            "requester",
            "/api/end_grant",
            &deed("cause", "returned"),
        )
        .await;
    }
    if far == Far::Reviewed {
        done(cast, "reviewer", "/api/record_review", &review(&case)).await;
    }
    Access {
        case,
        grant,
        recording,
    }
}

fn review(case: &Case) -> Vec<(&'static str, String)> {
    vec![
        ("form[request]", case.request.clone()),
        ("form[verdict]", "drill".into()),
        ("form[note]", "An exercise.".into()),
    ]
}

async fn tried(
    cast: &mut Cast<'_>,
    access: &Access,
    (endpoint, deed): (&str, &str),
    role: &str,
) -> u16 {
    let (method, path) = endpoint.split_once(' ').unwrap();
    let case = &access.case;
    let request = || case.request.clone();
    let on_grant = |name| {
        vec![
            ("grant", access.grant.clone()),
            ("request", request()),
            (name, deed.to_owned()),
        ]
    };
    let form = match path {
        "/api/begin_sign_off" => vec![
            ("form[request]", request()),
            ("form[decision]", "approve".into()),
            ("form[statement]", case.statement.clone()),
        ],
        "/api/end_grant" => on_grant("cause"),
        "/api/extend_grant" => on_grant("step"),
        "/api/record_review" => review(case),
        "/api/sealed_text" => sealed(case, deed),
        _ => vec![("request", request())],
    };
    let id = match path.split('/').nth(1) {
        Some("grants") => &access.grant,
        Some("recordings") => &access.recording,
        _ => &case.request,
    };
    let path = match path {
        "/api/request" => format!("/api/request?id={id}"),
        _ => path.replace("{id}", id),
    };
    match method {
        "POST" => cast.browser(role).api(&path, &form).await,
        _ => cast.browser(role).fetch(&path).await.status.as_u16(),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn each_role_may_do_to_access_what_the_table_says_and_nothing_else(pool: PgPool) {
    let stage = Stage::that_opens(pool).await;
    let mut cast = Cast::of(&stage).await;
    let mut table = String::from(include_str!("access.head.txt"));
    for (far, title) in FAR {
        write!(table, "\n{title}\n{:<36}", "").unwrap();
        for (role, _) in ROLES {
            write!(table, "{role:>10}").unwrap();
        }
        table.push('\n');
        let mut on = access(&stage, &mut cast, far).await;
        for what in TRIED.into_iter().chain([REVOKE]) {
            let (endpoint, deed) = what;
            write!(table, "{:<36}", format!("{endpoint} {deed}").trim_end()).unwrap();
            for (role, _) in ROLES {
                let status = tried(&mut cast, &on, what, role).await;
                if status < 400 && endpoint.starts_with("POST ") {
                    on = access(&stage, &mut cast, far).await;
                }
                write!(table, "{status:>10}").unwrap();
            }
            table.push('\n');
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/roles/access.txt");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if table != committed {
        let found = std::env::temp_dir().join("breakglass-access.txt");
        std::fs::write(&found, &table).unwrap();
        panic!(
            "{path} says otherwise; look at each difference to {}:\n{table}",
            found.display()
        );
    }
}
