//! What the trust policy believes of what lies in the database. Whoever can write there could have put
//! it there, so it is checked whenever it is read.

use ledger::policy::Policy;
use ledger::rotation::KeyHistory;
use ledger::{Note, SignedCheckpoint};

use super::now_s;

/// The newest checkpoint that the trust policy believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnessed {
    /// How many entries it covers.
    pub size: u64,
    /// When the first of its witnesses signed it, as that one says, in seconds since 1970.
    pub at_s: u64,
}

impl Witnessed {
    /// How long ago that was, in seconds; 0 where the witness's clock is ahead of ours.
    pub fn age_s(self) -> u64 {
        now_s().saturating_sub(self.at_s)
    }
}

/// What the policy believes of a checkpoint by the log's key of that size: `None` where its witnesses
/// are not enough, or that key has not signed.
pub(crate) fn believed(policy: &Policy, own: &KeyHistory, note: &str) -> Option<Witnessed> {
    let signed = SignedCheckpoint::parse(note.as_bytes()).ok()?;
    let evaluation = policy.evaluate(&signed).ok()?;
    policy.quorum().filter(|_| evaluation.quorum_reached())?;
    let times = evaluation.witnesses().iter().map(|w| w.unix_seconds());
    let checkpoint = own.verify(signed).ok()?;
    Some(Witnessed {
        size: checkpoint.size(),
        at_s: times.min()?,
    })
}

/// The note with those lines that are cosignatures by the policy's witnesses: a bad one would make
/// readers refuse the whole checkpoint.
pub(crate) fn with_good_lines(note: String, lines: Vec<String>, policy: &Policy) -> String {
    let known = policy.witnesses().iter().map(|w| w.key().clone());
    let known: Vec<_> = known.collect();
    let is_good = |line: &String| {
        let whole = format!("{note}{line}");
        line.ends_with('\n')
            && !line.trim_end_matches('\n').contains('\n')
            && Note::parse(whole.as_bytes()).is_ok_and(|note| note.verify(&known).is_ok())
    };
    let good: String = lines.into_iter().filter(is_good).collect();
    note + &good
}
