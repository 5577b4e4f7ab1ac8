//! `breakglass fsck`: whether a stored log is what was signed, without the portal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use ledger::{Origin, VerifierKey};
use service::fsck::{self, Files, Folder, ReadError, Report};
use sqlx::{Connection as _, PgConnection};

/// The longest answer that is read: a full bundle of the longest entries.
const LONGEST_ANSWER: usize = 256 * (2 + 65_535);

/// Checks a stored log offline: every entry, the chain, the tree, the signatures, and every row or tile beside them.
///
/// Exit code 0: all is as it was signed. 1: it is not, and each line says where. 2: it could not be checked.
#[derive(Debug, clap::Args)]
pub struct Fsck {
    /// What to check: a folder of tiles, an http(s) address below which they lie (the portal's own is …/ledger), or the
    /// portal's database as a postgres:// address (any role that may read the log's tables).
    #[arg(env = "BREAKGLASS_FSCK", hide_env_values = true)]
    place: String,
    /// The log's key as you hold it: name+hash+key. What the log says of its own key proves nothing.
    #[arg(long)]
    vkey: VerifierKey,
    /// With a database: the data folder of a server that wrote it, whose memory a restored backup contradicts.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// With an address: a header for each request, as in --header "Cookie: …".
    #[arg(long)]
    header: Vec<String>,
    /// The report as one JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Fsck {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let origin: Origin = self
            .vkey
            .name()
            .parse()
            .context("--vkey is of no log: its name cannot be an origin")?;
        let report = self.check(&origin).await?;
        if self.json {
            print_json(&report);
        } else {
            print_text(&report, &origin);
        }
        Ok(if report.faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }

    async fn check(&self, origin: &Origin) -> anyhow::Result<Report> {
        let place = &self.place;
        if place.starts_with("postgres://") || place.starts_with("postgresql://") {
            let mut connection = PgConnection::connect(place).await.context(
                "cannot connect to the database; is PostgreSQL running, and the address right?",
            )?;
            let data_dir = self.data_dir.as_deref();
            Ok(fsck::check_database(&mut connection, origin, &self.vkey, data_dir).await?)
        } else if place.starts_with("https://") || place.starts_with("http://") {
            let site = Site::new(place, &self.header)?;
            Ok(fsck::check_tiles(&site, origin, &self.vkey).await?)
        } else {
            anyhow::ensure!(
                Path::new(place).is_dir(),
                "{place} is neither a folder nor an address; name a folder of tiles, http(s)://… or postgres://…"
            );
            Ok(fsck::check_tiles(&Folder(place.into()), origin, &self.vkey).await?)
        }
    }
}

/// A log's files behind an address.
struct Site {
    client: reqwest::Client,
    base: String,
    headers: reqwest::header::HeaderMap,
}

impl Site {
    fn new(base: &str, headers: &[String]) -> anyhow::Result<Self> {
        let mut map = reqwest::header::HeaderMap::new();
        for header in headers {
            let (name, value) = header
                .split_once(':')
                .context("--header wants \"Name: value\"")?;
            let name: reqwest::header::HeaderName = name.trim().parse()?;
            map.append(name, value.trim().parse()?);
        }
        Ok(Self {
            // A log does not move: another address would be another log, and must not get the headers.
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(std::time::Duration::from_secs(60))
                .build()?,
            base: base.trim_end_matches('/').to_owned(),
            headers: map,
        })
    }

    async fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let url = format!("{}/{name}", self.base);
        let request = self.client.get(&url).headers(self.headers.clone());
        let mut answer = request.send().await?;
        match answer.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            status => anyhow::bail!("the answer to {url} was {status}"),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            anyhow::ensure!(
                bytes.len() + chunk.len() <= LONGEST_ANSWER,
                "the answer to {url} is longer than any file of a log"
            );
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}

impl Files for Site {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.read(name).await.map_err(|fault| ReadError {
            name: name.to_owned(),
            source: fault.into(),
        })
    }
}

#[allow(clippy::print_stdout, reason = "what a person at a terminal asked for")]
fn print_text(report: &Report, origin: &Origin) {
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.unlisted > 0 {
        println!("{} further faults are not listed.", report.unlisted);
    }
    let verdict = if report.faults.is_empty() {
        "sound"
    } else {
        "NOT SOUND"
    };
    println!(
        "{origin}: {verdict}. {} entries, {} of them signed, root {}",
        report.size, report.signed, report.root
    );
}

#[allow(clippy::print_stdout, reason = "what a script asked for")]
fn print_json(report: &Report) {
    for fault in &report.faults {
        println!(
            "{}",
            serde_json::json!({ "fault": fault.to_string(), "seq": fault.seq() })
        );
    }
    println!(
        "{}",
        serde_json::json!({
            "sound": report.faults.is_empty(),
            "size": report.size,
            "signed": report.signed,
            "root": report.root.to_string(),
            "unlisted": report.unlisted,
        })
    );
}
