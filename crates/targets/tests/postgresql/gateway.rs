//! The gateway, with clients that people use: `psql` by the simple protocol, `tokio-postgres` by the extended one.

use std::net::SocketAddr;
use std::process::Output;
use std::time::{Duration, Instant};

use access::event::{ActionOutcome, StatementClass};
use futures::{SinkExt as _, TryStreamExt as _};
use targets::Connector as _;
use targets::gateway::{Gateway, Left};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::cluster::certificates::Certificates;
use crate::notebook::Line;
use crate::stage::{ONE_TIME, Stage, USER};

const A_SECOND: Duration = Duration::from_secs(1);
const DONE: ActionOutcome = ActionOutcome::Done;

async fn signed_in(gateway: SocketAddr) -> Client {
    try_sign_in(gateway, USER, ONE_TIME).await.unwrap()
}

async fn try_sign_in(
    gateway: SocketAddr,
    user: &str,
    password: &str,
) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::Config::new()
        .host("127.0.0.1")
        .port(gateway.port())
        .user(user)
        .password(password)
        .connect(NoTls)
        .await?;
    tokio::spawn(connection);
    Ok(client)
}

/// `psql` with a script, as people run it.
async fn psql(stage: &Stage, gateway: SocketAddr, more: &str, script: &str) -> Output {
    let mut program: tokio::process::Command = stage.cluster.program("psql").into();
    program
        .env("PGPASSWORD", ONE_TIME)
        .args(["-X", "-q", "-A", "-t"])
        .arg(format!(
            "host=localhost hostaddr=127.0.0.1 port={} user={USER} {more}",
            gateway.port()
        ))
        .args(["-c", script]);
    program.output().await.unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn code(fault: &tokio_postgres::Error) -> Option<&SqlState> {
    fault.code()
}

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
    assert_eq!(
        *stage.guard.left.lock().unwrap(),
        [Left::Closed, Left::Closed]
    );
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
            "BEGIN",
            "select n from generate_series(1, 5) n",
            "select n from generate_series(1, 5) n\n-- its next rows",
            "COMMIT",
        ]
    );
    assert!(client.query("select nothing", &[]).await.is_err());
    assert_eq!(client.query("select 1", &[]).await.unwrap().len(), 1);
}

/// CHECKS 45, by both protocols.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_statements_are_answered_and_never_sent() {
    use StatementClass::{Code, CopyProgram, Export, Listen, SetRole};

    let stage = Stage::new().await;
    let gateway = stage
        .gateway(&[Code, CopyProgram, Export, Listen, SetRole])
        .await;
    let client = signed_in(gateway).await;
    let texts = [
        ("set role other /* canary */", SetRole),
        ("copy people to program 'canary'", CopyProgram),
        ("do $$ begin perform 'canary'; end $$", Code),
        ("listen canary", Listen),
        ("copy people to stdout /* canary */", Export),
    ];
    for (text, class) in texts {
        let simple = client.batch_execute(text).await.unwrap_err();
        assert_eq!(
            code(&simple),
            Some(&SqlState::INSUFFICIENT_PRIVILEGE),
            "{text}: {simple:?}"
        );
        let extended = client.query(text, &[]).await.unwrap_err();
        assert_eq!(
            code(&extended),
            Some(&SqlState::INSUFFICIENT_PRIVILEGE),
            "{text}: {extended:?}"
        );
        let refused = stage.notebook.refused();
        assert_eq!(
            refused[refused.len() - 2..],
            [(text.to_owned(), class), (text.to_owned(), class)]
        );
        // The session goes on.
        assert_eq!(client.query("select 1", &[]).await.unwrap().len(), 1);
    }
    // Behind something that is allowed, in one message: none of it is sent.
    let several = "insert into people values (8, 'canary'); set role other";
    assert!(client.batch_execute(several).await.is_err());
    assert_eq!(stage.people().await, 2);
    assert!(!stage.was_sent("canary"), "something refused was sent");
    // Within a transaction it fails as the server's own no would.
    client
        .batch_execute("begin; insert into people values (9, 'x')")
        .await
        .unwrap();
    assert!(client.batch_execute("set role other").await.is_err());
    let failed = client.batch_execute("select 1").await.unwrap_err();
    assert_eq!(code(&failed), Some(&SqlState::IN_FAILED_SQL_TRANSACTION));
    client.batch_execute("rollback").await.unwrap();
    assert_eq!(stage.people().await, 2);
    let done = psql(&stage, gateway, "", "listen canary").await;
    assert!(
        said(&done)
            .1
            .contains("The policy of this access refuses LISTEN")
    );
}

