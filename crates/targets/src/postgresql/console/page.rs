//! What came of a statement, page by page.

use std::time::Instant;

use access::event::ActionOutcome;
use bytes::Buf as _;

use super::Limits;
use crate::postgresql::digest::Digest;
use crate::postgresql::wire::{Frame, ServerError, WireError};
use crate::recorder::{ActionNumber, Finished};

/// Rows that are asked for before it is known how long they are.
const FIRST_ROWS: u32 = 100;

/// Values are handed on in parts of about so many bytes, so that the first are seen early.
const PART_BYTES: usize = 64 * 1024;

/// A statement that runs.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) number: ActionNumber,
    begun: Instant,
    pub(super) digest: Digest,
    /// Rows that came, over all pages, and bytes of what `COPY` gave.
    pub(super) rows: u64,
    pub(super) copied: usize,
    pub(super) tag: Option<String>,
    pub(super) capped: bool,
    pub(super) error: Option<ServerError>,
    /// Of this page.
    pub(super) shown: u32,
    pub(super) shown_bytes: usize,
}

impl Page {
    pub(super) fn new(number: ActionNumber) -> Self {
        Self {
            number,
            begun: Instant::now(),
            digest: Digest::default(),
            rows: 0,
            copied: 0,
            tag: None,
            capped: false,
            error: None,
            shown: 0,
            shown_bytes: 0,
        }
    }

    /// How many rows to ask for next: as many as the page is likely to take.
    pub(super) fn room(&self, limits: &Limits) -> u32 {
        let left = u64::from(limits.page_rows.saturating_sub(self.shown));
        let left = left.min(limits.rows.saturating_sub(self.rows));
        let fit = match self.shown_bytes.checked_div(self.shown as usize) {
            Some(each) => limits.page_bytes.saturating_sub(self.shown_bytes) / each.max(1),
            None => FIRST_ROWS as usize,
        };
        // None would mean all of them.
        let rows = left.min(fit as u64).max(1);
        u32::try_from(rows).unwrap_or(FIRST_ROWS)
    }

    pub(super) fn is_full(&self, limits: &Limits) -> bool {
        self.shown >= limits.page_rows
            || self.shown_bytes >= limits.page_bytes
            || self.rows >= limits.rows
    }

    /// A row's values as text, and their length in bytes.
    pub(super) fn row(&mut self, frame: &Frame, longest: usize) -> Result<Row, WireError> {
        let mut body = frame.body();
        let short = || WireError::Protocol("half a row");
        let mut values = Vec::new();
        let mut bytes = 0;
        for _ in 0..body.try_get_u16().map_err(|_| short())? {
            let length = body.try_get_i32().map_err(|_| short())?;
            let Ok(length) = usize::try_from(length) else {
                values.push(None);
                continue;
            };
            let (value, rest) = body.split_at_checked(length).ok_or_else(short)?;
            body = rest;
            let shown = &value[..length.min(longest)];
            self.capped |= shown.len() < length;
            bytes += shown.len();
            values.push(Some(String::from_utf8_lossy(shown).into_owned()));
        }
        Ok((values, bytes))
    }

    pub(super) fn finished(&self, outcome: ActionOutcome) -> Finished {
        let told = self.tag.as_deref().and_then(rows_of);
        Finished {
            outcome,
            // What was handed over counts; what a statement only changed is in its tag.
            rows: match self.rows {
                0 => told,
                rows => Some(rows),
            },
            duration_ms: u32::try_from(self.begun.elapsed().as_millis()).unwrap_or(u32::MAX),
            result: self.digest.hex(),
        }
    }
}

/// The number at the end of a tag such as `INSERT 0 5`.
pub(in crate::postgresql) fn rows_of(tag: &str) -> Option<u64> {
    tag.rsplit(' ').next()?.parse().ok()
}

pub(super) type Row = (Vec<Option<String>>, usize);

/// Rows on their way.
#[derive(Default)]
pub(super) struct Part {
    rows: Vec<Vec<Option<String>>>,
    bytes: usize,
}

impl Part {
    pub(super) fn add(&mut self, (row, bytes): Row) -> Option<Vec<Vec<Option<String>>>> {
        self.rows.push(row);
        self.bytes += bytes;
        match self.bytes >= PART_BYTES {
            true => self.taken(),
            false => None,
        }
    }

    pub(super) fn taken(&mut self) -> Option<Vec<Vec<Option<String>>>> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then_some(rows)
    }
}
