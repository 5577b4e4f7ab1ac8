//! The console on a real server.

use std::time::{Duration, Instant};

use access::event::{ActionOutcome, StatementClass};
use targets::Connector as _;
use targets::console::{ConsoleOver, Event, Limits};
use targets::wire::Transaction;

use crate::notebook::Line;
use crate::stage::{Stage, rows};

const A_SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn statements_are_recorded_one_by_one_before_they_are_sent() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let told = console
        .run(
            "select id, name from people order by id; -- ; nothing\n insert into people values (3, ';'); select ''",
            &stage.notebook,
        )
        .await;
    assert_eq!(
        stage.notebook.intended(),
        [
            "select id, name from people order by id",
            "insert into people values (3, ';')",
            "select ''"
        ]
    );
    let json: Vec<String> = told
        .iter()
        .map(|event| serde_json::to_string(event).unwrap())
        .collect();
    assert_eq!(
        json[..4],
        [
            r#"{"event":"statement","index":0,"text":"select id, name from people order by id"}"#,
            r#"{"event":"columns","columns":[{"name":"id","type_oid":23},{"name":"name","type_oid":25}]}"#,
            r#"{"event":"rows","rows":[["1","Ada"],["2",null]]}"#,
            &json[3],
        ]
    );
    assert!(
        json[3].starts_with(r#"{"event":"done","tag":"SELECT 2","rows":2,"ms":"#),
        "{}",
        json[3]
    );
    assert_eq!(json[4], r#"{"event":"transaction","state":"idle"}"#);
    assert_eq!(stage.people().await, 3);
    let lines = stage.notebook.lines();
    let Line::Finished(0, ActionOutcome::Done, Some(2), Some(digest)) = &lines[1] else {
        panic!("{lines:?}");
    };
    // Over the rows as the server sent them: two values each, with their lengths.
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"\0\x02\0\0\0\x011\0\0\0\x03Ada");
    bytes.extend_from_slice(b"\0\x02\0\0\0\x012\xff\xff\xff\xff");
    assert_eq!(*digest, sha256(&bytes));
    assert_eq!(
        lines[3],
        Line::Finished(1, ActionOutcome::Done, Some(1), None)
    );
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn after_what_went_wrong_nothing_more_is_sent() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let told = console
        .run(
            "select 1; select nothing; delete from people; select 2",
            &stage.notebook,
        )
        .await;
    let Some(Event::Error {
        error,
        cancelled: false,
    }) = told
        .iter()
        .find(|event| matches!(event, Event::Error { .. }))
    else {
        panic!("{told:?}");
    };
    assert_eq!((error.code.as_str(), error.position), ("42703", Some(8)));
    assert_eq!(told.last(), Some(&Event::NotSent { statements: 2 }));
    assert_eq!(stage.people().await, 2);
    assert!(!stage.was_sent("delete from people"));
    assert_eq!(stage.notebook.intended().len(), 2);
    assert_eq!(stage.notebook.outcomes()[1], (1, ActionOutcome::Failed));
}

/// What the policy refuses, in whatever clothes.
#[tokio::test]
async fn refused_statements_are_recorded_and_never_sent() {
    use StatementClass::{Code, CopyProgram, Export, Listen, SetRole};

    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let all = [SetRole, CopyProgram, Code, Listen, Export];
    for (place, (text, class)) in [
        ("set /* canary */ role other", SetRole),
        ("copy people to program 'canary'", CopyProgram),
        ("do $$ begin perform 'canary'; end $$", Code),
        ("listen canary", Listen),
        ("copy people /* canary */ to stdout", Export),
        ("select set_config('role', 'canary', true)", SetRole),
    ]
    .into_iter()
    .enumerate()
    {
        console
            .session
            .run(text, &*stage.notebook, &all)
            .await
            .unwrap();
        let told = console.told();
        assert_eq!(told.last(), Some(&Event::Refused { class }), "{text}");
        assert_eq!(stage.notebook.refused()[place], (text.to_owned(), class));
    }
    assert!(!stage.was_sent("canary"), "something refused was sent");
    // In the middle of others: what is before it is done, what is behind it is not.
    console
        .session
        .run(
            "insert into people values (9, 'x'); set role other; delete from people",
            &*stage.notebook,
            &all,
        )
        .await
        .unwrap();
    assert_eq!(
        console.told().last(),
        Some(&Event::NotSent { statements: 1 })
    );
    assert_eq!(stage.people().await, 3);
    // What is not refused is recorded with what it is.
    console
        .session
        .run("listen told", &*stage.notebook, &[])
        .await
        .unwrap();
    let intended = stage
        .notebook
        .lines()
        .into_iter()
        .rev()
        .find_map(|line| match line {
            Line::Intended(_, classes) => Some(classes),
            _ => None,
        });
    assert_eq!(intended, Some(vec![Listen]));
}

