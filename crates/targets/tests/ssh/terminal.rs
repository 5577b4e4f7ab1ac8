//! A terminal on a real host: what is typed, shown and recorded is one and the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use targets::ssh::cast::{Happened, Size};
use targets::ssh::terminal::{EndCause, Entrance, Hands, Screen, Terminal, TerminalError};
use targets::ssh::{ConnectError, Host, Principal};

use crate::notebook::{Mood, Notebook, Seen, types};
use crate::person::{a_grant, now};
use crate::sshd::{Ends, Sshd, here};

pub fn entrance<'a>(sshd: &'a Sshd, host: &'a Host, principal: &'a Principal) -> Entrance<'a> {
    Entrance {
        host,
        ca: &sshd.ca,
        grant: a_grant(),
        serial: 4711,
        principal,
        until: now().plus_seconds(600),
        now: now(),
    }
}

/// A session with a shell that has a plain prompt, and echoes nothing but what it is told to.
pub async fn quiet(sshd: &Sshd, notebook: &Arc<Notebook>) -> (Terminal, Seen) {
    let (terminal, screen) = open(sshd, notebook).await;
    let mut seen = Seen::new(screen);
    types(&terminal, "PS1='> '; stty -echo; echo ready-$((40+2))\n").await;
    seen.until("ready-42\r\n> ").await;
    (terminal, seen)
}

pub async fn open(sshd: &Sshd, notebook: &Arc<Notebook>) -> (Terminal, Screen) {
    let (host, principal) = (sshd.host(), sshd.principal());
    let recorder = Arc::clone(notebook);
    let entrance = entrance(sshd, &host, &principal);
    entrance.open(Size::DEFAULT, recorder).await.unwrap()
}

#[tokio::test]
async fn everything_typed_and_shown_is_recorded() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, screen) = open(&sshd, &notebook).await;
    let mut seen = Seen::new(screen);
    let before = "PS1='> '; echo \"size $(stty size)\"\n";
    types(&terminal, before).await;
    seen.until("size 24 80").await;
    terminal.resize(Size::new(100, 30).unwrap()).await.unwrap();
    // 450 KB in characters of two and three bytes, and a second language in what is typed.
    let after = "echo \"grüße, 世界: $(stty size)\"; i=0; while [ $i -lt 20000 ]; do echo \"äöü€ 世界 $i\"; i=$((i+1)); done; exit 7\n";
    types(&terminal, after).await;
    seen.drain().await;
    let ended = terminal.ended().await;
    assert_eq!(
        (ended.cause, ended.exit_status),
        (EndCause::Closed, Some(7)),
        "{ended:?}"
    );
    assert!(seen.text().contains("grüße, 世界: 30 100"), "{seen:?}");
    assert!(seen.len() > 400_000, "{}", seen.len());
    // The recording is what was seen, to the byte.
    assert!(notebook.shown() == seen.text());
    assert_eq!(notebook.typed(), format!("{before}{after}"));
    assert_eq!(
        notebook.chunks().len(),
        usize::try_from(ended.chunks).unwrap()
    );
    let cast = notebook.cast();
    assert_eq!(cast.header.size, Size::DEFAULT);
    let resized = Happened::Resized(Size::new(100, 30).unwrap());
    assert!(cast.events.iter().any(|event| event.what == resized));
    // The command's output came after the command, in the recording too.
    let place = |what: &str| {
        let events = cast.events.iter();
        let texts = events.map(|event| match &event.what {
            Happened::Shown(text) | Happened::Typed(text) => text.contains(what),
            _ => false,
        });
        texts
            .collect::<Vec<_>>()
            .iter()
            .position(|found| *found)
            .unwrap()
    };
    assert!(place("exit 7") < place("世界: 30 100"));
}

#[tokio::test]
async fn output_is_recorded_within_a_quarter_of_a_second() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    types(&terminal, "sleep 0.5; echo now-$((1+1)); sleep 5\n").await;
    seen.until("now-2").await;
    let shown = Instant::now();
    while !notebook.shown().contains("now-2") {
        assert!(shown.elapsed() < Duration::from_millis(250));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("shown output was recorded after {:?}", shown.elapsed());
}

