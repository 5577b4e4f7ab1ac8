//! `breakglass serve`: the portal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use leptos::prelude::LeptosOptions;
use secrecy::ExposeSecret as _;
use service::store::session_index::SessionIndex;
use service::{DataLock, Portal};
use sqlx::postgres::PgPoolOptions;
use targets::gateway::Gateway;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, GatewayConfig};
use crate::oidc::Oidc;
use crate::serving::{self, Limits, STOP_WITHIN};
use crate::session::{self, Sessions};
use crate::web::{self, AppState, Flood, Hashes, Outside, OwnOrigin, Transport, TrustedProxies};

/// Sessions have connections of their own: a use case that waits for a busy target must not keep others from signing in.
const SESSION_CONNECTIONS: u32 = 8;

/// And the use cases these.
const PORTAL_CONNECTIONS: u32 = 16;

/// A connection is waited for so long; then the answer is that the database does not answer.
const CONNECTION_WITHIN: Duration = Duration::from_secs(5);

/// Serves the portal until Ctrl-C or SIGTERM.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The configuration file.
    #[arg(long, env = "BREAKGLASS_CONFIG")]
    config: PathBuf,
    /// Log lines as JSON objects.
    #[arg(long)]
    json_log: bool,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut config = Config::load(&self.config)?;
        let hashes = Hashes::beside_executable();
        config.settings.verifier = hashes.verifier_digest();
        super::log_to_stderr(self.json_log);
        let _alone = DataLock::take(&config.settings.data_dir)?;
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(CONNECTION_WITHIN)
                .connect(config.database_url.expose_secret())
        };
        let unreachable = "cannot connect with database_url; is PostgreSQL running, was `breakglass migrate` run with a \
                           service password, and is it the one in database_url?";
        let session_pool = pool(SESSION_CONNECTIONS).await.context(unreachable)?;
        let portal_pool = pool(PORTAL_CONNECTIONS).await.context(unreachable)?;
        let portal = Portal::start(config.settings.clone(), portal_pool, stop.clone()).await?;
        let sessions = Sessions::new(SessionIndex::new(session_pool.clone()), config.session);
        tasks.spawn(session::sweep(sessions.clone(), stop.clone()));

        let state = AppState {
            portal: portal.clone(),
            oidc: Arc::new(
                Oidc::new(config.oidc.clone(), &config.public_url)
                    .context("TLS cannot be set up")?,
            ),
            sessions,
            tiles: config.tiles,
            proxies: TrustedProxies(config.trusted_proxies.clone().into()),
            leptos: leptos_options(&config, &hashes),
            stop: stop.clone(),
        };
        let outside = Outside {
            site: &config.site_dir,
            own: OwnOrigin(config.public_url.origin().into()),
            transport: if config.public_url.is_https() {
                Transport::Tls
            } else {
                Transport::Plain
            },
            flood: Flood::new(&config.trusted_proxies),
            hashes,
        };
        let router = web::router(state, session::layer(session_pool, config.session), outside);
        let listener = tokio::net::TcpListener::bind(config.listen)
            .await
            .with_context(|| {
                format!(
                    "cannot listen on {}; is another server there? change `listen`",
                    config.listen
                )
            })?;
        if let Some(gateway) = &config.gateway {
            tasks.spawn(open_gateway(gateway, &portal, stop.clone()).await?);
        }
        tracing::info!(listen = %config.listen, url = config.public_url.origin(), "the portal is open");
        serving::serve(
            listener,
            router,
            Limits::default(),
            asked_to_end(stop.clone()),
        )
        .await;
        stop.cancel();
        tasks.close();
        // A background task that does not end holds up nothing: whatever it did is in the database.
        let _ = tokio::time::timeout(STOP_WITHIN, tasks.wait()).await;
        // What was read becomes entries now; where the log does not answer, at the next start.
        if tokio::time::timeout(STOP_WITHIN, portal.close())
            .await
            .is_err()
        {
            tracing::warn!("what was read is not in the log yet; the next start tells it");
        }
        tracing::info!("the portal is closed");
        Ok(())
    }
}

/// The gateway's task, once it listens.
async fn open_gateway(
    config: &GatewayConfig,
    portal: &Portal,
    stop: CancellationToken,
) -> anyhow::Result<impl Future<Output = ()> + use<>> {
    let guard = portal.gateway_guard();
    let gateway = match &config.tls {
        Some((certificates, key)) => {
            Gateway::with_tls(guard, certificates, key.expose_secret().as_bytes())?
        }
        None => Gateway::for_loopback(guard),
    };
    let listen = config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("the gateway cannot listen on {listen}; is something else there? change `gateway.listen`"))?;
    tracing::info!(%listen, "the gateway is open");
    Ok(Arc::new(gateway).serve(listener, stop))
}

/// Asked to end; then streams end too.
async fn asked_to_end(stop: CancellationToken) {
    super::asked_to_end().await;
    tracing::info!("asked to end");
    stop.cancel();
}

fn leptos_options(config: &Config, hashes: &Hashes) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("app")
        .site_root(config.site_dir.display().to_string())
        .site_pkg_dir("pkg")
        .site_addr(config.listen)
        .hash_files(hashes.are_there())
        .build()
}
