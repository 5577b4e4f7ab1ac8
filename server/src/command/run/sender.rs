//! From the spool to the portal, in order, each item once.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::Instant;
use uuid::Uuid;

use super::client::{Client, ReportFault};
use super::spool::{Batch, Reading};
use crate::reported::{Ended, Expected, Item, Report};

/// Between the first failure and the next try; each wait is twice the one before, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Sends one recording.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    client: &'a Client,
    reading: Reading,
    recording: Uuid,
    /// Where the portal stands; `None` where that has to be asked, because an answer was lost or nothing was sent yet.
    stands: Option<Expected>,
    /// Whether the portal may have something of this recording.
    pub(super) may_stand: bool,
}

/// Why the rest of a recording is not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendFault {
    #[error(transparent)]
    Report(#[from] ReportFault),
    #[error("the spool cannot be read")]
    Spool(#[source] std::io::Error),
}

impl<'a> Sender<'a> {
    pub(super) fn new(client: &'a Client, folder: &Path) -> anyhow::Result<Self> {
        let reading = Reading::of(folder);
        let head = reading.head().context("the spool cannot be read")?;
        Ok(Self {
            client,
            reading,
            recording: head.recording,
            stands: None,
            may_stand: false,
        })
    }

    /// For a recording that nobody has heard of yet.
    pub(super) fn of_new(client: &'a Client, folder: &Path) -> anyhow::Result<Self> {
        let sender = Self::new(client, folder)?;
        Ok(Self {
            stands: Some(Expected::default()),
            ..sender
        })
    }

    /// Sends what there is. Whether the recording is over, and all of it was taken.
    pub(super) async fn send(&mut self) -> Result<bool, SendFault> {
        let mut rewound = false;
        loop {
            let stands = match self.stands {
                Some(stands) => stands,
                None => self.report(Vec::new(), None).await?,
            };
            let Batch { items, ended, to } = self.reading.batch().map_err(SendFault::Spool)?;
            if items.is_empty() && ended.is_none() {
                return Ok(false);
            }
            match self.report(missing(items, stands), ended).await {
                Ok(_) => self.reading.advance(to),
                // It has less than it said it had. All of it is here still.
                Err(ReportFault::OutOfStep(stands)) if !rewound => {
                    rewound = true;
                    self.reading.advance(0);
                    self.stands = Some(stands);
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            }
            if ended.is_some() {
                return Ok(true);
            }
        }
    }

    async fn report(
        &mut self,
        items: Vec<Item>,
        ended: Option<Ended>,
    ) -> Result<Expected, ReportFault> {
        let report = Report {
            recording: self.recording,
            items,
            ended,
        };
        // Whoever stops waiting for the answer has to ask, too.
        let before = self.stands.take();
        let outcome = self.client.report(&report).await;
        self.stands = match &outcome {
            Ok(stands) => Some(*stands),
            Err(fault) if fault.may_stand() => None,
            Err(_) => before,
        };
        self.may_stand |= outcome
            .as_ref()
            .map_or_else(ReportFault::may_stand, |_| true);
        outcome
    }

    /// The same, again and again until it is taken, refused, or the time is over. Waits in between.
    pub(super) async fn send_until(&mut self, until: Option<Instant>) -> Result<bool, SendFault> {
        let mut wait = FIRST_WAIT;
        loop {
            let before = self.reading.at();
            let fault = match self.send().await {
                Err(SendFault::Report(fault)) if fault.may_pass() => fault,
                done => return done,
            };
            if self.reading.at() > before {
                wait = FIRST_WAIT;
            }
            let pause = match &fault {
                ReportFault::Busy(named) => *named,
                _ => wait.mul_f64(jitter()),
            };
            if until.is_some_and(|until| Instant::now() + pause >= until) {
                return Err(fault.into());
            }
            tokio::time::sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// All of it is in the log.
    pub(super) fn forget(self) -> std::io::Result<()> {
        self.reading.forget()
    }
}

/// What the portal does not have. That an action is over can be said twice.
fn missing(items: Vec<Item>, stands: Expected) -> Vec<Item> {
    items
        .into_iter()
        .filter(|item| match item {
            Item::Intended { number, .. } => *number >= stands.next_action,
            Item::Chunk { number, .. } => *number >= stands.next_chunk,
            Item::Finished { .. } => true,
        })
        .collect()
}

/// From a half to all: many agents must not come back in step.
fn jitter() -> f64 {
    let mut bytes = [0; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => 0.5 + f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX) / 2.0,
        Err(_) => 1.0,
    }
}
