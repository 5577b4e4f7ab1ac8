//! `breakglass demo-idp`: the demo's identity provider.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::ExposeSecret as _;
use url::Url;

/// Runs the demo's identity provider, where anybody can be anybody. Loopback only.
#[derive(Debug, clap::Args)]
pub struct DemoIdp {
    /// Where it listens: a loopback address.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The portal's public URL.
    #[arg(long, default_value = "http://localhost:8080")]
    portal: Url,
    /// The portal's client id.
    #[arg(long, default_value = "breakglass")]
    client_id: String,
    /// A file with the portal's client secret.
    #[arg(long)]
    client_secret_file: PathBuf,
}

impl DemoIdp {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let secret = super::secret("--client-secret-file", &self.client_secret_file)?;
        let config = demo_idp::Config {
            listen: self.listen,
            portal: self.portal,
            client_id: self.client_id,
            client_secret: secret.expose_secret().to_owned(),
        };
        demo_idp::serve(config, super::asked_to_end()).await
    }
}
