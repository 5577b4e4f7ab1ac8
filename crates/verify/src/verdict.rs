//! Draws the report: each check in a plain sentence, the findings, and what is proven.

use std::error::Error;

use ledger::{CheckpointError, Hash, SignedCheckpoint, VerifiedCheckpoint};

use crate::checks::{TITLES, checks, entries};
use crate::history::history;
use crate::joining::{self, Doubted};
use crate::judge::{Located, judge};
use crate::key::LogKey;
use crate::opening;
use crate::ranges;
use crate::report::{
    Check, CheckpointFacts, Finding, Outcome, Remembered, Report, Resumed, Subject,
};
use crate::rules::Replayed;
use crate::scan::Pass;
use crate::witnesses::{TrustPolicy, Witnesses, witnesses};

/// Names the report's form.
const FORMAT: &str = "breakglass.verification/1";

/// How many findings are listed with their bytes; all are counted.
const MAX_FINDINGS: usize = 100;

/// What a verdict rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub(crate) key: &'a LogKey,
    pub(crate) checkpoint: &'a VerifiedCheckpoint,
    pub(crate) note: &'a str,
    pub(crate) remembered: &'a [Remembered],
    pub(crate) pass: &'a Pass,
    pub(crate) replayed: &'a Replayed,
    pub(crate) located: Located,
    /// Where something did not fit when the log was read before.
    pub(crate) doubt: Option<Doubted>,
    /// The earlier check of the first entries, where only the rest was read now.
    pub(crate) resumed: Option<&'a Resumed>,
    /// The signed leaf hashes, where they were gathered.
    pub(crate) signed: &'a [Hash],
    /// Whom the auditor wants to have looked.
    pub(crate) policy: Option<&'a TrustPolicy>,
    /// The checkpoint as it came, with everybody's signatures.
    pub(crate) newest: Option<&'a SignedCheckpoint>,
    /// One that others have looked at, as the server says.
    pub(crate) witnessed: Option<&'a SignedCheckpoint>,
}

/// The report where the checkpoint itself is not to be believed: nothing else is looked at, since
/// nothing could be proven by it.
pub(crate) fn refused(
    key: &LogKey,
    remembered: Vec<Remembered>,
    error: &CheckpointError,
    mut findings: Vec<Finding>,
) -> Report {
    let why = in_full(error);
    let sentence = match error {
        CheckpointError::OtherOrigin { .. } => {
            format!("The server shows another log's checkpoint: {why}.")
        }
        _ => format!("The checkpoint does not bear a good signature of the key you hold: {why}."),
    };
    let finding = Finding::of_log(Subject::Signature, "checkpoint_refused", sentence.clone());
    findings.insert(0, finding);
    let findings_total = findings.len() as u64;
    let not_made = "Not looked at: without a signed checkpoint there is nothing to compare with.";
    let checks = TITLES.iter().map(|(subject, title)| match subject {
        Subject::Signature => Check {
            subject: *subject,
            title,
            outcome: Outcome::Failed,
            text: sentence.clone(),
        },
        _ => Check {
            subject: *subject,
            title,
            outcome: Outcome::Unknown,
            text: not_made.to_owned(),
        },
    });
    Report {
        format: FORMAT,
        log: key.origin.as_str().to_owned(),
        key: key.facts(),
        checkpoint: None,
        proven: false,
        checks: checks.collect(),
        sentence,
        findings,
        findings_total,
        proven_ranges: Vec::new(),
        broken_ranges: Vec::new(),
        remembered,
        may_be_remembered: false,
        resumed: None,
    }
}

/// The report of a log that was read.
pub(crate) fn draw(basis: &Basis<'_>) -> Report {
    let (mut findings, unlisted) = judge(basis.pass, basis.replayed, basis.located);
    opening::compare(basis, &mut findings);
    findings.extend(basis.pass.keys.findings());
    let witnesses = witnesses(basis);
    findings.extend(witnesses.finding.clone());
    let history = history(basis);
    if let Some(finding) = history.finding(basis) {
        findings.insert(0, finding);
    }
    if basis.located == Located::NotNeeded
        && basis.replayed.entries < basis.checkpoint.size()
        && findings.is_empty()
    {
        let sentence = format!(
            "Only {} of {} were replayed.",
            basis.replayed.entries,
            entries(basis.checkpoint.size())
        );
        findings.push(Finding::of_log(Subject::Rules, "not_replayed", sentence));
    }
    if findings.is_empty() {
        findings.extend(joining::two_faces(basis.doubt));
    }
    let findings_total = findings.len() as u64 + unlisted;
    let proven = findings_total == 0;
    let broken_ranges = ranges::join(findings.iter().filter_map(|finding| finding.range));
    let proven_ranges = match basis.located {
        Located::NotNeeded => vec![(0, basis.checkpoint.size())],
        Located::ByTiles if basis.pass.log.unlisted() == 0 => {
            let differ = findings
                .iter()
                .filter(|finding| finding.subject == Subject::Tree);
            ranges::without(
                basis.checkpoint.size(),
                &ranges::join(differ.filter_map(|finding| finding.range)),
            )
        }
        _ => Vec::new(),
    };
    let sentence = match findings.first() {
        Some(first) => first.sentence.clone(),
        None => format!(
            "All {} of {} are as they were signed under the key you hold, and keep the rules.{}{}",
            entries(basis.checkpoint.size()),
            basis.key.origin.as_str(),
            also_signed(&witnesses, basis.checkpoint.size()),
            read_before(basis.resumed)
        ),
    };
    // A checkpoint that the wrong key signed, or that witnesses contradict, is nobody's history.
    let contested = findings
        .iter()
        .any(|found| matches!(found.subject, Subject::Signature | Subject::Witnesses));
    let checks = checks(basis, &history, &witnesses, &findings);
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
        proven,
        sentence,
        checks,
        findings,
        findings_total,
        proven_ranges,
        broken_ranges,
        remembered: basis.remembered.to_vec(),
        // History is worth remembering where the entries are the signed ones, lawful or not.
        may_be_remembered: basis.located == Located::NotNeeded
            && history.may_be_remembered()
            && !contested,
        resumed: basis.resumed.cloned(),
    }
}

/// What a policy adds to the verdict.
fn also_signed(witnesses: &Witnesses, size: u64) -> String {
    match witnesses.signed {
        None => String::new(),
        Some(all) if all == size => " Enough of your witnesses have signed them.".to_owned(),
        Some(first) => format!(" Enough of your witnesses have signed the first {first} of them."),
    }
}

/// What rests on an earlier check.
fn read_before(resumed: Option<&Resumed>) -> String {
    let Some(Resumed { entries: count, at }) = resumed else {
        return String::new();
    };
    let read = entries(*count);
    format!(
        " The first {read} were read and replayed on {at} and are the ones that are signed; how they are served now was not looked at."
    )
}

/// An error with everything that it follows from, in one line.
pub(crate) fn in_full(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
