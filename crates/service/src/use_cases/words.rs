//! What a viewer sees of what was written about a request. Each text is held against the commitment in
//! its entry before it is shown.

use std::collections::HashMap;

use access::Record;
use access::disclosure::Case;
use access::event::{Actor, Event, Field, OpeningRef};
use access::ids::{PersonId, RecordingId};
use access::time::UnixMillis;
use access::view::{OpeningState, OpeningView, PersonView, Viewer};
use ledger::{Hash, SealedField};

use super::show_request::named;
use crate::store::opening::Kept;

/// The sealed texts of a request, in the order of their places. `story` is all its entries, `kept` what
/// is left of their openings.
pub(super) fn words(
    story: &[Record],
    kept: &[Kept],
    people: &[PersonView],
    case: Case<'_>,
    viewer: &Viewer,
    now: UnixMillis,
) -> Vec<OpeningView> {
    let mut words = Vec::new();
    let started = recordings(story);
    for record in story {
        if let Event::RecordingStarted { recording, .. } = &record.event {
            words.push(whole(
                record,
                started[recording],
                story,
                people,
                case,
                viewer,
                now,
            ));
        }
        for (field, sealed) in record.event.openings() {
            // What is sealed in a recording is disclosed and erased as a whole.
            let of = record.event.recording().and_then(|id| started.get(&id));
            let at = match of {
                Some(at) if field.is_recorded() => *at,
                _ => OpeningRef {
                    seq: record.seq,
                    field,
                },
            };
            let sealed = SealedField::new(Hash::new(*sealed.c.as_bytes()), sealed.n);
            let mut word = OpeningView {
                seq: record.seq,
                field,
                by: named(people, &record.actor),
                state: OpeningState::Sealed,
                text: None,
                salt: None,
                erased_seq: erased(story, at),
            };
            if word.erased_seq.is_some() {
                word.state = OpeningState::Erased;
            } else if case.shows(field, viewer, disclosed(story, at, viewer.person), now) {
                show(&mut word, kept, &sealed);
            }
            words.push(word);
        }
    }
    words
}

/// By what each recording that the story has is disclosed and erased.
fn recordings(story: &[Record]) -> HashMap<RecordingId, OpeningRef> {
    let started = story.iter().filter_map(|record| match record.event {
        Event::RecordingStarted { recording, .. } => Some((
            recording,
            OpeningRef {
                seq: record.seq,
                field: Field::Recording,
            },
        )),
        _ => None,
    });
    started.collect()
}

/// A recording among the texts of its request. What is in it stands on its own page.
fn whole(
    record: &Record,
    at: OpeningRef,
    story: &[Record],
    people: &[PersonView],
    case: Case<'_>,
    viewer: &Viewer,
    now: UnixMillis,
) -> OpeningView {
    let erased_seq = erased(story, at);
    let shows = case.shows(
        Field::Recording,
        viewer,
        disclosed(story, at, viewer.person),
        now,
    );
    let state = match (erased_seq, shows) {
        (Some(_), _) => OpeningState::Erased,
        (None, true) => OpeningState::Shown,
        (None, false) => OpeningState::Sealed,
    };
    OpeningView {
        seq: at.seq,
        field: Field::Recording,
        by: named(people, &record.actor),
        text: (state == OpeningState::Shown)
            .then(|| "What was done stands on the recording's own page.".to_owned()),
        state,
        salt: None,
        erased_seq,
    }
}

/// The text of an entry, if the viewer sees it.
pub(super) fn text_of(words: &[OpeningView], seq: u64, wanted: Field) -> Option<String> {
    let word = words
        .iter()
        .find(|word| (word.seq, word.field) == (seq, wanted))?;
    word.text.clone()
}

/// Which entry says that it was erased.
pub(super) fn erased(story: &[Record], at: OpeningRef) -> Option<u64> {
    story.iter().find_map(|record| match &record.event {
        Event::OpeningErased { openings, .. } if openings.contains(&at) => Some(record.seq),
        _ => None,
    })
}

/// When it was last disclosed to this person.
pub(super) fn disclosed(story: &[Record], at: OpeningRef, to: PersonId) -> Option<UnixMillis> {
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

/// Shows the text, if it is there and is what was sealed.
fn show(word: &mut OpeningView, kept: &[Kept], sealed: &SealedField) {
    let found = kept
        .iter()
        .find(|kept| kept.seq == word.seq && kept.field == word.field.word());
    let Some(Kept { opening, .. }) = found else {
        word.state = OpeningState::Missing;
        return;
    };
    if !opening.matches(sealed) {
        word.state = OpeningState::Altered;
        return;
    }
    word.state = OpeningState::Shown;
    word.text = Some(String::from_utf8_lossy(opening.bytes()).into_owned());
    word.salt = Some(opening.salt().map(|byte| format!("{byte:02x}")).concat());
}
