//! The whole flow with the demo's provider, as a browser would go through it.

use demo_idp::Config;
use openidconnect::core::CoreJwsSigningAlgorithm;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use server::next::LocalPath;
use server::oidc::{Callback, Purpose};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use url::Url;

use crate::keys::SECRET;
use crate::provider::{CLIENT, client_of};

#[tokio::test]
async fn dana_signs_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    let config = Config {
        listen,
        portal: Url::parse("http://localhost:8080").unwrap(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
    };
    let router = tokio::task::spawn_blocking(|| demo_idp::router(config))
        .await
        .unwrap()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let oidc = client_of(
        &format!("http://{listen}"),
        &[CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
    );
    let now_s = OffsetDateTime::now_utc().unix_timestamp();
    let (url, flow) = oidc
        .begin(
            Purpose::SignIn {
                next: LocalPath::home(),
            },
            now_s,
        )
        .await
        .unwrap();

    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = browser.get(url).send().await.unwrap();
    let cookie = page.headers()[SET_COOKIE]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let html = page.text().await.unwrap();
    let form = html
        .split("action=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let answer = browser
        .post(format!("http://{listen}{form}"))
        .header(COOKIE, cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("person=dana")
        .send()
        .await
        .unwrap();
    let back = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
    let parameter = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let callback = Callback {
        state: parameter("state"),
        code: parameter("code"),
        iss: parameter("iss"),
        error: parameter("error"),
    };
    assert!(flow.is(callback.state.as_deref().unwrap()));
    let proof = oidc
        .finish(flow.clone(), &callback, now_s)
        .await
        .ok()
        .unwrap();
    assert_eq!(proof.subject, "dana");
    assert_eq!(
        proof
            .groups
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["oncall-database"]
    );
    assert!(
        proof
            .auth_time_s
            .is_some_and(|time| (now_s - 60..=now_s + 60).contains(&time))
    );
    assert!(proof.provider_session.is_some());
    assert!(
        oidc.finish(flow, &callback, now_s).await.is_err(),
        "a code counts once"
    );
}
