//! What people wrote is erased by two people, and by nobody else.

use access::event::Decision;
use access::ids::RequestId;
use access::refusal::Rule;
use access::view::{OpeningState, Viewer};
use service::{ConfirmErasure, Error};
use sqlx::PgPool;

use crate::stage::{Stage, service_pool};

const WHY: &str = "Erasure asked for by the person, DPO-12.";

pub(crate) async fn custodian(stage: &Stage, name: &str) -> Viewer {
    stage.person(name, &["custodians"]).await
}

/// A request that is over, with a reason, a ticket, a note and a proof.
pub(crate) async fn denied(stage: &Stage) -> RequestId {
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let request = stage.ask(&dana, "orders-read").await;
    stage.sign(&ari, request, Decision::Deny).await.unwrap();
    request
}

async fn confirm(stage: &Stage, who: &Viewer, order: u64) -> Result<(), Error> {
    stage.portal.check_erasure(who, order).await?;
    let form = ConfirmErasure {
        order,
        auth_time_s: time::OffsetDateTime::now_utc().unix_timestamp(),
        id_token: "header.claims.signature".into(),
        nonce_salt: [9; 32],
    };
    stage.portal.confirm_erasure(who, form).await
}

/// Erases all that was written about a request.
pub(crate) async fn erase(stage: &Stage, request: RequestId) {
    let (cleo, kim) = (
        custodian(stage, "cleo").await,
        custodian(stage, "kim").await,
    );
    let ordered = stage.portal.order_erasure(&cleo, request, None, WHY);
    ordered.await.unwrap();
    let waiting = stage.portal.inbox(&kim).await.unwrap().erasures;
    confirm(stage, &kim, waiting[0].order).await.unwrap();
}

/// How many texts of the request are kept.
async fn kept(admin: &PgPool, request: RequestId) -> i64 {
    sqlx::query_scalar(
        "select count(bytes) from opening where seq in
             (select submitted_seq from request where id = $1
              union select seq from sign_off where request = $1)",
    )
    .bind(request.uuid())
    .fetch_one(admin)
    .await
    .unwrap()
}

pub(crate) fn refused_by(outcome: Result<(), Error>) -> Rule {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.rule,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_people_erase_and_the_log_stays_whole(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let (cleo, kim) = (
        custodian(&stage, "cleo").await,
        custodian(&stage, "kim").await,
    );
    let dana = stage.dana().await;
    let portal = &stage.portal;
    let before = portal.request(&dana, request).await.unwrap();
    assert!(before.row.reason.is_some() && before.ticket.is_some());
    assert!(before.sign_offs[0].note.is_some());

    let dont = portal.order_erasure(&dana, request, None, WHY).await;
    assert_eq!(refused_by(dont), Rule::NotCustodian);
    portal
        .order_erasure(&cleo, request, None, WHY)
        .await
        .unwrap();
    let waiting = portal.inbox(&kim).await.unwrap().erasures;
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].may_confirm && waiting[0].reason.as_deref() == Some(WHY));
    assert!(!portal.inbox(&cleo).await.unwrap().erasures[0].may_confirm);
    assert!(portal.inbox(&dana).await.unwrap().erasures.is_empty());
    let order = waiting[0].order;

    assert_eq!(
        refused_by(confirm(&stage, &cleo, order).await),
        Rule::SelfConfirmation
    );
    assert_eq!(kept(&admin, request).await, 4);
    confirm(&stage, &kim, order).await.unwrap();
    assert_eq!(kept(&admin, request).await, 0);

    let after = portal.request(&dana, request).await.unwrap();
    assert_eq!((after.row.reason, after.ticket), (None, None));
    assert_eq!(after.sign_offs[0].note, None);
    for text in &after.openings {
        assert!(
            text.state == OpeningState::Erased && text.erased_seq.is_some(),
            "{text:?}"
        );
    }
    assert_eq!(after.statement, before.statement);
    let kinds: Vec<String> = stage
        .verified_entries()
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    let tail = &kinds[kinds.len() - 5..];
    assert_eq!(
        tail,
        [
            "erasure.ordered",
            "command.refused",
            "session.opened",
            "erasure.confirmed",
            "opening.erased"
        ]
    );
}

