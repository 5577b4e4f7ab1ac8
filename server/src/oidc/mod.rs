//! Signing in at the organisation's identity provider: OpenID Connect, authorization code flow with PKCE.
//!
//! `openidconnect` speaks the protocol. What it leaves to its callers is done here: the algorithm allow-list, `azp`,
//! `iat`, RFC 9207's `iss`, one flow for one browser and one use, bounded bodies and times. It keeps no state of a
//! person: a [`Flow`] lies in the browser's session, and what comes out is a [`Proof`].

mod client;
mod error;
mod flow;
mod http;
mod id_token;
mod jws;
mod logout_token;
mod provider;
mod token_fault;

use std::sync::Arc;

pub use error::OidcError;
pub use flow::{Callback, FLOW_S, Flow, Purpose};
pub use id_token::Proof;
pub use logout_token::{LogoutToken, REMEMBERED_S as LOGOUT_TOKEN_REMEMBERED_S};
use openidconnect::{ClientId, EndSessionUrl, LogoutRequest, PostLogoutRedirectUrl};
use provider::{Cache, Provider};
pub use token_fault::TokenFault;
use url::Url;

use crate::config::{OidcConfig, PublicUrl};

/// How far the provider's clock and ours may be apart, in seconds. Common practice; RFC 7519 §4.1.4 allows "no more
/// than a few minutes".
pub const SKEW_S: i64 = 60;

/// This portal as a client of its identity provider.
#[derive(Debug)]
pub struct Oidc {
    config: OidcConfig,
    redirect: Url,
    home: Url,
    http: http::Http,
    cache: Cache,
}

impl Oidc {
    /// A client that has asked the provider nothing yet: the portal starts while the provider is down.
    ///
    /// # Errors
    /// If the TLS set-up of this machine is unusable.
    pub fn new(config: OidcConfig, public: &PublicUrl) -> Result<Self, reqwest::Error> {
        Ok(Self {
            redirect: public.join("/auth/callback"),
            home: public.join("/"),
            http: http::Http::new()?,
            cache: Cache::default(),
            config,
        })
    }

    /// The provider's issuer, as tokens name it.
    pub fn issuer(&self) -> &str {
        &self.config.issuer_text
    }

    /// Where to send the browser so that the provider ends its session too; `None` where it offers no such place.
    ///
    /// OpenID Connect RP-Initiated Logout 1.0 §2.
    ///
    /// # Errors
    /// If the provider does not answer.
    pub async fn end_session(&self, id_token: Option<&str>) -> Result<Option<Url>, OidcError> {
        let provider = self.provider().await?;
        let Some(endpoint) = provider
            .metadata()
            .additional_metadata()
            .end_session_endpoint
            .clone()
        else {
            return Ok(None);
        };
        let request = LogoutRequest::from(EndSessionUrl::from_url(endpoint.url().clone()))
            .set_client_id(ClientId::new(self.config.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(self.home.clone()));
        let mut url = request.http_get_url();
        if let Some(hint) = id_token {
            url.query_pairs_mut().append_pair("id_token_hint", hint);
        }
        Ok(Some(url))
    }

    /// Origins that a form of ours can end up at by a redirect: the issuer's, and the discovered endpoints' where they
    /// differ.
    pub fn form_origins(&self) -> Vec<String> {
        let mut origins = self.cache.origins();
        origins.push(self.config.issuer.origin().ascii_serialization());
        origins.sort();
        origins.dedup();
        origins
    }

    async fn provider(&self) -> Result<Arc<Provider>, OidcError> {
        self.cache.provider(&self.config, &self.http).await
    }
}

/// SHA-256 of issuer, line feed, name: how the portal's session index names identities and provider sessions.
pub fn digest_of(issuer: &str, name: &str) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::new()
        .chain_update(issuer)
        .chain_update("\n")
        .chain_update(name)
        .finalize()
        .into()
}
