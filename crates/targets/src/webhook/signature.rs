//! Signatures after Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::Sha256;

/// How a secret begins where people see it ("Secret serialization").
const PREFIX: &str = "whsec_";

/// The scheme's range of a secret's length, in bytes: 192 to 512 bits ("Signing secret").
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// What portal and receiver both know, and nobody else.
#[derive(Debug, Clone)]
pub struct WebhookSecret(SecretSlice<u8>);

/// The text is no such secret. It is not repeated here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no webhook secret: it is written as whsec_ and the base64 of 24 to 64 random bytes"
)]
pub struct BadSecret;

impl WebhookSecret {
    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// [`BadSecret`] where it is written otherwise, or too short.
    pub fn new(text: &SecretString) -> Result<Self, BadSecret> {
        let encoded = text.expose_secret().strip_prefix(PREFIX).ok_or(BadSecret)?;
        let bytes = SecretSlice::from(Base64::decode_vec(encoded).map_err(|_| BadSecret)?);
        if LENGTHS.contains(&bytes.expose_secret().len()) {
            Ok(Self(bytes))
        } else {
            Err(BadSecret)
        }
    }

    fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret())
            .expect("HMAC takes keys of any length");
        // "The content to be signed is therefore: {msg_id}.{timestamp}.{payload}"
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
    }
}

/// The header `webhook-signature`: one signature a secret, so that a secret can give way to another while both sides
/// keep working. `id` has no full stop in it.
pub(super) fn header(secrets: &[WebhookSecret], id: &str, timestamp: i64, body: &str) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| secret.sign(id, timestamp, body))
        .collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn secret(text: &str) -> Result<WebhookSecret, BadSecret> {
        WebhookSecret::new(&text.into())
    }

    /// The vector that the reference libraries share (`TestWebhookSign` in Go, `test_sign_function` in Python).
    #[test]
    fn the_published_vector_is_met() {
        let published = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let sign = |secrets: &[WebhookSecret]| header(secrets, id, 1_614_265_330, body);
        assert_eq!(sign(std::slice::from_ref(&published)), expected);

        let next = secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let both = sign(&[next.clone(), published]);
        assert_eq!(both, format!("{} {expected}", sign(&[next])));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_repeated() {
        for text in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert_eq!(secret(text).unwrap_err(), BadSecret, "{text}");
        }
        let long = format!("whsec_{}", Base64::encode_string(&[7; 65]));
        assert_eq!(secret(&long).unwrap_err(), BadSecret);
        let good = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert!(!format!("{good:?} {BadSecret} {BadSecret:?}").contains("MfKQ"));
    }
}