/// The newest refusal: which request it names.
async fn refused_request(stage: &Stage) -> serde_json::Value {
    let entries = stage.verified_entries().await;
    let refused = entries
        .into_iter()
        .rfind(|(kind, _)| kind == "command.refused");
    refused.unwrap().1["body"]["request"].clone()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refusal_names_no_request_that_the_log_does_not_know(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let (cleo, kim) = (
        custodian(&stage, "cleo").await,
        custodian(&stage, "kim").await,
    );
    let portal = &stage.portal;
    let ordered = portal.order_erasure(&cleo, request, None, WHY);
    ordered.await.unwrap();
    let order = portal.inbox(&kim).await.unwrap().erasures[0].order;
    assert_eq!(portal.check_erasure(&kim, order).await.unwrap(), request);

    let unknown = RequestId::new(uuid::Uuid::new_v4());
    portal
        .refuse_unproven_sign_off(&kim, unknown)
        .await
        .unwrap();
    assert!(refused_request(&stage).await.is_null());
    portal.refuse_unproven_erasure(&kim, 9_999).await.unwrap();
    assert!(refused_request(&stage).await.is_null());
    portal.refuse_unproven_erasure(&kim, order).await.unwrap();
    assert_eq!(refused_request(&stage).await, request.to_string());
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_erases_nothing_on_one_persons_word(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let cleo = custodian(&stage, "cleo").await;
    stage
        .portal
        .order_erasure(&cleo, request, None, WHY)
        .await
        .unwrap();
    let service = service_pool(&admin).await;
    let size = stage.portal.ledger().size().await.unwrap();
    for seq in 0..size + 2 {
        let outcome = sqlx::query(&format!("select opening_erase({seq})"))
            .execute(&service)
            .await;
        let fault = outcome.expect_err("nobody has confirmed");
        let code = fault.as_database_error().and_then(|fault| fault.code());
        assert_eq!(code.as_deref(), Some("42501"), "{seq}: {fault}");
    }
    for statement in [
        "update opening set bytes = null, salt = null",
        "delete from opening",
        "truncate opening",
        "select entry_said(0)",
    ] {
        let outcome = sqlx::query(statement).execute(&service).await;
        let fault = outcome.expect_err(statement);
        let code = fault.as_database_error().and_then(|fault| fault.code());
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {fault}");
    }
    assert_eq!(kept(&admin, request).await, 4);
}

/// Entries as whoever holds the service's role could write them: each says what it likes.
#[sqlx::test(migrations = "../../migrations")]
async fn forged_entries_erase_what_two_people_are_said_to_want(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let other = denied(&stage).await;
    stage.stop();
    let places: Vec<i64> =
        sqlx::query_scalar("select submitted_seq from request order by submitted_seq")
            .fetch_all(&admin)
            .await
            .unwrap();
    let entry = |kind: &str, by: &str, body: String| {
        format!(r#"{{"kind":"{kind}","actor":{{"type":"person","person":"{by}"}},"body":{body}}}"#)
    };
    let erased = |by: &str, seq: i64| {
        let openings = format!(r#"[{{"seq":{seq},"field":"reason"}}]"#);
        let body = format!(r#"{{"order":1000,"request":"{request}","openings":{openings}}}"#);
        entry("opening.erased", by, body)
    };
    let ordered = |of: &str| {
        let body = format!(r#"{{"request":"{request}","of":{of}}}"#);
        entry("erasure.ordered", "a", body)
    };
    let confirmed = |by: &str, request: RequestId| {
        let body = format!(r#"{{"order":1000,"request":"{request}"}}"#);
        entry("erasure.confirmed", by, body)
    };
    let note = format!(r#"{{"seq":{},"field":"note"}}"#, places[0]);
    let cases = [
        (
            "lawful",
            ordered("null"),
            confirmed("b", request),
            erased("b", places[0]),
            true,
        ),
        (
            "alone",
            ordered("null"),
            confirmed("a", request),
            erased("a", places[0]),
            false,
        ),
        (
            "third",
            ordered("null"),
            confirmed("b", request),
            erased("c", places[0]),
            false,
        ),
        (
            "other request",
            ordered("null"),
            confirmed("b", other),
            erased("b", places[0]),
            false,
        ),
        (
            "its text",
            ordered("null"),
            confirmed("b", request),
            erased("b", places[1]),
            false,
        ),
        (
            "not that one",
            ordered(&note),
            confirmed("b", request),
            erased("b", places[0]),
            false,
        ),
    ];
    for (what, ordered, confirmed, erased, allowed) in cases {
        let mut tx = admin.begin().await.unwrap();
        for (seq, bytes) in [(1000_i64, ordered), (1001, confirmed), (1002, erased)] {
            sqlx::query(
                "insert into ledger_entry (seq, id, leaf_hash, bytes)
                 values ($1, gen_random_uuid(), sha256(''), $2)",
            )
            .bind(seq)
            .bind(bytes.as_bytes())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        sqlx::query("set local role breakglass_service")
            .execute(&mut *tx)
            .await
            .unwrap();
        let outcome = sqlx::query("select opening_erase(1002)")
            .execute(&mut *tx)
            .await;
        assert_eq!(outcome.is_ok(), allowed, "{what}: {outcome:?}");
    }
}
