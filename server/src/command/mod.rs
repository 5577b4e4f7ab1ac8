//! What `breakglass` can be asked to do.

mod accept_timeline;
mod add_checkpoint;
#[cfg(feature = "demo")]
mod demo_idp;
mod fsck;
mod keygen;
mod migrate;
mod policy;
mod rebuild;
mod restore;
mod rotate_key;
mod run;
mod serve;
mod signer;
mod verify;
mod witness;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::LazyLock;

use crate::web::Hashes;

/// Emergency access to production, signed off, watched and proven.
#[derive(Debug, clap::Parser)]
#[command(name = "breakglass", version, long_version = version())]
pub enum Command {
    /// Serve the portal.
    Serve(serve::Serve),
    /// Bring the portal's database to the form that this version needs. Needs a superuser of the database; the portal
    /// itself never does.
    Migrate(migrate::Migrate),
    /// Check a stored log without the portal: a folder of tiles, an address, or the database.
    Fsck(fsck::Fsck),
    /// Check a whole log as the browser does: a portal's address, a folder of tiles, or a log file.
    Verify(verify::Verify),
    /// Fill a new database with the log of the archive.
    Restore(restore::Restore),
    /// Hold the tables that pages read against the log, or make them again from it.
    Rebuild(rebuild::Rebuild),
    /// Check, compare, propose and write out policies as files.
    Policy(policy::PolicyFiles),
    /// Run a command on this host, recorded: what is typed and what it says goes to the portal.
    Run(run::Run),
    /// Say that the database changed on purpose: a standby took over, or a backup was restored.
    AcceptTimeline(accept_timeline::AcceptTimeline),
    /// Cosign the checkpoints of logs that only grow.
    Witness(witness::Witness),
    /// Hold a log's key, and sign only what extends the log.
    Signer(signer::Signer),
    /// Give the log a new key, announced by the old one.
    RotateKey(rotate_key::RotateKey),
    /// Make the key that signs the log, and print its public half.
    Keygen(keygen::Keygen),
    /// Run the demo's identity provider, where anybody can be anybody. Loopback only.
    #[cfg(feature = "demo")]
    DemoIdp(demo_idp::DemoIdp),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong and what to do about it.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(serve) => serve.run().await?,
            Self::Migrate(migrate) => migrate.run().await?,
            Self::Fsck(fsck) => return fsck.run().await,
            Self::Verify(verify) => return verify.run().await,
            Self::Restore(restore) => restore.run().await?,
            Self::Policy(policy) => return policy.run().await,
            Self::Rebuild(rebuild) => return rebuild.run().await,
            Self::Run(run) => return run.run().await,
            Self::AcceptTimeline(accept) => accept.run().await?,
            Self::Witness(witness) => witness.run().await?,
            Self::Signer(signer) => signer.run().await?,
            Self::RotateKey(rotate) => rotate.run().await?,
            Self::Keygen(keygen) => keygen.run()?,
            #[cfg(feature = "demo")]
            Self::DemoIdp(demo) => demo.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The exit code of an error: a check that could not be made is not one that failed.
    pub fn error_code(&self) -> ExitCode {
        match self {
            Self::Fsck(_) | Self::Verify(_) | Self::Policy(_) | Self::Rebuild(_) => {
                ExitCode::from(2)
            }
            Self::Run(_) => ExitCode::from(run::NOT_RUN),
            _ => ExitCode::FAILURE,
        }
    }
}

/// What `breakglass --version` prints: also the verifier's SHA-256, so that who holds the single file can compare.
fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| in_words(&Hashes::beside_executable()));
    &TEXT
}

fn in_words(hashes: &Hashes) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match hashes.verifier() {
        Some(hash) => format!("{version}\n{hash}  breakglass-verify.html"),
        None => version.to_owned(),
    }
}

/// A secret from a file that only its owner and group can read.
fn secret(option: &'static str, path: &std::path::Path) -> anyhow::Result<secrecy::SecretString> {
    Ok(crate::config::secret_file(option, path)?)
}

/// Resolves when the process is asked to end: Ctrl-C, or SIGTERM from a service manager.
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
    }
}

/// What is logged unless `RUST_LOG` says otherwise. tower-sessions calls every expired cookie suspicious; it is not.
const LOGGED: &str = "info,tower_sessions_core=error,sqlx=warn";

/// Log lines on standard error; `RUST_LOG` chooses which.
fn log_to_stderr(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // Only a second subscriber in one process could fail, and the first is then as good.
    let _ = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_names_the_single_file_that_belongs_to_it() {
        let hashes = Hashes::parse("css: 1\nverifier: 0a1b\n");
        let expected = format!(
            "{}\n0a1b  breakglass-verify.html",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(in_words(&hashes), expected);
        assert_eq!(in_words(&Hashes::default()), env!("CARGO_PKG_VERSION"));
    }
}
