//! ID tokens, good and forged.

use std::sync::atomic::Ordering;

use openidconnect::core::{
    CoreClient, CoreIdToken, CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata,
};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};
use serde_json::{Value, json};
use server::oidc::{OidcError, Proof, TokenFault};

use crate::keys::{Key, SECRET, token};
use crate::provider::{CLIENT, NOW_S, Provider};

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "key-1", "typ": "JWT" })
}

/// Signs in with a good token in which these claims are replaced; `null` removes one.
async fn with_claims(provider: &Provider, changes: Value) -> Result<Proof, OidcError> {
    let oidc = provider.rs256_client();
    let make = |nonce: &str| {
        token(
            &header(),
            &changed(provider.claims(nonce), changes),
            Key::Right,
        )
    };
    provider.sign_in(&oidc, make).await
}

pub(crate) fn changed(mut claims: Value, changes: Value) -> Value {
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(members.remove(name)),
            value => drop(members.insert(name.clone(), value.clone())),
        }
    }
    claims
}

fn fault(outcome: Result<Proof, OidcError>) -> Option<TokenFault> {
    match outcome {
        Err(OidcError::Token(fault)) => Some(fault),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => None,
    }
}

#[tokio::test]
async fn a_good_token_is_a_proof() {
    let provider = Provider::start().await;
    let proof = with_claims(&provider, json!({})).await.ok().unwrap();
    assert_eq!(
        (proof.issuer.as_str(), proof.subject.as_str()),
        (provider.issuer.as_str(), "dana")
    );
    assert_eq!(proof.name, "Dana");
    assert_eq!(
        proof
            .groups
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["oncall-database"]
    );
    assert_eq!(proof.auth_time_s, Some(NOW_S - 5));
    assert_eq!(proof.provider_session.as_deref(), Some("s-1"));
    assert_eq!(proof.id_token.split('.').count(), 3);
}

#[tokio::test]
async fn groups_are_a_text_or_a_list() {
    let provider = Provider::start().await;
    for (claim, expected) in [
        (json!("leads"), vec!["leads"]),
        (
            json!(["security", "leads", "leads"]),
            vec!["leads", "security"],
        ),
        (
            json!(["Domain Users", "leads"]),
            vec!["Domain Users", "leads"],
        ),
        (json!(["le\u{202e}ads", "leads"]), vec!["leads"]),
        (json!([]), vec![]),
        (Value::Null, vec![]),
    ] {
        let proof = with_claims(&provider, json!({ "groups": claim }))
            .await
            .ok()
            .unwrap();
        let found: Vec<String> = proof.groups.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{claim}");
    }
    for claim in [json!(7), json!({ "leads": true }), json!(["leads", 7])] {
        assert_eq!(
            fault(with_claims(&provider, json!({ "groups": claim })).await),
            Some(TokenFault::Groups)
        );
    }
}

