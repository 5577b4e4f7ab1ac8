//! One flow: from sending the browser away to what it brings back.
//!
//! Invariant: a flow lies in the session of the browser that began it, is taken out of there before anything is done
//! with the answer, and counts once.

use access::event::Decision;
use app::{PendingErasure, PendingExtension, PendingSignOff};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, RequestTokenError,
    Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::error::chain;
use super::{Oidc, OidcError, Proof};
use crate::next::LocalPath;

/// A person has this long at the provider, in seconds: enough for a second factor that must be found first.
pub const FLOW_S: i64 = 600;

/// What a browser's session keeps while the person is at the provider.
#[derive(Clone, Serialize, Deserialize)]
pub struct Flow {
    state: String,
    nonce: String,
    pkce: String,
    started_at_s: i64,
    /// Random part of the nonce of a fresh proof that is about something; of no use to a sign-in.
    salt: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
}

/// What a flow is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// Signing in.
    SignIn {
        /// Where the person wanted to go.
        next: LocalPath,
    },
    /// Proving anew who one is, for what asks for a sign-in of late.
    Again {
        /// The page that asked for it.
        next: LocalPath,
    },
    /// A fresh proof for one decision on one request.
    SignOff {
        /// The decision.
        pending: PendingSignOff,
    },
    /// A fresh proof for the confirmation of one order to erase.
    Erasure {
        /// The order.
        pending: PendingErasure,
    },
    /// A fresh proof for the yes to more time.
    Extension {
        /// For which access.
        pending: PendingExtension,
    },
}

/// The provider's answer, as the browser brings it (RFC 6749 §4.1.2, RFC 9207 §2).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callback {
    /// The flow's state.
    pub state: Option<String>,
    /// The code, if all went well.
    pub code: Option<String>,
    /// Who answers.
    pub iss: Option<String>,
    /// Why not, if it did not.
    pub error: Option<String>,
}

impl core::fmt::Debug for Flow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Flow")
            .field("started_at_s", &self.started_at_s)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Flow {
    /// Whether the answer with this `state` belongs to this flow.
    pub fn is(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// Whether the person took too long.
    pub fn is_over(&self, now_s: i64) -> bool {
        now_s - self.started_at_s > FLOW_S
    }

    /// When the browser was sent away, in seconds since 1970.
    pub fn started_at_s(&self) -> i64 {
        self.started_at_s
    }

    /// The random part of a fresh proof's nonce: sealed beside the proof, it shows what the proof was made for.
    pub fn salt(&self) -> [u8; 32] {
        self.salt
    }

    /// What is used up when this flow is.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update("oidc flow\n")
            .chain_update(&self.state)
            .finalize()
            .into()
    }
}

impl Oidc {
    /// Begins a flow: where to send the browser, and what to keep in its session.
    ///
    /// # Errors
    /// If the provider does not answer.
    pub async fn begin(&self, purpose: Purpose, now_s: i64) -> Result<(Url, Flow), OidcError> {
        let client = self.provider().await?.client(&self.config, &self.redirect);
        let mut salt = [0; 32];
        if !matches!(purpose, Purpose::SignIn { .. }) {
            getrandom::fill(&mut salt).map_err(|_| OidcError::NoRandomness)?;
        }
        let nonce = match &purpose {
            Purpose::SignIn { .. } | Purpose::Again { .. } => Nonce::new_random(),
            Purpose::SignOff { pending } => Nonce::new(sign_off_nonce(pending, &salt)),
            Purpose::Erasure { pending } => Nonce::new(erasure_nonce(pending, &salt)),
            Purpose::Extension { pending } => Nonce::new(extension_nonce(pending, &salt)),
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let sent = nonce.clone();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                move || sent,
            )
            .set_pkce_challenge(challenge)
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new));
        if !matches!(purpose, Purpose::SignIn { .. }) {
            // Both: `prompt=login` asks for it, `max_age=0` obliges the provider to say when in `auth_time`
            // (OpenID Connect Core 1.0 §3.1.2.1).
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(std::time::Duration::ZERO);
        }
        let (url, state, nonce) = request.url();
        let flow = Flow {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce: verifier.into_secret(),
            started_at_s: now_s,
            salt,
            purpose,
        };
        Ok((url, flow))
    }

    /// Turns the answer into a proof of identity. `flow` was taken out of the browser's session and used up already.
    ///
    /// # Errors
    /// Why nobody is signed in.
    pub async fn finish(
        &self,
        flow: Flow,
        callback: &Callback,
        now_s: i64,
    ) -> Result<Proof, OidcError> {
        if flow.is_over(now_s) {
            return Err(OidcError::TooLate);
        }
        let provider = self.provider().await?;
        let promised = provider
            .metadata()
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match &callback.iss {
            Some(iss) if *iss != self.config.issuer_text => return Err(OidcError::WrongSender),
            None if promised => return Err(OidcError::WrongSender),
            _ => {}
        }
        if let Some(error) = &callback.error {
            return Err(OidcError::Refused {
                code: error_code(error),
            });
        }
        let code = callback.code.clone().ok_or(OidcError::NoCode)?;
        let answer = provider
            .client(&self.config, &self.redirect)
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| OidcError::Unreachable {
                what: chain(&error),
            })?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.pkce.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => OidcError::CodeRefused {
                    what: error_code(said.error().as_ref()),
                },
                RequestTokenError::Request(fault) => OidcError::Unreachable {
                    what: chain(&fault),
                },
                // Not the body: it may hold tokens.
                RequestTokenError::Parse(fault, _) => OidcError::CodeRefused {
                    what: chain(&fault),
                },
                RequestTokenError::Other(what) => OidcError::CodeRefused { what },
            })?;
        let token = answer.id_token().ok_or(super::TokenFault::Malformed)?;
        self.prove(&provider, token, &flow.nonce, now_s).await
    }
}

/// The nonce of a proof for a sign-off: base64url of SHA-256("breakglass sign-off" ‖ digest of the statement ‖
/// decision ‖ 32 random bytes). The provider signs it into the ID token, which so is about this statement and decision.
fn sign_off_nonce(pending: &PendingSignOff, salt: &[u8; 32]) -> String {
    let decision: &[u8] = match pending.decision {
        Decision::Approve => b"approve",
        Decision::Deny => b"deny",
    };
    let digest = Sha256::new()
        .chain_update(b"breakglass sign-off")
        .chain_update(pending.statement.as_bytes())
        .chain_update(decision)
        .chain_update(salt)
        .finalize();
    Base64UrlUnpadded::encode_string(&digest)
}

/// The nonce of a proof for the confirmation of an erasure: base64url of SHA-256("breakglass erasure" ‖ place of the
/// order, 8 bytes, big-endian ‖ 32 random bytes).
fn erasure_nonce(pending: &PendingErasure, salt: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"breakglass erasure")
        .chain_update(pending.order.to_be_bytes())
        .chain_update(salt)
        .finalize();
    Base64UrlUnpadded::encode_string(&digest)
}

/// The nonce of a proof for the yes to more time: base64url of SHA-256("breakglass extension" ‖ the grant's id, 16 bytes ‖
/// 32 random bytes).
fn extension_nonce(pending: &PendingExtension, salt: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"breakglass extension")
        .chain_update(pending.grant.uuid().as_bytes())
        .chain_update(salt)
        .finalize();
    Base64UrlUnpadded::encode_string(&digest)
}

/// An error code as RFC 6749 §4.1.2.1 allows it to look, and not longer than one: it is shown and logged.
fn error_code(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(64)
        .collect()
}
