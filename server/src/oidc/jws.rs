//! A compact JWS as far as its signature: for the tokens `openidconnect` has no verifier for, and to look at a header
//! before a verifier does.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde::Deserialize;

use super::TokenFault;

/// A token in its three parts (RFC 7515 §7.1), nothing verified.
pub(super) struct Jws<'a> {
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signed: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let decode =
            |part: &str| Base64UrlUnpadded::decode_vec(part).map_err(|_| TokenFault::Malformed);
        Ok(Self {
            header: serde_json::from_slice(&decode(header)?).map_err(|_| TokenFault::Malformed)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signed,
        })
    }

    /// The key's name, as the token claims it.
    pub(super) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The algorithm, if it is one of the allowed.
    pub(super) fn algorithm(
        &self,
        allowed: &[CoreJwsSigningAlgorithm],
    ) -> Result<CoreJwsSigningAlgorithm, TokenFault> {
        let named = serde_json::Value::String(self.header.alg.clone());
        let algorithm = serde_json::from_value(named).map_err(|_| TokenFault::Algorithm)?;
        if allowed.contains(&algorithm) {
            Ok(algorithm)
        } else {
            Err(TokenFault::Algorithm)
        }
    }

    /// Whether one of the keys has that name; a token without one fits any.
    pub(super) fn key_is_known(&self, keys: &CoreJsonWebKeySet) -> bool {
        self.kid().is_none_or(|kid| {
            keys.keys()
                .iter()
                .any(|key| key.key_id().is_some_and(|id| id.as_str() == kid))
        })
    }

    /// The payload, once header and signature have passed. `types` are the values of `typ` that fit, in lower case.
    pub(super) fn verify(
        &self,
        keys: &CoreJsonWebKeySet,
        allowed: &[CoreJwsSigningAlgorithm],
        types: &[&str],
    ) -> Result<&[u8], TokenFault> {
        let typ = self.header.typ.as_ref().map(|typ| typ.to_ascii_lowercase());
        if self.header.crit.is_some()
            || typ.is_some_and(|typ| !types.contains(&typ.trim_start_matches("application/")))
        {
            return Err(TokenFault::Header);
        }
        let algorithm = self.algorithm(allowed)?;
        let verified = keys
            .keys()
            .iter()
            .filter(|key| {
                self.kid()
                    .is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
            })
            // Checks that the key is one for signatures and of the algorithm's kind before it checks the bytes.
            .any(|key| {
                key.verify_signature(&algorithm, self.signed.as_bytes(), &self.signature)
                    .is_ok()
            });
        if verified {
            Ok(&self.payload)
        } else {
            Err(TokenFault::Signature)
        }
    }
}
