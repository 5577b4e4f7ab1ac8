//! What a viewer sees of what was written about a request. Each text is held against the commitment in
//! its entry before it is shown.

use access::Record;
use access::disclosure::Case;
use access::event::{Actor, Event, Field, OpeningRef};
use access::ids::PersonId;
use access::time::UnixMillis;
use access::view::{OpeningState, OpeningView, PersonView, Viewer};
use ledger::{Hash, SealedField};

use super::show_request::named;
use crate::clock;
use crate::store::opening::Kept;

/// The sealed texts of a request, in the order of their places. `story` is all its entries, `kept` what
/// is left of their openings.
pub(super) fn words(
    story: &[Record],
    kept: &[Kept],
    people: &[PersonView],
    case: Case<'_>,
    viewer: &Viewer,
) -> Vec<OpeningView> {
    let now = clock::now();
    let mut words = Vec::new();
    for record in story {
        for (field, sealed) in record.event.openings() {
            let at = OpeningRef {
                seq: record.seq,
                field,
            };
            let sealed = SealedField::new(Hash::new(*sealed.c.as_bytes()), sealed.n);
            let state = match erased(story, at) {
                Some(seq) => OpeningState::Erased { seq },
                None if case.shows(field, viewer, disclosed(story, at, viewer.person), now) => {
                    shown(kept, at, &sealed)
                }
                None => OpeningState::Sealed,
            };
            words.push(OpeningView {
                seq: record.seq,
                field,
                by: named(people, &record.actor),
                state,
            });
        }
    }
    words
}

/// The text of an entry, if the viewer sees it.
pub(super) fn text_of(words: &[OpeningView], seq: u64, wanted: Field) -> Option<String> {
    words.iter().find_map(|word| match &word.state {
        OpeningState::Shown { text, .. } if (word.seq, word.field) == (seq, wanted) => {
            Some(text.clone())
        }
        _ => None,
    })
}

/// Which entry says that it was erased.
fn erased(story: &[Record], at: OpeningRef) -> Option<u64> {
    story.iter().find_map(|record| match &record.event {
        Event::OpeningErased { openings, .. } if openings.contains(&at) => Some(record.seq),
        _ => None,
    })
}

/// When it was last disclosed to this person.
fn disclosed(story: &[Record], at: OpeningRef, to: PersonId) -> Option<UnixMillis> {
    story.iter().rev().find_map(|record| match &record.event {
        Event::OpeningDisclosed { opening, .. } if *opening == at && by(record) == Some(to) => {
            Some(record.time)
        }
        _ => None,
    })
}

pub(super) fn by(record: &Record) -> Option<PersonId> {
    match record.actor {
        Actor::Person { person, .. } => Some(person),
        Actor::System { .. } => None,
    }
}

fn shown(kept: &[Kept], at: OpeningRef, sealed: &SealedField) -> OpeningState {
    let found = kept
        .iter()
        .find(|kept| kept.seq == at.seq && kept.field == at.field.word());
    match found {
        None => OpeningState::Missing,
        Some(kept) if kept.opening.matches(sealed) => OpeningState::Shown {
            text: String::from_utf8_lossy(kept.opening.bytes()).into_owned(),
            salt: kept
                .opening
                .salt()
                .map(|byte| format!("{byte:02x}"))
                .concat(),
        },
        Some(_) => OpeningState::Altered,
    }
}