/// Two statements in the clothes of one are refused by the server itself, whole.
#[tokio::test]
async fn two_statements_smuggled_as_one_are_not_run() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    // The session's own reading is what counts: it is told of by the server.
    console
        .run("set standard_conforming_strings = off", &stage.notebook)
        .await;
    let told = console
        .run(r"select '\'; delete from people; --'", &stage.notebook)
        .await;
    assert!(
        told.iter().any(|event| matches!(event, Event::Done { .. })),
        "{told:?}"
    );
    assert_eq!(stage.people().await, 2);
    // What cannot be cut counts as one, and fails there.
    let told = console
        .run("delete from people; select 'a", &stage.notebook)
        .await;
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Error { .. })),
        "{told:?}"
    );
    assert_eq!(stage.people().await, 2);
    let last = stage.notebook.intended().pop().unwrap();
    assert_eq!(last, "delete from people; select 'a");
}

/// The recorder fails before a statement.
#[tokio::test]
async fn what_cannot_be_recorded_is_not_sent_and_the_session_ends() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    console.run("select 1", &stage.notebook).await;
    stage.notebook.fail_after(0);
    let over = console
        .session
        .run("delete /* canary */ from people", &*stage.notebook, &[])
        .await;
    assert!(matches!(over, Err(ConsoleOver::Recorder(_))), "{over:?}");
    assert!(matches!(console.told().last(), Some(Event::Closed { .. })));
    assert!(!stage.was_sent("canary"));
    assert_eq!(stage.people().await, 2);
    gone(&stage).await;
    stage.notebook.fail_after(100);
    let again = console
        .session
        .run("select /* canary */ 2", &*stage.notebook, &[])
        .await;
    assert!(again.is_err());
    assert!(!stage.was_sent("canary"), "a closed session sends nothing");
}

/// The recorder fails in the middle, when the end of a statement is to be recorded.
#[tokio::test]
async fn a_session_whose_recorder_is_lost_in_the_middle_ends() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    stage.notebook.fail_after(1);
    let over = console
        .session
        .run(
            "select 1; delete /* canary */ from people",
            &*stage.notebook,
            &[],
        )
        .await;
    assert!(matches!(over, Err(ConsoleOver::Recorder(_))), "{over:?}");
    assert!(!stage.was_sent("canary"));
    gone(&stage).await;
}

async fn gone(stage: &Stage) {
    let begun = Instant::now();
    while stage.backends().await > 0 {
        assert!(begun.elapsed() < A_SECOND, "the session stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn results_come_in_pages_and_are_capped() {
    let stage = Stage::new().await;
    let limits = Limits {
        page_rows: 1_000,
        rows: 2_500,
        value_bytes: 10,
        ..Limits::default()
    };
    let mut console = stage.console_with(limits).await;
    let told = console
        .run(
            "select n from generate_series(1, 100000) n",
            &stage.notebook,
        )
        .await;
    assert_eq!(rows(&told).len(), 1_000);
    assert_eq!(told.last(), Some(&Event::More));
    assert!(stage.notebook.outcomes().is_empty(), "it is not over");
    console.session.more(&*stage.notebook).await.unwrap();
    let told = console.told();
    assert_eq!(rows(&told)[0], [Some("1001".to_owned())]);
    assert_eq!(rows(&told).len(), 1_000);
    console.session.more(&*stage.notebook).await.unwrap();
    let told = console.told();
    assert_eq!(rows(&told).len(), 500);
    assert!(told.iter().any(|event| matches!(
        event,
        Event::Done {
            capped: true,
            rows: Some(2_500),
            ..
        }
    )));
    assert_eq!(console.session.transaction(), Transaction::Idle);
    // Another statement gives up what is left of one.
    console
        .run(
            "select n from generate_series(1, 100000) n",
            &stage.notebook,
        )
        .await;
    let told = console
        .run("select repeat('x', 100)", &stage.notebook)
        .await;
    assert_eq!(rows(&told), [[Some("x".repeat(10))]]);
    let outcomes = stage.notebook.outcomes();
    let done = ActionOutcome::Done;
    assert_eq!(outcomes, [(0, done), (1, done), (2, done)]);
}

#[tokio::test]
async fn the_state_of_the_transaction_is_told() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let states = [
        ("begin", Transaction::Open),
        ("insert into people values (4, 'x')", Transaction::Open),
        ("select 1/0", Transaction::Failed),
        ("select 1", Transaction::Failed),
        ("rollback", Transaction::Idle),
    ];
    for (text, state) in states {
        let told = console.run(text, &stage.notebook).await;
        assert!(
            told.contains(&Event::Transaction { state }),
            "{text}: {told:?}"
        );
    }
    assert_eq!(stage.people().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_can_be_cancelled() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let canceller = console.session.canceller();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        canceller.cancel().await.unwrap();
    });
    let begun = Instant::now();
    let told = console.run("select pg_sleep(60)", &stage.notebook).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(
        told.iter().any(|event| matches!(
            event,
            Event::Error {
                cancelled: true,
                ..
            }
        )),
        "{told:?}"
    );
    assert_eq!(stage.notebook.outcomes(), [(0, ActionOutcome::Cancelled)]);
    // The session goes on, and the server's own limits are no cancelling.
    console
        .run("set statement_timeout = 50", &stage.notebook)
        .await;
    console.run("select pg_sleep(60)", &stage.notebook).await;
    assert_eq!(stage.notebook.outcomes()[2], (2, ActionOutcome::Failed));
}

