//! What is refused, and what is tried to get past that.

use std::time::Duration;

use access::event::StatementClass;
use tokio_postgres::error::SqlState;

use super::raw::{Raw, bind, execute, message, parse, sync, tags};
use super::{code, executed, psql, said, signed_in};
use crate::stage::Stage;

/// By both protocols.
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

/// Names that are made to mean something else behind the recorder's back.
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

/// What is prepared and only run later, and what comes beside SQL.
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
