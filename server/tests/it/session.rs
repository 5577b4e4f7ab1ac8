//! The session: its cookie, its limits, its end.

use axum::http::{StatusCode, header};
use sqlx::PgPool;

use crate::stage::Stage;

#[sqlx::test(migrations = "../migrations")]
async fn signing_in_gives_a_new_and_guarded_cookie(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut browser = stage.browser();
    let callback = browser
        .go_to_provider(
            "/auth/start?next=/inbox",
            "ari",
            "leads",
            serde_json::json!({}),
        )
        .await;
    let before = browser.cookie.clone();
    let answer = browser.get(&callback).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/inbox")
    );
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.split("; ").any(|one| one == attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert!(browser.is_signed_in().await);
    assert_ne!(
        before, browser.cookie,
        "the id from before the sign-in must not carry it"
    );
    let mut earlier = stage.browser();
    earlier.cookie = before;
    assert!(!earlier.is_signed_in().await);

    let stored: Vec<String> = sqlx::query_scalar("select id from tower_sessions.session")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert_eq!(stored.len(), 1);
    assert!(
        !stored.contains(browser.cookie.as_ref().unwrap()),
        "the database must not hold what a cookie carries"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_counts_once_and_in_one_browser(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut browser = stage.browser();
    let callback = browser
        .go_to_provider("/auth/start", "ari", "leads", serde_json::json!({}))
        .await;
    assert_eq!(
        stage.browser().get(&callback).await.status,
        StatusCode::BAD_REQUEST,
        "another browser's"
    );
    let (mut one, mut two) = (stage.browser(), stage.browser());
    (one.cookie, two.cookie) = (browser.cookie.clone(), browser.cookie.clone());
    let (first, second) = tokio::join!(one.get(&callback), two.get(&callback));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(
        statuses,
        [StatusCode::SEE_OTHER, StatusCode::BAD_REQUEST],
        "two at once"
    );
    for mut late in [browser, one, two] {
        assert_eq!(
            late.get(&callback).await.status,
            StatusCode::BAD_REQUEST,
            "replayed"
        );
    }
    for nonsense in [
        "/auth/callback",
        "/auth/callback?state=x&code=y",
        "/auth/callback?state=a&state=b",
    ] {
        assert_eq!(
            stage.browser().get(nonsense).await.status,
            StatusCode::BAD_REQUEST,
            "{nonsense}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn idle_and_absolute_limits_end_a_session(pool: PgPool) {
    let stage = Stage::new(pool).await;
    for (column, within, beyond) in [("last_seen_at", 29, 31), ("signed_in_at", 479, 481)] {
        let mut browser = stage.browser();
        browser.sign_in("ari", "leads").await;
        for (minutes, expected) in [(within, true), (beyond, false)] {
            let age = format!(
                "update tower_sessions.portal_session set {column} = now() - make_interval(mins => $1)"
            );
            sqlx::query(&age)
                .bind(minutes)
                .execute(&stage.pool)
                .await
                .unwrap();
            assert_eq!(
                browser.is_signed_in().await,
                expected,
                "{column} {minutes} min ago"
            );
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn being_seen_keeps_a_session_and_a_stream_does_not(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut browser = stage.browser();
    browser.sign_in("ari", "leads").await;
    let seconds_ago = || async {
        let since = "select extract(epoch from now() - last_seen_at)::float8 from tower_sessions.portal_session";
        sqlx::query_scalar::<_, f64>(since)
            .fetch_one(&stage.pool)
            .await
            .unwrap()
    };
    sqlx::query(
        "update tower_sessions.portal_session set last_seen_at = now() - interval '10 minutes'",
    )
    .execute(&stage.pool)
    .await
    .unwrap();
    assert_eq!(browser.get("/events").await.status, StatusCode::OK);
    assert!(seconds_ago().await > 590.0);
    assert!(browser.is_signed_in().await);
    assert!(seconds_ago().await < 60.0);
}

#[sqlx::test(migrations = "../migrations")]
async fn signing_out_ends_it_even_if_a_late_request_stores_it_again(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut browser = stage.browser();
    browser.sign_in("ari", "leads").await;
    let cookie = browser.cookie.clone();
    sqlx::query("create table copy as select * from tower_sessions.session")
        .execute(&stage.pool)
        .await
        .unwrap();
    let answer = browser.post("/auth/sign-out", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer
            .location()
            .starts_with(&format!("{}/end?", stage.provider.issuer))
    );
    assert!(answer.location().contains("id_token_hint="));
    assert_eq!(browser.cookie, None);
    sqlx::query("insert into tower_sessions.session select * from copy")
        .execute(&stage.pool)
        .await
        .unwrap();
    browser.cookie = cookie;
    assert!(!browser.is_signed_in().await);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_log_is_for_auditors(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let (mut auditor, mut lead, mut stranger) = (stage.browser(), stage.browser(), stage.browser());
    auditor.sign_in("quinn", "auditors").await;
    lead.sign_in("ari", "leads").await;
    let note = stranger.get("/ledger/checkpoint").await.text().await;
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    for path in [
        format!("/ledger/tile/entries/000.p/{size}"),
        format!("/ledger/stream/0-{size}"),
    ] {
        assert_eq!(
            stranger.get(&path).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        assert_eq!(
            lead.get(&path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let answer = auditor.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/octet-stream"
        );
    }
    let hashes = stranger.get(&format!("/ledger/tile/0/000.p/{size}")).await;
    assert!(
        hashes.headers[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    for nothing in [
        "tile/0/0",
        "tile/0/000.p/0",
        "tile/0/000.p/257",
        "tile/00/000",
        "tile/entries/x000",
        "tile/x/000",
    ] {
        assert_eq!(
            auditor.get(&format!("/ledger/{nothing}")).await.status,
            StatusCode::NOT_FOUND,
            "{nothing}"
        );
    }
    assert_eq!(
        auditor.get("/ledger/stream/0-1000000").await.status,
        StatusCode::RANGE_NOT_SATISFIABLE
    );
    assert_eq!(
        auditor.get("/ledger/stream/1-2").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn signing_in_again_ends_the_sign_in_before(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut browser = stage.browser();
    let callback = browser
        .go_to_provider("/auth/start", "sam", "leads", serde_json::json!({}))
        .await;
    browser.sign_in("ari", "leads").await;
    let before = browser.cookie.clone();
    // The first tab comes back late; its flow went with the session of somebody else.
    assert_eq!(browser.get(&callback).await.status, StatusCode::BAD_REQUEST);
    let mut other_tab = stage.browser();
    other_tab.cookie = before.clone();
    assert!(other_tab.is_signed_in().await);
    browser.post("/auth/sign-out", &[]).await;
    assert!(!other_tab.is_signed_in().await);
    let rows: i64 = sqlx::query_scalar("select count(*) from tower_sessions.portal_session")
        .fetch_one(&stage.pool)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}
