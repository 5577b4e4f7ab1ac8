//! Whether the log's own first entry names the log and the key that it is checked under.
//!
//! The checkpoint and the key in the auditor's hand agree, or nothing would have been read. But the
//! first entry says under which name and key the log was opened, and every entry follows from it:
//! where it says otherwise, this is a log of another name, or one that was signed anew by another key.

use crate::judge::{add_note, served_at};
use crate::report::{Finding, Subject};
use crate::verdict::Basis;

/// Adds what does not agree to the findings: as notes to the one that explains it, or in front.
pub(crate) fn compare(basis: &Basis<'_>, findings: &mut Vec<Finding>) {
    let mut otherwise = mismatches(basis);
    // A first entry that is not the signed one says nothing about the log that was signed.
    let altered = findings.iter_mut().find(|finding| {
        let over = finding.reach.is_some_and(|(first, _)| first == 0);
        finding.subject == Subject::Tree && over
    });
    match altered {
        Some(altered) => otherwise
            .into_iter()
            .for_each(|finding| add_note(altered, finding.sentence)),
        None => {
            otherwise.append(findings);
            *findings = otherwise;
        }
    }
}

/// Where no entry opens the log, the rules have named the first entry for it already.
fn mismatches(basis: &Basis<'_>) -> Vec<Finding> {
    let Some(opening) = &basis.replayed.opening else {
        return Vec::new();
    };
    let held = basis.key.key.to_string();
    let origin = basis.checkpoint.origin().as_str();
    let mut findings = Vec::new();
    if opening.origin != origin {
        let sentence = format!(
            "Entry 0 opens a log named {:?}, but the checkpoint is of {origin:?}.",
            opening.origin
        );
        findings.push(of_first(basis, "opened_as_other", sentence).values(origin, &opening.origin));
    }
    // Who holds a later key sees in the entries how it came from the first.
    let leads_here = opening
        .vkey
        .parse()
        .is_ok_and(|key| basis.pass.keys.know(&key));
    if opening.vkey != held && !leads_here {
        let sentence = format!(
            "Entry 0 opens the log under the key {:?}, but the key you hold, which signed the checkpoint, is {held:?}.",
            opening.vkey
        );
        findings
            .push(of_first(basis, "opened_under_other_key", sentence).values(held, &opening.vkey));
    }
    findings
}

fn of_first(basis: &Basis<'_>, kind: &str, sentence: String) -> Finding {
    let mut finding = Finding::of_entry(Subject::Signature, kind, 0, sentence);
    finding.leaf = served_at(basis.pass, 0);
    finding
}
