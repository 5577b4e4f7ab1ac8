//! The provider as discovered: endpoints, keys, and how often it may be asked for them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use openidconnect::core::{CoreClientAuthMethod, CoreJsonWebKeySet};
use openidconnect::{
    AuthType, ClientId, ClientSecret, DiscoveryError, IssuerUrl, JsonWebKeySet, JsonWebKeySetUrl,
    RedirectUrl,
};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;
use url::Url;

use super::OidcError;
use super::client::{Metadata, OidcClient};
use super::error::chain;
use super::http::{Http, HttpFault};
use crate::config::{OidcConfig, is_this_machine};

/// Discovery and keys are asked for again after this long, so that a key withdrawn by the provider counts no longer.
const FRESH_FOR: Duration = Duration::from_secs(3_600);

/// After a failed discovery the next is tried no sooner: a provider that is down is not stormed as it comes up.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Tokens with unknown key ids make us ask for keys no more often than this: anybody can send such tokens.
const KEYS_AFTER: Duration = Duration::from_secs(30);

/// What is known of the provider. Owner: [`super::Oidc`]; the lock is held over a discovery, so that one is under way
/// at a time and everybody else waits for its answer.
#[derive(Debug, Default)]
pub(super) struct Cache {
    state: Mutex<State>,
    origins: RwLock<Vec<String>>,
}

#[derive(Debug, Default)]
struct State {
    provider: Option<Arc<Provider>>,
    tried: Option<Instant>,
}

/// A provider whose discovery document was read and believed.
#[derive(Debug)]
pub(super) struct Provider {
    metadata: Metadata,
    discovered: Instant,
    keys: Mutex<Keys>,
}

#[derive(Debug)]
struct Keys {
    set: CoreJsonWebKeySet,
    asked: Option<Instant>,
}

impl Cache {
    /// Origins of the endpoints that browsers are sent to; none before the first discovery.
    pub(super) fn origins(&self) -> Vec<String> {
        self.origins
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) async fn provider(
        &self,
        config: &OidcConfig,
        http: &Http,
    ) -> Result<Arc<Provider>, OidcError> {
        let mut state = self.state.lock().await;
        let recently = state
            .tried
            .is_some_and(|tried| tried.elapsed() < RETRY_AFTER);
        if let Some(provider) = &state.provider
            && (recently || provider.discovered.elapsed() < FRESH_FOR)
        {
            return Ok(Arc::clone(provider));
        }
        if recently {
            return Err(OidcError::Unreachable {
                what: "it did not answer a moment ago".to_owned(),
            });
        }
        let discovered = Provider::discover(config, http).await;
        // After it, not before: who waited for a provider that hangs must not make it hang again.
        state.tried = Some(Instant::now());
        match (discovered, &state.provider) {
            (Ok(provider), _) => {
                let provider = Arc::new(provider);
                *self.origins.write().unwrap_or_else(PoisonError::into_inner) = provider.origins();
                state.provider = Some(Arc::clone(&provider));
                Ok(provider)
            }
            (Err(error), Some(stale)) => {
                tracing::warn!(%error, "the identity provider's metadata could not be renewed; the old ones go on");
                Ok(Arc::clone(stale))
            }
            (Err(error), None) => {
                tracing::error!(%error, "the identity provider could not be discovered");
                Err(error)
            }
        }
    }
}

impl Provider {
    async fn discover(config: &OidcConfig, http: &Http) -> Result<Self, OidcError> {
        let issuer =
            IssuerUrl::new(config.issuer_text.clone()).map_err(|_| OidcError::IssuerMismatch {
                what: config.issuer_text.clone(),
            })?;
        // Checks that the document's issuer is the configured one (OpenID Connect Discovery 1.0 §4.3), and reads the keys.
        let metadata = Metadata::discover_async(issuer, http)
            .await
            .map_err(outage)?;
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(|url| url.url()),
            Some(metadata.jwks_uri().url()),
            metadata
                .additional_metadata()
                .end_session_endpoint
                .as_ref()
                .map(|url| url.url()),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            endpoint_is_closed(config, endpoint)?;
        }
        if metadata.token_endpoint().is_none() {
            return Err(OidcError::Unreachable {
                what: "discovery names no token endpoint".to_owned(),
            });
        }
        let keys = Mutex::new(Keys {
            set: metadata.jwks().clone(),
            asked: None,
        });
        Ok(Self {
            metadata,
            discovered: Instant::now(),
            keys,
        })
    }

    fn origins(&self) -> Vec<String> {
        let leaving = self
            .metadata
            .additional_metadata()
            .end_session_endpoint
            .as_ref()
            .map(|url| url.url());
        [Some(self.metadata.authorization_endpoint().url()), leaving]
            .into_iter()
            .flatten()
            .map(|url| url.origin().ascii_serialization())
            .collect()
    }

    pub(super) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The protocol's client for this provider.
    pub(super) fn client(&self, config: &OidcConfig, redirect: &Url) -> OidcClient {
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        // RFC 8414 §2: where nothing is said, client_secret_basic it is.
        let basic =
            methods.is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
        OidcClient::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(config.client_id.clone()),
            Some(ClientSecret::new(
                config.client_secret.expose_secret().to_owned(),
            )),
        )
        .set_redirect_uri(RedirectUrl::from_url(redirect.clone()))
        .set_auth_type(if basic {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        })
    }

    /// The keys at hand; asked for again first where `is_known` says that they do not fit, at most twice a minute.
    pub(super) async fn keys(
        &self,
        http: &Http,
        is_known: impl Fn(&CoreJsonWebKeySet) -> bool,
    ) -> CoreJsonWebKeySet {
        let mut keys = self.keys.lock().await;
        let may_ask = keys.asked.is_none_or(|asked| asked.elapsed() >= KEYS_AFTER);
        if !is_known(&keys.set) && may_ask {
            keys.asked = Some(Instant::now());
            let url: &JsonWebKeySetUrl = self.metadata.jwks_uri();
            match JsonWebKeySet::fetch_async(url, http).await {
                Ok(set) => keys.set = set,
                Err(error) => tracing::warn!(
                    error = chain(&error),
                    "the identity provider's keys could not be renewed"
                ),
            }
        }
        keys.set.clone()
    }
}

/// Tokens, codes and secrets cross no open wire: plain http is for a provider on this machine only.
fn endpoint_is_closed(config: &OidcConfig, endpoint: &Url) -> Result<(), OidcError> {
    let local = config.issuer.scheme() == "http" && is_this_machine(endpoint);
    if endpoint.scheme() == "https" || (endpoint.scheme() == "http" && local) {
        Ok(())
    } else {
        Err(OidcError::OpenEndpoint {
            endpoint: endpoint.to_string(),
        })
    }
}

fn outage(error: DiscoveryError<HttpFault>) -> OidcError {
    match error {
        DiscoveryError::Validation(what) => OidcError::IssuerMismatch { what },
        // The body of an unexpected answer can be anything: only its status is told.
        DiscoveryError::Response(status, _, what) => OidcError::Unreachable {
            what: format!("status {status}: {what}"),
        },
        other => OidcError::Unreachable {
            what: chain(&other),
        },
    }
}
