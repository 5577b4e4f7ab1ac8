//! A small OpenID provider for the demo.
//!
//! It lets anybody be anybody of six made-up people, so it must never be reachable: it refuses to
//! listen on anything but a loopback address, its keys live as long as the process, and every page
//! says DEMO. What it speaks is the real protocol with real signatures: OpenID Connect Core (code
//! flow), PKCE (RFC 7636), issuer identification (RFC 9207), RP-Initiated and Back-Channel Logout.
//! The portal therefore needs no demo mode of its own.
//!
//! It knows one client, the portal, and one redirect URI, `<portal>/auth/callback`.

#![forbid(unsafe_code)]

mod authorization;
mod authorize;
mod client;
mod clock;
mod code;
mod cookie;
mod discovery;
mod jwt;
mod logout;
mod pages;
mod people;
mod provider;
mod session;
mod token;

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use url::Url;

pub use people::{PEOPLE, Person};
use provider::Provider;

/// What the provider needs to know of the portal, and where it listens.
#[derive(Clone)]
pub struct Config {
    /// A loopback address. `http://<listen>` is the issuer, so [`router`] needs the real port;
    /// [`serve`] resolves port 0 itself.
    pub listen: SocketAddr,
    /// The portal's public URL. Redirects go there and nowhere else.
    pub portal: Url,
    /// The one client's id.
    pub client_id: String,
    /// The one client's secret.
    pub client_secret: String,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("portal", &self.portal.as_str())
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Runs the provider until `shutdown` completes.
///
/// # Errors
/// When `listen` is not a loopback address, the address is taken, or no key could be made.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    refuse_reachable(config.listen)?;
    let listener = tokio::net::TcpListener::bind(config.listen).await?;
    let config = Config {
        listen: listener.local_addr()?,
        ..config
    };
    let app = tokio::task::spawn_blocking(move || router(config)).await??;
    axum::serve(listener, app)
        .with_graceful_shutdown(shutdown)
        .await?;
    Ok(())
}

/// The provider's routes, with a key of their own. Making the key takes up to some seconds.
///
/// # Errors
/// When `listen` is not a loopback address or no key could be made.
pub fn router(config: Config) -> anyhow::Result<Router> {
    refuse_reachable(config.listen)?;
    let provider = Arc::new(Provider::new(config)?);
    Ok(Router::new()
        .route("/", get(logout::home))
        .route(
            "/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/jwks", get(discovery::jwks))
        .route(
            "/authorize",
            get(authorize::by_query).post(authorize::by_form),
        )
        .route("/interaction/{id}", post(authorize::choose))
        .route("/token", post(token::exchange))
        .route("/end-session", get(logout::by_query).post(logout::by_form))
        .route("/sign-out", post(logout::confirmed))
        .route("/page.css", get(pages::style))
        .fallback(pages::not_found)
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&provider),
            pages::guard,
        ))
        .with_state(provider))
}

fn refuse_reachable(listen: SocketAddr) -> anyhow::Result<()> {
    anyhow::ensure!(
        listen.ip().is_loopback(),
        "the demo identity provider listens on a loopback address only, such as 127.0.0.1:8081, not on {listen}: \
         whoever reaches it can be anybody"
    );
    Ok(())
}
