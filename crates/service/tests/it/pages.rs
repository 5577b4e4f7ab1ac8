//! What people see is what concerns them.

use access::event::Decision;
use access::refusal::Rule;
use access::view::Action;
use service::{Error, LogQuery};
use sqlx::PgPool;

use crate::stage::Stage;

#[sqlx::test(migrations = "../../migrations")]
async fn another_teams_request_is_not_there(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let request = stage.ask(&dana, "orders-read").await;
    let stranger = stage.person("stranger", &["sales"]).await;
    assert!(matches!(
        stage.portal.request(&stranger, request).await,
        Err(Error::NotFound)
    ));
    assert!(!stage.portal.concerns(&stranger, request).await.unwrap());
    let checked = stage
        .portal
        .check_sign_off(
            &stranger,
            request,
            None,
            (Decision::Approve, access::digest::Digest::of(b"")),
            None,
        )
        .await;
    assert!(matches!(checked, Err(Error::NotFound)), "{checked:?}");
    for insider in [&dana, &stage.ari().await, &stage.quinn().await] {
        stage.portal.request(insider, request).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_page_offers_what_the_rules_allow(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    assert_eq!(stage.portal.openable(&dana).await.unwrap().len(), 2);
    assert_eq!(stage.portal.openable(&ari).await.unwrap().len(), 0);
    let request = stage.ask(&dana, "orders-read").await;

    let home = stage.portal.home(&dana).await.unwrap();
    assert_eq!(home.requests.len(), 1);
    assert_eq!(home.requests[0].needed, 1);
    assert_eq!(home.inbox, 0);
    assert_eq!(stage.portal.home(&ari).await.unwrap().inbox, 1);

    let hers = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(hers.actions, [Action::Edit, Action::Withdraw]);
    assert_eq!(hers.sign_off_refused, Some(Rule::SelfApproval));
    let his = stage.portal.request(&ari, request).await.unwrap();
    assert_eq!(his.actions, [Action::SignOff]);
    assert!(his.statement.contains("orders-read"));
    assert_eq!(
        access::digest::Digest::of(his.statement.as_bytes()),
        his.statement_sha256
    );
    // That he has looked is said too.
    assert_eq!(his.timeline.len(), 2);
    assert_eq!(his.timeline[1].person.as_ref().unwrap().id, ari.person);
    assert_eq!(his.timeline[0].person.as_ref().unwrap().id, dana.person);

    stage.portal.withdraw(&dana, request).await.unwrap();
    let home = stage.portal.home(&dana).await.unwrap();
    assert!(home.requests.is_empty());
    assert_eq!(home.past.len(), 1);
    assert!(stage.portal.inbox(&ari).await.unwrap().waiting.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_log_is_for_auditors_and_pages_by_link(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, quinn) = (stage.dana().await, stage.quinn().await);
    let query = LogQuery {
        before: None,
        kind: None,
        limit: 3,
    };
    assert!(matches!(
        stage.portal.log(&dana, query.clone()).await,
        Err(Error::Forbidden)
    ));
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let query = LogQuery {
            before,
            ..query.clone()
        };
        let page = stage.portal.log(&quinn, query).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.seq));
        before = page.older;
        if before.is_none() {
            assert_eq!(seen, (0..page.size).rev().collect::<Vec<_>>());
            break;
        }
    }
    let query = LogQuery {
        before: None,
        kind: Some("session.opened".into()),
        limit: 50,
    };
    let page = stage.portal.log(&quinn, query).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    assert_eq!(
        page.rows[1].person.as_ref().unwrap().name.as_deref(),
        Some("dana of the tests")
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_change_reaches_who_listens(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    // The listener connects in the background: ask until word comes.
    let mut changes = stage.portal.subscribe();
    let mut asked = Vec::new();
    let told = loop {
        asked.push(stage.ask(&dana, "orders-read").await);
        let wait = std::time::Duration::from_millis(500);
        if let Ok(Ok(change)) = tokio::time::timeout(wait, changes.recv()).await
            && let Some(request) = change.request
        {
            break request;
        }
        assert!(asked.len() < 20, "no word came");
    };
    assert!(asked.contains(&told));
}
