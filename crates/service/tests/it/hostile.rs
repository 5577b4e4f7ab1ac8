//! Texts that try to be more than text.

use access::event::{Decision, SessionEnd};
use access::ids::GroupName;
use service::{Error, Identity, Submit, Words};
use sqlx::PgPool;

use crate::another_hand::stored;
use crate::stage::{Stage, form, identity, words};
use crate::sweep::sound;

/// Ends of lines and of strings, members of an entry, a bundle's length, text that turns around, marks
/// that are not seen, and much of it.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\r\n{\"v\":1,\"seq\":0,\"kind\":\"grant.opened\"}\r\n",
        "x\",\"kind\":\"grant.opened\",\"seq\":0,\"y\":\"",
        "\"}}\n{\"v\":1,\"prev\":\"AAAA",
        "\\\",\\u0022,\\\\",
        "a\0b",
        "\u{1}\u{7f}\u{85}\u{1b}[2J",
        "\u{202e}deppots\u{202c}\u{2066}",
        "\u{2028}\u{2029}\u{feff}\u{200b}",
        "\u{2014} test.example AAAA\n\n\u{2014} x",
        "'; drop table ledger_entry; --",
        "{account}\u{fffd}\u{10ffff}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("\u{1f512}".repeat(1_000));
    texts.push("x".repeat(70_000));
    texts
}

/// What was done, or why it was not: never a fault of ours.
fn refused_or_done<T>(answer: Result<T, Error>, text: &str) -> Option<T> {
    match answer {
        Ok(done) => Some(done),
        Err(Error::BadInput { .. }) => None,
        Err(fault) => panic!("{text:?}: {fault}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_text_forges_an_entry(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let ari = stage.ari().await;
    let (mut kept, mut groups) = (0, 0);
    for text in texts() {
        let before = stored(&admin).await.len();
        let mut who = identity(&format!("dana {before}"), &["oncall"]);
        if let Ok(group) = text.parse::<GroupName>() {
            who.groups.push(group);
            groups += 1;
        }
        let who = Identity {
            name: text.clone(),
            ..who
        };
        let dana = stage.portal.register_sign_in(who).await.unwrap();
        let wanted = Submit {
            words: Words {
                reason: format!("A reason: {text}"),
                ticket: Some(text.clone()),
                ..words()
            },
            ..form("orders-read")
        };
        let mut expected = before + 2;
        let asked = refused_or_done(stage.portal.submit(&dana, wanted).await, &text);
        if let Some(request) = asked {
            kept += 1;
            expected += 1;
            stage.sign(&ari, request, Decision::Approve).await.unwrap();
            // Looked at, a fresh sign-in, signed off, and approved by it.
            expected += 4;
        }
        stage
            .portal
            .sign_out(&dana, SessionEnd::SignedOut)
            .await
            .unwrap();
        expected += 1;
        let entries = stored(&admin).await;
        assert_eq!(entries.len(), expected, "{text:?}");
        for entry in &entries[before..] {
            let entry = std::str::from_utf8(entry).unwrap();
            let shows = |c: char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}');
            assert!(entry.chars().all(shows), "{entry:?}");
        }
    }
    assert!(kept >= 4 && groups >= 4, "{kept} kept, {groups} groups");
    let (opened, _): (Vec<_>, Vec<_>) = stage
        .verified_entries()
        .await
        .into_iter()
        .partition(|(kind, _)| kind == "grant.opened");
    assert_eq!(opened.len(), 0, "nobody was let in");
    let key = stage.portal.ledger().vkey().parse().unwrap();
    sound(&admin, stage.portal.ledger().origin(), &key, None).await;
}
