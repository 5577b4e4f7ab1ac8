//! Whether a call to the token endpoint comes from the portal.

use axum::http::{HeaderMap, header};
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::Config;

/// Why the caller is not the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("no client authentication came with the call")]
    Missing,
    #[error("client authentication came in the header and in the body")]
    Twice,
    #[error("the client's id or secret is wrong")]
    Wrong,
}

/// Checks `client_secret_basic` or `client_secret_post` (OpenID Connect Core §9), never both at once.
pub(crate) fn authenticate(
    config: &Config,
    headers: &HeaderMap,
    body_id: Option<&str>,
    body_secret: Option<&str>,
) -> Result<(), ClientError> {
    let (id, secret) = match (headers.get(header::AUTHORIZATION), body_secret) {
        (Some(_), Some(_)) => return Err(ClientError::Twice),
        (None, None) => return Err(ClientError::Missing),
        (None, Some(secret)) => (body_id.unwrap_or_default().to_owned(), secret.to_owned()),
        (Some(value), None) => value
            .to_str()
            .ok()
            .and_then(parse_basic)
            .ok_or(ClientError::Wrong)?,
    };
    let one_client = body_id.is_none_or(|body_id| body_id == id);
    if one_client && id == config.client_id && is_same(&secret, &config.client_secret) {
        Ok(())
    } else {
        Err(ClientError::Wrong)
    }
}

/// Reads `Basic`; both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
fn parse_basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(Base64::decode_vec(encoded.trim()).ok()?).ok()?;
    let (id, secret) = joined.split_once(':')?;
    Some((form_decode(id), form_decode(secret)))
}

fn form_decode(text: &str) -> String {
    let pair = format!("value={text}");
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Compares by digest, so that the time it takes says nothing about where two secrets differ.
fn is_same(left: &str, right: &str) -> bool {
    Sha256::digest(left.as_bytes()) == Sha256::digest(right.as_bytes())
}
