//! Reads are noted before they are served; words are erased by two people who both prove who they are.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::stage::{Browser, Stage};

/// How long the browser may keep what it got.
async fn kept(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.headers["cache-control"].to_str().unwrap().to_owned()
}

/// How many entries the newest checkpoint covers.
async fn size(browser: &mut Browser<'_>) -> String {
    let checkpoint = browser.get("/ledger/checkpoint").await.text().await;
    checkpoint.lines().nth(1).unwrap().to_owned()
}

/// What the portal has noted of reads that are no entries yet.
fn noted(stage: &Stage) -> Vec<Value> {
    let Ok(files) = std::fs::read_dir(stage.data().join("state/reads")) else {
        return Vec::new();
    };
    files
        .map(|file| serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap())
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn entries_are_served_once_their_read_is_noted(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let [mut quinn, mut nosy] = [stage.browser(), stage.browser()];
    quinn.sign_in("quinn", "auditors").await;
    nosy.sign_in("nosy", "leads").await;
    let size = size(&mut quinn).await;
    let bundle = format!("/ledger/tile/entries/000.p/{size}");
    let hashes = format!("/ledger/tile/0/000.p/{size}");
    assert_eq!(quinn.get(&hashes).await.status, StatusCode::OK);
    for path in ["/ledger/stream/0-2", &bundle] {
        assert_eq!(nosy.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(quinn.get("/ledger/tile/entries/001").await.status, 404);
    assert_eq!(quinn.get("/ledger/stream/0-9999").await.status, 416);
    assert!(noted(&stage).is_empty(), "{:?}", noted(&stage));

    assert_eq!(quinn.get("/ledger/stream/0-2").await.status, 200);
    let [read] = &noted(&stage)[..] else {
        panic!("{:?}", noted(&stage));
    };
    assert_eq!((&read["from"], &read["to"]), (&json!(0), &json!(2)));
    assert_eq!(read["reader"]["groups"], json!(["auditors"]));
    assert_eq!(quinn.get(&bundle).await.status, 200);
    let [read] = &noted(&stage)[..] else {
        panic!("{:?}", noted(&stage));
    };
    assert!(read["to"].as_u64() >= size.parse().ok(), "{read}");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_log_as_one_file_is_a_read_of_all_of_it(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let [mut quinn, mut nosy] = [stage.browser(), stage.browser()];
    quinn.sign_in("quinn", "auditors").await;
    nosy.sign_in("nosy", "leads").await;
    let refused = nosy.get("/ledger/log-file").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(noted(&stage).is_empty(), "{:?}", noted(&stage));

    let answer = quinn.get("/ledger/log-file").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let named = answer.headers["content-disposition"].to_str().unwrap();
    assert!(named.starts_with("attachment; filename=\""), "{named}");
    let file = answer.bytes().await;
    let (head, begin) = ledger::log_file::Head::parse(&file).unwrap();
    let parts = head.parts(file.len() as u64).unwrap();
    let part = |part: std::ops::Range<u64>| &file[part.start as usize..part.end as usize];
    let checkpoint = ledger::SignedCheckpoint::parse(part(parts.checkpoint)).unwrap();
    assert_eq!(checkpoint.claimed().size(), head.leaves());
    assert!(begin < ledger::log_file::MAX_HEAD_LEN);
    let entries: Result<Vec<&[u8]>, _> = ledger::bundle::split(part(parts.entries)).collect();
    let hashes = entries.unwrap().into_iter().map(ledger::leaf_hash);
    let hashes: Vec<ledger::Hash> = hashes.collect();
    let concat: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
    assert_eq!(part(parts.leaves), concat);
    assert_eq!(ledger::root_of(&hashes), checkpoint.claimed().root());

    let [read] = &noted(&stage)[..] else {
        panic!("{:?}", noted(&stage));
    };
    assert_eq!(
        (&read["from"], &read["to"]),
        (&json!(0), &json!(head.leaves()))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_role_that_was_taken_away_opens_no_entry(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    assert_eq!(quinn.get("/ledger/stream/0-2").await.status, 200);
    let before = noted(&stage);
    let cookie = quinn.cookie.take();
    let stage = stage.with_auditors("inspectors").await;
    let mut quinn = stage.browser();
    quinn.cookie = cookie;
    assert!(quinn.is_signed_in().await);
    for path in [
        "/ledger/stream/0-2",
        "/ledger/tile/entries/000.p/3",
        "/ledger/tile/0/000.p/3",
        "/ledger/checkpoint",
        "/ledger/log-file",
        "/log",
    ] {
        assert_eq!(
            quinn.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert!(noted(&stage).len() <= before.len(), "{:?}", noted(&stage));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_takes_a_role_is_not_kept_by_browsers(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    let newest = size(&mut quinn).await;
    let bundle = format!("/ledger/tile/entries/000.p/{newest}");
    for path in ["/ledger/stream/0-2", "/ledger/log-file", &bundle] {
        assert_eq!(kept(&mut quinn, path).await, "no-store", "{path}");
    }
    let hashes = format!("/ledger/tile/0/000.p/{newest}");
    assert!(kept(&mut quinn, &hashes).await.contains("immutable"));
    let stage = stage.with_auditors("auditors").await;
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    let hashes = format!("/ledger/tile/0/000.p/{}", size(&mut quinn).await);
    assert_eq!(kept(&mut quinn, &hashes).await, "no-store");
}

/// Dana asks and takes it back: a request that is over; says its id.
async fn withdrawn(stage: &Stage) -> String {
    let id = Uuid::new_v4().to_string();
    let mut dana = stage.browser();
    dana.sign_in("dana", "oncall").await;
    let form = [
        ("form[request]", id.as_str()),
        ("form[resource]", "orders-db"),
        ("form[policy]", "orders-read"),
        ("form[reason]", "Grace called about her order"),
        ("form[urgency]", "sev2"),
        ("form[duration]", "10"),
    ];
    dana.post("/api/submit_request", &form).await;
    let answer = dana
        .post("/api/withdraw_request", &[("request", &id)])
        .await;
    assert_eq!(answer.location(), format!("/requests/{id}"));
    id
}

async fn view(browser: &mut Browser<'_>, id: &str) -> Value {
    let answer = browser.get(&format!("/api/request?id={id}")).await;
    serde_json::from_str(&answer.text().await).unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_erasure_needs_a_second_person_who_proves_who_they_are(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let id = withdrawn(&stage).await;
    let page = format!("/requests/{id}");
    let [mut cleo, mut kim] = [stage.browser(), stage.browser()];
    cleo.sign_in("cleo", "custodians").await;
    kim.sign_in("kim", "custodians").await;
    let form = |which, why| {
        [
            ("form[request]", id.as_str()),
            ("form[deed]", "erase"),
            ("form[opening]", which),
            ("form[why]", why),
        ]
    };
    let why = "The person asked for it, case 12.";
    // Nothing is erased that nobody chose, and what is wrong is said beside its field.
    for (which, why, field) in [("", why, "erase-which"), ("all", "hm", "erasure-reason")] {
        cleo.post("/api/sealed_text", &form(which, why)).await;
        let text = cleo.get(&page).await.text().await;
        assert!(text.contains(&format!(r#"id="{field}-error""#)), "{text}");
        assert_eq!(view(&mut kim, &id).await["erasures"], json!([]));
    }
    let form = form("all", why);
    assert_eq!(cleo.post("/api/sealed_text", &form).await.location(), page);
    let text = kim.get(&page).await.text().await;
    assert!(text.contains("<li>Reason in entry") && text.contains("This cannot be undone."));
    let order = view(&mut kim, &id).await["erasures"][0]["order"].to_string();
    let form = [("order", order.as_str()), ("request", id.as_str())];
    // The order knows its request better than a form does.
    let elsewhere = Uuid::new_v4().to_string();
    let bent = [("order", order.as_str()), ("request", &elsewhere)];

    // Who ordered it is sent back, not to the provider.
    assert_eq!(
        cleo.post("/api/begin_erasure", &form).await.location(),
        page
    );
    assert!(
        cleo.get(&page)
            .await
            .text()
            .await
            .contains("takes two people")
    );

    for (subject, changes, message) in [
        ("cleo", json!({}), "Somebody else signed in"),
        ("kim", json!({ "auth_time": 1 }), "did not ask you anew"),
    ] {
        let answer = kim.post("/api/begin_erasure", &bent).await;
        assert_eq!(answer.location(), "/auth/step-up");
        let callback = kim
            .go_to_provider("/auth/step-up", subject, "custodians", changes)
            .await;
        assert_eq!(kim.get(&callback).await.location(), page);
        let text = kim.get(&page).await.text().await;
        assert!(text.contains(message), "{message}");
        assert_eq!(view(&mut kim, &id).await["openings"][0]["state"], "sealed");
    }

    kim.post("/api/begin_erasure", &form).await;
    let callback = kim
        .go_to_provider("/auth/step-up", "kim", "custodians", json!({}))
        .await;
    assert_eq!(kim.get(&callback).await.location(), page);
    let after = view(&mut kim, &id).await;
    assert!(after["openings"][0]["erased_seq"].is_u64(), "{after}");
    let mut dana = stage.browser();
    dana.sign_in("dana", "oncall").await;
    let text = dana.get(&page).await.text().await;
    assert!(text.contains("Sealed, erased") && !text.contains("Grace"));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_auditor_is_shown_a_text_with_a_purpose(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let id = withdrawn(&stage).await;
    let page = format!("/requests/{id}");
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    assert!(!quinn.get(&page).await.text().await.contains("Grace"));
    let seq = view(&mut quinn, &id).await["openings"][0]["seq"].to_string();
    let opening = format!("{seq}:reason");
    let send = |why| {
        [
            ("form[request]", id.clone()),
            ("form[deed]", "disclose".to_owned()),
            ("form[opening]", opening.clone()),
            ("form[why]", String::from(why)),
        ]
    };
    for (why, shown) in [("hm", false), ("Audit of November, sample 4", true)] {
        let form = send(why);
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(quinn.post("/api/sealed_text", &form).await.location(), page);
        let text = quinn.get(&page).await.text().await;
        assert_eq!(text.contains("Grace called"), shown, "{why}");
    }
    let mut none = send("Audit of November, sample 4");
    none[2].1.clear();
    let none: Vec<(&str, &str)> = none.iter().map(|(k, v)| (*k, v.as_str())).collect();
    quinn.post("/api/sealed_text", &none).await;
    assert!(
        quinn
            .get(&page)
            .await
            .text()
            .await
            .contains("Choose a text.")
    );
    for bent in ["x:reason", "1:password", "reason"] {
        let mut form = send("Audit of November, sample 4");
        form[2].1 = bent.to_owned();
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        quinn.post("/api/sealed_text", &form).await;
        let text = quinn.get(&page).await.text().await;
        assert!(text.contains("did not arrive whole"), "{bent}");
    }
}
