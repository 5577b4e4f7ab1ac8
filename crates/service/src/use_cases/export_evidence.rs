//! One request as one file that verifies without this portal (the ledger's FORMAT.md, section 12).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use access::Record;
use access::disclosure::Case;
use access::event::{Event, Mode};
use access::ids::{RecordingId, RequestId};
use access::view::{OpeningState, OpeningView, Viewer};
use ledger::Hash;
use ledger::evidence::{Bundle, FORMAT, MAX_ENTRIES, MAX_LEN, MAX_OPENINGS, Member, Shown};

use super::show_request::{record, signed};
use super::words::words;
use crate::error::Error;
use crate::portal::Portal;
use crate::proof;
use crate::store;
use crate::store::opening::Kept;
use crate::store::request::Found;

/// Entries in a file that are neither its request's nor a recording's, at most.
const ROOM_FOR_OTHERS: usize = 256;

impl Portal {
    /// The evidence of a request, with the texts that the viewer is shown on its page. Its people may have it, and
    /// auditors.
    ///
    /// What its people take with them is what their page shows, so it is no entry, as their look is none. An auditor
    /// reads the bytes of entries: that is a `ledger.read` of exactly these, noted before the first of them leaves.
    /// No kind of its own: what was read is what the log says already, and a text that is opened for an auditor has
    /// its `opening.disclosed`.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it does not concern them, [`Error::Forbidden`] for those who look on only;
    /// [`Error::Unavailable`] where the database does not answer, or a read could not be noted.
    pub async fn export_evidence(&self, viewer: &Viewer, id: RequestId) -> Result<Vec<u8>, Error> {
        let found = self.visible_request(viewer, id).await?;
        let policy = self
            .policy_at(found.row.policy.as_str(), found.policy_version)
            .await?;
        // The checkpoint first: what is written from here on is in the next file.
        let (size, checkpoint) = self.ledger().checkpoint().await?;
        let pool = &self.inner.pool;
        let mut story = store::request::story(pool, id).await?;
        story.retain(|(seq, _)| *seq < size);
        let mut records: Vec<Record> = story
            .iter()
            .filter_map(|(seq, bytes)| record(*seq, bytes))
            .collect();
        let case = Case {
            policy: &policy.policy,
            requester: found.row.requester.id,
            emergency: found.row.mode == Mode::Emergency,
            signed: signed(&records, viewer.person)
                || self.stands_in(viewer, &policy.policy).await?,
        };
        if !case.exports(viewer) {
            return Err(Error::Forbidden);
        }
        let mut kept = store::opening::of_request(pool, id).await?;
        let work = self.recorded_work(id, size, story.len()).await?;
        let seqs: Vec<i64> = work
            .iter()
            .filter_map(|(seq, _)| i64::try_from(*seq).ok())
            .collect();
        kept.extend(store::opening::of_entries(pool, &seqs).await?);
        records.extend(work.iter().filter_map(|(seq, bytes)| record(*seq, bytes)));
        let now = self.inner.clock.now();
        let words = words(&records, &kept, &[], case, viewer, now);
        let mut places = self.places(&story, &records, &found, size).await?;
        places.extend(work.iter().map(|(seq, _)| *seq));
        if places.len() > MAX_ENTRIES || kept.len() > MAX_OPENINGS {
            return Err(too_long());
        }
        if !case.involves(viewer.person, &viewer.groups) {
            for range in together(&places) {
                self.read(viewer, range.start, range.end).await?;
            }
        }
        let bundle = Bundle {
            format: FORMAT.to_owned(),
            log: self.ledger().origin().as_str().to_owned(),
            request: id.to_string(),
            checkpoint,
            entries: self.members(&places, size).await?,
            openings: shown(&words, &kept),
        };
        let file = serde_json::to_vec(&bundle).map_err(|fault| Error::internal(&fault))?;
        let fits = bundle.entries.len() <= MAX_ENTRIES
            && bundle.openings.len() <= MAX_OPENINGS
            && file.len() <= MAX_LEN;
        fits.then_some(file).ok_or_else(too_long)
    }

