//! `breakglass witness`: cosigns the checkpoints of logs that only grow, for their readers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use ledger::VerifierKey;
use service::DataLock;
use service::witness;

use super::add_checkpoint;

/// Runs a witness: it signs a log's checkpoint only where that extends the last one it signed. Run it on a machine that
/// the log's operator does not hold.
///
/// First with --init, which makes its key. Then it speaks C2SP tlog-witness: POST /add-checkpoint, and GET
/// /SHA-256-of-origin/checkpoint for monitors.
#[derive(Debug, clap::Args)]
pub struct Witness {
    /// The folder with the witness's key and what it remembers. Without it the witness would sign a second history:
    /// never restore an old copy.
    #[arg(long)]
    data_dir: PathBuf,
    /// The witness's name, which stands on each of its signatures: a host name that is yours, without a scheme.
    #[arg(long)]
    name: String,
    /// The key of a log to follow, as its operator publishes it: name+hash+key. May be given several times, once for each
    /// log. After a rotation name the new key instead of the old one: what is remembered of the log stays.
    #[arg(long = "log", required_unless_present = "init")]
    logs: Vec<VerifierKey>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Only make the key if there is none yet, and print its public half.
    #[arg(long)]
    init: bool,
}

impl Witness {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if self.init {
            let key = service::key::load_or_generate_witness(&self.data_dir, &self.name)?;
            writeln!(std::io::stdout(), "{}", key.verifier_key())?;
            return Ok(());
        }
        super::log_to_stderr(false);
        let _alone = DataLock::take(&self.data_dir)?;
        let key = service::key::load_witness(&self.data_dir, &self.name)?;
        let witness = witness::Witness::open(&self.data_dir.join("logs"), key, self.logs)?;
        add_checkpoint::serve(witness, self.listen, "witness").await
    }
}
