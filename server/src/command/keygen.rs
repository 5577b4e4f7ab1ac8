//! `breakglass keygen`: the log's key.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use ledger::Origin;

/// Makes the key that signs the log, and prints its public half.
#[derive(Debug, clap::Args)]
pub struct Keygen {
    /// The portal's data folder; the key goes into `keys/log.seed` there, readable by its owner only.
    #[arg(long)]
    data_dir: PathBuf,
    /// The log's name, as in the configuration's `log.origin`.
    #[arg(long)]
    origin: String,
    /// Instead of the log's key, the one with which this portal submits to the log's signer: `keys/submitter.seed`.
    /// Printed again if it is there already.
    #[arg(long)]
    submitter: bool,
    /// Instead of the log's key, the one that SSH hosts are to trust: `keys/ssh-ca.seed`. Prints the line for
    /// `TrustedUserCAKeys`, again if it is there already.
    #[arg(long, conflicts_with = "submitter")]
    ssh_ca: bool,
}

impl Keygen {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let origin: Origin = self.origin.parse().map_err(|_| {
            anyhow::anyhow!(
                "{:?} is not a log's name; use something like breakglass.example.com/log, without white space or '+'",
                self.origin
            )
        })?;
        if self.ssh_ca {
            let ca = match service::key::load_ssh_ca(&self.data_dir, &origin) {
                Err(service::key::KeyError::Missing(_)) => {
                    service::key::generate_ssh_ca(&self.data_dir, &origin)?
                }
                there => there?,
            };
            return writeln!(std::io::stdout(), "{}", ca.public_line())
                .context("the key was made, but could not be printed");
        }
        let key = if self.submitter {
            service::key::load_or_generate_submitter(&self.data_dir, &origin)?
        } else {
            service::key::generate(&self.data_dir, &origin)?
        };
        writeln!(std::io::stdout(), "{}", key.verifier_key())
            .context("the key was made, but could not be printed")
    }
}
