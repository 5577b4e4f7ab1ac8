//! What the pages that only the server draws say, and to whom.

use access::file;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::stage::{Browser, Stage, orders_read};

/// A policy as a file: what the seeds say, with these members in place of theirs.
fn policy(changes: &Value) -> String {
    let mut policy = orders_read();
    for (member, value) in changes.as_object().unwrap() {
        policy[member] = value.clone();
    }
    file::write(&serde_json::from_value(policy).unwrap())
}

/// One author proposes it, another puts it in force; says the proposal's page.
pub(crate) async fn put_in_force(stage: &Stage, changes: &Value) -> String {
    let [mut ada, mut otto] = [stage.browser(), stage.browser()];
    ada.sign_in("ada", "authors").await;
    otto.sign_in("otto", "authors").await;
    let name = changes["name"].as_str().unwrap_or("orders-read");
    let newest = "select coalesce(max(version), 0) from policy_version where name = $1";
    let newest = sqlx::query_scalar::<_, i32>(newest).bind(name);
    let follows = newest.fetch_one(&stage.pool).await.unwrap().to_string();
    let text = policy(changes);
    let form = [("form[toml]", text.as_str()), ("form[follows]", &follows)];
    let proposed = ada.post("/api/propose_policy", &form).await;
    let page = proposed.location().to_owned();
    let seq = page.rsplit('/').next().unwrap();
    let form = [("proposal", seq), ("policy", name), ("step", "activate")];
    let activated = otto.post("/api/settle_proposal", &form).await;
    assert_eq!(activated.location(), format!("/policies/{name}"));
    page
}

/// The page's words, without its markup.
async fn words(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    let html = answer.text().await;
    let (_, main) = html.split_once("<main").unwrap();
    let mut text = String::new();
    for piece in main.split('<') {
        let (_, words) = piece.split_once('>').unwrap_or_default();
        text.push_str(words);
        text.push(' ');
    }
    let text = text.replace("&#39;", "'").replace("&quot;", "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrations = "../migrations")]
async fn each_version_of_a_policy_says_what_it_changed(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let longer = json!({ "duration": { "default_s": 600, "max_s": 7200 } });
    put_in_force(&stage, &longer).await;
    let mut stricter = longer.clone();
    stricter["conditions"] = json!({ "min_reason_chars": 20 });
    put_in_force(&stage, &stricter).await;
    let mut dana = stage.browser();
    dana.sign_in("dana", "oncall").await;
    let page = words(&mut dana, "/policies/orders-read").await;
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text:?} is not in: {page}"))
    };
    let places = [
        at("Version 3, in force, on this page: 1 change: 1 stricter"),
        at("Version 2: 1 change: 1 looser"),
        at("Access lasts 2 h at most instead of 1 h. looser"),
        at("Version 1: the first"),
    ];
    assert!(places.is_sorted(), "newest first: {page}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_policy_may_have_any_name_and_its_page_is_its_own(pool: PgPool) {
    let stage = Stage::new(pool).await;
    for name in ["new", "new-policy", "edit", "simulate"] {
        put_in_force(&stage, &json!({ "name": name })).await;
        let mut dana = stage.browser();
        dana.sign_in("dana", "oncall").await;
        let page = words(&mut dana, &format!("/policies/{name}")).await;
        assert!(page.contains("Read the orders."), "{name}: {page}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn trying_a_policy_is_offered_to_those_who_may(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let proposal = put_in_force(&stage, &json!({ "name": "orders-care" })).await;
    assert!(proposal.starts_with("/proposals/"));
    let mut ada = stage.browser();
    ada.sign_in("ada", "authors").await;
    let text = policy(&json!({ "description": "Else." }));
    let form = [("form[toml]", text.as_str()), ("form[follows]", "1")];
    let open = ada.post("/api/propose_policy", &form).await;
    let open = open.location().to_owned();
    for (who, group, may) in [
        ("ada", "authors", true),
        ("quinn", "auditors", true),
        ("oscar", "operators", true),
        ("cleo", "custodians", false),
        ("dana", "oncall", false),
    ] {
        let mut browser = stage.browser();
        browser.sign_in(who, group).await;
        for page in [open.as_str(), "/policies/orders-read"] {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, 200, "{who}: {page}");
            let offered = answer.text().await.contains("/simulate");
            assert_eq!(offered, may, "{who}: {page}");
        }
        let status = browser.get("/policies/orders-read/simulate").await.status;
        assert_eq!(status == 200, may, "{who}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn sign_offs_are_handed_to_those_whom_a_policy_asks(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let [mut ari, mut lee, mut dana] = [stage.browser(), stage.browser(), stage.browser()];
    ari.sign_in("ari", "leads").await;
    lee.sign_in("lee", "leads").await;
    dana.sign_in("dana", "oncall").await;
    let page = words(&mut dana, "/delegation").await;
    assert!(
        page.contains("There is nothing to hand over. No policy asks you"),
        "{page}"
    );
    let page = words(&mut ari, "/delegation").await;
    assert!(
        page.contains("nothing to hand over. The policies that ask you"),
        "{page}"
    );
    let away = json!({
        "approval": { "within_s": 3600, "delegation": true, "stages": [{ "n": 1, "groups": ["leads"] }] },
    });
    put_in_force(&stage, &away).await;
    let page = words(&mut ari, "/delegation").await;
    assert!(page.contains("Choose a person lee For how long"), "{page}");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_cannot_open_it_is_told_who_can(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let elsewhere = json!({
        "conditions": { "min_reason_chars": 5, "networks": ["192.0.2.0/24"] },
        "eligible": ["oncall", "nightwatch"],
    });
    put_in_force(&stage, &elsewhere).await;
    let [mut dana, mut quinn] = [stage.browser(), stage.browser()];
    dana.sign_in("dana", "oncall").await;
    quinn.sign_in("quinn", "auditors").await;
    let form = "/request?resource=orders-db&policy=orders-read";
    let page = words(&mut dana, form).await;
    let who = "Who can, signed in as the policy wants it: 1 of 1 person last seen in oncall; 0 of 0 people last seen in nightwatch.";
    assert!(page.contains(who), "{page}");
    let page = words(&mut quinn, "/policies/orders-read/simulate").await;
    let groups = "oncall, 1 person last seen: 1 could ask and open it now, 0 could break the glass";
    assert!(page.contains(groups), "{page}");
    assert!(
        page.contains("1 of leads (0 people last seen): too few"),
        "{page}"
    );
}
