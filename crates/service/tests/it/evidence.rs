//! One request as one file: whoever may takes it away, and it verifies without the portal.

use std::time::Duration;

use access::event::{EndCause, Field, OpeningRef, Verdict};
use access::ids::RequestId;
use access::view::Viewer;
use ledger::evidence::Bundle;
use ledger::policy::Policy;
use ledger::receipt::Receipt;
use service::Error;
use service::rotate::rotate;
use sqlx::PgPool;
use verify::{LogKey, Outcome, Report, Subject, evidence_bundle};

use crate::erasing::{custodian, denied, erase};
use crate::stage::{Stage, eventually, service_pool};
use crate::tampering::by_force;

async fn file(stage: &Stage, who: &Viewer, request: RequestId) -> Vec<u8> {
    stage.portal.export_evidence(who, request).await.unwrap()
}

fn bundle(file: &[u8]) -> Bundle {
    serde_json::from_slice(file).unwrap()
}

fn checked(vkey: &str, file: &[u8]) -> Report {
    evidence_bundle::check(&LogKey::parse(vkey).unwrap(), file).unwrap()
}

fn is_proven(stage: &Stage, file: &[u8]) -> Report {
    let report = checked(&stage.portal.ledger().vkey(), file);
    assert!(report.proven, "{:?}", report.findings);
    report
}

fn text(report: &Report, subject: Subject) -> &str {
    let check = report.checks.iter().find(|check| check.subject == subject);
    &check.unwrap().text
}

fn opened(file: &[u8]) -> Vec<(String, String)> {
    let openings = bundle(file).openings.into_iter();
    openings.map(|shown| (shown.field, shown.text)).collect()
}

