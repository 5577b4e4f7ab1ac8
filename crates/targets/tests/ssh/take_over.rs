//! Somebody watches, and takes the keyboard.

use std::time::Duration;

use targets::ssh::cast::{Event, Happened, Size};
use targets::ssh::terminal::{EndCause, Hands};

use crate::notebook::{Notebook, types};
use crate::sshd::{Ends, Sshd, here};
use crate::terminal::quiet;

#[tokio::test]
async fn a_watcher_sees_the_lines_that_are_recorded() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    let mut watching = terminal.watch();
    // What was there before, and the size that the terminal has by now.
    assert!(watching.recent.concat().contains("ready-42"));
    terminal.resize(Size::new(90, 20).unwrap()).await.unwrap();
    types(&terminal, "echo live-$((1+2)); exit\n").await;
    seen.drain().await;
    terminal.ended().await;
    assert_eq!(terminal.watch().header.size, Size::new(90, 20).unwrap());
    let mut lines: Vec<String> = watching
        .recent
        .iter()
        .map(|line| line.to_string())
        .collect();
    while let Ok(line) = watching.lines.try_recv() {
        lines.push(line.to_string());
    }
    let recorded = notebook.chunks().concat();
    let recorded: Vec<&str> = recorded.lines().skip(1).collect();
    assert_eq!(lines, recorded);
    assert!(lines.concat().contains("live-3"));
}

#[tokio::test]
async fn who_takes_over_types_alone_and_is_named_in_the_recording() {
    if !here() {
        return;
    }
    let (sshd, notebook) = (Sshd::start(Ends::ByList), Notebook::new());
    let (terminal, mut seen) = quiet(&sshd, &notebook).await;
    let other = Hands::Other("person-2".into());
    // Without the keyboard nothing that they type arrives.
    terminal
        .type_text(other.clone(), "echo too-early\n")
        .await
        .unwrap();
    terminal.take_over("person-2").await.unwrap();
    seen.until("has taken the keyboard").await;
    types(&terminal, "echo not-$((1+1))-mine\n").await;
    terminal
        .type_text(other.clone(), "echo theirs-$((2+2))\n")
        .await
        .unwrap();
    seen.until("theirs-4").await;
    terminal.give_back().await.unwrap();
    seen.until("is yours again").await;
    terminal.type_text(other, "echo too-late\n").await.unwrap();
    types(&terminal, "echo mine-$((3+3))\n").await;
    seen.until("mine-6").await;
    terminal.cut(EndCause::Cut, "cut by somebody who watches");
    terminal.ended().await;
    assert!(!seen.text().contains("not-2-mine") && !seen.text().contains("too-"));
    let events = notebook.cast().events;
    let told: Vec<&Event> = events
        .iter()
        .filter(|event| matches!(event.what, Happened::Typed(_) | Happened::Marked(_)))
        .skip(1)
        .collect();
    let what: Vec<String> = told
        .iter()
        .map(|event| format!("{:?}", event.what))
        .collect();
    assert_eq!(
        what,
        [
            "Marked(\"person-2 has the keyboard\")",
            "Typed(\"echo theirs-$((2+2))\\n\")",
            "Marked(\"the holder has the keyboard\")",
            "Typed(\"echo mine-$((3+3))\\n\")",
        ]
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
}
