//! Logout tokens, good and forged.

use serde_json::{Value, json};
use server::oidc::{LogoutToken, OidcError, TokenFault, digest_of};
use service::store::session_index::Ending;

use crate::id_token::changed;
use crate::keys::{Key, token};
use crate::provider::{CLIENT, NOW_S, Provider};

fn claims(provider: &Provider) -> Value {
    json!({
        "iss": provider.issuer, "aud": CLIENT, "iat": NOW_S, "exp": NOW_S + 120, "jti": "j-1", "sid": "s-1", "sub": "dana",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

async fn outcome(
    provider: &Provider,
    header: Value,
    changes: Value,
    key: Key,
) -> Result<LogoutToken, TokenFault> {
    let token = token(&header, &changed(claims(provider), changes), key);
    provider
        .rs256_client()
        .logout_token(&token, NOW_S)
        .await
        .map_err(|error| match error {
            OidcError::Token(fault) => fault,
            other => panic!("another error: {other}"),
        })
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "key-1", "typ": "logout+jwt" })
}

#[tokio::test]
async fn good_tokens_name_what_ends() {
    let provider = Provider::start().await;
    let session = digest_of(&provider.issuer, "s-1");
    let identity = digest_of(&provider.issuer, "dana");
    for (changes, expected) in [
        (
            json!({}),
            Ending::Both {
                provider_session: session,
                identity,
            },
        ),
        (json!({ "sub": null }), Ending::ProviderSession(session)),
        (
            json!({ "sid": null, "exp": null }),
            Ending::Identity(identity),
        ),
    ] {
        let token = outcome(&provider, header(), changes, Key::Right)
            .await
            .unwrap();
        assert_eq!(token.ending, expected);
    }
    let first = outcome(&provider, header(), json!({}), Key::Right)
        .await
        .unwrap();
    let other = outcome(&provider, header(), json!({ "jti": "j-2" }), Key::Right)
        .await
        .unwrap();
    assert_ne!(first.once, other.once);
    for header in [
        json!({ "alg": "RS256", "kid": "key-1" }),
        json!({ "alg": "RS256", "typ": "JWT" }),
    ] {
        assert!(
            outcome(&provider, header, json!({}), Key::Right)
                .await
                .is_ok()
        );
    }
}

#[tokio::test]
async fn claims_that_do_not_fit_are_refused() {
    let provider = Provider::start().await;
    for (changes, expected) in [
        (json!({ "iss": "http://127.0.0.1:1" }), TokenFault::Issuer),
        (json!({ "aud": "another" }), TokenFault::Audience),
        (json!({ "aud": [CLIENT, "another"] }), TokenFault::Audience),
        (json!({ "aud": [] }), TokenFault::Audience),
        (json!({ "aud": null }), TokenFault::Malformed),
        (json!({ "iat": NOW_S + 61 }), TokenFault::IssuedAt),
        (json!({ "iat": NOW_S - 601 }), TokenFault::IssuedAt),
        (json!({ "iat": i64::MIN }), TokenFault::IssuedAt),
        (json!({ "exp": NOW_S - 60 }), TokenFault::Expired),
        (json!({ "nonce": "n" }), TokenFault::NotLogout),
        (json!({ "events": null }), TokenFault::NotLogout),
        (
            json!({ "events": { "another": {} } }),
            TokenFault::NotLogout,
        ),
        (
            json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": 1 } }),
            TokenFault::NotLogout,
        ),
        (json!({ "jti": null }), TokenFault::NotLogout),
        (json!({ "jti": "" }), TokenFault::NotLogout),
        (json!({ "sid": null, "sub": null }), TokenFault::NotLogout),
    ] {
        assert_eq!(
            outcome(&provider, header(), changes.clone(), Key::Right).await,
            Err(expected),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn forged_signatures_are_refused() {
    let provider = Provider::start().await;
    for (header, key, expected) in [
        (header(), Key::Wrong, TokenFault::Signature),
        (header(), Key::Nothing, TokenFault::Signature),
        (
            json!({ "alg": "none" }),
            Key::Nothing,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "HS256", "kid": "key-1" }),
            Key::ClientSecret,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "HS256", "kid": "key-1" }),
            Key::PublicAsSecret,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "RS256", "kid": "key-1", "crit": [] }),
            Key::Right,
            TokenFault::Header,
        ),
        (
            json!({ "alg": "RS256", "kid": "key-1", "typ": "at+jwt" }),
            Key::Right,
            TokenFault::Header,
        ),
    ] {
        assert_eq!(
            outcome(&provider, header.clone(), json!({}), key).await,
            Err(expected),
            "{header} {key:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let oidc = Provider::start().await.rs256_client();
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.",
        "é.é.é",
        &"x".repeat(20_000),
    ] {
        assert!(
            matches!(
                oidc.logout_token(text, NOW_S).await,
                Err(OidcError::Token(TokenFault::Malformed))
            ),
            "{text}"
        );
    }
}