/// An emergency that was opened, ended and reviewed.
async fn emergency(stage: &Stage) -> RequestId {
    let dana = stage.dana().await;
    let (request, grant) = stage.break_glass(&dana, 60).await;
    let ended = stage.portal.end(&dana, grant, EndCause::Returned);
    ended.await.unwrap();
    let rae = stage.person("rae", &["reviewers"]).await;
    let said = Some("It was one.");
    let review = stage.portal.review(
        &rae,
        request,
        Verdict::Emergency,
        said,
        "Looked at all of it.",
    );
    review.await.unwrap();
    request
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_people_of_a_request_take_away_is_proven(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    // What others do in between is not in it.
    let ben = stage.person("ben", &["oncall"]).await;
    let other = stage.ask(&ben, "orders-read").await;
    for who in [stage.dana().await, stage.ari().await] {
        let file = file(&stage, &who, request).await;
        let report = is_proven(&stage, &file);
        assert!(text(&report, Subject::Rules).contains("it was denied"));
        let words = opened(&file);
        let fields: Vec<&str> = words.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["reason", "ticket", "note"]);
        assert_eq!(words[0].1, "Orders are stuck and customers wait.");
        assert_eq!(
            text(&report, Subject::Openings),
            "3 texts are those that were sealed. 1 seal stays closed."
        );
        let said = String::from_utf8(file).unwrap();
        assert!(!said.contains(&other.to_string()));
        assert!(
            !said.contains("header.claims.signature"),
            "no proof of identity"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_from_the_glass_to_its_review_is_proven(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = emergency(&stage).await;
    let file = file(&stage, &stage.dana().await, request).await;
    let report = is_proven(&stage, &file);
    let rules = text(&report, Subject::Rules);
    assert!(
        rules.contains("access was opened, has ended and was reviewed"),
        "{rules}"
    );
    for check in &report.checks {
        let beyond = check.subject == Subject::Beyond;
        assert_eq!(check.outcome == Outcome::Unknown, beyond, "{}", check.text);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_looks_on_takes_nothing_away(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let export = async |who: &Viewer| stage.portal.export_evidence(who, request).await;
    let oscar = stage.person("oscar", &["operators"]).await;
    for looks_on in [oscar, custodian(&stage, "cleo").await] {
        assert!(stage.portal.request(&looks_on, request).await.is_ok());
        assert!(matches!(export(&looks_on).await, Err(Error::Forbidden)));
    }
    let stranger = stage.person("eve", &["sales"]).await;
    assert!(matches!(export(&stranger).await, Err(Error::NotFound)));
    let nowhere = RequestId::new(uuid::Uuid::new_v4());
    let dana = stage.dana().await;
    let none = stage.portal.export_evidence(&dana, nowhere).await;
    assert!(matches!(none, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_auditor_takes_what_was_disclosed_to_them_and_reads_by_an_entry(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.settings.read_window = Duration::from_millis(200);
    stage.restart().await;
    let request = denied(&stage).await;
    let quinn = stage.quinn().await;
    let sealed = file(&stage, &quinn, request).await;
    is_proven(&stage, &sealed);
    assert_eq!(opened(&sealed), []);
    let own = bundle(&file(&stage, &stage.dana().await, request).await);
    let reason = OpeningRef {
        seq: own.openings[0].seq,
        field: Field::Reason,
    };
    let why = "Audit 2026-11, sample 4.";
    let disclosed = stage.portal.disclose(&quinn, request, reason, why);
    disclosed.await.unwrap();
    let report = file(&stage, &quinn, request).await;
    let (fields, report): (Vec<String>, Report) = (
        opened(&report)
            .into_iter()
            .map(|(field, _)| field)
            .collect(),
        is_proven(&stage, &report),
    );
    assert_eq!(fields, ["reason"]);
    assert!(text(&report, Subject::Beyond).contains("held the role"));
    let other = stage.person("quentin", &["auditors"]).await;
    assert_eq!(opened(&file(&stage, &other, request).await), []);

    // Each entry that left is one that was read, by the log; and what Dana took is no read.
    let taken: Vec<u64> = bundle(&sealed).entries.iter().map(|one| one.seq).collect();
    let reads = || async {
        let entries = stage.verified_entries().await;
        let reads = entries
            .into_iter()
            .filter(|(kind, _)| kind == "ledger.read");
        reads
            .map(|(_, entry)| {
                let number = |name: &str| entry["body"][name].as_u64().unwrap();
                let reader = entry["actor"]["person"].as_str().unwrap().to_owned();
                (reader, number("from")..number("to"))
            })
            .collect::<Vec<_>>()
    };
    eventually(Duration::from_secs(20), || async {
        let reads = reads().await;
        taken.iter().all(|seq| {
            let covers = |(who, range): &(String, std::ops::Range<u64>)| {
                *who == quinn.person.to_string() && range.contains(seq)
            };
            reads.iter().any(covers)
        })
    })
    .await;
    let readers = [quinn.person.to_string(), other.person.to_string()];
    for (reader, _) in reads().await {
        assert!(readers.contains(&reader), "{reader}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_erased_or_exchanged_is_not_in_it(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let request = denied(&stage).await;
    sqlx::query("update opening set bytes = 'I was told to.' where field = 'reason'")
        .execute(&admin)
        .await
        .unwrap();
    let altered = file(&stage, &dana, request).await;
    is_proven(&stage, &altered);
    assert!(opened(&altered).iter().all(|(field, _)| field != "reason"));
    erase(&stage, request).await;
    let erased = file(&stage, &dana, request).await;
    let report = is_proven(&stage, &erased);
    assert_eq!(opened(&erased), []);
    assert!(text(&report, Subject::Openings).contains("seals stay closed"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_entry_that_was_altered_in_the_database_is_named_by_the_file(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let dana = stage.dana().await;
    let honest = bundle(&file(&stage, &dana, request).await);
    let seq = honest.entries.last().unwrap().seq;
    let sql = format!(
        "update ledger_entry set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '\"portal\"', '\"portaI\"'), 'UTF8') where seq = 0; \
         update ledger_entry set bytes = overlay(bytes placing 'X'::bytea from 200) where seq = {seq}"
    );
    by_force(&admin, &sql).await;
    let report = checked(
        &stage.portal.ledger().vkey(),
        &file(&stage, &dana, request).await,
    );
    assert!(!report.proven);
    let named: Vec<Option<u64>> = report
        .findings
        .iter()
        .filter(|finding| finding.kind == "not_in_tree")
        .map(|finding| finding.seq)
        .collect();
    assert_eq!(named, [Some(0), Some(seq)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_holds_the_first_key_is_led_to_the_one_that_signs(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let first = stage.portal.ledger().vkey();
    let request = denied(&stage).await;
    stage.stop();
    let pool = service_pool(&stage.admin).await;
    rotate(&stage.settings, &pool).await.unwrap();
    stage.restart().await;
    let second = stage.portal.ledger().vkey();
    assert_ne!(first, second);
    let file = file(&stage, &stage.dana().await, request).await;
    for vkey in [&first, &second] {
        let report = checked(vkey, &file);
        assert!(report.proven, "{:?}", report.findings);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_entry_has_a_receipt_that_anybody_can_check(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let reader = stage.portal.ledger();
    let trust = format!("log {}\nquorum none\n", reader.vkey());
    let trust = Policy::parse(trust.as_bytes()).unwrap();
    let bundle = bundle(&file(&stage, &stage.dana().await, request).await);
    for member in &bundle.entries {
        let receipt = reader.receipt(member.seq).await.unwrap();
        let receipt = Receipt::parse(receipt.as_bytes()).unwrap();
        receipt.verify_entry(&member.entry, &trust).unwrap();
    }
    let size = reader.size().await.unwrap();
    assert!(matches!(
        reader.receipt(size + 1_000).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        reader.receipt(u64::MAX).await,
        Err(Error::NotFound)
    ));
}
