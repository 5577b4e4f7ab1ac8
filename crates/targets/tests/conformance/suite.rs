//! What a kind of target brings to the trials, and how they are run and told.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, Instant};

use access::ids::GrantId;
use access::time::UnixMillis;
use async_trait::async_trait;
use targets::{Access, Connector};
use uuid::Uuid;

use crate::trials;

/// A kind of target under trial: a real one, that is looked at without its connector.
#[async_trait]
pub trait Trial: Send + Sync {
    /// Of which kind.
    fn name(&self) -> &str;

    /// A right that the target gives, in its own words.
    fn role(&self) -> String;

    /// Where the target listens; `None` where a connector of this kind makes no connections, so that nothing
    /// between it and the target can break.
    fn address(&self) -> Option<SocketAddr>;

    /// A connector as a fresh start of the portal makes it. It reaches the target at `address` if one is given,
    /// which is a proxy's.
    async fn connector(&self, address: Option<SocketAddr>) -> Box<dyn Connector>;

    /// What of the grant is on the target, found without the connector.
    async fn seen(&self, grant: GrantId) -> Seen;

    /// Gets in by an open grant as its holder would and stays there, with something that runs long on it where the
    /// target has such. `None` where the target lets nobody in: the grant is not open, or its time is over.
    async fn get_in(&self, grant: GrantId) -> Option<Box<dyn Live>>;

    /// Whether holders have sessions on the target that a connector cuts; if not, [`Trial::get_in`] is not asked.
    fn has_sessions(&self) -> bool {
        true
    }

    /// Whether the target itself refuses a way in when the time of the grant is over, though nobody ended it.
    fn tells_time(&self) -> bool {
        true
    }

    /// Whether a grant that was ended opens no more, be it that its end came first: on targets whose calls may come late
    /// and in another order.
    fn ends_for_good(&self) -> bool {
        false
    }

    /// Whether something is left on the target that [`Connector::sweep`] finds.
    fn leaves_names(&self) -> bool {
        true
    }

    /// Puts something on the target that looks like ours and is somebody else's; returns its name. It must be
    /// neither swept nor touched.
    async fn stranger(&self) -> Option<String> {
        None
    }

    /// Whether what [`Trial::stranger`] put there still stands.
    async fn stranger_stands(&self, _name: &str) -> bool {
        true
    }
}

/// What of a grant is on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing that opens anything, now or after a further step. What is only kept as a trace counts as nothing.
    Nothing,
    /// Something that opens access, or will when a way in is made, with so many live sessions.
    Stands(u32),
}

/// A session of a holder on the target.
#[async_trait]
pub trait Live: Send {
    /// Whether it still works: asks the target something over it.
    async fn works(&mut self) -> bool;
}

/// How a trial ended: what was seen, or what did not hold.
pub type Verdict = Result<String, String>;

/// A trial by its name.
type Run<'a> = (
    &'static str,
    Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>,
);

/// Runs every trial, prints the table, and fails with all that did not hold.
pub async fn run(trial: &dyn Trial) {
    let runs: Vec<Run<'_>> = vec![
        (
            "names follow from the grant",
            Box::pin(trials::names(trial)),
        ),
        (
            "each call is safe to repeat",
            Box::pin(trials::repeated(trial)),
        ),
        ("calls at the same time", Box::pin(trials::together(trial))),
        (
            "a crash between any two steps",
            Box::pin(trials::crashes(trial)),
        ),
        ("a lost question or answer", Box::pin(trials::lost(trial))),
        (
            "a silent target is unknown",
            Box::pin(trials::silent(trial)),
        ),
        ("a target down at the end", Box::pin(trials::down(trial))),
        ("an orphan is swept", Box::pin(trials::orphan(trial))),
        ("what is not ours stays", Box::pin(trials::stranger(trial))),
        (
            "a clock that is behind or ahead",
            Box::pin(trials::clocks(trial)),
        ),
        (
            "the end cuts live sessions",
            Box::pin(trials::sessions(trial)),
        ),
        (
            "two grants end separately",
            Box::pin(trials::separately(trial)),
        ),
    ];
    let mut table = format!("\nconformance: {}\n", trial.name());
    let mut broken = Vec::new();
    for (name, run) in runs {
        let begun = Instant::now();
        let verdict = run.await;
        let (mark, told) = match &verdict {
            Ok(told) => ("holds", told),
            Err(told) => ("BROKEN", told),
        };
        let ms = begun.elapsed().as_millis();
        writeln!(table, "  {name:<32} {mark:<7} {ms:>6} ms  {told}").unwrap();
        if let Err(finding) = verdict {
            broken.push(format!("{name}: {finding}"));
        }
    }
    println!("{table}");
    assert!(
        broken.is_empty(),
        "{}:\n{}",
        trial.name(),
        broken.join("\n")
    );
}

/// A grant of this trial, for ten minutes.
pub fn access(trial: &dyn Trial) -> Access {
    until(trial, now_ms() + 600_000)
}

pub fn until(trial: &dyn Trial, expires_at_ms: i64) -> Access {
    Access {
        grant: GrantId::new(Uuid::new_v4()),
        intended_seq: 7,
        role: trial.role(),
        expires_at: UnixMillis::new(expires_at_ms),
    }
}

pub fn now_ms() -> i64 {
    let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(now).unwrap()
}

/// The target is looked at until it shows this, for as long as a call may still be at work there.
pub async fn comes_to(trial: &dyn Trial, grant: GrantId, wanted: Seen) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let seen = trial.seen(grant).await;
        if seen == wanted {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(10) {
            return Err(format!("the target shows {seen:?}, not {wanted:?}"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
