//! SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side: a client proves that it knows a password of which only the
//! verifier is kept.

use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

type Key = [u8; 32];

/// What is kept of a password: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, as PostgreSQL keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    iterations: u32,
    salt: Vec<u8>,
    stored: Key,
    server: Key,
}

/// A text that is no verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no verifier of the form SCRAM-SHA-256$iterations:salt$key:key")]
pub struct NoVerifier;

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl FromStr for Verifier {
    type Err = NoVerifier;

    fn from_str(text: &str) -> Result<Self, NoVerifier> {
        let mut parts = text
            .strip_prefix("SCRAM-SHA-256$")
            .ok_or(NoVerifier)?
            .split(['$', ':']);
        let mut next = || parts.next().ok_or(NoVerifier);
        let (iterations, salt, stored, server) = (next()?, next()?, next()?, next()?);
        let bytes = |text: &str| Base64::decode_vec(text).map_err(|_| NoVerifier);
        let key = |text: &str| Key::try_from(bytes(text)?).map_err(|_| NoVerifier);
        Ok(Self {
            iterations: iterations.parse().map_err(|_| NoVerifier)?,
            salt: bytes(salt)?,
            stored: key(stored)?,
            server: key(server)?,
        })
    }
}

/// Makes verifiers for those who may not come in, so that nobody can ask who may.
pub(super) struct Decoy(Key);

impl Decoy {
    pub(super) fn new() -> Self {
        Self(random())
    }

    /// Always the same for one name, as a real one is; nobody knows a password that fits.
    pub(super) fn verifier(&self, user: &str) -> Verifier {
        let salt = sign(&self.0, &[b"salt", user.as_bytes()]);
        Verifier {
            iterations: 4096,
            salt: salt[..16].to_vec(),
            stored: sign(&self.0, &[b"stored", user.as_bytes()]),
            server: sign(&self.0, &[b"server", user.as_bytes()]),
        }
    }
}

/// An exchange in which the server has said its first word.
pub(super) struct Exchange<'a> {
    verifier: &'a Verifier,
    /// `client-first-message-bare` and `server-first-message`, with a comma between.
    told: String,
    nonce: String,
    binding: &'static str,
    /// The server's first word.
    pub(super) first: String,
}

/// What a client said is no part of the exchange, or it does not know the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotProven;

impl<'a> Exchange<'a> {
    /// Answers `client-first-message`. Binding to the channel is not offered, so a client that says it could (`y`) is
    /// believed, and one that does (`p`) has misheard.
    pub(super) fn begin(verifier: &'a Verifier, client: &str) -> Result<Self, NotProven> {
        let (binding, bare) = match client {
            text if text.starts_with("n,,") => ("biws", &text[3..]),
            text if text.starts_with("y,,") => ("eSws", &text[3..]),
            _ => return Err(NotProven),
        };
        // The name in it is empty, and means nothing: the startup message had one.
        let nonce = bare.split(',').find_map(|part| part.strip_prefix("r="));
        let theirs = nonce.filter(|nonce| !nonce.is_empty()).ok_or(NotProven)?;
        let ours = Base64::encode_string(&random::<18>());
        let nonce = format!("{theirs}{ours}");
        let salt = Base64::encode_string(&verifier.salt);
        let first = format!("r={nonce},s={salt},i={}", verifier.iterations);
        Ok(Self {
            verifier,
            told: format!("{bare},{first}"),
            nonce,
            binding,
            first,
        })
    }

    /// Judges `client-final-message`; the server's last word proves that it knows the password too.
    pub(super) fn end(self, client: &str) -> Result<String, NotProven> {
        let (without_proof, proof) = client.rsplit_once(",p=").ok_or(NotProven)?;
        if without_proof != format!("c={},r={}", self.binding, self.nonce) {
            return Err(NotProven);
        }
        let proof = Base64::decode_vec(proof).map_err(|_| NotProven)?;
        let mut key = Key::try_from(proof).map_err(|_| NotProven)?;
        let told = format!("{},{without_proof}", self.told);
        let signature = sign(&self.verifier.stored, &[told.as_bytes()]);
        for (byte, mask) in key.iter_mut().zip(signature) {
            *byte ^= mask;
        }
        let stored: Key = Sha256::digest(key).into();
        if !bool::from(stored.ct_eq(&self.verifier.stored)) {
            return Err(NotProven);
        }
        let proof = sign(&self.verifier.server, &[told.as_bytes()]);
        Ok(format!("v={}", Base64::encode_string(&proof)))
    }
}

fn sign(key: &Key, parts: &[&[u8]]) -> Key {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

    use super::*;

    fn verifier(password: &str) -> Verifier {
        let text = postgres_protocol::password::scram_sha_256(password.as_bytes());
        text.parse().unwrap()
    }

    fn tried(verifier: &Verifier, password: &str) -> Result<(), NotProven> {
        let mut client = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let exchange = Exchange::begin(verifier, &text(client.message()))?;
        client.update(exchange.first.as_bytes()).unwrap();
        let last = exchange.end(&text(client.message()))?;
        client.finish(last.as_bytes()).unwrap();
        Ok(())
    }

    #[test]
    fn who_knows_the_password_is_let_in_and_nobody_else() {
        let verifier = verifier("pencil");
        assert_eq!(tried(&verifier, "pencil"), Ok(()));
        assert_eq!(tried(&verifier, "Pencil"), Err(NotProven));
        assert_eq!(tried(&verifier, ""), Err(NotProven));
        assert_eq!(
            tried(&Decoy::new().verifier("dana"), "pencil"),
            Err(NotProven)
        );
    }

    #[test]
    fn an_exchange_cannot_be_bent() {
        let verifier = verifier("pencil");
        for first in [
            "",
            "n,,n=",
            "p=tls-server-end-point,,n=,r=a",
            "n,a=x,n=,r=a",
            "n,,r=",
        ] {
            assert!(Exchange::begin(&verifier, first).is_err(), "{first}");
        }
        for last in ["", "c=biws,r=a,p=AAAA", "c=eSws,r=a,p="] {
            let exchange = Exchange::begin(&verifier, "n,,n=,r=a").unwrap();
            assert!(exchange.end(last).is_err(), "{last}");
        }
        assert!("md5abc".parse::<Verifier>().is_err());
    }
}
