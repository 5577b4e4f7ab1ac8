//! The history of writes that the database follows, remembered outside of it.
//!
//! PostgreSQL begins a new timeline where a standby takes over and where a backup is recovered, and a
//! new cluster has a new identifier. What was acknowledged may be missing there, and the old server may
//! still be written to by somebody. So nothing is written to another history before an operator says
//! that the change was meant.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::{PgConnection, PgPool};

use crate::durable;
use crate::halt::Halt;
use crate::store::timeline::current;

/// One history of writes. As text: the cluster's identifier and the timeline, both decimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    system: i64,
    number: u32,
}

/// Why it is not known which history is the right one.
#[derive(Debug, thiserror::Error)]
pub enum TimelineError {
    /// The disk said no.
    #[error("{}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The file holds something else.
    #[error("{} does not hold a timeline; find out who wrote it, then `breakglass accept-timeline`", .0.display())]
    Malformed(PathBuf),
    /// The database follows another one.
    #[error(
        "the database follows {now}, this server wrote to {remembered}; if a standby took over or a backup was restored on purpose, stop the portal and say so with `breakglass accept-timeline`"
    )]
    Changed {
        /// What it follows.
        now: Timeline,
        /// What it followed.
        remembered: Timeline,
    },
    /// The database did not answer as it must.
    #[error("the database did not say which timeline it follows")]
    Database(#[from] sqlx::Error),
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timeline {} of the cluster {}", self.number, self.system)
    }
}

impl FromStr for Timeline {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (system, number) = text.trim_end().split_once(' ').ok_or(())?;
        Ok(Self {
            system: system.parse().map_err(drop)?,
            number: number.parse().map_err(drop)?,
        })
    }
}

impl Timeline {
    async fn of(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let (system, number) = current(connection).await?;
        Ok(Self { system, number })
    }
}

/// Makes the history that the database follows now the right one for the server with this data folder.
/// Returns the one before, if one was remembered, and the new one.
///
/// # Errors
/// [`TimelineError`] where the database does not answer or the disk does not take it.
pub async fn accept_timeline(
    data_dir: &Path,
    pool: &PgPool,
) -> Result<(Option<Timeline>, Timeline), TimelineError> {
    let file = Kept::of(data_dir);
    let before = match file.read() {
        Err(TimelineError::Malformed(_)) => None,
        read => read?,
    };
    let mut connection = pool.acquire().await?;
    let now = Timeline::of(&mut connection).await?;
    file.write(&now)?;
    Ok((before, now))
}

/// The file with the remembered one.
struct Kept(PathBuf);

impl Kept {
    fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("state").join("timeline"))
    }

    fn read(&self) -> Result<Option<Timeline>, TimelineError> {
        match fs::read_to_string(&self.0) {
            Ok(text) => match text.parse() {
                Ok(timeline) => Ok(Some(timeline)),
                Err(()) => Err(TimelineError::Malformed(self.0.clone())),
            },
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(TimelineError::Io(self.0.clone(), fault)),
        }
    }

    fn write(&self, timeline: &Timeline) -> Result<(), TimelineError> {
        let text = format!("{} {}\n", timeline.system, timeline.number);
        durable::replace(&self.0, text.as_bytes())
            .map_err(|fault| TimelineError::Io(self.0.clone(), fault))
    }
}

/// Sees to it that the log's connections all lead to one history.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    expected: Timeline,
    halt: Halt,
}

impl Watch {
    /// Compares what the database follows with what is remembered, and remembers the first. Where they
    /// differ, the brake is pulled: the log is shown, and nothing is written or signed.
    pub(crate) async fn begin(
        data_dir: &Path,
        pool: &PgPool,
        halt: &Halt,
    ) -> Result<Self, TimelineError> {
        let file = Kept::of(data_dir);
        let mut connection = pool.acquire().await?;
        let now = Timeline::of(&mut connection).await?;
        match file.read() {
            Ok(Some(remembered)) if remembered == now => {}
            Ok(None) => file.write(&now)?,
            Ok(Some(remembered)) => {
                let now = now.clone();
                halt.pull(TimelineError::Changed { now, remembered }.to_string());
            }
            Err(fault) => halt.pull(fault.to_string()),
        }
        Ok(Self {
            expected: now,
            halt: halt.clone(),
        })
    }

    /// Asked of each new connection: the server behind an address may have become another.
    pub(crate) async fn check(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let now = Timeline::of(connection).await?;
        if now == self.expected {
            return Ok(());
        }
        let remembered = self.expected.clone();
        let changed = TimelineError::Changed { now, remembered };
        self.halt.pull(changed.to_string());
        Err(sqlx::Error::Configuration(Box::new(changed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Kept::of(folder.path());
        assert_eq!(file.read().expect("no file"), None);
        let timeline = Timeline {
            system: 7_711_285_251_087_338_481,
            number: 3,
        };
        file.write(&timeline).expect("a disk");
        assert_eq!(file.read().expect("readable"), Some(timeline));
        for other in ["", "7", "7 x", "x 1", "7 1 1", "7 -1"] {
            fs::write(&file.0, other).expect("a disk");
            assert!(
                matches!(file.read(), Err(TimelineError::Malformed(_))),
                "{other}"
            );
        }
    }
}
