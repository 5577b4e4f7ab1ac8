//! One request as a file to keep, and one entry's receipt: served to whoever may have them, and kept by nobody on the
//! way.

use std::process::Command;

use axum::http::StatusCode;
use ledger::evidence::Bundle;
use ledger::policy::Policy;
use ledger::receipt::Receipt;
use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;
use verify::{LogKey, Report, evidence_bundle};

use crate::stage::{Browser, Stage};

/// Asks for access; says the request's id.
async fn asked(browser: &mut Browser<'_>) -> String {
    let id = Uuid::new_v4().to_string();
    let form = [
        ("form[request]", id.clone()),
        ("form[resource]", "orders-db".into()),
        ("form[policy]", "orders-read".into()),
        ("form[reason]", "Grace called about her order".into()),
        ("form[urgency]", "sev2".into()),
        ("form[duration]", "10".into()),
    ];
    assert_eq!(browser.api("/api/submit_request", &form).await, 200);
    id
}

#[sqlx::test(migrations = "../migrations")]
async fn a_request_is_a_file_that_verifies_elsewhere(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let [mut dana, mut quinn] = [stage.browser(), stage.browser()];
    dana.sign_in("dana", "oncall").await;
    quinn.sign_in("quinn", "auditors").await;
    let id = asked(&mut dana).await;
    let vkey = dana.get("/ledger/vkey").await.text().await;
    let key = LogKey::parse(&vkey).unwrap();
    for (browser, texts) in [(&mut dana, 1), (&mut quinn, 0)] {
        let answer = browser.get(&format!("/requests/{id}/evidence")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("content-type"), "application/json");
        let name = format!("attachment; filename=\"breakglass-evidence-{id}.json\"");
        assert_eq!(header("content-disposition"), name);
        let file = answer.text().await;
        let report = evidence_bundle::check(&key, file.as_bytes()).unwrap();
        assert!(report.proven, "{:?}", report.findings);
        let bundle: Bundle = serde_json::from_str(&file).unwrap();
        assert_eq!(bundle.openings.len(), texts);
        the_command_line_says_the_same(&vkey, &file, &report);
    }
    let nobody = stage
        .browser()
        .get(&format!("/requests/{id}/evidence"))
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    for path in [
        "/requests/none/evidence".to_owned(),
        format!("/requests/{}/evidence", Uuid::new_v4()),
    ] {
        assert_eq!(
            dana.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

/// `breakglass verify FILE`, of a file as it is and altered.
fn the_command_line_says_the_same(vkey: &str, file: &str, report: &Report) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("evidence.json");
    let run = |bytes: &str, arguments: &[&str]| {
        std::fs::write(&path, bytes).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command
            .arg("verify")
            .arg(&path)
            .args(["--vkey", vkey.trim()]);
        command.args(arguments).output().unwrap()
    };
    let done = run(file, &["--json"]);
    assert_eq!(done.status.code(), Some(0));
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said, serde_json::to_value(report).unwrap());
    // The last hash of the first entry's proof.
    let at = file.find("\"]}").unwrap() - 5;
    let other = if &file[at..=at] == "A" { "B" } else { "A" };
    let bent = format!("{}{other}{}", &file[..at], &file[at + 1..]);
    let done = run(&bent, &[]);
    assert_eq!(
        done.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(String::from_utf8_lossy(&done.stdout).starts_with("NOT PROVEN"));
    assert_eq!(run(&file[..file.len() - 1], &[]).status.code(), Some(2));
    let policy = folder.path().join("policy");
    std::fs::write(&policy, "quorum none\n").unwrap();
    let done = run(file, &["--policy", policy.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("--policy"));
    let done = run(file, &["--remembered", policy.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("--remembered"));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_page_of_a_request_offers_its_file_to_those_who_may_have_it(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let [mut dana, mut oscar] = [stage.browser(), stage.browser()];
    dana.sign_in("dana", "oncall").await;
    oscar.sign_in("oscar", "operators").await;
    let id = asked(&mut dana).await;
    let link = format!("href=\"/requests/{id}/evidence\"");
    let page = dana.get(&format!("/requests/{id}")).await.text().await;
    assert!(
        page.contains(&link) && page.contains("Download evidence"),
        "{page}"
    );
    let page = oscar.get(&format!("/requests/{id}")).await.text().await;
    assert!(
        !page.contains(&link) && !page.contains("Download evidence"),
        "{page}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_entry_has_a_receipt_beside_it(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    let page = quinn.get("/log").await.text().await;
    assert!(page.contains("href=\"/ledger/receipt/0\""), "{page}");
    let answer = quinn.get("/ledger/receipt/0").await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"entry-0.tlog-proof\""
    );
    let receipt = answer.text().await;
    let vkey = quinn.get("/ledger/vkey").await.text().await;
    let trust = Policy::parse(format!("log {}\nquorum none\n", vkey.trim()).as_bytes()).unwrap();
    let log = quinn.get("/api/log").await.text().await;
    let log: Value = serde_json::from_str(&log).unwrap();
    let rows = log["rows"].as_array().unwrap();
    let first = rows.iter().find(|row| row["seq"] == 0).unwrap();
    let entry = first["bytes"].as_str().unwrap();
    let receipt = Receipt::parse(receipt.as_bytes()).unwrap();
    receipt.verify_entry(entry.as_bytes(), &trust).unwrap();
    for path in ["00", "+1", "x", "9999999", "18446744073709551616"] {
        let answer = quinn.get(&format!("/ledger/receipt/{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
