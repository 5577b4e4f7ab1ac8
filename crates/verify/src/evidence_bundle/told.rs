//! The report of a bundle: what is shown, and what no bundle can show.

use access::Assumed;
use access::ids::RequestId;
use ledger::{CheckpointError, VerifiedCheckpoint};

use super::Piece;
use super::rules::{Recorded, Told};
use super::seals;
use crate::checks::{counted, entries};
use crate::key::LogKey;
use crate::keys::Keys;
use crate::ranges;
use crate::report::{Check, CheckpointFacts, Finding, Outcome, Report, Subject};
use crate::verdict::in_full;

/// Names the report's form.
const FORMAT: &str = "breakglass.evidence-verification/1";

/// How many findings are listed; all are counted.
const MAX_FINDINGS: usize = 100;

/// What is checked, in the order in which it is told.
const TITLES: [(Subject, &str); 8] = [
    (Subject::Signature, "Log signature"),
    (Subject::Tree, "Tree"),
    (Subject::Chain, "Chain"),
    (Subject::Form, "Form"),
    (Subject::Times, "Times"),
    (Subject::Rules, "Rules"),
    (Subject::Openings, "Sealed texts"),
    (Subject::Beyond, "Not in this file"),
];

/// What the words rest on.
pub(super) struct Basis<'a> {
    pub(super) key: &'a LogKey,
    pub(super) keys: &'a Keys,
    pub(super) checkpoint: &'a VerifiedCheckpoint,
    pub(super) note: &'a str,
    pub(super) request: RequestId,
    pub(super) pieces: &'a [Piece<'a>],
    pub(super) proven: Vec<(u64, u64)>,
    pub(super) neighbours: usize,
    pub(super) replayed: Told,
    pub(super) seals: seals::Told,
}

/// The report where the checkpoint is not to be believed: then nothing of the file is.
pub(super) fn refused(key: &LogKey, error: &CheckpointError, mut findings: Vec<Finding>) -> Report {
    let why = in_full(error);
    let sentence = match error {
        CheckpointError::OtherOrigin { .. } => {
            format!("This file is about another log than your key: {why}.")
        }
        _ => format!(
            "The checkpoint in this file does not bear a good signature of the key you hold: {why}."
        ),
    };
    let finding = Finding::of_log(Subject::Signature, "checkpoint_refused", sentence.clone());
    findings.insert(0, finding);
    let not_made = "Not looked at: without a signed checkpoint there is nothing to compare with.";
    let checks = TITLES.iter().map(|(subject, title)| {
        let (outcome, text) = match subject {
            Subject::Signature => (Outcome::Failed, sentence.clone()),
            _ => (Outcome::Unknown, not_made.to_owned()),
        };
        made(*subject, title, outcome, text)
    });
    Report {
        format: FORMAT,
        log: key.origin.as_str().to_owned(),
        key: key.facts(),
        checkpoint: None,
        proven: false,
        checks: checks.collect(),
        sentence,
        findings_total: findings.len() as u64,
        findings,
        proven_ranges: Vec::new(),
        broken_ranges: Vec::new(),
        remembered: Vec::new(),
        may_be_remembered: false,
        resumed: None,
    }
}

/// The report of a file under a good checkpoint.
pub(super) fn draw(basis: &Basis<'_>, mut findings: Vec<Finding>) -> Report {
    let checks = TITLES.iter().map(|(subject, title)| {
        let wrong = findings.iter().find(|found| found.subject == *subject);
        let (outcome, text) = match (subject, wrong) {
            (Subject::Beyond, _) => (Outcome::Unknown, beyond(basis)),
            (Subject::Signature, Some(wrong)) => (
                Outcome::Failed,
                format!("{} {}", signed(basis), wrong.sentence),
            ),
            (_, Some(wrong)) => (Outcome::Failed, wrong.sentence.clone()),
            (subject, None) => (Outcome::Passed, holds(basis, *subject)),
        };
        made(*subject, title, outcome, text)
    });
    let checks = checks.collect();
    let count = entries(basis.pieces.len() as u64);
    let sentence = match findings.first() {
        Some(first) => first.sentence.clone(),
        None => format!(
            "The {count} of this file are in {} as it was signed under the key you hold, and do not contradict the rules. Whether there are others about request {}, only the whole log shows.",
            basis.key.origin.as_str(),
            basis.request
        ),
    };
    let broken_ranges = ranges::join(findings.iter().filter_map(|finding| finding.range));
    let findings_total = findings.len() as u64;
    findings.truncate(MAX_FINDINGS);
    Report {
        format: FORMAT,
        log: basis.key.origin.as_str().to_owned(),
        key: basis.key.facts(),
        checkpoint: Some(CheckpointFacts {
            size: basis.checkpoint.size(),
            root: basis.checkpoint.root(),
            note: basis.note.to_owned(),
        }),
        proven: findings_total == 0,
        sentence,
        checks,
        findings,
        findings_total,
        proven_ranges: ranges::join(basis.proven.iter().copied()),
        broken_ranges,
        remembered: Vec::new(),
        may_be_remembered: false,
        resumed: None,
    }
}