#[tokio::test]
async fn a_burst_of_keys_is_one_chunk() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    notebook.feel(Mood::Slow(Duration::from_millis(100)));
    let before = notebook.chunks().len();
    for key in "echo burst-$((6*7))\n".chars() {
        types(&terminal, &key.to_string()).await;
    }
    seen.until("burst-42").await;
    let chunks = notebook.chunks().split_off(before);
    let with_keys = chunks
        .iter()
        .filter(|lines| lines.contains("\"i\""))
        .count();
    // The first key goes at once; all others wait for it together, sixteen at a time.
    assert!((1..=3).contains(&with_keys), "{chunks:#?}");
}

#[tokio::test]
async fn a_session_is_cut_within_a_second_and_says_why() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    for (mood, cause, command) in [
        (Mood::Well, EndCause::AccessEnded, "sleep 61"),
        // Even while the host floods the terminal, or the log stands still.
        (Mood::Well, EndCause::Cut, "yes flood"),
        (Mood::Stuck, EndCause::Cut, "sleep 61"),
    ] {
        let (terminal, mut seen) = quiet(&sshd, &notebook).await;
        types(&terminal, &format!("echo $$-pid; exec {command}\n")).await;
        seen.until("-pid").await;
        let text = seen.text();
        let before = text.split("-pid").next().unwrap();
        let pid = before
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap()
            .to_owned();
        notebook.feel(mood);
        let cut = Instant::now();
        terminal.cut(cause, "access has ended");
        let ended = terminal.ended().await;
        let told = cut.elapsed();
        // Nobody may be there to bury it; what is dead has no arguments.
        let process = format!("/proc/{pid}/cmdline");
        while std::fs::read(&process).is_ok_and(|arguments| !arguments.is_empty()) {
            assert!(cut.elapsed() < Duration::from_secs(1), "{command} runs on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!(
            "{command}, recorder {mood:?}: ended after {told:?}, its process gone after {:?}",
            cut.elapsed()
        );
        assert!(told < Duration::from_secs(1));
        seen.drain().await;
        assert!(
            seen.text().ends_with("[breakglass] access has ended\r\n"),
            "{command}"
        );
        let expected = if mood == Mood::Stuck {
            EndCause::Lost
        } else {
            cause
        };
        assert_eq!(ended.cause, expected, "{ended:?}");
        assert!(terminal.type_text(Hands::Holder, "x").await.is_err());
        notebook.feel(Mood::Well);
    }
}

#[tokio::test]
async fn whoever_closes_the_window_has_left() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, seen) = quiet(&sshd, &notebook).await;
    drop(seen);
    assert_eq!(terminal.ended().await.cause, EndCause::Closed);
}

#[tokio::test]
async fn a_host_that_goes_away_is_lost() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    // The session's own sshd dies.
    types(&terminal, "kill -9 $PPID\n").await;
    seen.drain().await;
    let ended = terminal.ended().await;
    assert_eq!(ended.cause, EndCause::Lost, "{ended:?}");
    assert!(seen.text().contains("[breakglass] the host is gone"));
    assert!(notebook.shown() == seen.text());
}

#[tokio::test]
async fn whom_the_host_does_not_take_gets_no_terminal() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (host, nobody) = (sshd.host(), Principal::parse("no-such-account").unwrap());
    let opened = entrance(&sshd, &host, &nobody)
        .open(Size::DEFAULT, notebook.clone())
        .await;
    assert!(
        matches!(opened, Err(TerminalError::Refused(_))),
        "{opened:?}"
    );
    // Its recording has begun: that somebody tried is known.
    assert_eq!(notebook.chunks().len(), 1);
}

#[tokio::test]
async fn a_host_with_another_key_is_not_believed() {
    if !here() {
        return;
    }
    let (sshd, other) = (Sshd::start(Ends::ByList), tempfile::tempdir().unwrap());
    let file = other.path().join("key");
    crate::sshd::run(
        std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&file),
    );
    let key = std::fs::read_to_string(other.path().join("key.pub")).unwrap();
    let host = Host::new("127.0.0.1", sshd.port, &key).unwrap();
    let principal = sshd.principal();
    let opened = entrance(&sshd, &host, &principal)
        .open(Size::DEFAULT, Notebook::new())
        .await;
    let Err(TerminalError::Connect(ConnectError::WrongKey(_, shown))) = opened else {
        panic!("{opened:?}");
    };
    assert!(shown.starts_with("SHA256:"), "{shown}");
    // Nobody tried to sign in.
    assert!(!sshd.log().contains("userauth"), "{}", sshd.log());
}
