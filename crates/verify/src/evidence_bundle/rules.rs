//! The rules, as far as one request's entries show whether they were kept.

use std::collections::BTreeSet;

use access::event::Event;
use access::ids::{RecordingId, RequestId};
use access::view::{GrantState, RequestState};
use access::{Assumed, Part, State, Violation, unfinished};
use ledger::Hash;

use super::{Own, Piece};
use crate::report::{Finding, Subject};

/// What is said with each rule that is broken: a file cannot tell the two apart.
const OR_LEFT_OUT: &str = "This is said by the entries of this file alone. Either the rule was broken, or an entry \
                           was left out of the file: a check of the whole log tells which.";

/// What the replay came to.
pub(super) struct Replayed {
    pub(super) findings: Vec<Finding>,
    pub(super) told: Told,
}

/// The same for the report's words.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many entries of the request were replayed.
    pub(super) entries: usize,
    pub(super) violations: usize,
    /// Under which policy, in words.
    pub(super) policy: Option<String>,
    /// Where it stands after these entries, in words.
    pub(super) outcome: Option<&'static str>,
    /// How many said yes or no.
    pub(super) sign_offs: usize,
    /// What was recorded of the work.
    pub(super) recorded: Recorded,
    pub(super) assumed: Vec<Assumed>,
}

/// How much was recorded, and how much of it the file shows.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) recordings: u64,
    /// Of those whose entries are in the file.
    pub(super) actions: u64,
    pub(super) refused: u64,
    pub(super) missing: u64,
    pub(super) chunks: u64,
    /// Recordings of which only beginning and end are in the file.
    pub(super) left_out: u64,
}

/// Replays what belongs to the request.
pub(super) fn replay(pieces: &[Piece<'_>], request: RequestId) -> Replayed {
    let own = Own::of(pieces, request);
    let (mut part, mut findings) = (Part::default(), Vec::new());
    let mut told = Told::default();
    for piece in pieces {
        let Some(record) = &piece.record else {
            continue;
        };
        let is_own = own.has(&record.event);
        if !is_own && !record.event.kind().starts_with("policy.") {
            continue;
        }
        told.entries += usize::from(is_own);
        if let Err(violation) = part.entry(record) {
            findings.push(broken(&violation, Some(piece.leaf)));
        }
    }
    for violation in unfinished(part.state()) {
        findings.push(broken(&violation, None));
    }
    told.violations = findings.len();
    told.assumed = part.assumed().collect();
    told.recorded = recorded(pieces, &own, part.state());
    if let Some(known) = part.state().request(request) {
        let policy = &known.policy;
        told.policy = Some(format!(
            "{}, version {}",
            policy.policy.name, policy.version
        ));
        told.sign_offs = known.sign_offs.len();
        let grant = known.grant.and_then(|grant| part.state().grant(grant));
        told.outcome = Some(match (known.state, grant.map(|grant| &grant.state)) {
            (_, Some(GrantState::Ended { .. })) if known.review.is_some() => {
                "access was opened, has ended and was reviewed"
            }
            (_, Some(GrantState::Ended { .. })) => "access was opened and has ended",
            (_, Some(GrantState::Active { .. })) => "access stands open",
            (_, Some(GrantState::Intended)) => "access is about to be opened",
            (_, Some(GrantState::Failed { .. })) => "access could not be opened",
            (RequestState::Submitted, None) => "it waits for sign-offs",
            (RequestState::Approved | RequestState::Granted, None) => "it is approved",
            (RequestState::Denied, None) => "it was denied",
            (RequestState::Withdrawn, None) => "it was taken back",
            (RequestState::Lapsed, None) => "it lapsed",
        });
    }
    Replayed { findings, told }
}

fn recorded(pieces: &[Piece<'_>], own: &Own, state: &State) -> Recorded {
    let mut told = Recorded::default();
    let records = pieces.iter().filter_map(|piece| piece.record.as_ref());
    // Those of which more is in the file than that they began and ended.
    let shown: BTreeSet<RecordingId> = records
        .filter(|record| {
            !matches!(
                record.event,
                Event::RecordingStarted { .. } | Event::RecordingEnded { .. }
            )
        })
        .filter_map(|record| record.event.recording())
        .collect();
    for recording in state.recordings_of(own.request) {
        told.recordings += 1;
        let some = recording.actions > 0 || recording.chunks > 0;
        if some && !shown.contains(&recording.id) {
            told.left_out += 1;
            continue;
        }
        told.actions += u64::from(recording.actions);
        told.refused += u64::from(recording.refused);
        told.missing += u64::from(recording.missing);
        told.chunks += u64::from(recording.chunks);
    }
    told
}

fn broken(violation: &Violation, leaf: Option<Hash>) -> Finding {
    let sentence = format!("By this file, {}", lower_first(&violation.to_string()));
    let finding = Finding::of_entry(Subject::Rules, "violation", violation.seq, sentence);
    let mut finding = finding.values(&violation.expected, &violation.found);
    finding.leaf = leaf;
    finding.rule = Some(violation.rule.name().to_owned());
    finding.notes.push(OR_LEFT_OUT.to_owned());
    finding
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
