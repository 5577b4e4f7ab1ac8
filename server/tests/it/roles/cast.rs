//! Everybody, signed in, and the cases that are tried on.

use axum::body::to_bytes;
use serde_json::Value;
use uuid::Uuid;

use super::ROLES;
use crate::stage::{Browser, Stage};

/// Everybody, signed in, and what the next try is about.
pub(super) struct Cast<'a> {
    browsers: Vec<Browser<'a>>,
    people: Vec<String>,
    /// A grant of the requester's, and its request.
    grant: Option<[String; 2]>,
}

/// One case, of the requester's.
pub(super) struct Case {
    pub(super) request: String,
    pub(super) statement: String,
    pub(super) seq: u64,
}

impl<'a> Cast<'a> {
    pub(super) async fn of(stage: &'a Stage) -> Self {
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

    /// The role's group.
    pub(super) fn group(role: &str) -> &'static str {
        ROLES[Self::at(role)].1
    }

    pub(super) fn browser(&mut self, role: &str) -> &mut Browser<'a> {
        &mut self.browsers[Self::at(role)]
    }

    pub(super) fn person(&self, role: &str) -> &str {
        &self.people[Self::at(role)]
    }

    /// A request of the requester's that nobody has touched.
    pub(super) async fn case(&mut self) -> Case {
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
    pub(super) async fn broken(&mut self) -> [String; 2] {
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
    pub(super) async fn ordered(&mut self, stage: &'a Stage, case: &Case) -> String {
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
    pub(super) async fn proposal(&mut self) -> String {
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

    pub(super) async fn forget(&mut self, proposal: &str) {
        let form = settle(proposal, "withdraw");
        self.browser("author")
            .api("/api/settle_proposal", &form)
            .await;
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(super) async fn json(browser: &mut Browser<'_>, path: &str) -> Value {
    let answer = browser.fetch(path).await;
    assert_eq!(answer.status, 200, "{path}");
    serde_json::from_slice(&to_bytes(answer.body, usize::MAX).await.unwrap()).unwrap()
}

pub(super) fn asked(request: &str) -> Vec<(&'static str, String)> {
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

pub(super) fn glass(request: &str) -> Vec<(&'static str, String)> {
    let mut form = asked(request);
    form[2].1 = "orders-glass".into();
    form
}

pub(super) fn sealed(case: &Case, deed: &str) -> Vec<(&'static str, String)> {
    vec![
        ("form[request]", case.request.clone()),
        ("form[deed]", deed.to_owned()),
        ("form[opening]", format!("{}:reason", case.seq)),
        ("form[why]", "A case that has to be looked into.".into()),
    ]
}

pub(super) fn settle(proposal: &str, step: &str) -> Vec<(&'static str, String)> {
    vec![
        ("proposal", proposal.to_owned()),
        ("policy", "orders-read".into()),
        ("step", step.to_owned()),
    ]
}

/// One that there was not before, so that nobody's draft is older than what is in force.
pub(super) fn new_policy() -> String {
    let name = format!("orders-{}", Uuid::new_v4().simple());
    access::file::template().replacen("orders-admin", &name, 1)
}
