//! `breakglass policy`: policies as files, checked, compared with what is in force, proposed, written out.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use access::diff::diff;
use access::file;
use access::policy::{Policy, PolicyVersion};
use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use service::drafts::{HandedIn, hand_in, in_force};
use service::zones;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::config::Config;

/// How long the running portal has to take a draft: it looks every few seconds.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// Policies as TOML files, one a file.
#[derive(Debug, clap::Args)]
pub struct PolicyFiles {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Is it a policy that makes sense? Says everything that is wrong, by line. Needs no portal and no database.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// What would change, in words. Changes nothing.
    Plan {
        /// The portal's configuration: its database.
        #[arg(long, env = "BREAKGLASS_CONFIG")]
        config: PathBuf,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Propose what would change. It is in force once a policy author has endorsed it in the portal and another has put
    /// it in force.
    Apply {
        /// The portal's configuration: its database. The portal itself has to run.
        #[arg(long, env = "BREAKGLASS_CONFIG")]
        config: PathBuf,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write what is in force as a file, with comments.
    Export {
        /// The portal's configuration: its database.
        #[arg(long, env = "BREAKGLASS_CONFIG")]
        config: PathBuf,
        /// Which policy.
        name: String,
    },
    /// Write an example with a comment to each member.
    Template,
}

impl PolicyFiles {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Check { files } => {
                let sound = read_all(&files)?;
                if let Some(policies) = &sound {
                    for policy in policies {
                        say(&format!("{}: a policy that makes sense", policy.name))?;
                    }
                }
                Ok(code(sound.is_some()))
            }
            What::Plan { config, files } => {
                let Some(policies) = read_all(&files)? else {
                    return Ok(ExitCode::FAILURE);
                };
                let there = in_force(&connect(&config).await?).await?;
                for policy in &policies {
                    plan(&there, policy)?;
                }
                Ok(ExitCode::SUCCESS)
            }
            What::Apply { config, files } => {
                let Some(policies) = read_all(&files)? else {
                    return Ok(ExitCode::FAILURE);
                };
                let pool = connect(&config).await?;
                apply(&pool, &policies).await
            }
            What::Export { config, name } => {
                let there = in_force(&connect(&config).await?).await?;
                let mut names = there.iter().map(|version| version.policy.name.as_str());
                let found = there
                    .iter()
                    .find(|version| version.policy.name.as_str() == name);
                let Some(found) = found else {
                    let names: Vec<&str> = names.by_ref().collect();
                    anyhow::bail!(
                        "no policy {name} is in force; there are: {}",
                        names.join(", ")
                    );
                };
                write(&file::write(&found.policy))?;
                Ok(ExitCode::SUCCESS)
            }
            What::Template => {
                write(&file::template())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Every policy of the files; `None`, and everything that is wrong is said, where one will not do.
fn read_all(files: &[PathBuf]) -> anyhow::Result<Option<Vec<Policy>>> {
    let mut policies = Vec::new();
    for path in files {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        match file::read(&text, &zones::rule) {
            Ok(read) => {
                for warning in &read.warnings {
                    say(&format!("{shown}: {warning} (a warning)"))?;
                }
                policies.push(read.policy);
            }
            Err(errors) => {
                for error in &errors {
                    say(&format!("{shown}: {error}"))?;
                }
            }
        }
    }
    Ok((policies.len() == files.len()).then_some(policies))
}

/// Says what a policy would change; whether it would change anything.
fn plan(there: &[PolicyVersion], policy: &Policy) -> anyhow::Result<bool> {
    let before = there
        .iter()
        .find(|version| version.policy.name == policy.name);
    let changes = diff(before.map(|version| &version.policy), policy);
    let title = match (before, changes.is_empty()) {
        (None, _) => format!("{}: a new policy", policy.name),
        (Some(version), true) => {
            format!("{}: version {} says the same", policy.name, version.version)
        }
        (Some(version), false) => format!("{}: after version {}", policy.name, version.version),
    };
    say(&title)?;
    for change in &changes {
        let direction = match change.looser {
            Some(true) => " [looser]",
            Some(false) => " [stricter]",
            None => "",
        };
        say(&format!("  {}{direction}", change.words))?;
    }
    Ok(!changes.is_empty())
}

async fn apply(pool: &PgPool, policies: &[Policy]) -> anyhow::Result<ExitCode> {
    let there = in_force(pool).await?;
    let mut all = true;
    for policy in policies {
        if !plan(&there, policy)? {
            continue;
        }
        let name = &policy.name;
        let handed_in = hand_in(pool, policy, TAKEN_WITHIN).await.with_context(|| {
            format!("{name} may have been proposed all the same: look at the portal's policies before you repeat this")
        })?;
        match handed_in {
            HandedIn::Proposed(seq) => say(&format!(
                "  proposed as entry {seq}: a policy author endorses it at /proposals/{seq}, another puts it in force"
            ))?,
            HandedIn::Refused(why) => {
                all = false;
                say(&format!("  refused: {why}"))?;
            }
            HandedIn::NoPortal => anyhow::bail!(
                "no portal has proposed {name} within {} s, and it was taken back; is `breakglass serve` running on this database, and its log not halted? Where the log was only slow, look at the portal's policies before you repeat this",
                TAKEN_WITHIN.as_secs()
            ),
            HandedIn::NotKnown => anyhow::bail!(
                "a portal is proposing {name}, and has not said in {} s what became of it; it was not taken back: look at the portal's policies before you repeat this",
                2 * TAKEN_WITHIN.as_secs()
            ),
        }
    }
    Ok(code(all))
}

async fn connect(config: &std::path::Path) -> anyhow::Result<PgPool> {
    let config = Config::load(config)?;
    PgPoolOptions::new()
        .max_connections(1)
        .connect(config.database_url.expose_secret())
        .await
        .context("cannot connect with database_url; is PostgreSQL running?")
}

fn code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    write(&format!("{line}\n"))
}

fn write(text: &str) -> anyhow::Result<()> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("the answer could not be written")
}