/// CHECKS 45: names that are made to mean something else behind the recorder's back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_can_be_made_to_mean_another_text() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[StatementClass::SetRole]).await;
    let mut raw = Raw::sign_in(gateway).await;

    // A prepared statement that fails to be made leaves the one before of its name alone.
    raw.send(&[parse("", "delete from people where id = 1"), sync()])
        .await;
    raw.until_ready().await;
    raw.send(&[
        parse("bad", "selec"),
        parse("", "select 'innocent'"),
        sync(),
    ])
    .await;
    raw.until_ready().await;
    raw.send(&[bind("", ""), execute(""), sync()]).await;
    raw.until_ready().await;
    assert_eq!(stage.people().await, 2, "what ran is not what is recorded");
    assert_eq!(
        stage.notebook.intended().pop().unwrap(),
        "select 'innocent'"
    );

    // By SQL, the names that drivers use.
    raw.send(&[parse("a", "select 'innocent'"), sync()]).await;
    raw.until_ready().await;
    raw.query("deallocate all").await;
    raw.query("prepare a as delete from people where id = 2")
        .await;
    raw.send(&[bind("", "a"), execute(""), sync()]).await;
    raw.until_ready().await;
    assert_eq!(stage.people().await, 2, "what ran is not what is recorded");
    // Unknown to the gateway: recorded as what it is, an EXECUTE of what PREPARE was recorded for.
    raw.query("prepare b as delete from people where id = 2")
        .await;
    raw.send(&[bind("", "b"), execute(""), sync()]).await;
    raw.until_ready().await;
    assert_eq!(stage.people().await, 1);
    assert_eq!(stage.notebook.intended().pop().unwrap(), "EXECUTE \"b\"");

    // The gateway's own names are seen in the catalogue, and cannot be spoken of.
    raw.send(&[parse("c", "select 1"), sync()]).await;
    raw.until_ready().await;
    let told = raw
        .query("select name from pg_prepared_statements where name like 'bgw%'")
        .await;
    let text = String::from_utf8_lossy(&told).into_owned();
    let at = text.find("bgw_").unwrap();
    let name: String = text[at..]
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    let told = raw.query(&format!("deallocate \"{name}\"")).await;
    assert!(String::from_utf8_lossy(&told).contains("42939"));
    assert!(!stage.was_sent("deallocate \"bgw"));
}

/// CHECKS 45: what is prepared and only run later, and what comes beside SQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_cannot_be_prepared_nor_called_by_number() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[StatementClass::SetRole]).await;
    let mut raw = Raw::sign_in(gateway).await;
    raw.send(&[
        parse("x", "set role other"),
        bind("", "x"),
        execute(""),
        parse("", "insert into people values (5, 'canary')"),
        bind("", ""),
        execute(""),
        sync(),
    ])
    .await;
    let told = raw.until_ready().await;
    assert_eq!(
        tags(&told),
        "EZ",
        "one no, and the rest of the batch passed over"
    );
    raw.query("execute x").await;
    assert_eq!(
        raw.query("select 1").await.len() - raw.query("select 1").await.len(),
        0
    );
    assert_eq!(stage.notebook.refused().len(), 1);
    assert!(!stage.was_sent("canary"));
    // `set_config` by its number, with text arguments.
    let oid: u32 = stage
        .look
        .query_one("select 'set_config'::regproc::oid", &[])
        .await
        .unwrap()
        .get(0);
    let mut call = Vec::from(oid.to_be_bytes());
    call.extend_from_slice(b"\0\0\0\x03\0\0\0\x04role\0\0\0\x05other\0\0\0\x01f\0\0");
    raw.send(&[message(b'F', &call)]).await;
    let told = raw.until_ready().await;
    assert_eq!(tags(&told), "EZ");
    // What is not UTF-8 is another text to whoever reads it.
    raw.send(&[message(b'Q', b"select '\xe9'\0")]).await;
    assert_eq!(tags(&raw.until_ready().await), "EZ");
    // After a change of how statements are read, the same batch takes no other.
    raw.send(&[
        parse("", "set standard_conforming_strings = off"),
        bind("", ""),
        execute(""),
        parse("", r"select '\'; set role other; --'"),
        sync(),
    ])
    .await;
    assert_eq!(tags(&raw.until_ready().await), "12CSEZ".replace('S', ""));
    let encoding = raw.query_to_end("set client_encoding to sjis").await;
    assert!(String::from_utf8_lossy(&encoding).contains("speaks UTF8 only"));
}

/// CHECKS 44: before a statement.
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
    let left = stage.guard.left.lock().unwrap().clone();
    assert_eq!(left, [Left::RecorderLost, Left::RecorderLost]);
}

/// To prepare a statement is to send its text, and to do nothing: the server's log has both words.
fn executed(stage: &Stage, text: &str) -> bool {
    let log = stage.cluster.log();
    log.lines().any(|line| {
        line.contains(text) && (line.contains("execute ") || line.contains("statement: "))
    })
}

