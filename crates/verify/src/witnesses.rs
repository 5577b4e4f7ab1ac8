//! Whether those have signed the checkpoint whom the auditor wants to have looked: their own trust policy.
//!
//! On a busy log the newest checkpoint bears few cosignatures, since each takes a while. So the newest that has
//! enough of them is asked for as well, before the newest of all: that one then covers at least as much.

use ledger::policy::{Evaluation, Group, Name, Policy, PolicyError};
use ledger::{SignedCheckpoint, Timestamp};

use crate::checks::entries;
use crate::history::root_then;
use crate::key::LogKey;
use crate::report::{Finding, Outcome, Subject};
use crate::verdict::{Basis, in_full};

/// How long, in seconds, entries may go on after the last witness signed: witnesses sign in rounds of seconds, and
/// what nobody has looked at for longer is what somebody withholds from them.
const MAX_LAG_S: i64 = 600;

/// How deep groups within groups are written out; a person reads no deeper.
const MAX_DEPTH: usize = 8;

/// Whom the auditor wants to have looked at one log (tlog-policy).
#[derive(Debug, Clone)]
pub struct TrustPolicy {
    policy: Policy,
}

/// Why a text is no trust policy for a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATrustPolicy {
    /// Not a policy at all.
    #[error("This is not a trust policy: {}. Correct that line and try again.", in_full(.0))]
    Unreadable(PolicyError),
    /// It says nothing of the log.
    #[error(
        "This trust policy has no line for the log {0}. Choose the policy for that log, or add a line \"log\" with its key."
    )]
    OtherLog(String),
}

/// What the witnesses' signatures come to.
#[derive(Debug)]
pub(crate) struct Witnesses {
    pub(crate) outcome: Outcome,
    pub(crate) text: String,
    pub(crate) finding: Option<Finding>,
    /// How many entries enough witnesses have signed.
    pub(crate) signed: Option<u64>,
}

impl TrustPolicy {
    /// Reads the policy of an auditor who holds this key of the log.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn parse(bytes: &[u8], key: &LogKey) -> Result<Self, NotATrustPolicy> {
        let policy = Policy::parse(bytes).map_err(NotATrustPolicy::Unreadable)?;
        let log = key.origin.as_str();
        if policy.logs().iter().any(|known| known.key().name() == log) {
            Ok(Self { policy })
        } else {
            Err(NotATrustPolicy::OtherLog(log.to_owned()))
        }
    }
}

impl Witnesses {
    fn new(outcome: Outcome, text: String) -> Self {
        Self {
            outcome,
            text,
            finding: None,
            signed: None,
        }
    }

    fn enough(size: u64, text: String) -> Self {
        Self {
            signed: Some(size),
            ..Self::new(Outcome::Passed, text)
        }
    }

    fn failed(finding: Finding) -> Self {
        Self {
            finding: Some(finding.clone()),
            ..Self::new(Outcome::Failed, finding.sentence)
        }
    }
}

/// Looks who has signed.
pub(crate) fn witnesses(basis: &Basis<'_>) -> Witnesses {
    let (Some(TrustPolicy { policy }), Some(newest)) = (basis.policy, basis.newest) else {
        let text = "You gave no trust policy, so nobody looked which witnesses have signed the checkpoint.";
        return Witnesses::new(Outcome::Unknown, text.to_owned());
    };
    let size = basis.checkpoint.size();
    if !knows_the_key(basis, policy) {
        let sentence = format!(
            "Your trust policy names another key for {} than the one you hold, and the log does not say that one follows the other.",
            basis.key.origin.as_str()
        );
        let kind = "policy_other_key";
        return Witnesses::failed(Finding::of_log(Subject::Witnesses, kind, sentence));
    }
    let evaluation = match policy.evaluate(newest) {
        Ok(evaluation) => evaluation,
        Err(error) => {
            let why = in_full(&error);
            let sentence = format!(
                "A signature on the checkpoint by a key of your trust policy is bad: {why}."
            );
            let kind = "witness_signature";
            return Witnesses::failed(Finding::of_log(Subject::Witnesses, kind, sentence));
        }
    };
    if policy.quorum().is_none() {
        return Witnesses::new(
            Outcome::Passed,
            format!(
                "Your trust policy asks for no witness. Signed by {}.",
                who(&evaluation)
            ),
        );
    }
    if evaluation.quorum_reached() {
        let text = format!(
            "Enough witnesses have signed the checkpoint over {}: {}.",
            entries(size),
            who(&evaluation)
        );
        return Witnesses::enough(size, text);
    }
    match earlier(basis, policy) {
        Some(earlier) => earlier,
        None => Witnesses::failed(missing(policy, &evaluation, size)),
    }
}

/// Whether one of the keys that the policy names for the log is the auditor's, or one before or after it.
fn knows_the_key(basis: &Basis<'_>, policy: &Policy) -> bool {
    let log = basis.key.origin.as_str();
    let mut keys = policy.logs().iter().map(|known| known.key());
    keys.any(|key| key.name() == log && (*key == basis.key.key || basis.pass.keys.know(key)))
}

