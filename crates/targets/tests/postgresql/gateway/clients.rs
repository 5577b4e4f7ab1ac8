//! What works as ever.

use std::time::Instant;

use access::event::{ActionOutcome, StatementClass};
use futures::{SinkExt as _, TryStreamExt as _};
use targets::gateway::{Gateway, Left};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_postgres::error::SqlState;

use super::{DONE, code, psql, said, signed_in, try_sign_in};
use crate::cluster::certificates::Certificates;
use crate::notebook::Line;
use crate::stage::{ONE_TIME, Stage, USER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn psql_works_as_ever_and_each_statement_is_recorded_first() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let done = psql(
        &stage,
        gateway,
        "",
        "select current_user; select name from people order by id",
    )
    .await;
    let (out, err) = said(&done);
    assert_eq!(out, format!("{}\nAda\n\n", stage.grant.account()), "{err}");
    assert!(done.status.success());
    // One message is one action, with all of its text.
    let lines = stage.notebook.ended(1).await;
    assert_eq!(
        stage.notebook.intended(),
        ["select current_user; select name from people order by id"]
    );
    assert!(
        matches!(lines[0], Line::Finished(0, DONE, Some(3), Some(_))),
        "{lines:?}"
    );
    let done = psql(&stage, gateway, "", "selec").await;
    assert!(said(&done).1.contains("syntax error"));
    stage.notebook.ended(2).await;
    assert_eq!(stage.notebook.outcomes()[1], (1, ActionOutcome::Failed));
    assert_eq!(stage.left(2).await, [Left::Closed, Left::Closed]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_knows_the_one_time_password_comes_in_and_only_to_the_target() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    for (user, password) in [(USER, "wrong"), ("nobody", ONE_TIME), (USER, "")] {
        let fault = try_sign_in(gateway, user, password).await.unwrap_err();
        if !password.is_empty() {
            assert_eq!(
                code(&fault),
                Some(&SqlState::INVALID_PASSWORD),
                "{user}: {fault:?}"
            );
        }
    }
    for (more, told) in [
        ("dbname=other", "This way in leads to the database postgres"),
        ("options='-c role=postgres'", "takes no options"),
        ("replication=database", "takes no replication"),
        ("client_encoding=SJIS", "speaks UTF8"),
        ("sslmode=require", "server does not support SSL"),
    ] {
        let (_, err) = said(&psql(&stage, gateway, more, "select 1").await);
        assert!(err.contains(told), "{more}: {err}");
    }
    assert!(stage.notebook.lines().is_empty());
    assert_eq!(stage.backends().await, 0);
    let done = psql(&stage, gateway, "dbname=postgres", "select 1").await;
    assert_eq!(said(&done).0, "1\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_verifies_gets_tls() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let made = Certificates::new(folder.path());
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let read = |path: &std::path::Path| std::fs::read(path).unwrap();
    let gateway = Gateway::with_tls(
        stage.guard.clone(),
        &read(&made.certificate),
        &read(&made.key),
    )
    .unwrap();
    let gateway = stage.serve(gateway, &[]).await;
    let full = format!(
        "sslmode=verify-full sslrootcert={}",
        made.authority.display()
    );
    let done = psql(&stage, gateway, &full, "select 1").await;
    assert_eq!(said(&done), ("1\n".into(), String::new()));
    let wrong = format!(
        "sslmode=verify-full sslrootcert={}",
        made.stranger.display()
    );
    let done = psql(&stage, gateway, &wrong, "select 1").await;
    assert!(said(&done).1.contains("certificate verify failed"));
    // What comes in the clear before the handshake is not taken for what comes in it.
    let mut raw = tokio::net::TcpStream::connect(gateway).await.unwrap();
    let mut bytes = Vec::from(8_u32.to_be_bytes());
    bytes.extend_from_slice(&80_877_103_u32.to_be_bytes());
    bytes.extend_from_slice(b"\0\0\0\x13\0\x03\0\0user\0dana\0\0");
    raw.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    drop(raw.read_to_end(&mut answer).await);
    assert_eq!(answer[0], b'S');
    assert!(!answer.contains(&b'R'), "no sign-in of what was injected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drivers_prepared_statements_are_recorded_with_their_values() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let mut client = signed_in(gateway).await;
    let statement = client
        .prepare("select name from people where id = $1 and $2::text is null")
        .await
        .unwrap();
    assert!(
        stage.notebook.intended().is_empty(),
        "to prepare is to do nothing yet"
    );
    let none: Option<&str> = None;
    let rows = client.query(&statement, &[&1_i32, &none]).await.unwrap();
    assert_eq!(rows[0].get::<_, &str>(0), "Ada");
    client
        .execute("insert into people values ($1, $2)", &[&7_i32, &"it's"])
        .await
        .unwrap();
    let ends = stage.notebook.ended(2).await;
    assert_eq!(
        stage.notebook.intended(),
        [
            "select name from people where id = $1 and $2::text is null\n-- $1 = \\x00000001\n-- $2 = null",
            "insert into people values ($1, $2)\n-- $1 = \\x00000007\n-- $2 = \\x69742773",
        ]
    );
    assert!(
        matches!(ends[0], Line::Finished(0, DONE, Some(1), Some(_))),
        "{ends:?}"
    );
    assert!(
        matches!(ends[1], Line::Finished(1, DONE, Some(1), None)),
        "{ends:?}"
    );

    // A portal, some rows at a time: each asking is an action.
    let transaction = client.transaction().await.unwrap();
    let portal = transaction
        .bind("select n from generate_series(1, 5) n", &[])
        .await
        .unwrap();
    assert_eq!(transaction.query_portal(&portal, 2).await.unwrap().len(), 2);
    assert_eq!(transaction.query_portal(&portal, 0).await.unwrap().len(), 3);
    transaction.commit().await.unwrap();
    stage.notebook.ended(6).await;
    let intended = stage.notebook.intended();
    assert_eq!(
        intended[2..],
        [
            "START TRANSACTION",
            "select n from generate_series(1, 5) n",
            "select n from generate_series(1, 5) n\n-- its next rows",
            "COMMIT",
        ]
    );
    assert!(client.query("select nothing", &[]).await.is_err());
    assert_eq!(client.query("select 1", &[]).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copy_goes_both_ways_and_is_counted() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let client = signed_in(gateway).await;
    let sink = client.copy_in("copy people from stdin").await.unwrap();
    let mut sink = Box::pin(sink);
    for n in 10..1_010 {
        sink.send(bytes::Bytes::from(format!("{n}\tx\n")))
            .await
            .unwrap();
    }
    assert_eq!(sink.as_mut().finish().await.unwrap(), 1_000);
    assert_eq!(stage.people().await, 1_002);
    let out = client.copy_out("copy people to stdout").await.unwrap();
    let chunks: Vec<bytes::Bytes> = out.try_collect().await.unwrap();
    assert_eq!(chunks.len(), 1_002);
    // Data that the server does not take, and then a query.
    let sink = client
        .copy_in::<_, bytes::Bytes>("copy people from stdin")
        .await
        .unwrap();
    let mut sink = Box::pin(sink);
    sink.send(bytes::Bytes::from_static(b"no number\tx\n"))
        .await
        .unwrap();
    assert!(sink.as_mut().finish().await.is_err());
    assert_eq!(client.query("select 1", &[]).await.unwrap().len(), 1);
    let ends = stage.notebook.ended(4).await;
    assert!(
        matches!(ends[0], Line::Finished(0, DONE, Some(1_000), Some(_))),
        "{:?}",
        ends[0]
    );
    assert!(
        matches!(ends[1], Line::Finished(1, DONE, Some(1_002), Some(_))),
        "{:?}",
        ends[1]
    );
    assert!(
        matches!(ends[2], Line::Finished(2, ActionOutcome::Failed, ..)),
        "{:?}",
        ends[2]
    );
    // By psql, which uses the simple protocol for it.
    let mut program: tokio::process::Command = stage.cluster.program("psql").into();
    program
        .env("PGPASSWORD", ONE_TIME)
        .args(["-X", "-q"])
        .arg(format!(
            "host=127.0.0.1 port={} user={USER} dbname=postgres",
            gateway.port()
        ))
        .args(["-c", "\\copy people from stdin", "-c", "select 1"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null());
    let mut running = program.spawn().unwrap();
    let mut data = running.stdin.take().unwrap();
    data.write_all(b"2000\ty\n2001\tz\n").await.unwrap();
    drop(data);
    assert!(running.wait().await.unwrap().success());
    assert_eq!(stage.people().await, 1_004);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_result_is_handed_on_whole() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let client = signed_in(gateway).await;
    let begun = Instant::now();
    let rows = client
        .query(
            "select n, repeat('x', 100) from generate_series(1, 100000) n",
            &[],
        )
        .await
        .unwrap();
    println!(
        "100,000 rows by the gateway in {} ms",
        begun.elapsed().as_millis()
    );
    assert_eq!(rows.len(), 100_000);
    assert_eq!(rows[99_999].get::<_, i32>(0), 100_000);
    let ends = stage.notebook.ended(1).await;
    assert!(
        matches!(ends[0], Line::Finished(0, DONE, Some(100_000), Some(_))),
        "{ends:?}"
    );
}

/// Many at once over one connection, as drivers send them; and some of them wrong.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_in_a_pipeline_keep_their_order_and_their_outcomes() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[StatementClass::Listen]).await;
    let client = signed_in(gateway).await;
    let all = (0..60).map(|n| {
        let client = &client;
        async move {
            match n % 6 {
                5 => client.execute("listen x", &[]).await.is_err(),
                4 => client
                    .query("select 1/(id - id) from people", &[])
                    .await
                    .is_err(),
                _ => client
                    .query(&format!("select {n}"), &[])
                    .await
                    .is_ok_and(|rows| rows[0].get::<_, i32>(0) == n),
            }
        }
    });
    let done = futures::future::join_all(all).await;
    assert!(done.iter().all(|good| *good), "{done:?}");
    stage.notebook.ended(50).await;
    let outcomes = stage.notebook.outcomes();
    assert_eq!(outcomes.len(), 50);
    let failed = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == ActionOutcome::Failed)
        .count();
    assert_eq!(failed, 10);
    assert_eq!(stage.notebook.refused().len(), 10);
}
