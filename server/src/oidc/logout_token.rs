//! Logout tokens: the provider says that somebody's session is over (OpenID Connect Back-Channel Logout 1.0 §2.4–2.6).

use serde::Deserialize;
use serde_json::{Map, Value};
use service::store::session_index::Ending;
use sha2::{Digest as _, Sha256};

use super::jws::Jws;
use super::{Oidc, OidcError, SKEW_S, TokenFault, digest_of};

/// A logout token issued longer ago is refused, in seconds.
const ISSUED_WITHIN_S: i64 = 600;

/// A used `jti` is remembered for so many seconds: longer than its token could pass for new.
pub const REMEMBERED_S: i64 = ISSUED_WITHIN_S + 2 * SKEW_S;

/// The member of `events` that makes it a logout token (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The longest token that is looked at, in bytes.
const MAX_LEN: usize = 16 * 1024;

/// A logout token whose every check has passed but one: that its `jti` is new, which the caller asks its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// Which sessions end.
    pub ending: Ending,
    /// What is used up by it: SHA-256 over issuer and `jti`.
    pub once: [u8; 32],
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: Option<String>,
    events: Option<Map<String, Value>>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Oidc {
    /// Verifies a logout token.
    ///
    /// # Errors
    /// Why it is refused, or that the provider does not answer.
    pub async fn logout_token(&self, token: &str, now_s: i64) -> Result<LogoutToken, OidcError> {
        if token.len() > MAX_LEN {
            return Err(TokenFault::Malformed.into());
        }
        let jws = Jws::parse(token)?;
        jws.algorithm(&self.config.algorithms)?;
        let provider = self.provider().await?;
        let keys = provider
            .keys(&self.http, |keys| jws.key_is_known(keys))
            .await;
        // RFC 8725 §3.11: the type, where there is one, keeps ID tokens from passing for logout tokens; older
        // providers write "JWT" or nothing, so the absence of a nonce and the event have to tell them apart too.
        let payload = jws.verify(&keys, &self.config.algorithms, &["logout+jwt", "jwt"])?;
        let claims: Claims = serde_json::from_slice(payload).map_err(|_| TokenFault::Malformed)?;
        Ok(self.check(&claims, now_s)?)
    }

    fn check(&self, claims: &Claims, now_s: i64) -> Result<LogoutToken, TokenFault> {
        if claims.iss != self.config.issuer_text {
            return Err(TokenFault::Issuer);
        }
        let ours = match &claims.aud {
            Audience::One(one) => *one == self.config.client_id,
            Audience::Many(all) => {
                !all.is_empty() && all.iter().all(|one| *one == self.config.client_id)
            }
        };
        if !ours {
            return Err(TokenFault::Audience);
        }
        if !(-SKEW_S..=ISSUED_WITHIN_S).contains(&now_s.saturating_sub(claims.iat)) {
            return Err(TokenFault::IssuedAt);
        }
        // Demanded by the final specification, unknown to providers of its drafts: `iat` bounds those.
        if claims
            .exp
            .is_some_and(|exp| now_s.saturating_sub(SKEW_S) >= exp)
        {
            return Err(TokenFault::Expired);
        }
        let is_event = claims
            .events
            .as_ref()
            .and_then(|events| events.get(EVENT))
            .is_some_and(Value::is_object);
        let jti = claims.jti.as_deref().filter(|jti| !jti.is_empty());
        let (true, None, Some(jti)) = (is_event, &claims.nonce, jti) else {
            return Err(TokenFault::NotLogout);
        };
        let ending = match (&claims.sid, &claims.sub) {
            (Some(sid), Some(sub)) => Ending::Both {
                provider_session: digest_of(&claims.iss, sid),
                identity: digest_of(&claims.iss, sub),
            },
            (Some(sid), None) => Ending::ProviderSession(digest_of(&claims.iss, sid)),
            (None, Some(sub)) => Ending::Identity(digest_of(&claims.iss, sub)),
            (None, None) => return Err(TokenFault::NotLogout),
        };
        let once = Sha256::new()
            .chain_update("logout token\n")
            .chain_update(&claims.iss)
            .chain_update("\n")
            .chain_update(jti)
            .finalize()
            .into();
        Ok(LogoutToken { ending, once })
    }
}