/// Whether entries went on for long after the last of these witnesses signed.
fn far_behind(basis: &Basis<'_>, evaluation: &Evaluation) -> bool {
    let signed = evaluation.witnesses().iter().map(|w| w.unix_seconds());
    let signed = signed.max().and_then(|at| i64::try_from(at).ok());
    let newest = basis.pass.newest.map(|newest| newest.unix_millis() / 1000);
    match (signed, newest) {
        (Some(signed), Some(newest)) => newest.saturating_sub(signed) > MAX_LAG_S,
        _ => true,
    }
}

/// What the newest checkpoint says that enough witnesses have signed; `None` where there is none to be believed.
fn earlier(basis: &Basis<'_>, policy: &Policy) -> Option<Witnesses> {
    let witnessed: &SignedCheckpoint = basis.witnessed?;
    let evaluation = policy.evaluate(witnessed).ok()?;
    if !evaluation.quorum_reached() {
        return None;
    }
    let then = basis.pass.keys.vouches(witnessed.clone())?;
    let (m, n) = (then.size(), basis.checkpoint.size());
    let of_log = |kind, sentence| {
        let was = format!("{} under root {}", entries(m), then.root());
        let now = format!("{} under root {}", entries(n), basis.checkpoint.root());
        Finding::of_log(Subject::Witnesses, kind, sentence).values(was, now)
    };
    let by = who(&evaluation);
    if m > n {
        let sentence = format!(
            "The log is shown shorter than to its witnesses: they have signed {}, and now {n} are signed.",
            entries(m)
        );
        return Some(Witnesses::failed(of_log("witnesses_saw_more", sentence)));
    }
    match root_then(basis, m) {
        Some(root) if root == then.root() && (m == 0 || far_behind(basis, &evaluation)) => {
            let sentence = format!(
                "The witnesses have not looked for long: enough of them have signed {} of {n}, and the newest entry is more than {} minutes younger.",
                if m == 0 {
                    "none".to_owned()
                } else {
                    format!("the first {m}")
                },
                MAX_LAG_S / 60
            );
            let mut finding = of_log("witnesses_behind", sentence);
            finding.notes.push(format!("Signed by {by}."));
            Some(Witnesses::failed(finding))
        }
        Some(root) if root == then.root() => {
            let text = format!(
                "Enough witnesses have signed the first {m} of {}: {by}. For those after them there is the log's own signature only.",
                entries(n)
            );
            Some(Witnesses::enough(m, text))
        }
        Some(_) => {
            let sentence = format!(
                "The witnesses were shown another history: the first {} are not those that they have signed.",
                entries(m)
            );
            let kind = "witnesses_saw_another";
            Some(Witnesses::failed(of_log(kind, sentence)))
        }
        None => {
            let text = format!(
                "The signed leaf hashes could not be had, so nothing can be said about the {} that enough witnesses have signed.",
                entries(m)
            );
            Some(Witnesses::new(Outcome::Unknown, text))
        }
    }
}

fn missing(policy: &Policy, evaluation: &Evaluation, size: u64) -> Finding {
    let wanted = policy
        .quorum()
        .map_or_else(String::new, |quorum| describe(policy, quorum, 0));
    let signed = |name: &Name| evaluation.witnesses().iter().any(|w| w.name() == name);
    let lacking: Vec<String> = of_quorum(policy)
        .into_iter()
        .filter(|name| !signed(name))
        .map(ToString::to_string)
        .collect();
    let sentence = format!(
        "Too few witnesses have signed the checkpoint over {}: your trust policy asks for {wanted}, and there is no signature of {}.",
        entries(size),
        lacking.join(", ")
    );
    let found = format!("signed by {}", who(evaluation));
    let mut finding =
        Finding::of_log(Subject::Witnesses, "quorum_missing", sentence).values(wanted, found);
    for key in evaluation.not_checked() {
        finding.notes.push(format!(
            "The line of {} is of a type that is not checked here, and counts for nothing.",
            key.name()
        ));
    }
    finding
}

/// The witnesses that have signed, each with the time that it says.
fn who(evaluation: &Evaluation) -> String {
    let said = evaluation.witnesses().iter().map(|witness| {
        let ms = witness.unix_seconds().saturating_mul(1000);
        let at = Timestamp::new(i64::try_from(ms).unwrap_or(i64::MAX));
        format!("{} ({at})", witness.name())
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        "none of its witnesses".to_owned()
    } else {
        said.join(", ")
    }
}

/// The quorum in words: a name, or so many of a group's members.
fn describe(policy: &Policy, name: &Name, depth: usize) -> String {
    let Some(group) = group(policy, name) else {
        return name.to_string();
    };
    if depth == MAX_DEPTH {
        return format!("{name} …");
    }
    let members: Vec<String> = policy
        .members(group)
        .map(|member| describe(policy, member, depth + 1))
        .collect();
    format!("{} of ({})", group.threshold(), members.join(", "))
}

/// The witnesses that count towards the quorum, in the policy's order.
fn of_quorum(policy: &Policy) -> Vec<&Name> {
    let mut counted: Vec<&Name> = policy.quorum().into_iter().collect();
    // A group's members stand before it, so one pass from the last group on reaches all.
    for group in policy.groups().iter().rev() {
        if counted.contains(&group.name()) {
            counted.extend(policy.members(group));
        }
    }
    let witnesses = policy.witnesses().iter().map(|witness| witness.name());
    witnesses.filter(|name| counted.contains(name)).collect()
}

fn group<'a>(policy: &'a Policy, name: &Name) -> Option<&'a Group> {
    policy.groups().iter().find(|group| group.name() == name)
}