    /// What was done, besides the story's entries. A recording that is too long for the file is left out as a whole,
    /// and whoever verifies the file is told so by the entries that start and end it.
    async fn recorded_work(
        &self,
        request: RequestId,
        size: u64,
        story: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let most = u32::try_from(MAX_ENTRIES).unwrap_or(u32::MAX);
        let work = store::recording::of_request(&self.inner.pool, request, size, most + 1).await?;
        // Of the policy and the keys there are some more.
        let room = MAX_ENTRIES.saturating_sub(story + ROOM_FOR_OTHERS);
        let mut parts: BTreeMap<RecordingId, Vec<(u64, Vec<u8>)>> = BTreeMap::new();
        if work.len() > MAX_ENTRIES {
            // Which of them are whole here is not known.
            return Ok(Vec::new());
        }
        for (recording, seq, bytes) in work {
            parts.entry(recording).or_default().push((seq, bytes));
        }
        let mut taken = Vec::new();
        for part in parts.into_values() {
            if taken.len() + part.len() <= room {
                taken.extend(part);
            }
        }
        taken.sort_unstable_by_key(|(seq, _)| *seq);
        Ok(taken)
    }

    /// Which entries belong into the file: the request's, its policy from the version that it was made under on, and
    /// those that say which key signs the log.
    async fn places(
        &self,
        story: &[(u64, Vec<u8>)],
        records: &[Record],
        found: &Found,
        size: u64,
    ) -> Result<BTreeSet<u64>, Error> {
        let mut places: BTreeSet<u64> = story.iter().map(|(seq, _)| *seq).collect();
        let last = places.last().copied().unwrap_or_default();
        let first = records.iter().find_map(|record| match &record.event {
            Event::RequestSubmitted { policy_version, .. } => i32::try_from(*policy_version).ok(),
            _ => None,
        });
        let (name, first) = (&found.row.policy, first.unwrap_or(found.policy_version));
        let policy = store::policy::places(&self.inner.pool, name.as_str(), first).await?;
        places.extend(policy.into_iter().filter(|seq| *seq < last));
        let keys = self.ledger().keys().announced();
        places.extend(keys.filter(|seq| *seq < size));
        places.insert(0);
        Ok(places)
    }

    /// The entries as they are stored, whatever that is: who gets them checks them.
    async fn members(&self, places: &BTreeSet<u64>, size: u64) -> Result<Vec<Member>, Error> {
        let mut connection = self.inner.pool.acquire().await?;
        let mut members = Vec::with_capacity(places.len());
        for range in together(places) {
            let entries = store::ledger::entries(&mut *connection, range.start, range.end).await?;
            for entry in entries {
                let proof = proof::inclusion(&mut connection, entry.seq, size).await?;
                members.push(Member {
                    seq: entry.seq,
                    entry: entry.bytes,
                    proof,
                });
            }
        }
        Ok(members)
    }
}

/// The places as ranges, those beside each other in one.
fn together(places: &BTreeSet<u64>) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some(last) if last.end == *place => last.end += 1,
            _ => ranges.push(*place..place + 1),
        }
    }
    ranges
}

/// The openings of the texts that the viewer is shown.
fn shown(words: &[OpeningView], kept: &[Kept]) -> Vec<Shown> {
    let mut shown: Vec<Shown> = words
        .iter()
        .filter(|word| word.state == OpeningState::Shown)
        .filter_map(|word| {
            let kept = kept
                .iter()
                .find(|kept| kept.seq == word.seq && kept.field == word.field.word())?;
            Some(Shown {
                seq: word.seq,
                field: kept.field.clone(),
                salt: Hash::new(*kept.opening.salt()),
                // What was sealed was text; bytes that are none would not open the seal as text.
                text: String::from_utf8(kept.opening.bytes().to_vec()).ok()?,
            })
        })
        .collect();
    shown.sort_by(|one, other| (one.seq, &one.field).cmp(&(other.seq, &other.field)));
    shown
}

fn too_long() -> Error {
    Error::BadInput {
        field: "request",
        message: "There is more about this request than one file holds. An auditor can verify the whole log instead.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_range() {
        let places = BTreeSet::from([0, 3, 4, 5, 9]);
        assert_eq!(together(&places), [0..1, 3..6, 9..10]);
        assert_eq!(together(&BTreeSet::new()), []);
    }
}