/// From the target's side: the connector ends the grant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_statement_is_cut_when_access_ends_on_the_target() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let (notebook, mut session) = (stage.notebook.clone(), console.session);
    let running = tokio::spawn(async move {
        let over = session.run("select pg_sleep(60)", &*notebook, &[]).await;
        (over, session)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    assert_eq!(stage.target.end(stage.grant).await.unwrap(), 1);
    let (over, session) = running.await.unwrap();
    println!(
        "the console's statement was cut after {} ms",
        begun.elapsed().as_millis()
    );
    assert!(begun.elapsed() < A_SECOND);
    assert!(over.is_err());
    assert_eq!(stage.notebook.outcomes(), [(0, ActionOutcome::Cut)]);
    console.session = session;
    assert!(
        console
            .session
            .run("select 1", &*stage.notebook, &[])
            .await
            .is_err()
    );
    assert_eq!(stage.notebook.intended().len(), 1);
}

/// From the portal's side: the session hears it, the target's own end or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_hears_of_the_end_at_once() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let ending = stage.ending.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        ending.end("Ari has revoked this access.");
    });
    let begun = Instant::now();
    let over = console
        .session
        .run("select pg_sleep(60)", &*stage.notebook, &[])
        .await;
    assert!(begun.elapsed() < Duration::from_millis(200) + A_SECOND);
    assert!(matches!(over, Err(ConsoleOver::AccessEnded(_))), "{over:?}");
    let why = "Ari has revoked this access. This session is closed.".to_owned();
    assert_eq!(console.told().last(), Some(&Event::Closed { why }));
    assert_eq!(stage.notebook.outcomes(), [(0, ActionOutcome::Cut)]);
    // What ran there is broken off, though nobody ended the account.
    gone(&stage).await;
}

#[tokio::test]
async fn copy_gives_text_and_takes_nothing() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let told = console
        .run("copy people to stdout with (format csv)", &stage.notebook)
        .await;
    let text: String = told
        .iter()
        .filter_map(|event| match event {
            Event::Copied { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(text, "1,Ada\n2,\n");
    let told = console.run("copy people from stdin", &stage.notebook).await;
    let error = told.iter().find_map(|event| match event {
        Event::Error { error, .. } => Some(error.message.clone()),
        _ => None,
    });
    assert!(
        error
            .unwrap()
            .contains("this console takes no data for COPY")
    );
    assert_eq!(stage.people().await, 2);
    let told = console.run("select 'on'", &stage.notebook).await;
    assert_eq!(rows(&told), [[Some("on".to_owned())]]);
    // An export that is too long is broken off.
    let limits = Limits {
        copy_bytes: 1_000,
        ..Limits::default()
    };
    let mut console = stage.console_with(limits).await;
    let told = console
        .run(
            "copy (select generate_series(1, 1000000)) to stdout",
            &stage.notebook,
        )
        .await;
    assert!(
        told.iter().any(|event| matches!(
            event,
            Event::Error { .. } | Event::Done { capped: true, .. }
        )),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_the_server_notices_is_handed_on() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let told = console
        .run("drop table if exists nothing", &stage.notebook)
        .await;
    let Some(Event::Notice { notice }) = told
        .iter()
        .find(|event| matches!(event, Event::Notice { .. }))
    else {
        panic!("{told:?}");
    };
    assert_eq!(notice.severity, "NOTICE");
    console.run("listen told", &stage.notebook).await;
    let told = console
        .run("notify told, 'x'; select 1", &stage.notebook)
        .await;
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Notification { channel, .. } if channel == "told")),
        "{told:?}"
    );
    // Prepared ones are recorded by the text that prepares them and the one that runs them.
    console
        .run(
            "prepare p as delete from people where id = $1; execute p(1)",
            &stage.notebook,
        )
        .await;
    assert_eq!(stage.people().await, 1);
    let intended = stage.notebook.intended();
    assert!(intended.contains(&"prepare p as delete from people where id = $1".to_owned()));
    assert!(intended.contains(&"execute p(1)".to_owned()));
    // A parameter that nobody gives, and nothing at all.
    let told = console.run("select $1::int", &stage.notebook).await;
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Error { .. })),
        "{told:?}"
    );
    assert!(console.run(" ; -- \n", &stage.notebook).await.is_empty());
}
