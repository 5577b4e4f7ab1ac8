//! `breakglass run`: what happens on a terminal is in the portal's log, in order, whole, and once.

mod agent;
mod portal;

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use access::event::ActionOutcome;
use access::ids::GrantId;
use axum::http::StatusCode;
use serde_json::Value;
use server::reported::{Ended, Item};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use uuid::Uuid;

use agent::{Agent, bytes_below, finished};
use portal::{Kept, Mood, Portal, TOKEN};

/// A port where nobody listens.
async fn nobody() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// What a player would show of one kind of event, after the header was looked at.
fn played(kept: &Kept, kind: &str) -> String {
    let lines = kept.chunks.concat();
    let mut lines = lines.lines();
    let header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header["version"], 2);
    let mut before = 0.0;
    let mut text = String::new();
    for line in lines {
        let (at, of, piece): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(at >= before, "time goes on");
        before = at;
        if of == kind {
            text += &piece;
        }
    }
    text
}

/// The outcome, and that all else is as it must be: one action, its command line, one end, nothing sent twice.
fn outcome(kept: &Kept, statement: &str) -> ActionOutcome {
    let [
        Item::Intended {
            number: 0,
            statement: said,
            ..
        },
    ] = kept.actions.as_slice()
    else {
        panic!("{:?}", kept.actions)
    };
    assert_eq!(said, statement);
    let [
        Item::Finished {
            number: 0,
            outcome,
            rows: None,
            ..
        },
    ] = kept.finished.as_slice()
    else {
        panic!("{:?}", kept.finished)
    };
    let chunks = u32::try_from(kept.chunks.len()).unwrap();
    assert_eq!(kept.ended, Some(Ended { actions: 1, chunks }));
    assert_eq!(kept.twice, 0, "something came twice");
    *outcome
}

#[tokio::test]
async fn a_command_is_recorded_from_its_intent_to_its_end() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    let script = "date +%s%N; read word; echo \"got $word\"";
    let mut child = agent
        .command(&["--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"wor\xc3\xa4d\n").await.unwrap();
    drop(stdin);
    let ran = finished(child).await;
    assert_eq!((ran.code, ran.said.as_str()), (Some(0), ""));
    assert!(ran.shown.contains("got woräd"), "{ran:?}");
    let kept = portal.kept.lock().unwrap();
    let statement = "sh -c 'date +%s%N; read word; echo \"got $word\"'";
    assert_eq!(outcome(&kept, statement), ActionOutcome::Done);
    assert_eq!(
        played(&kept, "o"),
        ran.shown,
        "what was shown, and nothing else"
    );
    assert_eq!(played(&kept, "i"), "woräd\n");
    let started: i128 = ran
        .shown
        .lines()
        .find_map(|line| line.trim().parse().ok())
        .unwrap();
    assert!(
        kept.intended_at.unwrap() < started,
        "the log knew before it began"
    );
    assert!(agent.left().is_empty(), "nothing waits");
}

#[tokio::test]
async fn the_exit_code_is_the_commands() {
    for (command, code, expected) in [
        (&["true"][..], 0, ActionOutcome::Done),
        (&["sh", "-c", "exit 7"], 7, ActionOutcome::Failed),
        (&["sh", "-c", "kill -TERM $$"], 143, ActionOutcome::Failed),
        (&["/no/such/command"], 127, ActionOutcome::Failed),
        (&["/etc"], 126, ActionOutcome::Failed),
    ] {
        let portal = Portal::start().await;
        let agent = Agent::of(&portal);
        let ran = agent.run(&[&["--"], command].concat()).await;
        assert_eq!(ran.code, Some(code), "{command:?} {ran:?}");
        let kept = portal.kept.lock().unwrap();
        let [Item::Finished { outcome, .. }] = kept.finished.as_slice() else {
            panic!("{kept:?}")
        };
        assert_eq!(*outcome, expected, "{command:?}");
        assert!(kept.ended.is_some() && agent.left().is_empty());
    }
}

#[tokio::test]
async fn much_that_is_shown_comes_whole_and_in_order() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    portal.behave(&[
        Mood::Takes,
        Mood::LosesAnswer,
        Mood::TakesAndFails,
        Mood::Busy(0),
    ]);
    let ran = agent.run(&["--", "seq", "1", "400000"]).await;
    assert_eq!(ran.code, Some(0));
    let kept = portal.kept.lock().unwrap();
    assert_eq!(outcome(&kept, "seq 1 400000"), ActionOutcome::Done);
    let shown = played(&kept, "o");
    assert!(
        shown
            .lines()
            .map(|line| line.parse::<u32>().unwrap())
            .eq(1..=400_000)
    );
    assert!(kept.chunks.len() > 10 && shown == ran.shown);
}

