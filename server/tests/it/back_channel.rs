//! The provider ends sessions.

use std::time::Duration;

use axum::http::{StatusCode, header};
use futures::StreamExt as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::id_token::changed;
use crate::keys::{Key, token};
use crate::provider::CLIENT;
use crate::stage::Stage;

fn logout_token(stage: &Stage, jti: &str, changes: Value) -> String {
    let claims = json!({
        "iss": stage.provider.issuer, "aud": CLIENT, "iat": OffsetDateTime::now_utc().unix_timestamp(), "jti": jti,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    token(
        &json!({ "alg": "RS256", "kid": "key-1", "typ": "logout+jwt" }),
        &changed(claims, changes),
        Key::Right,
    )
}

async fn order(stage: &Stage, token: &str) -> StatusCode {
    let answer = stage
        .browser()
        .post("/auth/backchannel", &[("logout_token", token)])
        .await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    answer.status
}

#[sqlx::test(migrations = "../migrations")]
async fn it_ends_the_named_sessions_and_their_streams(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let (mut ari, mut ari_again, mut sam) = (stage.browser(), stage.browser(), stage.browser());
    ari.sign_in("ari", "leads").await;
    ari_again.sign_in("ari", "leads").await;
    sam.sign_in("sam", "leads").await;
    let mut stream = ari.get("/events").await.body.into_data_stream();

    let mixed = logout_token(
        &stage,
        "1",
        json!({ "sid": "session-of-sam", "sub": "ari" }),
    );
    assert_eq!(order(&stage, &mixed).await, StatusCode::OK);
    assert!(
        ari.is_signed_in().await && sam.is_signed_in().await,
        "a session of another person is not ended"
    );

    let by_subject = logout_token(&stage, "2", json!({ "sub": "ari" }));
    assert_eq!(order(&stage, &by_subject).await, StatusCode::OK);
    assert!(!ari.is_signed_in().await && !ari_again.is_signed_in().await);
    assert!(sam.is_signed_in().await);
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        while stream.next().await.is_some() {}
    })
    .await;
    assert!(ended.is_ok(), "the stream outlived its session");

    let by_session = logout_token(&stage, "3", json!({ "sid": "session-of-sam" }));
    assert_eq!(order(&stage, &by_session).await, StatusCode::OK);
    assert!(!sam.is_signed_in().await);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_replayed_or_broken_order_does_nothing(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut ari = stage.browser();
    ari.sign_in("ari", "leads").await;
    let good = logout_token(&stage, "1", json!({ "sub": "ari" }));
    assert_eq!(order(&stage, &good).await, StatusCode::OK);
    ari.sign_in("ari", "leads").await;
    assert_eq!(
        order(&stage, &good).await,
        StatusCode::BAD_REQUEST,
        "replayed"
    );
    for changes in [
        json!({ "iss": "http://127.0.0.1:1" }),
        json!({ "aud": "another" }),
        json!({ "nonce": "n" }),
    ] {
        let broken = logout_token(&stage, "2", changed(json!({ "sub": "ari" }), changes));
        assert_eq!(order(&stage, &broken).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(order(&stage, "nonsense").await, StatusCode::BAD_REQUEST);
    let empty = stage.browser().post("/auth/backchannel", &[]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(ari.is_signed_in().await);
}
