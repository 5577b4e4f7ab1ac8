//! `breakglass verify`: the whole check of a log, as an auditor's browser makes it, without one.

mod address;
mod check;
mod evidence;
mod files;
mod folder;
mod log_file;
mod memory;
mod place;
mod print;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use verify::{LogKey, Report, Session, TrustPolicy};

use self::memory::Memory;
use self::place::Place;

/// The longest trust policy or file of headers that is read, in bytes: more than any of them needs.
const MAX_INPUT_LEN: u64 = 1 << 20;

/// Checks a whole log as the browser does: every hash, the signature, and every rule.
///
/// Exit code 0: proven. 1: not proven, and each finding says where. 2: the check could not be made.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// What to check: the http(s) address of a portal, a folder laid out as tlog-tiles, a log file (the portal's
    /// /ledger/log-file), or the evidence of one request ("Download evidence" on its page).
    place: String,
    /// The log's key as you hold it: name+hash+key. What the log says of its own key proves nothing.
    #[arg(long)]
    vkey: String,
    /// A trust policy (tlog-policy) that says which witnesses must have signed.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Where size and root of each log are kept between checks: a log that shrank or was rewritten is found by it.
    #[arg(long, value_name = "FILE")]
    remembered: Option<PathBuf>,
    /// With an address: a header for each request, as in --header "Cookie: …".
    #[arg(long)]
    header: Vec<String>,
    /// The same from a file, a header on each line, so that no secret stands in the list of processes.
    #[arg(long, value_name = "FILE")]
    header_file: Option<PathBuf>,
    /// With an address: a server that sends nothing, or hardly anything, for so many seconds is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    stall: u64,
    /// The report as JSON, in the form in which the browser keeps it.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let key = LogKey::parse(&self.vkey)?;
        if let Some(file) = evidence::read(Path::new(&self.place))? {
            anyhow::ensure!(self.policy.is_none(), evidence::NO_POLICY);
            anyhow::ensure!(self.remembered.is_none(), evidence::NO_MEMORY);
            return self.told(&evidence::check(&key, &file)?);
        }
        let log = key.facts().log;
        let policy = match &self.policy {
            Some(path) => Some(TrustPolicy::parse(&input(path)?, &key)?),
            None => None,
        };
        let mut memory = match &self.remembered {
            Some(path) => Some(Memory::read(path)?),
            None => None,
        };
        let seen = memory.as_ref().map(|memory| memory.of(&log));
        let mut session = Session::new(key, seen.unwrap_or_default());
        if let Some(policy) = policy {
            session = session.with_policy(policy);
        }
        let headers = super::fsck::headers(&self.headers()?)?;
        let mut place = Place::open(&self.place, headers, Duration::from_secs(self.stall))?;
        let checked = tokio::task::spawn_blocking(move || check::check(session, &mut place));
        let report = checked.await.context(FAILED)??;
        let code = self.told(&report)?;
        if let (Some(memory), Some(checkpoint), true) =
            (&mut memory, &report.checkpoint, report.may_be_remembered)
        {
            memory.keep(&log, checkpoint)?;
        }
        Ok(code)
    }

    /// Prints the report; the exit code is its verdict.
    fn told(&self, report: &Report) -> anyhow::Result<ExitCode> {
        if self.json {
            print::json(report)?;
        } else {
            print::text(report);
        }
        Ok(ExitCode::from(u8::from(!report.proven)))
    }

    fn headers(&self) -> anyhow::Result<Vec<String>> {
        let mut headers = self.header.clone();
        if let Some(path) = &self.header_file {
            let text = String::from_utf8(input(path)?)
                .with_context(|| format!("{} is no text", path.display()))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            headers.extend(lines.map(str::to_owned));
        }
        Ok(headers)
    }
}

/// What is said where the verifier itself is wrong, as in the browser.
const FAILED: &str = "The verifier itself failed. This says nothing good or bad about the log, and should be reported as a fault of the verifier";

fn input(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let read = || -> std::io::Result<Option<Vec<u8>>> {
        if std::fs::metadata(path)?.len() > MAX_INPUT_LEN {
            return Ok(None);
        }
        std::fs::read(path).map(Some)
    };
    let bytes = read().with_context(|| format!("{shown} cannot be read"))?;
    bytes.with_context(|| format!("{shown} is far too long; name the right file"))
}