/// CHECKS 44: in the middle.
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

/// A statement that is slow to be recorded holds back what comes after it, and nothing overtakes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_after_waits_for_what_is_being_recorded() {
    let stage = Stage::new().await;
    let gateway = stage.gateway(&[]).await;
    let mut raw = Raw::sign_in(gateway).await;
    stage
        .notebook
        .slow_ms
        .store(400, std::sync::atomic::Ordering::SeqCst);
    raw.send(&[
        parse("", "insert into people values (5, 'first')"),
        bind("", ""),
        execute(""),
        parse("", "insert into people values (6, 'second')"),
        bind("", ""),
        execute(""),
        sync(),
    ])
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!executed(&stage, "'first'"));
    assert!(!stage.was_sent("'second'"));
    let told = raw.until_ready().await;
    assert_eq!(tags(&told), "12C12CZ");
    assert_eq!(stage.people().await, 4);
    assert_eq!(stage.notebook.ended(2).await.len(), 2);
}

/// CHECKS 42: by the connector, and by the portal alone.
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
    assert_eq!(
        *stage.guard.left.lock().unwrap(),
        [Left::AccessEnded, Left::AccessEnded]
    );
}

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

async fn gone(stage: &Stage) {
    let begun = Instant::now();
    while stage.backends().await > 0 {
        assert!(begun.elapsed() < A_SECOND, "a session stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A client that sends what it likes.
struct Raw {
    stream: tokio::net::TcpStream,
}

impl Raw {
    async fn sign_in(gateway: SocketAddr) -> Self {
        use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

        let mut stream = tokio::net::TcpStream::connect(gateway).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .write_all(b"\0\0\0\x13\0\x03\0\0user\0dana\0\0")
            .await
            .unwrap();
        let mut raw = Self { stream };
        assert_eq!(raw.one().await[0], b'R');
        let mut scram = ScramSha256::new(ONE_TIME.as_bytes(), ChannelBinding::unsupported());
        let first = scram.message().to_vec();
        let mut initial = b"SCRAM-SHA-256\0".to_vec();
        initial.extend_from_slice(&(first.len() as u32).to_be_bytes());
        initial.extend_from_slice(&first);
        raw.send(&[message(b'p', &initial)]).await;
        let answer = raw.one().await;
        scram.update(&answer[9..]).unwrap();
        let last = scram.message().to_vec();
        raw.send(&[message(b'p', &last)]).await;
        raw.until_ready().await;
        raw
    }

    async fn send(&mut self, messages: &[Vec<u8>]) {
        self.stream.write_all(&messages.concat()).await.unwrap();
    }

    async fn query(&mut self, text: &str) -> Vec<u8> {
        self.send(&[message(b'Q', &[text.as_bytes(), b"\0"].concat())])
            .await;
        self.until_ready().await
    }

    async fn query_to_end(&mut self, text: &str) -> Vec<u8> {
        self.send(&[message(b'Q', &[text.as_bytes(), b"\0"].concat())])
            .await;
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.unwrap();
        rest
    }

    async fn one(&mut self) -> Vec<u8> {
        let mut message = vec![0; 5];
        self.stream.read_exact(&mut message).await.unwrap();
        let length = u32::from_be_bytes(message[1..].try_into().unwrap()) as usize;
        message.resize(length + 1, 0);
        self.stream.read_exact(&mut message[5..]).await.unwrap();
        message
    }

    /// Everything up to where the server waits.
    async fn until_ready(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let message = self.one().await;
            let last = message[0] == b'Z';
            all.extend(message);
            if last {
                return all;
            }
        }
    }
}

/// The kinds of some messages, without what may come at any time.
fn tags(mut bytes: &[u8]) -> String {
    let mut tags = String::new();
    while let Some(header) = bytes.get(..5) {
        let length = u32::from_be_bytes(header[1..].try_into().unwrap()) as usize;
        if !matches!(header[0], b'S' | b'N' | b'A') {
            tags.push(header[0].into());
        }
        bytes = &bytes[length + 1..];
    }
    tags
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![tag];
    message.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    message.extend_from_slice(body);
    message
}

fn parse(name: &str, text: &str) -> Vec<u8> {
    message(b'P', format!("{name}\0{text}\0\0\0").as_bytes())
}

fn bind(portal: &str, statement: &str) -> Vec<u8> {
    message(
        b'B',
        format!("{portal}\0{statement}\0\0\0\0\0\0\0").as_bytes(),
    )
}

fn execute(portal: &str) -> Vec<u8> {
    message(b'E', format!("{portal}\0\0\0\0\0").as_bytes())
}

fn sync() -> Vec<u8> {
    message(b'S', b"")
}
