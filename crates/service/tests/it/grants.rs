//! Access on a real target: made, used, ended.

use std::time::Duration;

use access::event::{Decision, EndCause};
use access::refusal::Rule;
use access::view::{Action, GrantState, RequestState};
use service::Error;
use sqlx::{Connection as _, PgPool};

use crate::settings::{ROLE, postgresql};
use crate::stage::{PATIENCE, Stage, eventually};

/// Access is over within this, live sessions included.
const A_SECOND: Duration = Duration::from_secs(1);

#[sqlx::test(migrations = "../../migrations")]
async fn breaking_the_glass_opens_and_returning_ends_live_sessions(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (request, grant) = stage.break_glass(&dana, 60).await;
    assert!(stage.account_stands(grant).await);

    let credential = stage.portal.show_credential(&dana, grant).await.unwrap();
    let mut live = stage.log_in(&credential).await.unwrap();
    let user: String = sqlx::query_scalar("select current_user::text")
        .fetch_one(&mut live)
        .await
        .unwrap();
    assert_eq!(user, grant.account());

    let start = std::time::Instant::now();
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    assert!(start.elapsed() < A_SECOND, "{:?}", start.elapsed());
    assert!(live.ping().await.is_err());
    assert!(stage.log_in(&credential).await.is_err());
    assert!(!stage.account_stands(grant).await);

    let view = stage.portal.request(&dana, request).await.unwrap();
    let state = view.grant.unwrap().state;
    assert!(
        matches!(
            state,
            GrantState::Ended {
                cause: EndCause::Returned,
                sessions_cut: 1,
                ..
            }
        ),
        "{state:?}"
    );
    let kinds: Vec<String> = stage
        .verified_entries()
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds[8..],
        [
            "request.submitted",
            "grant.intended",
            "grant.opened",
            "credential.shown",
            "grant.ended"
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_credential_is_shown_once_and_to_its_holder(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(matches!(
        stage.portal.show_credential(&ari, grant).await,
        Err(Error::Refused(_))
    ));
    stage.portal.show_credential(&dana, grant).await.unwrap();
    let again = stage
        .portal
        .show_credential(&dana, grant)
        .await
        .unwrap_err();
    assert!(
        matches!(&again, Error::Refused(refusal) if refusal.rule == Rule::AlreadyShown),
        "{again}"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn access_ends_by_itself_when_its_time_is_up(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    // Long enough to log in with.
    let (_, grant) = stage.break_glass(&dana, 5).await;
    let credential = stage.portal.show_credential(&dana, grant).await.unwrap();
    let mut live = stage.log_in(&credential).await.unwrap();
    let expires = credential.expires_at_ms.millis();
    eventually(PATIENCE, || async { !stage.account_stands(grant).await }).await;
    let late =
        time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000 - i128::from(expires);
    assert!((0..1000).contains(&late), "ended {late} ms after its time");
    assert!(live.ping().await.is_err());
    eventually(PATIENCE, || async {
        let (kind, entry) = stage.verified_entries().await.pop().unwrap();
        kind == "grant.ended" && entry["body"]["cause"] == "expired"
    })
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn ordinary_access_takes_its_approvers(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let request = stage.ask(&dana, "orders-admin").await;
    assert!(matches!(
        stage.portal.open(&dana, request).await,
        Err(Error::Refused(_))
    ));
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    assert!(matches!(
        stage.portal.open(&dana, request).await,
        Err(Error::Refused(_))
    ));
    assert!(stage.sign(&ari, request, Decision::Approve).await.is_err());
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(view.row.state, RequestState::Approved);
    assert_eq!(view.sign_offs.len(), 2);
    assert_eq!(
        view.sign_offs[0].note.as_deref(),
        Some("Looked at the ticket.")
    );
    assert!(matches!(
        stage.portal.open(&ari, request).await,
        Err(Error::Refused(_))
    ));
    let grant = stage.portal.open(&dana, request).await.unwrap();
    assert!(stage.account_stands(grant).await);

    stage
        .portal
        .end(&sam, grant, EndCause::Revoked)
        .await
        .unwrap();
    assert!(!stage.account_stands(grant).await);
    assert!(
        stage
            .portal
            .end(&sam, grant, EndCause::Revoked)
            .await
            .is_err()
    );

    let rae = stage.person("rae", &["reviewers"]).await;
    assert!(
        stage
            .portal
            .inbox(&rae)
            .await
            .unwrap()
            .reviews
            .iter()
            .any(|row| row.id == request)
    );
    assert!(
        stage
            .portal
            .review(&sam, request, access::event::Verdict::Misuse, None, "No.")
            .await
            .is_err()
    );
    stage
        .portal
        .review(
            &rae,
            request,
            access::event::Verdict::Emergency,
            Some("The way in was never used."),
            "All in order.",
        )
        .await
        .unwrap();
    let view = stage.portal.request(&rae, request).await.unwrap();
    assert_eq!(view.review.unwrap().note.as_deref(), Some("All in order."));
    assert!(view.actions.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_denial_is_enough(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let request = stage.ask(&dana, "orders-admin").await;
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Deny).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(view.row.state, RequestState::Denied);
    assert!(view.actions.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_grants_of_one_person_end_separately(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, first) = stage.break_glass(&dana, 60).await;
    let (_, second) = stage.break_glass(&dana, 60).await;
    let credential = stage.portal.show_credential(&dana, second).await.unwrap();
    let mut live = stage.log_in(&credential).await.unwrap();
    stage
        .portal
        .end(&dana, first, EndCause::Returned)
        .await
        .unwrap();
    assert!(!stage.account_stands(first).await);
    live.ping().await.unwrap();
    stage
        .portal
        .end(&dana, second, EndCause::Returned)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_target_that_is_down_opens_nothing_and_says_so(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let nowhere = "postgres://nobody@localhost:1/none?host=/nonexistent";
    stage.settings.resources[0].reach = postgresql(nowhere.to_owned());
    stage.restart().await;
    let dana = stage.dana().await;
    let (request, grant) = stage.break_glass(&dana, 60).await;
    let view = stage.portal.request(&dana, request).await.unwrap();
    let state = view.grant.unwrap().state;
    assert!(
        matches!(state, GrantState::Failed { .. } | GrantState::Intended),
        "{state:?}"
    );
    assert!(!stage.account_stands(grant).await);
    assert!(!view.actions.contains(&Action::ShowCredential));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_account_without_a_grant_is_removed_at_start(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let orphan = format!("bg_{}", uuid::Uuid::new_v4().simple());
    sqlx::raw_sql(&format!(
        "create role {orphan} login; comment on role {orphan} is 'breakglass {}'",
        stage.settings.origin.as_str()
    ))
    .execute(&admin)
    .await
    .unwrap();
    let stranger = format!("bg_{}", uuid::Uuid::new_v4().simple());
    sqlx::raw_sql(&format!("create role {stranger} login"))
        .execute(&admin)
        .await
        .unwrap();
    stage.restart().await;
    eventually(PATIENCE, || async {
        stage.verified_entries().await.iter().any(|(kind, entry)| {
            kind == "orphan.removed" && entry["body"]["account"] == orphan.as_str()
        })
    })
    .await;
    let left: Vec<String> =
        sqlx::query_scalar("select rolname::text from pg_roles where rolname = any ($1)")
            .bind([orphan, stranger.clone()])
            .fetch_all(&admin)
            .await
            .unwrap();
    assert_eq!(
        left,
        std::slice::from_ref(&stranger),
        "what is not ours stays"
    );
    sqlx::raw_sql(&format!("drop role {stranger}"))
        .execute(&admin)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_holder_made_stays_when_the_account_goes(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, grant) = stage.break_glass(&dana, 60).await;
    let credential = stage.portal.show_credential(&dana, grant).await.unwrap();
    sqlx::raw_sql(&format!(
        "create schema scratch authorization {}",
        grant.account()
    ))
    .execute(&admin)
    .await
    .unwrap();
    let mut live = stage.log_in(&credential).await.unwrap();
    sqlx::raw_sql("create table scratch.kept (n int)")
        .execute(&mut live)
        .await
        .unwrap();
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    assert!(!stage.account_stands(grant).await);
    sqlx::raw_sql("select n from scratch.kept")
        .execute(&admin)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_holder_hides_elsewhere_does_not_keep_access_open(admin: PgPool) {
    use sqlx::ConnectOptions as _;

    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, grant) = stage.break_glass(&dana, 60).await;
    let credential = stage.portal.show_credential(&dana, grant).await.unwrap();
    let elsewhere = (*admin.connect_options()).clone().database("postgres");
    let mut live = elsewhere
        .clone()
        .username(&credential.account)
        .password(&credential.password)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("select lo_create(0)")
        .execute(&mut live)
        .await
        .unwrap();
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    assert!(live.ping().await.is_err());
    assert!(stage.log_in(&credential).await.is_err());
    let (kind, _) = stage.verified_entries().await.pop().unwrap();
    assert_eq!(kind, "grant.ended");

    let mut tidy = elsewhere.connect().await.unwrap();
    let account = grant.account();
    sqlx::raw_sql(&format!("drop owned by {account}; drop role {account}"))
        .execute(&mut tidy)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_connector_needs_no_superuser(admin: PgPool) {
    use sqlx::ConnectOptions as _;

    let mut stage = Stage::new(&admin).await;
    let connector = format!("connector_{}", uuid::Uuid::new_v4().simple());
    sqlx::raw_sql(&format!(
        "create role {connector} login createrole password '{connector}';
         grant pg_signal_backend to {connector};
         grant {ROLE} to {connector} with admin option"
    ))
    .execute(&admin)
    .await
    .unwrap();
    let url = (*admin.connect_options())
        .clone()
        .username(&connector)
        .password(&connector)
        .to_url_lossy()
        .to_string();
    stage.settings.resources[0].reach = postgresql(url);
    stage.restart().await;
    let dana = stage.dana().await;
    let (_, grant) = stage.break_glass(&dana, 60).await;
    let credential = stage.portal.show_credential(&dana, grant).await.unwrap();
    let mut live = stage.log_in(&credential).await.unwrap();
    sqlx::raw_sql("select lo_create(0)")
        .execute(&mut live)
        .await
        .unwrap();
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    assert!(live.ping().await.is_err());
    assert!(!stage.account_stands(grant).await);
    sqlx::raw_sql(&format!("drop owned by {connector}; drop role {connector}"))
        .execute(&admin)
        .await
        .unwrap();
}
