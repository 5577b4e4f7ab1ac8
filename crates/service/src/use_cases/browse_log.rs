//! The log as auditors read it: words beside bytes.

use access::Record;
use access::describe;
use access::digest::Digest;
use access::time::UnixMillis;
use access::view::{LogRow, LogView, Role, Viewer, WitnessView, WitnessedView};

use super::show_request::{named, record};
use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// Entries on one page at most.
const MOST_ROWS: u16 = 200;

/// Entries looked through for one page of a single kind; the page then links on.
const MOST_READ: u64 = 5_000;

/// Entries read from the database at a time.
const CHUNK: u64 = 500;

/// Which part of the log to show.
#[derive(Debug, Clone)]
pub struct LogQuery {
    /// Only entries before this one; the newest where `None`.
    pub before: Option<u64>,
    /// Only entries of this kind.
    pub kind: Option<String>,
    /// At most so many.
    pub limit: u16,
}

impl Portal {
    /// A page of the log, newest first. Auditors may.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others.
    pub async fn log(&self, viewer: &Viewer, query: LogQuery) -> Result<LogView, Error> {
        if !viewer.roles.contains(&Role::Auditor) {
            return Err(Error::Forbidden);
        }
        let limit = usize::from(query.limit.clamp(1, MOST_ROWS));
        let size = self.ledger().size().await?;
        let before = query.before.unwrap_or(size).min(size);
        let mut at = before;
        let stop = at.saturating_sub(MOST_READ);
        let mut found: Vec<(store::ledger::StoredEntry, Option<Record>)> = Vec::new();
        'pages: while at > stop {
            let from = at.saturating_sub(CHUNK);
            let entries = store::ledger::entries(&self.inner.pool, from, at).await?;
            for entry in entries.into_iter().rev() {
                let parsed = record(entry.seq, &entry.bytes);
                let kind = parsed.as_ref().map(|record| record.event.kind());
                at = entry.seq;
                if query
                    .kind
                    .as_deref()
                    .is_none_or(|wanted| kind == Some(wanted))
                {
                    found.push((entry, parsed));
                    if found.len() == limit {
                        break 'pages;
                    }
                }
            }
            at = at.min(from);
        }
        // Those that are passed over for their kind are read too: the page says that they are others.
        self.read(viewer, at, before).await?;
        let records: Vec<Record> = found
            .iter()
            .filter_map(|(_, parsed)| parsed.clone())
            .collect();
        let people = self.people(&records).await?;
        let rows = found
            .into_iter()
            .map(|(entry, parsed)| LogRow {
                seq: entry.seq,
                at_ms: parsed
                    .as_ref()
                    .map_or(UnixMillis::new(0), |record| record.time),
                kind: parsed
                    .as_ref()
                    .map_or("unreadable", |record| record.event.kind())
                    .to_owned(),
                person: parsed
                    .as_ref()
                    .and_then(|record| named(&people, &record.actor)),
                text: parsed.as_ref().map_or_else(
                    || "This entry is not in the log's format: verify the log.".to_owned(),
                    |record| describe(&record.event),
                ),
                request: parsed.as_ref().and_then(|record| record.event.request()),
                bytes: String::from_utf8_lossy(&entry.bytes).into_owned(),
                leaf_hash: Digest::new(*entry.leaf_hash.as_bytes()),
            })
            .collect();
        Ok(LogView {
            size,
            origin: self.ledger().origin().as_str().to_owned(),
            rows,
            older: (at > 0).then_some(at),
            witnesses: self
                .witnesses()
                .into_iter()
                .map(WitnessView::from)
                .collect(),
            witnessed: self.witnessed().map(WitnessedView::from),
            unsigned_for_s: self
                .signer()
                .filter(|signer| signer.stalled)
                .and_then(|signer| signer.waiting_s),
        })
    }
}
