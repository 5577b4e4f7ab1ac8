//! CHECK 44 on a terminal: what is not recorded does not happen.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use targets::ssh::cast::Size;
use targets::ssh::terminal::{EndCause, TerminalError};

use crate::notebook::{Mood, Notebook, types};
use crate::sshd::{Ends, Sshd, here};
use crate::terminal::{entrance, quiet};

/// A file that the session's account may make.
fn a_trace() -> (tempfile::TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.path().join("trace");
    (folder, file)
}

async fn appears(file: &Path) -> Duration {
    let start = Instant::now();
    while !file.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{} did not appear",
            file.display()
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    start.elapsed()
}

#[tokio::test]
async fn check_44_no_key_reaches_the_host_before_it_is_recorded() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (_folder, trace) = a_trace();
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    notebook.feel(Mood::Stuck);
    types(&terminal, &format!("touch {}\n", trace.display())).await;
    seen.during(Duration::from_millis(800)).await;
    assert!(!trace.exists());
    assert!(!notebook.typed().contains("touch"));
    notebook.feel(Mood::Well);
    appears(&trace).await;
    assert!(notebook.typed().contains("touch"));
    // And as the recorder's own clock has it: each command's line stands there before its effect does.
    for number in 0..20 {
        let file = trace.with_extension(number.to_string());
        types(&terminal, &format!("touch {}\n", file.display())).await;
        appears(&file).await;
        let made = std::fs::metadata(&file).unwrap().modified().unwrap();
        let since_made = made.elapsed().unwrap_or_default();
        let wanted = format!("trace.{number}\\n");
        let noted = notebook
            .timed()
            .into_iter()
            .find(|(_, lines)| lines.contains(&wanted));
        let since_noted = noted.unwrap().0.elapsed();
        // The file system's clock ticks every 4 ms at most.
        assert!(
            since_noted + Duration::from_millis(10) > since_made,
            "{since_noted:?} {since_made:?}"
        );
    }
}

#[tokio::test]
async fn check_44_a_recorder_that_fails_before_a_key_ends_the_session_and_the_key_is_not_sent() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (_folder, trace) = a_trace();
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    notebook.feel(Mood::Fails);
    let failed = Instant::now();
    types(&terminal, &format!("touch {}\n", trace.display())).await;
    let ended = terminal.ended().await;
    println!(
        "the session ended {:?} after the recorder",
        failed.elapsed()
    );
    assert!(failed.elapsed() < Duration::from_secs(1));
    assert_eq!(ended.cause, EndCause::Lost);
    assert!(
        ended.lost.as_ref().unwrap().contains("the disk is full"),
        "{ended:?}"
    );
    seen.drain().await;
    assert!(
        seen.text().contains("can no longer be recorded"),
        "{seen:?}"
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!trace.exists());
}

#[tokio::test]
async fn check_44_a_recorder_that_fails_in_the_middle_ends_the_session() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    types(&terminal, "while :; do echo tick; sleep 0.05; done\n").await;
    seen.until("tick\r\ntick").await;
    notebook.feel(Mood::Fails);
    let failed = Instant::now();
    let ended = terminal.ended().await;
    println!(
        "the session ended {:?} after the recorder",
        failed.elapsed()
    );
    assert!(failed.elapsed() < Duration::from_millis(500));
    assert_eq!(ended.cause, EndCause::Lost);
}

#[tokio::test]
async fn check_44_a_recorder_that_stands_still_lets_little_be_shown_and_ends_the_session() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    // What a slow shell says, and what a flood does.
    types(&terminal, "sleep 0.3; yes 0123456789abcde\n").await;
    notebook.feel(Mood::Well);
    tokio::time::sleep(Duration::from_millis(100)).await;
    notebook.feel(Mood::Stuck);
    let before = seen.len();
    let stuck = Instant::now();
    seen.drain().await;
    let ended = terminal.ended().await;
    println!(
        "shown and not recorded: {} bytes; ended after {:?}",
        seen.len() - before,
        stuck.elapsed()
    );
    assert_eq!(ended.cause, EndCause::Lost);
    assert!(
        ended.lost.as_ref().unwrap().contains("did not answer"),
        "{ended:?}"
    );
    // 16 KiB, and the last words.
    assert!(seen.len() - before < 16 * 1024 + 200);
    assert!(stuck.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn check_44_a_session_that_cannot_be_recorded_never_begins() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    notebook.feel(Mood::Fails);
    let (host, principal) = (sshd.host(), sshd.principal());
    let connections = sshd.log().matches("Connection from").count();
    let opened = entrance(&sshd, &host, &principal)
        .open(Size::DEFAULT, notebook)
        .await;
    assert!(
        matches!(opened, Err(TerminalError::Recorder(_))),
        "{opened:?}"
    );
    // The host was not even connected to.
    assert_eq!(sshd.log().matches("Connection from").count(), connections);
}