/// An answer that is lost may have been a yes: the agent asks where the log stands, and sends what is missing.
#[tokio::test]
async fn after_a_lost_answer_nothing_is_sent_twice() {
    for lost in [Mood::LosesAnswer, Mood::TakesAndFails] {
        let portal = Portal::start().await;
        let agent = Agent::of(&portal);
        portal.behave(&[
            lost,
            Mood::Takes,
            lost,
            lost,
            Mood::Takes,
            lost,
            Mood::Takes,
            lost,
        ]);
        let script = "for i in 1 2 3 4; do echo $i; sleep 0.3; done";
        let ran = agent.run(&["--", "sh", "-c", script]).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let kept = portal.kept.lock().unwrap();
        let done = outcome(&kept, &format!("sh -c '{script}'"));
        assert_eq!(done, ActionOutcome::Done);
        assert_eq!(played(&kept, "o"), "1\r\n2\r\n3\r\n4\r\n");
        assert!(kept.asked.len() > 8, "it was asked again");
    }
}

#[tokio::test]
async fn a_portal_that_is_busy_is_not_asked_before_its_time() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    portal.behave(&[Mood::Busy(2), Mood::Takes, Mood::Busy(1), Mood::Busy(1)]);
    let ran = agent.run(&["--", "echo", "hello"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let kept = portal.kept.lock().unwrap();
    assert_eq!(outcome(&kept, "echo hello"), ActionOutcome::Done);
    let after = |request: usize| kept.asked[request] - kept.asked[request - 1];
    assert!(after(1) >= Duration::from_secs(2));
    assert!(after(3) >= Duration::from_secs(1) && after(4) >= Duration::from_secs(1));
}

#[tokio::test]
async fn without_the_portal_nothing_is_run() {
    let agent = Agent::at(nobody().await, GrantId::new(Uuid::new_v4()));
    let mark = agent.path("mark");
    let touch = ["--wait", "1", "--", "touch", mark.to_str().unwrap()];
    let ran = agent.run(&touch).await;
    assert_eq!(ran.code, Some(125), "{ran:?}");
    assert!(ran.said.contains("nothing was run"), "{ran:?}");
    assert!(!mark.exists() && agent.left().is_empty());

    // Its no is a no, also for who would go on without it.
    for status in [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
    ] {
        let portal = Portal::start().await;
        portal.then(Mood::Says(status));
        let agent = Agent::of(&portal);
        let touch = ["--buffer-offline", "--", "touch", mark.to_str().unwrap()];
        let ran = agent.run(&touch).await;
        assert_eq!(ran.code, Some(125), "{ran:?}");
        assert_eq!(
            portal.kept.lock().unwrap().asked.len(),
            1,
            "it is not asked again"
        );
        assert!(!mark.exists() && agent.left().is_empty());
    }
}

/// The portal may have the intent, and nobody heard it say so: the command does not start, and the log learns that.
#[tokio::test]
async fn an_intent_that_may_stand_is_called_off_by_a_flush() {
    let portal = Portal::start().await;
    portal.then(Mood::LosesAnswer);
    let agent = Agent::of(&portal);
    let mark = agent.path("mark");
    let ran = agent
        .run(&["--wait", "1", "--", "touch", mark.to_str().unwrap()])
        .await;
    assert_eq!(ran.code, Some(125), "{ran:?}");
    assert!(!mark.exists());
    assert_eq!(agent.left().len(), 1);
    portal.then(Mood::Takes);
    let flushed = agent.run(&["--flush"]).await;
    assert_eq!(
        (flushed.code, flushed.shown.as_str()),
        (Some(0), "1 recordings were sent.\n")
    );
    let kept = portal.kept.lock().unwrap();
    let statement = format!("touch {}", mark.display());
    assert_eq!(outcome(&kept, &statement), ActionOutcome::Cancelled);
    assert!(agent.left().is_empty());
}

#[tokio::test]
async fn what_happens_while_the_portal_is_away_is_kept_and_sent_later() {
    let at = nobody().await;
    let agent = Agent::at(at, GrantId::new(Uuid::new_v4()));
    let ran = agent
        .run(&[
            "--buffer-offline",
            "--wait",
            "1",
            "--",
            "sh",
            "-c",
            "echo away; exit 3",
        ])
        .await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(agent.left().len(), 1);
    assert!(ran.said.contains("breakglass run --flush"), "{ran:?}");
    let spooled = bytes_below(&agent.path("spool"));
    assert!(
        !spooled
            .windows(TOKEN.len())
            .any(|bytes| bytes == TOKEN.as_bytes())
    );
    // Others on this machine cannot look.
    let mode = std::fs::metadata(&agent.left()[0])
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);

    let still_away = agent.run(&["--flush", "--wait", "1"]);
    let portal = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Portal::start_at(at, agent.grant).await
    };
    let (flushed, portal) = tokio::join!(still_away, portal);
    assert_eq!(flushed.code, Some(0), "{flushed:?}");
    let kept = portal.kept.lock().unwrap();
    assert_eq!(
        outcome(&kept, "sh -c 'echo away; exit 3'"),
        ActionOutcome::Failed
    );
    assert_eq!(played(&kept, "o"), "away\r\n");
    assert!(agent.left().is_empty());
}

