//! How sessions end.

use std::time::{Duration, Instant};

use access::event::ActionOutcome;
use targets::Connector as _;
use targets::gateway::Left;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use super::{A_SECOND, DONE, code, executed, gone, signed_in};
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recorded_is_not_sent_and_both_sides_close() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    for extended in [false, true] {
        stage.notebook.fail_after(100);
        let client = signed_in(gateway).await;
        client.batch_execute("select 1").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.notebook.fail_after(0);
        let text = "delete from people /* canary */";
        let fault = match extended {
            true => client.execute(text, &[]).await.unwrap_err(),
            false => client.batch_execute(text).await.unwrap_err(),
        };
        assert!(
            fault
                .as_db_error()
                .is_none_or(|error| error.severity() == "FATAL"),
            "{fault:?}"
        );
        assert!(!executed(&stage, "canary"));
        assert_eq!(stage.people().await, 2);
        gone(&stage).await;
        assert!(client.batch_execute("select 2").await.is_err());
    }
    assert_eq!(
        stage.left(2).await,
        [Left::RecorderLost, Left::RecorderLost]
    );
}

/// When the end of a statement is to be recorded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_recorder_is_lost_in_the_middle_ends() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let client = signed_in(gateway).await;
    stage.notebook.fail_after(1);
    drop(client.batch_execute("select 1").await);
    let begun = Instant::now();
    while client.batch_execute("select 2 /* canary */").await.is_ok() {
        assert!(begun.elapsed() < A_SECOND);
    }
    gone(&stage).await;
    assert!(!stage.was_sent("canary"));
}

/// By the portal alone, though nobody has ended the account yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_and_its_statement_are_cut_within_a_second_and_hear_why() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let (idle, busy) = (signed_in(gateway).await, signed_in(gateway).await);
    let running = tokio::spawn(async move { busy.batch_execute("select pg_sleep(60)").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    stage.ending.end("Ari has revoked this access.");
    let fault = running.await.unwrap().unwrap_err();
    let took = begun.elapsed();
    let error = fault.as_db_error().unwrap();
    assert_eq!(
        (error.severity(), error.message()),
        ("FATAL", "Ari has revoked this access.")
    );
    assert_eq!(error.code(), &SqlState::ADMIN_SHUTDOWN);
    assert!(idle.batch_execute("select 1 /* canary */").await.is_err());
    gone(&stage).await;
    println!(
        "the statement was cut after {} ms, the last backend gone after {} ms",
        took.as_millis(),
        begun.elapsed().as_millis()
    );
    assert!(begun.elapsed() < A_SECOND);
    stage.notebook.ended(1).await;
    assert_eq!(stage.notebook.outcomes(), [(0, ActionOutcome::Cut)]);
    assert!(!stage.was_sent("canary"));
    assert_eq!(stage.left(2).await, [Left::AccessEnded, Left::AccessEnded]);
}

/// By the connector.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_target_ends_the_account_the_client_hears_it() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let client = signed_in(gateway).await;
    let running = tokio::spawn(async move { client.batch_execute("select pg_sleep(60)").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    assert_eq!(stage.target.end(stage.grant).await.unwrap(), 1);
    let fault = running.await.unwrap().unwrap_err();
    assert!(begun.elapsed() < A_SECOND);
    assert_eq!(code(&fault), Some(&SqlState::ADMIN_SHUTDOWN));
    stage.notebook.ended(1).await;
    assert_eq!(stage.notebook.outcomes(), [(0, ActionOutcome::Cut)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clients_cancel_reaches_the_target() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let client = signed_in(gateway).await;
    let token = client.cancel_token();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        token.cancel_query(NoTls).await.unwrap();
    });
    let fault = client
        .batch_execute("select pg_sleep(60)")
        .await
        .unwrap_err();
    assert_eq!(code(&fault), Some(&SqlState::QUERY_CANCELED));
    client.batch_execute("select 1").await.unwrap();
    stage.notebook.ended(2).await;
    assert_eq!(
        stage.notebook.outcomes(),
        [(0, ActionOutcome::Cancelled), (1, DONE)]
    );
    // The server's own limit is no cancelling.
    client
        .batch_execute("set statement_timeout = 50")
        .await
        .unwrap();
    assert!(client.batch_execute("select pg_sleep(60)").await.is_err());
    stage.notebook.ended(4).await;
    assert_eq!(stage.notebook.outcomes()[3], (3, ActionOutcome::Failed));
}
