//! From an ID token to a proof of identity (OpenID Connect Core 1.0 §3.1.3.7).

use std::str::FromStr as _;

use access::ids::GroupName;
use chrono::{DateTime, Utc};
use openidconnect::core::CoreIdTokenVerifier;
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError,
};
use serde_json::Value;
use service::store::session_index::Authenticated;
use subtle::ConstantTimeEq as _;

use super::client::{Claims, Token};
use super::jws::Jws;
use super::provider::Provider;
use super::{Oidc, OidcError, SKEW_S, TokenFault, digest_of};

/// A token issued longer ago is not this sign-in's, in seconds: it was fetched a moment ago with a fresh code.
const ISSUED_WITHIN_S: i64 = 600;

/// OpenID Connect Core 1.0 §2: a subject has at most 255 ASCII characters.
const MAX_SUBJECT: usize = 255;

/// More groups than these are not read: a directory that puts everybody into thousands is not ours to store.
const MAX_GROUPS: usize = 512;

/// The longest class or method of authentication that is kept, in bytes, and the most methods.
const MAX_WORD: usize = 128;
const MAX_METHODS: usize = 16;

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 128;

/// What the provider has proven: who, in which groups, since when.
#[derive(Clone)]
pub struct Proof {
    /// The issuer.
    pub issuer: String,
    /// The provider's name for the person; with the issuer it is the identity.
    pub subject: String,
    /// What to call them.
    pub name: String,
    /// Their groups. Names that no policy could name are left out.
    pub groups: Vec<GroupName>,
    /// When they proved who they are, in seconds since 1970.
    pub auth_time_s: Option<i64>,
    /// How.
    pub how: Authenticated,
    /// The provider's session.
    pub provider_session: Option<String>,
    /// The token itself.
    pub id_token: String,
}

impl core::fmt::Debug for Proof {
    /// Neither names nor the token: both are for the one place that seals them.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Proof")
            .field("issuer", &self.issuer)
            .field("auth_time_s", &self.auth_time_s)
            .finish_non_exhaustive()
    }
}

impl Proof {
    /// SHA-256 of issuer, line feed, subject.
    pub fn identity(&self) -> [u8; 32] {
        digest_of(&self.issuer, &self.subject)
    }
}

impl Oidc {
    /// Verifies the token of this flow.
    pub(super) async fn prove(
        &self,
        provider: &Provider,
        token: &Token,
        nonce: &str,
        now_s: i64,
    ) -> Result<Proof, OidcError> {
        let raw = token.to_string();
        let jws = Jws::parse(&raw)?;
        jws.algorithm(&self.config.algorithms)?;
        let keys = provider
            .keys(&self.http, |keys| jws.key_is_known(keys))
            .await;
        let issuer =
            IssuerUrl::new(self.config.issuer_text.clone()).map_err(|_| TokenFault::Issuer)?;
        // A public client's verifier knows no secret, so that no HMAC could verify even if the allow-list let it by.
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.config.client_id.clone()),
            issuer,
            keys,
        )
        .set_allowed_algs(self.config.algorithms.iter().cloned())
        .set_time_fn(move || moment(now_s - SKEW_S))
        .set_issue_time_verifier_fn(move |iat| {
            let age = now_s - iat.timestamp();
            if (-SKEW_S..=ISSUED_WITHIN_S).contains(&age) {
                Ok(())
            } else {
                Err("iat".to_owned())
            }
        });
        let claims = token
            .claims(&verifier, |found: Option<&Nonce>| same_nonce(found, nonce))
            .map_err(fault)?;
        Ok(self.read(claims, raw, now_s)?)
    }

    fn read(&self, claims: &Claims, id_token: String, now_s: i64) -> Result<Proof, TokenFault> {
        // §3.1.3.7 step 5. The library leaves `azp` alone; a second audience it has refused already (step 3).
        if claims
            .authorized_party()
            .is_some_and(|azp| azp.as_str() != self.config.client_id)
        {
            return Err(TokenFault::AuthorizedParty);
        }
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > MAX_SUBJECT {
            return Err(TokenFault::Subject);
        }
        let auth_time_s = claims.auth_time().map(|time| time.timestamp());
        if auth_time_s.is_some_and(|time| time > now_s + SKEW_S) {
            return Err(TokenFault::AuthTime);
        }
        let other = &claims.additional_claims().all;
        let name = claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.as_str().trim())
            .filter(|name| !name.is_empty())
            .or_else(|| claims.preferred_username().map(|name| name.as_str()))
            .unwrap_or(&subject);
        Ok(Proof {
            issuer: self.config.issuer_text.clone(),
            name: name
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_NAME)
                .collect(),
            groups: groups(other.get(&self.config.groups_claim))?,
            auth_time_s,
            how: how(claims),
            provider_session: other.get("sid").and_then(Value::as_str).map(str::to_owned),
            subject,
            id_token,
        })
    }
}

/// The class and the methods of the authentication, as far as they are of a length to keep.
fn how(claims: &Claims) -> Authenticated {
    let fits = |word: &String| (1..=MAX_WORD).contains(&word.len());
    let methods = claims.auth_method_refs().into_iter().flatten();
    Authenticated {
        acr: claims
            .auth_context_ref()
            .map(|class| class.to_string())
            .filter(fits),
        amr: methods
            .map(|method| method.to_string())
            .filter(fits)
            .take(MAX_METHODS)
            .collect(),
    }
}

/// Groups as a text or a list of texts; none where the claim is absent. A name that policies cannot spell (capital
/// letters, spaces) opens nothing and is left out.
fn groups(claim: Option<&Value>) -> Result<Vec<GroupName>, TokenFault> {
    let texts: Vec<&str> = match claim {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all
            .iter()
            .map(|group| group.as_str().ok_or(TokenFault::Groups))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(TokenFault::Groups),
    };
    let mut groups: Vec<GroupName> = texts
        .iter()
        .take(MAX_GROUPS)
        .filter_map(|text| GroupName::from_str(text).ok())
        .collect();
    groups.sort();
    groups.dedup();
    Ok(groups)
}

fn same_nonce(found: Option<&Nonce>, sent: &str) -> Result<(), String> {
    let same =
        found.is_some_and(|nonce| bool::from(nonce.secret().as_bytes().ct_eq(sent.as_bytes())));
    if same {
        Ok(())
    } else {
        Err("nonce".to_owned())
    }
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn fault(error: ClaimsVerificationError) -> TokenFault {
    use ClaimsVerificationError as E;
    match error {
        E::Expired(what) if what == "iat" => TokenFault::IssuedAt,
        E::Expired(_) => TokenFault::Expired,
        E::InvalidAudience(_) => TokenFault::Audience,
        E::InvalidIssuer(_) => TokenFault::Issuer,
        E::InvalidNonce(_) => TokenFault::Nonce,
        E::InvalidAuthTime(_) => TokenFault::AuthTime,
        E::InvalidSubject(_) => TokenFault::Subject,
        E::SignatureVerification(
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_)
            | SignatureVerificationError::NoSignature,
        ) => TokenFault::Algorithm,
        E::SignatureVerification(_) => TokenFault::Signature,
        E::Unsupported(_) => TokenFault::Header,
        _ => TokenFault::Malformed,
    }
}