fn made(subject: Subject, title: &'static str, outcome: Outcome, text: String) -> Check {
    Check {
        subject,
        title,
        outcome,
        text,
    }
}

/// What is said where nothing is wrong.
fn holds(basis: &Basis<'_>, subject: Subject) -> String {
    let count = basis.pieces.len();
    let size = basis.checkpoint.size();
    match subject {
        Subject::Signature => signed(basis),
        Subject::Tree => format!(
            "Each of the {count} entries leads to the signed root {} over {}.",
            basis.checkpoint.root(),
            entries(size)
        ),
        Subject::Chain => match basis.neighbours {
            0 => "No two entries of this file stand next to each other; each is bound by the tree alone.".to_owned(),
            some => format!(
                "{some} of them stand right behind another one of this file, and name its hash; the others are bound by the tree alone."
            ),
        },
        Subject::Form => format!(
            "Each is written in the log's one form, has its own number and id, and belongs to request {}, its policy, or the log's keys.",
            basis.request
        ),
        Subject::Times => "None is earlier than one before it.".to_owned(),
        Subject::Rules => rules(&basis.replayed),
        Subject::Openings => openings(&basis.seals),
        Subject::Memory | Subject::Witnesses | Subject::Beyond => String::new(),
    }
}

fn signed(basis: &Basis<'_>) -> String {
    let (held, size) = (&basis.key.key, basis.checkpoint.size());
    let signer = match basis.keys.signer(size).filter(|key| *key != held) {
        Some(later) => format!(
            "a key that the log gave itself ({:08x}), on the word of the one you hold ({:08x})",
            later.key_id(),
            held.key_id()
        ),
        None => format!("the key you hold ({:08x})", held.key_id()),
    };
    format!(
        "The checkpoint over {} is signed by {signer}.",
        entries(size)
    )
}

fn rules(told: &Told) -> String {
    let count = entries(told.entries as u64);
    let policy = told.policy.as_deref().unwrap_or("no policy");
    let outcome = told.outcome.unwrap_or("nothing came of it");
    let sign_offs = match told.sign_offs {
        1 => "1 sign-off".to_owned(),
        some => format!("{some} sign-offs"),
    };
    format!(
        "Replayed {count} of the request under {policy}, with {sign_offs}: after the last of these entries {outcome}.{} Nothing in them breaks a rule, as far as they show it.",
        recorded(&told.recorded)
    )
}

/// " In 2 recordings 31 actions were sent or refused, of which the policy refused 1, each in its place."
fn recorded(told: &Recorded) -> String {
    let Recorded {
        recordings,
        actions,
        refused,
        missing,
        chunks,
        left_out,
    } = told;
    let shown = recordings.saturating_sub(*left_out);
    let mut text = String::new();
    if shown > 0 {
        text.push_str(&format!(
            " What was done is recorded: {} with {}",
            counted(shown, "recording"),
            counted(*actions, "action")
        ));
        if *chunks > 0 {
            text.push_str(&format!(" and {} of a terminal", counted(*chunks, "piece")));
        }
        if *refused > 0 {
            text.push_str(&format!(", of which the policy refused {refused}"));
        }
        if *missing > 0 {
            text.push_str(&format!(", of which {missing} were never reported"));
        }
        text.push_str(", each in its place, by the holder, and before the end of the access.");
    }
    match left_out {
        0 => {}
        1 => text.push_str(" What was done in 1 recording is not in this file."),
        many => text.push_str(&format!(
            " What was done in {many} recordings is not in this file."
        )),
    }
    text
}

fn openings(told: &seals::Told) -> String {
    let mut fit = match told.opened {
        0 => "This file opens no sealed text.".to_owned(),
        1 => "1 text is the one that was sealed.".to_owned(),
        many => format!("{many} texts are those that were sealed."),
    };
    match told.recorded {
        0 => {}
        1 => fit.push_str(" 1 of them was recorded of the work."),
        many => fit.push_str(&format!(" {many} of them were recorded of the work.")),
    }
    match told.sealed {
        0 => fit,
        1 => format!("{fit} 1 seal stays closed."),
        many => format!("{fit} {many} seals stay closed."),
    }
}

/// What no such file shows, and what this one had to take as said.
fn beyond(basis: &Basis<'_>) -> String {
    let mut text = String::from(
        "A file of some entries cannot show whether others about this request were left out of it, what came after them, or whether a key that signs was retired; no witness was asked here, and whether others were shown the same checkpoint is not known. Nor does it show whether those who acted were registered, were in the groups that their entries name, are different human beings, or owed a review. A check of the whole log shows this.",
    );
    for assumed in &basis.replayed.assumed {
        text.push_str(match assumed {
            Assumed::Labels => {
                " That the resource had the labels that its policy goes by is taken as said."
            }
            Assumed::Delegation => {
                " That whoever signed or looked in another's place was let to, and that the other was asked, is taken as said."
            }
            Assumed::Role => {
                " That whoever disclosed or erased texts held the role for it is taken as said."
            }
            Assumed::Recording => {
                " That a recording of which only beginning and end are here holds what its end says is taken as said."
            }
        });
    }
    text
}
