//! Joins the blocks that were read on several cores, and remembers what did not fit.

use ledger::{Doubt, Span, Spans};

use crate::key::LogKey;
use crate::report::{Finding, Subject};

/// What spoke against the log when it was read in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubted {
    /// Something did not fit, at this place or before it.
    At(u64),
    /// Each entry fitted the one before it, but all together did not give the signed root.
    Root,
    /// Something that only a reader in order can tell: it may be nothing.
    Untold,
}

/// Blocks in the log's order.
#[derive(Debug)]
pub(crate) struct Joining {
    /// None once they were taken.
    spans: Option<Spans>,
    doubted: Option<Doubted>,
}

impl Joining {
    pub(crate) fn of(key: &LogKey) -> Self {
        Self {
            spans: Some(Spans::new(&key.origin)),
            doubted: None,
        }
    }

    /// What another check came to that went so far.
    pub(crate) fn resume(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            spans: Some(Spans::from_bytes(bytes)?),
            doubted: None,
        })
    }

    /// What was joined so far, for [`Joining::resume`]; `None` where something spoke against it, or nothing was joined.
    pub(crate) fn save(&self) -> Option<Vec<u8>> {
        let spans = self.spans.as_ref().filter(|spans| spans.size() > 0)?;
        self.doubted.is_none().then(|| spans.to_bytes())
    }

    /// Takes the next block, as a hasher wrote it.
    pub(crate) fn take(&mut self, block: &[u8]) -> bool {
        let place = self.size();
        let pushed = match (&mut self.spans, Span::from_bytes(block)) {
            (Some(spans), Some(span)) => Some(spans.push(span)),
            _ => None,
        };
        match pushed {
            Some(Ok(())) => {}
            Some(Err(Doubt::Entry(seq))) => self.doubt(Doubted::At(seq)),
            Some(Err(Doubt::Ids)) => self.doubt(Doubted::Untold),
            None => self.doubt(Doubted::At(place)),
        }
        self.doubted.is_none()
    }

    /// The first doubt stays.
    pub(crate) fn doubt(&mut self, doubted: Doubted) {
        self.doubted.get_or_insert(doubted);
    }

    /// The doubt that is to be told if the log is as it should be when it is read again. What was kept of an earlier
    /// check, of `since` entries, may itself be wrong: that accuses no server.
    pub(crate) fn doubted(&self, since: u64) -> Option<Doubted> {
        self.doubted.filter(|doubted| match doubted {
            Doubted::At(place) => since == 0 || *place > since,
            Doubted::Root => since == 0,
            Doubted::Untold => true,
        })
    }

    /// How many entries were joined.
    pub(crate) fn size(&self) -> u64 {
        self.spans.as_ref().map_or(0, Spans::size)
    }

    /// All of them, if nothing spoke against them so far.
    pub(crate) fn finish(&mut self) -> Option<Spans> {
        let spans = self.spans.take()?;
        self.doubted.is_none().then_some(spans)
    }
}

/// Where the log was read again and nothing is wrong with it any more, the server has sent something else before.
pub(crate) fn two_faces(doubted: Option<Doubted>) -> Option<Finding> {
    const AGAIN: &str = "Read again, the log was as it was signed: the server does not send the same to each who asks.";
    match doubted? {
        Doubted::At(seq) => {
            let sentence =
                format!("When it was read first, something did not fit at entry {seq}. {AGAIN}");
            Some(Finding::of_entry(Subject::Tree, "two_faces", seq, sentence))
        }
        Doubted::Root => {
            let sentence = format!(
                "When it was read first, the entries did not give the signed root. {AGAIN}"
            );
            Some(Finding::of_log(Subject::Tree, "two_faces", sentence))
        }
        Doubted::Untold => None,
    }
}
