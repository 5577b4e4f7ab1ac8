//! The log as the service writes it.

use access::event::{Decision, Mode};
use access::refusal::Rule;
use service::{Error, Submit, Words};
use sqlx::PgPool;

use crate::stage::{Stage, form, words};

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_log_begins_with_its_key_and_its_policies(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let kinds: Vec<String> = stage
        .verified_entries()
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds,
        [
            "ledger.opened",
            "server.started",
            "roles.configured",
            "resource.configured",
            "policy.activated",
            "policy.activated"
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_restart_adds_to_the_log_and_seeds_nothing_twice(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    stage.restart().await;
    assert_eq!(stage.portal.halted(), None);
    let kinds: Vec<String> = stage
        .verified_entries()
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds[6..],
        ["person.registered", "session.opened", "server.started"]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_callers_at_once_make_one_chain(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let before = stage.portal.ledger().checkpoint().await.unwrap().0;
    let callers = (0..64).map(|_| {
        let (portal, dana) = (stage.portal.clone(), dana.clone());
        tokio::spawn(async move {
            for _ in 0..10 {
                portal
                    .sign_out(&dana, access::event::SessionEnd::SignedOut)
                    .await
                    .unwrap();
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    assert_eq!(size, before + 640);
    assert_eq!(stage.verified_entries().await.len() as u64, size);
}

#[sqlx::test(migrations = "../../migrations")]
async fn tiles_hold_the_hashes_that_the_checkpoint_covers(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let work = (0..300).map(|_| {
        stage
            .portal
            .sign_out(&dana, access::event::SessionEnd::Provider)
    });
    for done in futures::future::join_all(work).await {
        done.unwrap();
    }
    let reader = stage.portal.ledger();
    let (size, _) = reader.checkpoint().await.unwrap();
    let tile = |path: String| async move { reader.tile(&path.parse().unwrap()).await.unwrap() };
    let full = tile("tile/0/000".into()).await.unwrap();
    assert_eq!(full.len(), 256 * 32);
    let leaves: Vec<ledger::Hash> = full
        .chunks(32)
        .map(|hash| ledger::Hash::new(hash.try_into().unwrap()))
        .collect();
    let above = tile("tile/1/000.p/1".into()).await.unwrap();
    assert_eq!(above, ledger::root_of(&leaves).as_bytes());
    let rest = size - 256;
    let partial = tile(format!("tile/0/001.p/{rest}")).await.unwrap();
    assert_eq!(partial.len() as u64, rest * 32);
    assert_eq!(tile(format!("tile/0/001.p/{}", rest + 1)).await, None);
    assert_eq!(tile("tile/2/000.p/1".into()).await, None);
    let bundle = tile("tile/entries/000".into()).await.unwrap();
    assert_eq!(ledger::bundle::split(&bundle).count(), 256);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_decision_is_exactly_one_entry(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let request = stage.ask(&dana, "orders-read").await;
    let before = stage.verified_entries().await.len();
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    let refused = stage
        .sign(&ari, request, Decision::Approve)
        .await
        .unwrap_err();
    let Error::Refused(refusal) = refused else {
        panic!("{refused}")
    };
    assert!(
        matches!(refusal.rule, Rule::WrongState | Rule::AlreadySigned),
        "{refusal}"
    );
    let kinds: Vec<String> = stage
        .verified_entries()
        .await
        .drain(before..)
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds,
        [
            "request.viewed",
            "session.opened",
            "signoff.given",
            "request.approved",
            "command.refused"
        ]
    );
}

async fn count(stage: &Stage, kind: &str) -> usize {
    let entries = stage.verified_entries().await;
    entries.iter().filter(|(found, _)| found == kind).count()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_second_click_asks_for_nothing_new(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let form = form("orders-read");
    let (first, second) = tokio::join!(
        stage.portal.submit(&dana, form.clone()),
        stage.portal.submit(&dana, form.clone())
    );
    assert_eq!(first.unwrap(), second.unwrap());
    let refused = count(&stage, "command.refused").await;
    let third = stage.portal.submit(&dana, form.clone()).await.unwrap();
    assert_eq!(third, form.request);
    assert_eq!(count(&stage, "request.submitted").await, 1);
    assert_eq!(count(&stage, "command.refused").await, refused);
}

/// The same id with other bytes: whoever sends it learns that the first ones stand.
#[sqlx::test(migrations = "../../migrations")]
async fn a_form_sent_again_with_other_contents_is_refused_with_an_entry(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, sam) = (stage.dana().await, stage.person("sam", &["oncall"]).await);
    let first = form("orders-read");
    stage.portal.submit(&dana, first.clone()).await.unwrap();
    let mut others = [(); 4].map(|()| first.clone());
    others[0].words.reason.push_str(" And more.");
    others[1].words.duration_s += 1;
    others[2].words.ticket = Some("OPS-2".into());
    for (place, (who, form)) in [&dana, &dana, &dana, &sam].iter().zip(others).enumerate() {
        let refused = stage.portal.submit(who, form).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Refused(refusal) if refusal.rule == Rule::RequestExists),
            "{refused}"
        );
        assert_eq!(count(&stage, "command.refused").await, place + 1);
    }
    let stands = stage.portal.request(&dana, first.request).await.unwrap();
    assert_eq!(stands.row.reason, Some(first.words.reason));
    assert_eq!(stands.ticket, first.words.ticket);
}

#[sqlx::test(migrations = "../../migrations")]
async fn self_approval_is_refused_with_an_entry(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let both = stage.person("both", &["oncall", "leads"]).await;
    let request = stage.ask(&both, "orders-read").await;
    let refused = stage
        .sign(&both, request, Decision::Approve)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(refusal) if refusal.rule == Rule::SelfApproval),
        "{refused}"
    );
    let (kind, entry) = stage.verified_entries().await.pop().unwrap();
    assert_eq!(kind, "command.refused");
    assert_eq!(entry["body"]["rule"], "self_approval");
    assert_eq!(entry["body"]["request"], request.to_string());
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_people_write_stands_sealed_in_entries(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let reason = "canary-9f3a: line one\r\nline two \u{202e} {\"v\":1}";
    let form = Submit {
        words: Words {
            reason: reason.into(),
            ..words()
        },
        ..form("orders-read")
    };
    let request = stage.portal.submit(&dana, form).await.unwrap();
    for (_, entry) in stage.verified_entries().await {
        let text = entry.to_string();
        assert!(
            !text.contains("canary-9f3a") && !text.contains("INC-7"),
            "{text}"
        );
        assert!(
            !text.contains("of the tests") && !text.contains("idp.example"),
            "{text}"
        );
    }
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(view.row.reason.as_deref(), Some(reason));
    assert_eq!(view.ticket.as_deref(), Some("INC-7"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn texts_that_do_not_fit_are_refused_with_their_field(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    for (reason, ticket, wanted) in [
        ("x".repeat(4_001), None, "reason"),
        ("a reason with \0 in it".into(), None, "reason"),
        ("a good reason".into(), Some("t".repeat(201)), "ticket"),
    ] {
        let form = Submit {
            words: Words {
                reason,
                ticket,
                ..words()
            },
            mode: Mode::Ordinary,
            ..form("orders-read")
        };
        let refused = stage.portal.submit(&dana, form).await.unwrap_err();
        assert!(
            matches!(refused, Error::BadInput { field, .. } if field == wanted),
            "{refused}"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_policy_that_was_made_stricter_is_in_force_after_a_restart(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.settings.seed_policies[0].duration.max_s = 120;
    stage.restart().await;
    stage.restart().await;
    let policies = stage.portal.policies().await.unwrap();
    let versions: Vec<_> = policies
        .iter()
        .map(|p| (p.policy.name.as_str(), p.version))
        .collect();
    assert_eq!(versions, [("orders-admin", 1), ("orders-read", 2)]);
    assert_eq!(policies[1].policy.duration.max_s, 120);
}

#[sqlx::test(migrations = "../../migrations")]
async fn groups_that_do_not_fit_keep_nobody_else_out(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let groups = (0..400)
        .map(|n| format!("{n:0>100}").parse().unwrap())
        .collect();
    let crowd = access::view::Viewer {
        groups,
        ..dana.clone()
    };
    let (refused, done) = tokio::join!(
        stage
            .portal
            .sign_out(&crowd, access::event::SessionEnd::SignedOut),
        stage
            .portal
            .sign_out(&dana, access::event::SessionEnd::SignedOut)
    );
    assert!(
        matches!(
            refused,
            Err(Error::BadInput {
                field: "groups",
                ..
            })
        ),
        "{refused:?}"
    );
    done.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_first_sign_ins_at_once_are_one_person(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (first, second) = tokio::join!(stage.dana(), stage.dana());
    assert_eq!(first.person, second.person);
    assert_eq!(stage.dana().await.person, first.person);
}