#[tokio::test]
async fn claims_that_do_not_fit_are_refused() {
    let provider = Provider::start().await;
    for (changes, expected) in [
        (json!({ "iss": "http://127.0.0.1:1" }), TokenFault::Issuer),
        (json!({ "aud": "another" }), TokenFault::Audience),
        (
            json!({ "aud": ["breakglass", "another"] }),
            TokenFault::Audience,
        ),
        (json!({ "aud": [] }), TokenFault::Audience),
        (json!({ "azp": "another" }), TokenFault::AuthorizedParty),
        (json!({ "nonce": "another" }), TokenFault::Nonce),
        (json!({ "nonce": null }), TokenFault::Nonce),
        (json!({ "exp": NOW_S - 61 }), TokenFault::Expired),
        (json!({ "exp": NOW_S - 60 }), TokenFault::Expired),
        (json!({ "iat": NOW_S + 61 }), TokenFault::IssuedAt),
        (json!({ "iat": NOW_S - 601 }), TokenFault::IssuedAt),
        (json!({ "auth_time": NOW_S + 61 }), TokenFault::AuthTime),
        (json!({ "sub": "" }), TokenFault::Subject),
        (json!({ "sub": "x".repeat(256) }), TokenFault::Subject),
    ] {
        assert_eq!(
            fault(with_claims(&provider, changes.clone()).await),
            Some(expected),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn skew_is_tolerated_as_far_as_it_goes() {
    let provider = Provider::start().await;
    for changes in [
        json!({ "exp": NOW_S - 59 }),
        json!({ "iat": NOW_S + 60 }),
        json!({ "iat": NOW_S - 600 }),
        json!({ "auth_time": NOW_S + 60 }),
        json!({ "azp": "breakglass" }),
        json!({ "aud": ["breakglass"] }),
    ] {
        assert_eq!(
            fault(with_claims(&provider, changes.clone()).await),
            None,
            "{changes}"
        );
    }
}

#[tokio::test]
async fn forged_signatures_are_refused() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    for (header, key, expected) in [
        (
            json!({ "alg": "RS256", "kid": "key-1" }),
            Key::Wrong,
            TokenFault::Signature,
        ),
        (json!({ "alg": "RS256" }), Key::Wrong, TokenFault::Signature),
        (
            json!({ "alg": "RS256", "kid": "key-1" }),
            Key::Nothing,
            TokenFault::Signature,
        ),
        (
            json!({ "alg": "RS256", "kid": "nobody" }),
            Key::Right,
            TokenFault::Signature,
        ),
        (
            json!({ "alg": "HS256" }),
            Key::ClientSecret,
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
            json!({ "alg": "none" }),
            Key::Nothing,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "none", "kid": "key-1" }),
            Key::Right,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "RS512", "kid": "key-1" }),
            Key::Right,
            TokenFault::Algorithm,
        ),
        (
            json!({ "alg": "RS256", "kid": "key-1", "crit": ["exp"] }),
            Key::Right,
            TokenFault::Header,
        ),
        (
            json!({ "alg": "RS256", "kid": "key-1", "typ": "logout+jwt" }),
            Key::Right,
            TokenFault::Header,
        ),
    ] {
        let outcome = provider
            .sign_in(&oidc, |nonce| token(&header, &provider.claims(nonce), key))
            .await;
        assert_eq!(fault(outcome), Some(expected), "{header} {key:?}");
    }
}

/// What `forged_signatures_are_refused` is worth: the library's own verifier takes its algorithms from discovery, and there
/// believes a token that was signed with the client secret.
#[tokio::test]
async fn the_librarys_default_believes_the_client_secret() {
    let provider = Provider::start().await;
    let http = reqwest::Client::new();
    let issuer = IssuerUrl::new(provider.issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .unwrap();
    let (id, secret) = (
        ClientId::new(CLIENT.to_owned()),
        ClientSecret::new(SECRET.to_owned()),
    );
    let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
    let forged = token(
        &json!({ "alg": "HS256" }),
        &provider.claims("n"),
        Key::ClientSecret,
    );
    let forged: CoreIdToken = forged.parse().unwrap();
    let verifier = client
        .id_token_verifier()
        .set_time_fn(|| chrono::DateTime::from_timestamp(NOW_S, 0).unwrap());
    assert!(
        forged
            .claims(&verifier, &Nonce::new("n".to_owned()))
            .is_ok()
    );
}

/// Even an allow-list that named HS256 would find no key for it.
#[tokio::test]
async fn the_client_secret_signs_nothing_even_if_it_were_allowed() {
    let provider = Provider::start().await;
    let oidc = provider.client(&[Algorithm::RsaSsaPkcs1V15Sha256, Algorithm::HmacSha256]);
    let forged = provider
        .sign_in(&oidc, |nonce| {
            token(
                &json!({ "alg": "HS256" }),
                &provider.claims(nonce),
                Key::ClientSecret,
            )
        })
        .await;
    assert!(fault(forged).is_some());
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_and_a_flood_of_unknown_ones_is_not() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    let with_kid = |kid: &'static str| {
        let (provider, oidc) = (&provider, &oidc);
        async move {
            let header = json!({ "alg": "RS256", "kid": kid });
            fault(
                provider
                    .sign_in(oidc, |nonce| {
                        token(&header, &provider.claims(nonce), Key::Right)
                    })
                    .await,
            )
        }
    };
    let asked = || provider.says.keys_asked.load(Ordering::SeqCst);
    assert_eq!((with_kid("key-1").await, asked()), (None, 1));
    *provider.says.kid.lock().unwrap() = "key-2".to_owned();
    assert_eq!((with_kid("key-2").await, asked()), (None, 2));
    for _ in 0..5 {
        assert_eq!(
            (with_kid("key-3").await, asked()),
            (Some(TokenFault::Signature), 2)
        );
    }
    assert_eq!((with_kid("key-2").await, asked()), (None, 2));
}
