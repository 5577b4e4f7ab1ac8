//! What a careful relying party does: PKCE, and checking signatures with the published key only.

use std::sync::OnceLock;

use axum::Router;
use base64ct::{Base64UrlUnpadded, Encoding};
use demo_idp::Config;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use rsa::{BigUint, RsaPublicKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::browser::{Answer, Browser};

pub(crate) const CALLBACK: &str = "http://localhost:8080/auth/callback";
pub(crate) const ISSUER: &str = "http://127.0.0.1:8081";
pub(crate) const SECRET: &str = "s3cret/with=odd&signs";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn config(portal: &str) -> Config {
    Config {
        listen: "127.0.0.1:8081".parse().unwrap(),
        portal: Url::parse(portal).unwrap(),
        client_id: "breakglass".to_owned(),
        client_secret: SECRET.to_owned(),
    }
}

/// One provider for most tests: each has browsers of its own, and keys take a while to make.
pub(crate) fn provider() -> Router {
    static PROVIDER: OnceLock<Router> = OnceLock::new();
    PROVIDER
        .get_or_init(|| demo_idp::router(config("http://localhost:8080")).unwrap())
        .clone()
}

/// The parameters of a good request, with some changed or (`None`) left out.
pub(crate) fn authorize_path(changes: &[(&str, Option<&str>)]) -> String {
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(VERIFIER.as_bytes()));
    let good = [
        ("client_id", "breakglass"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let mut query = url::form_urlencoded::Serializer::new("/authorize?".to_owned());
    for (name, value) in good {
        if !changes.iter().any(|(changed, _)| *changed == name) {
            query.append_pair(name, value);
        }
    }
    for (name, value) in changes {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// Signs in by the page and gives the answer that carries the code.
pub(crate) async fn sign_in(
    browser: &mut Browser,
    person: &str,
    changes: &[(&str, Option<&str>)],
) -> Answer {
    let page = browser.get(&authorize_path(changes)).await;
    browser
        .post(&page.form_action(), &[("person", person)])
        .await
}

/// The call for a token with the client's secret in the body, with some parameters changed.
pub(crate) async fn redeem(browser: &mut Browser, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "breakglass"),
        ("client_secret", SECRET),
    ];
    for (name, value) in changes {
        form.retain(|(changed, _)| changed != name);
        form.push((name, value));
    }
    browser.post("/token", &form).await
}

/// Signs in, redeems, checks the signature; gives the ID token and its claims.
pub(crate) async fn id_token(
    browser: &mut Browser,
    person: &str,
    changes: &[(&str, Option<&str>)],
) -> (String, Value) {
    let code = sign_in(browser, person, changes)
        .await
        .answered("code")
        .unwrap();
    let token = redeem(browser, &code, &[]).await.json()["id_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = verify(browser, &token, "JWT").await;
    (token, claims)
}

/// The claims of a token, after its signature was checked with the key that the provider publishes.
pub(crate) async fn verify(browser: &mut Browser, token: &str, typ: &str) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("three parts: {token}")
    };
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let jwks = browser.get("/jwks").await.json();
    let key = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .unwrap();
    assert_eq!(
        (header["alg"].as_str(), header["typ"].as_str()),
        (Some("RS256"), Some(typ))
    );
    let number = |name: &str| BigUint::from_bytes_be(&decode(key[name].as_str().unwrap()));
    let key = RsaPublicKey::new(number("n"), number("e")).unwrap();
    let signed = token.rsplit_once('.').unwrap().0;
    VerifyingKey::<rsa::sha2::Sha256>::new(key)
        .verify(
            signed.as_bytes(),
            &Signature::try_from(decode(signature).as_slice()).unwrap(),
        )
        .expect("the signature is the published key's");
    serde_json::from_slice(&decode(claims)).unwrap()
}

fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}
