//! Who may do what: every endpoint by every role, held against a text that a non-engineer can read.
//!
//! Each cell is tried on a case of its own, over a portal and its database. `roles.txt` is what came of it,
//! looked at by people; what changes it has to be looked at again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::to_bytes;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::stage::{Browser, Stage};

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
    ("GET /ledger/stream/0-1", ""),
    ("GET /ledger/checkpoint", ""),
    ("GET /log", ""),
    ("GET /policies", ""),
    ("GET /people", ""),
    ("GET /requests/REQUEST", ""),
    // Last: who are one from here on would be so for all that follows.
    ("POST /api/link_person", ""),
];

/// Everybody, signed in, and what the next try is about.
struct Cast<'a> {
    browsers: Vec<Browser<'a>>,
    people: Vec<String>,
    /// A grant of the requester's, and its request.
    grant: Option<[String; 2]>,
}

/// One case, of the requester's.
struct Case {
    request: String,
    statement: String,
    seq: u64,
}

/// One that there was not before, so that nobody's draft is older than what is in force.
fn new_policy() -> String {
    let name = format!("orders-{}", Uuid::new_v4().simple());
    access::file::template().replacen("orders-admin", &name, 1)
}

impl<'a> Cast<'a> {
    async fn of(stage: &'a Stage) -> Self {
        let mut cast = Self {
            browsers: Vec::new(),
            people: Vec::new(),
            grant: None,
        };
        for (role, group) in ROLES {
            let mut browser = stage.browser();
            let mut person = String::new();
            if !group.is_empty() {
                browser.sign_in(role, group).await;
                let who = json(&mut browser, "/api/navigation").await;
                person = text(&who["viewer"]["person"]);
            }
            cast.browsers.push(browser);
            cast.people.push(person);
        }
        cast
    }

    fn at(role: &str) -> usize {
        ROLES.iter().position(|(name, _)| *name == role).unwrap()
    }

