//! `breakglass fsck`: whether a stored log is what was signed, without the portal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use ledger::{Origin, VerifierKey};
use secrecy::ExposeSecret as _;
use service::archive::ArchivedLog;
use service::fsck::{self, Files, Folder, ReadError, Remembered, Report};
use sqlx::{Connection as _, PgConnection};

use crate::config::Config;

/// The longest answer that is read: a full bundle of the longest entries.
const LONGEST_ANSWER: usize = 256 * (2 + 65_535);

/// Checks a stored log offline: every entry, the chain, the tree, the signatures, and every row or tile beside them.
///
/// Exit code 0: all is as it was signed. 1: it is not, and each line says where. 2: it could not be checked.
#[derive(Debug, clap::Args)]
pub struct Fsck {
    /// What to check: a folder of tiles, an http(s) address below which they lie (the portal's own is …/ledger), or the
    /// portal's database as a postgres:// address (any role that may read the log's tables).
    #[arg(
        env = "BREAKGLASS_FSCK",
        hide_env_values = true,
        required_unless_present = "config",
        conflicts_with = "config"
    )]
    place: Option<String>,
    /// Instead of a place: what a portal's configuration names, its database, the memory in its data folder and its
    /// archive, each for itself and against the others.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The log's key as you hold it: name+hash+key. What the log says of its own key proves nothing.
    #[arg(long)]
    vkey: VerifierKey,
    /// With a database: the data folder of a server that wrote it, whose memory a restored backup contradicts.
    #[arg(long, conflicts_with = "config")]
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
        let checked = match (&self.config, &self.place) {
            (Some(config), _) => self.check_portal(&origin, config).await?,
            (None, Some(place)) => vec![(None, self.check_place(&origin, place).await?)],
            (None, None) => anyhow::bail!("name a place, or --config"),
        };
        for (what, report) in &checked {
            if self.json {
                print_json(*what, report);
            } else {
                print_text(*what, report, &origin);
            }
        }
        let sound = checked
            .iter()
            .all(|(_, report)| report.faults.is_empty() && report.unlawful.is_empty());
        Ok(if sound {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }

    /// The archive first: what it holds, the database must hold too.
    async fn check_portal(
        &self,
        origin: &Origin,
        config: &Path,
    ) -> anyhow::Result<Vec<(Option<&'static str>, Report)>> {
        let config = Config::load(config)?;
        let settings = &config.settings;
        anyhow::ensure!(
            origin == &settings.origin,
            "--vkey is the key of {origin}, but the configuration's log is {}",
            settings.origin
        );
        let (mut checked, mut held) = (Vec::new(), None);
        if let Some(archive) = &settings.archive {
            let log = ArchivedLog::at(&archive.place)?;
            let report = fsck::check_tiles(&log, origin, &self.vkey).await?;
            held = report.faults.is_empty().then_some(Remembered {
                by: "The archive",
                size: report.signed,
                root: report.root,
            });
            checked.push((Some("archive"), report));
        }
        let mut connection = connect(config.database_url.expose_secret()).await?;
        let folder = Some(settings.data_dir.as_path());
        let report =
            fsck::check_database(&mut connection, origin, &self.vkey, folder, held).await?;
        checked.push((Some("database"), report));
        Ok(checked)
    }

    async fn check_place(&self, origin: &Origin, place: &str) -> anyhow::Result<Report> {
        if place.starts_with("postgres://") || place.starts_with("postgresql://") {
            let mut connection = connect(place).await?;
            let data_dir = self.data_dir.as_deref();
            Ok(fsck::check_database(&mut connection, origin, &self.vkey, data_dir, None).await?)
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

async fn connect(address: &str) -> anyhow::Result<PgConnection> {
    PgConnection::connect(address)
        .await
        .context("cannot connect to the database; is PostgreSQL running, and the address right?")
}

/// Headers as they are typed.
pub(super) fn headers(lines: &[String]) -> anyhow::Result<reqwest::header::HeaderMap> {
    let mut headers = reqwest::header::HeaderMap::new();
    for line in lines {
        let (name, value) = line
            .split_once(':')
            .context("a header reads \"Name: value\"")?;
        let name: reqwest::header::HeaderName = name.trim().parse()?;
        headers.append(name, value.trim().parse()?);
    }
    Ok(headers)
}

/// A log's files behind an address.
struct Site {
    client: reqwest::Client,
    base: String,
    headers: reqwest::header::HeaderMap,
}

impl Site {
    fn new(base: &str, headers: &[String]) -> anyhow::Result<Self> {
        Ok(Self {
            // A log does not move: another address would be another log, and must not get the headers.
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(std::time::Duration::from_secs(60))
                .build()?,
            base: base.trim_end_matches('/').to_owned(),
            headers: self::headers(headers)?,
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
fn print_text(what: Option<&str>, report: &Report, origin: &Origin) {
    for fault in &report.faults {
        println!("{fault}");
    }
    for violation in &report.unlawful {
        println!("{violation}");
    }
    if report.unlisted > 0 {
        println!("{} further faults are not listed.", report.unlisted);
    }
    let verdict = match (report.faults.is_empty(), report.unlawful.is_empty()) {
        (true, true) => "sound",
        (true, false) => "sound, and NOT LAWFUL",
        (false, _) => "NOT SOUND",
    };
    let place = what.map(|what| format!(", {what}")).unwrap_or_default();
    println!(
        "{origin}{place}: {verdict}. {} entries, {} of them signed, root {}; checkpoints that agree: {}",
        report.size, report.signed, report.root, report.checkpoints
    );
}

#[allow(clippy::print_stdout, reason = "what a script asked for")]
fn print_json(what: Option<&str>, report: &Report) {
    for fault in &report.faults {
        println!(
            "{}",
            serde_json::json!({ "place": what, "fault": fault.to_string(), "seq": fault.seq() })
        );
    }
    for violation in &report.unlawful {
        println!(
            "{}",
            serde_json::json!({ "place": what, "violation": violation, "seq": violation.seq })
        );
    }
    println!(
        "{}",
        serde_json::json!({
            "place": what,
            "sound": report.faults.is_empty(),
            "lawful": report.faults.is_empty() && report.unlawful.is_empty(),
            "size": report.size,
            "signed": report.signed,
            "checkpoints": report.checkpoints,
            "root": report.root.to_string(),
            "unlisted": report.unlisted,
        })
    );
}
