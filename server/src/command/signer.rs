//! `breakglass signer`: holds a log's key on a machine of its own, and signs only what extends the log.

use std::net::SocketAddr;
use std::path::PathBuf;

use ledger::{Origin, VerifierKey};
use service::DataLock;
use service::witness::Witness;

use super::add_checkpoint;

/// Runs a log's signer: it holds the log's key and signs a checkpoint only where that extends the last one it signed. Who
/// owns the portal's machine and database cannot make it sign a second history.
///
/// Make the log's key in its data folder with `breakglass keygen`, and each portal's own key on the portal with
/// `breakglass keygen --submitter`. It speaks C2SP tlog-witness: POST /add-checkpoint, signed by a submitter.
#[derive(Debug, clap::Args)]
pub struct Signer {
    /// The folder with the log's key and what it remembers. Without it the signer would sign a second history: never
    /// restore an old copy.
    #[arg(long)]
    data_dir: PathBuf,
    /// The log's name, as in the portal's configuration.
    #[arg(long)]
    origin: Origin,
    /// The key with which a portal submits, as `breakglass keygen --submitter` printed it. Several times for several
    /// portals.
    #[arg(long = "submitter", required = true)]
    submitters: Vec<VerifierKey>,
    /// Where to listen. Put TLS in front of it where the portal is on another machine.
    #[arg(long, default_value = "127.0.0.1:8091")]
    listen: SocketAddr,
}

impl Signer {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr(false);
        let _alone = DataLock::take(&self.data_dir)?;
        let key = service::key::load(&self.data_dir, &self.origin)?;
        let folder = self.data_dir.join("logs");
        let signer = Witness::open_signer(&folder, key, self.submitters)?;
        add_checkpoint::serve(signer, self.listen, "signer").await
    }
}
