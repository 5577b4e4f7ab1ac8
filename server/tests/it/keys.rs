//! Keys and tokens, right and forged.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// The client secret, which a forger knows who has seen the portal's configuration.
pub(crate) const SECRET: &str = "a-client-secret-that-is-long-enough";

/// The provider's key. 1,024 bits are enough for a test, and made in a tenth of the time.
static RIGHT: LazyLock<RsaPrivateKey> = LazyLock::new(generate);

/// A key that the provider does not publish.
static WRONG: LazyLock<RsaPrivateKey> = LazyLock::new(generate);

/// What a token is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The provider's own.
    Right,
    /// Another one of the same kind.
    Wrong,
    /// The client secret, as HS256.
    ClientSecret,
    /// The provider's public modulus, as the key of an HMAC.
    PublicAsSecret,
    /// None at all.
    Nothing,
}

/// A token of these three.
pub(crate) fn token(header: &Value, claims: &Value, key: Key) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let hmac = |secret: &[u8]| {
        CoreHmacKey::new(secret)
            .sign(&CoreJwsSigningAlgorithm::HmacSha256, signed.as_bytes())
            .unwrap()
    };
    let rsa = |key: &RsaPrivateKey| {
        SigningKey::<Sha256>::new(key.clone())
            .sign(signed.as_bytes())
            .to_vec()
    };
    let signature = match key {
        Key::Right => rsa(&RIGHT),
        Key::Wrong => rsa(&WRONG),
        Key::ClientSecret => hmac(SECRET.as_bytes()),
        Key::PublicAsSecret => hmac(&RIGHT.n().to_bytes_be()),
        Key::Nothing => Vec::new(),
    };
    format!("{signed}.{}", encode(&signature))
}

/// The provider's key set, its key under this name.
pub(crate) fn key_set(kid: &str) -> Value {
    json!({ "keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": encode(&RIGHT.n().to_bytes_be()), "e": encode(&RIGHT.e().to_bytes_be()),
    }] })
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn generate() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1024).unwrap()
}
