//! Whether the file holds what it says, and nothing else: the request's entries, its policy, the log's keys.

use access::Record;
use access::event::Event;
use access::ids::{PolicyName, RequestId};

use super::{Own, Piece};
use crate::key::LogKey;
use crate::keys::Keys;
use crate::report::{Finding, Subject};

/// What does not belong, or is missing.
pub(super) struct Belongs {
    pub(super) findings: Vec<Finding>,
}

/// Looks at each entry by its kind.
pub(super) fn belongs(
    key: &LogKey,
    keys: &Keys,
    pieces: &[Piece<'_>],
    request: RequestId,
) -> Belongs {
    let mut findings = Vec::new();
    let own = Own::of(pieces, request);
    let named = pieces
        .iter()
        .filter_map(|piece| piece.record.as_ref())
        .find_map(|record| submitted(record, request));
    if named.is_none() {
        let sentence = format!(
            "This file lacks the entry with which request {request} was made: it shows nothing about it."
        );
        let kind = "request_missing";
        findings.push(Finding::of_log(Subject::Form, kind, sentence));
    }
    for piece in pieces {
        let Some(record) = &piece.record else {
            let readable = piece.entry.is_some();
            if readable {
                findings.push(unreadable(piece));
            }
            continue;
        };
        match &record.event {
            Event::LedgerOpened { origin, vkey } => {
                findings.extend(opened(key, keys, piece, origin, vkey));
            }
            Event::KeyRotated { .. } => {}
            event => {
                let policy = match (event, &named) {
                    (
                        Event::PolicyActivated {
                            policy, version, ..
                        },
                        Some((name, first)),
                    ) => policy.name == *name && version >= first,
                    (
                        Event::PolicyRetired {
                            policy, version, ..
                        },
                        Some((name, first)),
                    ) => policy == name && version >= first,
                    _ => false,
                };
                if !policy && !own.has(event) {
                    findings.push(foreign(piece, request, event.kind()));
                }
            }
        }
    }
    Belongs { findings }
}

/// The policy that the request was made under, by name and version.
fn submitted(record: &Record, wanted: RequestId) -> Option<(PolicyName, u32)> {
    match &record.event {
        Event::RequestSubmitted {
            request,
            policy,
            policy_version,
            ..
        } if *request == wanted => Some((policy.clone(), *policy_version)),
        _ => None,
    }
}

fn foreign(piece: &Piece<'_>, request: RequestId, kind: &str) -> Finding {
    let seq = piece.seq;
    let sentence = format!(
        "Entry {seq} ({kind}) is not about request {request}: it does not belong into this file."
    );
    Finding::of_entry(Subject::Form, "not_of_request", seq, sentence)
        .values(format!("an entry about {request}"), kind)
        .served(piece.leaf)
}

/// An entry in the log's form whose words the rules do not know.
fn unreadable(piece: &Piece<'_>) -> Finding {
    let seq = piece.seq;
    let kind = piece.entry.as_ref().map_or("", |entry| entry.kind());
    let sentence = format!(
        "Entry {seq} says nothing that the rules know: its kind is {kind:?}, or its words differ."
    );
    Finding::of_entry(Subject::Rules, "violation", seq, sentence)
        .values("an entry that the rules know", kind)
        .served(piece.leaf)
}

/// The log began under this name, and under a key that leads to the reader's or comes from it.
fn opened(key: &LogKey, keys: &Keys, piece: &Piece<'_>, origin: &str, vkey: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_first = |kind, sentence| {
        Finding::of_entry(Subject::Signature, kind, piece.seq, sentence).served(piece.leaf)
    };
    let log = key.origin.as_str();
    if origin != log {
        let sentence =
            format!("Entry 0 opens a log named {origin:?}, but the key you hold is of {log:?}.");
        findings.push(of_first("opened_as_other", sentence).values(log, origin));
    }
    let leads_here = vkey.parse().is_ok_and(|first| keys.know(&first));
    if !leads_here {
        let held = key.key.to_string();
        let sentence = format!(
            "Entry 0 opens the log under the key {vkey:?}, and nothing in this file leads from it to the key you hold, {held:?}."
        );
        findings.push(of_first("opened_under_other_key", sentence).values(held, vkey));
    }
    findings
}