    fn browser(&mut self, role: &str) -> &mut Browser<'a> {
        &mut self.browsers[Self::at(role)]
    }

    fn person(&self, role: &str) -> &str {
        &self.people[Self::at(role)]
    }

    /// A request of the requester's that nobody has touched.
    async fn case(&mut self) -> Case {
        let request = Uuid::new_v4().to_string();
        let form = asked(&request);
        let asking = self.browser("requester");
        assert_eq!(asking.api("/api/submit_request", &form).await, 200);
        let view = json(asking, &format!("/api/request?id={request}")).await;
        Case {
            request,
            statement: text(&view["statement_sha256"]),
            seq: view["timeline"][0]["seq"].as_u64().unwrap(),
        }
    }

    /// A grant of the requester's, and its request. The target of these tests does not answer: it is over, and
    /// who may do something about it is told that it is not open. Made once: the target is waited for.
    async fn broken(&mut self) -> [String; 2] {
        if let Some(grant) = &self.grant {
            return grant.clone();
        }
        let request = Uuid::new_v4().to_string();
        let breaking = self.browser("requester");
        assert_eq!(
            breaking.api("/api/break_glass", &glass(&request)).await,
            200
        );
        let view = json(breaking, &format!("/api/request?id={request}")).await;
        let grant = [text(&view["grant"]["id"]), request];
        self.grant.insert(grant).clone()
    }

    /// An order to erase what the requester wrote, by a custodian of its own.
    async fn ordered(&mut self, stage: &'a Stage, case: &Case) -> String {
        let withdrawn = [("request", case.request.clone())];
        assert_eq!(
            self.browser("requester")
                .api("/api/withdraw_request", &withdrawn)
                .await,
            200
        );
        let mut orders = stage.browser();
        orders.sign_in("another custodian", "custodians").await;
        assert_eq!(
            orders.api("/api/sealed_text", &sealed(case, "erase")).await,
            200
        );
        let view = json(&mut orders, &format!("/api/request?id={}", case.request)).await;
        view["erasures"][0]["order"].to_string()
    }

    /// A proposal of the one who proposes.
    async fn proposal(&mut self) -> String {
        let form = [("form[toml]", new_policy())];
        assert_eq!(
            self.browser("proposer")
                .api("/api/propose_policy", &form)
                .await,
            200
        );
        let inbox = json(self.browser("author"), "/api/inbox").await;
        let proposals = inbox["proposals"].as_array().unwrap();
        proposals.last().unwrap()["seq"].to_string()
    }

    async fn forget(&mut self, proposal: &str) {
        let form = settle(proposal, "withdraw");
        self.browser("author")
            .api("/api/settle_proposal", &form)
            .await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn json(browser: &mut Browser<'_>, path: &str) -> Value {
    let answer = browser.fetch(path).await;
    assert_eq!(answer.status, 200, "{path}");
    serde_json::from_slice(&to_bytes(answer.body, usize::MAX).await.unwrap()).unwrap()
}

fn asked(request: &str) -> Vec<(&'static str, String)> {
    vec![
        ("form[request]", request.to_owned()),
        ("form[resource]", "orders-db".into()),
        ("form[policy]", "orders-read".into()),
        ("form[reason]", "Orders are stuck.".into()),
        ("form[urgency]", "sev2".into()),
        ("form[duration]", "10".into()),
        ("form[confirmed]", "yes".into()),
    ]
}

fn glass(request: &str) -> Vec<(&'static str, String)> {
    let mut form = asked(request);
    form[2].1 = "orders-glass".into();
    form
}

fn sealed(case: &Case, deed: &str) -> Vec<(&'static str, String)> {
    vec![
        ("form[request]", case.request.clone()),
        ("form[deed]", deed.to_owned()),
        ("form[opening]", format!("{}:reason", case.seq)),
        ("form[why]", "A case that has to be looked into.".into()),
    ]
}

fn settle(proposal: &str, step: &str) -> Vec<(&'static str, String)> {
    vec![
        ("proposal", proposal.to_owned()),
        ("policy", "orders-read".into()),
        ("step", step.to_owned()),
    ]
}

/// What the role is answered.
async fn tried<'a>(
    stage: &'a Stage,
    cast: &mut Cast<'a>,
    (endpoint, deed): (&str, &str),
    role: &str,
) -> u16 {
    let case = cast.case().await;
    let request = || case.request.clone();
    let mut proposal = String::new();
    let (method, path) = endpoint.split_once(' ').unwrap();
    let form = match path {
        "/api/begin_erasure" => {
            let order = cast.ordered(stage, &case).await;
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
        "/api/propose_policy" => vec![("form[toml]", new_policy())],
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
            sealed(&case, deed)
        }
        "/api/open_request" | "/api/withdraw_request" => vec![("request", request())],
        _ => Vec::new(),
    };
    let path = match path {
        "/api/request" => format!("/api/request?id={}", case.request),
        path => path.replace("REQUEST", &case.request),
    };
    let browser = cast.browser(role);
    let status = match method {
        "POST" => browser.api(&path, &form).await,
        _ => browser.fetch(&path).await.status.as_u16(),
    };
    if !proposal.is_empty() {
        cast.forget(&proposal).await;
    }
    status
}

#[sqlx::test(migrations = "../migrations")]
async fn each_role_may_do_what_the_table_says_and_nothing_else(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut cast = Cast::of(&stage).await;
    let mut table = String::from(include_str!("roles.head.txt"));
    write!(table, "{:<36}", "").unwrap();
    for (role, _) in ROLES {
        write!(table, "{role:>10}").unwrap();
    }
    table.push('\n');
    for (endpoint, deed) in TRIED {
        write!(table, "{:<36}", format!("{endpoint} {deed}").trim_end()).unwrap();
        for (role, _) in ROLES {
            let status = tried(&stage, &mut cast, (endpoint, deed), role).await;
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
        .filter(|endpoint| endpoint.contains("/api/"))
        .collect();
    assert_eq!(endpoints, tried);
}