#[tokio::test]
async fn a_portal_that_goes_away_in_the_middle_gets_all_of_it() {
    let portal = Portal::start().await;
    let away = [Mood::Says(StatusCode::SERVICE_UNAVAILABLE); 3];
    portal.behave(&[&[Mood::Takes, Mood::Takes][..], &away, &[Mood::Forgets]].concat());
    let agent = Agent::of(&portal);
    let script = "for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done";
    let ran = agent.run(&["--", "sh", "-c", script]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let kept = portal.kept.lock().unwrap();
    // It also came back from an old backup.
    assert_eq!(
        outcome(&kept, &format!("sh -c '{script}'")),
        ActionOutcome::Done
    );
    assert_eq!(played(&kept, "o"), ran.shown);
}

#[tokio::test]
async fn a_portal_that_says_no_in_the_middle_ends_the_command() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    portal.behave(&[Mood::Takes]);
    portal.then(Mood::Says(StatusCode::FORBIDDEN));
    let begun = Instant::now();
    let ran = agent
        .run(&[
            "--",
            "sh",
            "-c",
            "trap '' HUP; echo on; sleep 50; echo more",
        ])
        .await;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ran.code, Some(137), "{ran:?}");
    assert!(ran.said.contains("takes nothing more"), "{ran:?}");
    assert_eq!(agent.left().len(), 1, "what it did not take is kept");
}

#[tokio::test]
async fn a_killed_agents_recording_is_sent_by_a_flush() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    let mut child = agent
        .command(&["--", "sh", "-c", "echo begun; sleep 50"])
        .spawn()
        .unwrap();
    portal
        .until(|kept| !kept.chunks.is_empty() && !played(kept, "o").is_empty())
        .await;
    // One that is at work is left alone.
    let early = agent.run(&["--flush"]).await;
    assert_eq!(early.shown, "0 recordings were sent.\n");
    child.kill().await.unwrap();
    assert_eq!(agent.left().len(), 1);
    let flushed = agent.run(&["--flush"]).await;
    assert_eq!(
        (flushed.code, flushed.shown.as_str()),
        (Some(0), "1 recordings were sent.\n")
    );
    let kept = portal.kept.lock().unwrap();
    assert_eq!(
        outcome(&kept, "sh -c 'echo begun; sleep 50'"),
        ActionOutcome::Unknown
    );
    assert_eq!(played(&kept, "o"), "begun\r\n");
    assert!(agent.left().is_empty());
}

#[tokio::test]
async fn a_password_that_is_typed_is_not_recorded() {
    let portal = Portal::start().await;
    let agent = Agent::of(&portal);
    let script = "stty -echo; echo ready; read word; stty echo; echo \"${#word} letters\"";
    let mut child = agent
        .command(&["--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().unwrap().trim(), "ready");
    drop(lines);
    stdin.write_all(b"canary-word\n").await.unwrap();
    let ran = finished(child).await;
    assert!(ran.shown.contains("11 letters"), "{ran:?}");
    let kept = portal.kept.lock().unwrap();
    assert!(!format!("{kept:?}").contains("canary-word"));
    assert_eq!(played(&kept, "i"), "(typed without echo, not recorded)");
    drop(stdin);
}

#[tokio::test]
async fn a_token_goes_nowhere_but_to_the_portal() {
    let agent = Agent::at(nobody().await, GrantId::new(Uuid::new_v4()));
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_breakglass"));
    let plain = command
        .args(["run", "--portal", "http://portal.example", "--token-file"])
        .arg(agent.path("token"))
        .args(["--grant", &Uuid::new_v4().to_string(), "--", "true"]);
    let ran = plain.output().await.unwrap();
    assert_eq!(ran.status.code(), Some(125));
    assert!(
        String::from_utf8_lossy(&ran.stderr).contains("https"),
        "{ran:?}"
    );

    let portal = Portal::start().await;
    let elsewhere = format!("http://{}/", portal.at);
    let away = axum::Router::new()
        .fallback(move || async move { axum::response::Redirect::temporary(&elsewhere) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let agent = Agent::at(listener.local_addr().unwrap(), portal.grant);
    tokio::spawn(async move { axum::serve(listener, away).await });
    let ran = agent.run(&["--", "true"]).await;
    assert_eq!(ran.code, Some(125), "{ran:?}");
    assert!(
        ran.said.contains("307") && !ran.said.contains(TOKEN),
        "{ran:?}"
    );
    assert!(portal.kept.lock().unwrap().asked.is_empty());
}
