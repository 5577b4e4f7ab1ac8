//! What all handlers share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::Config;
use crate::code::Codes;
use crate::jwt::IssuerKey;
use crate::session::{Forms, Sessions};

/// How long the portal may take to answer a logout token before sign-out goes on without it.
const BACKCHANNEL_TIMEOUT: Duration = Duration::from_secs(3);

/// The provider: its configuration, its key, and what it remembers.
pub(crate) struct Provider {
    pub(crate) config: Config,
    /// `http://<listen>`, without a slash at the end: the portal compares it as text.
    pub(crate) issuer: String,
    pub(crate) key: IssuerKey,
    pub(crate) http: reqwest::Client,
    memory: Mutex<Memory>,
}

/// What is forgotten when the process ends. Owner: [`Provider`]; never locked across an await.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) sessions: Sessions,
    pub(crate) forms: Forms,
    pub(crate) codes: Codes,
}

impl Provider {
    pub(crate) fn new(config: Config) -> anyhow::Result<Self> {
        anyhow::ensure!(
            matches!(config.portal.scheme(), "http" | "https") && config.portal.has_host(),
            "the portal's address must be an http or https URL, not {}",
            config.portal
        );
        let http = reqwest::Client::builder()
            .timeout(BACKCHANNEL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            issuer: format!("http://{}", config.listen),
            key: IssuerKey::generate()?,
            http,
            memory: Mutex::default(),
            config,
        })
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        // Every change to the memory is a single insert or remove: a panic leaves nothing half done.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The only place where codes go.
    pub(crate) fn redirect_uri(&self) -> Url {
        self.portal_url("/auth/callback")
    }

    /// Where logout tokens go.
    pub(crate) fn backchannel_uri(&self) -> Url {
        self.portal_url("/auth/backchannel")
    }

    /// Whether the address is a page of the portal.
    pub(crate) fn is_portals(&self, address: &Url) -> bool {
        address.origin() == self.config.portal.origin()
            && address.username().is_empty()
            && address.password().is_none()
    }

    fn portal_url(&self, path: &str) -> Url {
        let mut url = self.config.portal.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        url
    }
}
