//! The checks, each with its result in a plain sentence.

use crate::history::History;
use crate::judge::{Located, class};
use crate::report::{Check, Finding, Outcome, Subject};
use crate::rules::Replayed;
use crate::verdict::Basis;
use crate::witnesses::Witnesses;

/// What is checked, in the order in which it is told.
pub(crate) const TITLES: [(Subject, &str); 8] = [
    (Subject::Chain, "Chain"),
    (Subject::Tree, "Tree"),
    (Subject::Signature, "Log signature"),
    (Subject::Rules, "Rules"),
    (Subject::Times, "Times"),
    (Subject::Form, "Form"),
    (Subject::Witnesses, "Witnesses"),
    (Subject::Memory, "Memory"),
];

/// All checks of a log that was read.
pub(crate) fn checks(
    basis: &Basis<'_>,
    history: &History<'_>,
    witnesses: &Witnesses,
    findings: &[Finding],
) -> Vec<Check> {
    let pass = basis.pass;
    let noticed = |subject| {
        pass.log
            .findings()
            .iter()
            .filter(|finding| class(finding).0 == subject)
            .count()
    };
    let read = entries(pass.size());
    let one = |title: &'static str, subject: Subject| -> Check {
        let count = noticed(subject);
        let (outcome, text) = match subject {
            Subject::Signature => signature(basis, findings),
            Subject::Witnesses => (witnesses.outcome, witnesses.text.clone()),
            Subject::Memory => history.check(),
            Subject::Rules => rules(basis),
            Subject::Tree => {
                let count = count as u64 + u64::from(pass.surplus) + u64::from(pass.left > 0);
                let text = format!(
                    "The entries give exactly the signed root {}.",
                    basis.checkpoint.root()
                );
                if count == 0 {
                    (Outcome::Passed, text)
                } else {
                    (Outcome::Failed, tree_fault(basis))
                }
            }
            Subject::Chain => judged(
                count as u64,
                format!("Each of {read} names the hash of the one before it."),
                "does not name the hash of what stands before it",
            ),
            Subject::Form => judged(
                count as u64,
                format!(
                    "Each of {read} is written in the log's one form, with its own number and id."
                ),
                "is not written in the log's form",
            ),
            Subject::Times => {
                let newest = pass.newest.map_or(String::new(), |newest| {
                    format!(" The newest is of {newest}.")
                });
                judged(
                    count as u64,
                    format!("No entry is earlier than the one before it.{newest}"),
                    "is earlier than the one before it",
                )
            }
            // Of bundles only: none of `TITLES`.
            Subject::Openings | Subject::Beyond => (Outcome::Unknown, String::new()),
        };
        Check {
            subject,
            title,
            outcome,
            text,
        }
    };
    TITLES
        .iter()
        .map(|(subject, title)| one(title, *subject))
        .collect()
}

fn judged(count: u64, holds: String, fault: &str) -> (Outcome, String) {
    match count {
        0 => (Outcome::Passed, holds),
        1 => (Outcome::Failed, format!("One entry {fault}.")),
        many => (
            Outcome::Failed,
            format!("At {many} places an entry {fault}."),
        ),
    }
}

fn rules(basis: &Basis<'_>) -> (Outcome, String) {
    let Replayed {
        entries: count,
        requests,
        grants,
        recordings,
        actions,
        erased,
        violations,
        unlisted,
        ..
    } = basis.replayed;
    let (outcome, text) = judged(
        violations.len() as u64 + unlisted,
        format!(
            "Replayed {}: {} and {}, each allowed by the policy in force at its time.{}{}",
            entries(*count),
            counted(*requests, "request"),
            counted(*grants, "grant"),
            recorded(*recordings, *actions),
            gone(*erased)
        ),
        "breaks a rule",
    );
    match basis.located {
        Located::NotNeeded if *count < basis.pass.size() => (Outcome::Failed, text),
        Located::NotNeeded => (outcome, text),
        // What was replayed is not what was signed.
        _ => (
            if outcome == Outcome::Passed {
                Outcome::Unknown
            } else {
                outcome
            },
            format!("{text} This is said of the log as it is served, not as it was signed."),
        ),
    }
}

/// What the log says of work that was recorded.
fn recorded(recordings: u64, actions: u64) -> String {
    match recordings {
        0 => String::new(),
        _ => format!(
            " {} of what was done, with {}: each in its place, by the holder of the access, and before its end.",
            counted(recordings, "recording"),
            counted(actions, "action")
        ),
    }
}

/// What the log says of sealed texts that nobody can open any more.
fn gone(erased: u64) -> String {
    match erased {
        0 => String::new(),
        1 => " 1 sealed text was erased on the order of two people: its seal stands.".to_owned(),
        many => format!(
            " {many} sealed texts were erased on the order of two people: their seals stand."
        ),
    }
}

fn signature(basis: &Basis<'_>, findings: &[Finding]) -> (Outcome, String) {
    let (held, size) = (&basis.key.key, basis.checkpoint.size());
    let signer = match basis.pass.keys.signer(size).filter(|key| *key != held) {
        Some(later) => format!(
            "a key that the log gave itself ({:08x}), on the word of the one you hold ({:08x}): {later}",
            later.key_id(),
            held.key_id()
        ),
        None => format!("the key you hold ({:08x})", held.key_id()),
    };
    let signed = format!(
        "The checkpoint over {} is signed by {signer}.",
        entries(size)
    );
    match findings
        .iter()
        .find(|finding| finding.subject == Subject::Signature)
    {
        Some(finding) => (Outcome::Failed, format!("{signed} {}", finding.sentence)),
        None => (Outcome::Passed, signed),
    }
}

fn tree_fault(basis: &Basis<'_>) -> String {
    let how = match basis.located {
        Located::ByTiles => {
            "The findings name each entry that is not the signed one, by comparison with the signed leaf hashes."
        }
        _ => {
            "The server gave no leaf hashes that lead to the signed root, so the findings rest on the chain alone."
        }
    };
    format!(
        "The entries do not give the signed root {}. {how}",
        basis.checkpoint.root()
    )
}

/// So many entries, in words.
pub(crate) fn entries(count: u64) -> String {
    if count == 1 {
        "1 entry".to_owned()
    } else {
        format!("{count} entries")
    }
}

/// So many of something whose plural takes an s.
pub(crate) fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}
