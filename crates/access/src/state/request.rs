//! A request as the entries leave it.

use std::sync::Arc;

use crate::digest::{Commitment, Digest};
use crate::event::{Decision, Field, Mode, OpeningRef, Urgency, Verdict};
use crate::ids::{GrantId, PersonId, RequestId, ResourceName};
use crate::policy::PolicyVersion;
use crate::statement::Statement;
use crate::time::UnixMillis;
use crate::view::RequestState;

/// A request with everything that was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub id: RequestId,
    /// Who asks.
    pub requester: PersonId,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// What is to be opened.
    pub resource: ResourceName,
    /// The policy version that was in force when it was asked; it carries this version's digest.
    pub policy: Arc<PolicyVersion>,
    /// For how long, in seconds.
    pub duration_s: u32,
    /// How much is at stake.
    pub urgency: Urgency,
    /// Sealed: why.
    pub reason: Commitment,
    /// Sealed: ticket or incident, where one was named.
    pub ticket: Option<Commitment>,
    /// SHA-256 of the statement that sign-offs bind.
    pub statement_sha256: Digest,
    /// Whether the rules found that this is the statement's digest. Nothing that the statement says
    /// changes afterwards, so nobody has to make it again.
    pub(crate) statement_stands: bool,
    /// The entry that asked.
    pub submitted_seq: u64,
    /// When it was asked.
    pub submitted_at: UnixMillis,
    /// When it lapses, unless decided or opened before.
    pub lapses_at: UnixMillis,
    /// Where it stands.
    pub state: RequestState,
    /// Who said yes or no, oldest first.
    pub sign_offs: Vec<SignOff>,
    /// The grant, if it came to one.
    pub grant: Option<GrantId>,
    /// The review, if there is one.
    pub review: Option<Reviewed>,
    /// The entries that disclose one of its texts.
    pub disclosures: Vec<u64>,
    /// The texts that were erased.
    pub erased: Vec<OpeningRef>,
}

/// One person's yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// The entry.
    pub seq: u64,
    /// Who.
    pub person: PersonId,
    /// Yes or no.
    pub decision: Decision,
    /// When.
    pub at: UnixMillis,
    /// Sealed: what they added.
    pub note: Option<Commitment>,
    /// False for a sign-off that broke a rule: it stands in the log, and never counts.
    pub lawful: bool,
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The entry.
    pub seq: u64,
    /// Who.
    pub person: PersonId,
    /// What it was.
    pub verdict: Verdict,
    /// Sealed: in words.
    pub note: Commitment,
    /// When.
    pub at: UnixMillis,
}

/// The most texts that one entry says are erased: more would not fit into it.
const MOST_ERASED: usize = 1_000;

impl Request {
    /// Every text that was sealed about it, in the order of their places.
    pub fn openings(&self) -> Vec<OpeningRef> {
        let at = |seq, field| OpeningRef { seq, field };
        let mut all = vec![at(self.submitted_seq, Field::Reason)];
        all.extend(self.ticket.map(|_| at(self.submitted_seq, Field::Ticket)));
        for given in &self.sign_offs {
            all.push(at(given.seq, Field::IdToken));
            all.extend(given.note.map(|_| at(given.seq, Field::Note)));
        }
        let reviewed = self.review.as_ref();
        all.extend(reviewed.map(|review| at(review.seq, Field::Note)));
        let purposes = self.disclosures.iter();
        all.extend(purposes.map(|seq| at(*seq, Field::Purpose)));
        all.sort_unstable();
        all
    }

    /// What an order of `of` erases now: that text, or all, as far as it is there; at most 1,000.
    pub fn left(&self, of: Option<OpeningRef>) -> Vec<OpeningRef> {
        let wanted = |opening: &OpeningRef| of.is_none_or(|of| of == *opening);
        self.openings()
            .into_iter()
            .filter(|opening| wanted(opening) && !self.erased.contains(opening))
            .take(MOST_ERASED)
            .collect()
    }

    /// What sign-offs bind.
    pub fn statement(&self) -> Statement<'_> {
        Statement {
            request: self.id,
            requester: self.requester,
            mode: self.mode,
            resource: &self.resource,
            policy: &self.policy.policy.name,
            policy_version: self.policy.version,
            policy_sha256: self.policy.sha256,
            duration_s: self.duration_s,
            urgency: self.urgency,
            reason: self.reason,
            ticket: self.ticket,
        }
    }

    /// SHA-256 of what sign-offs bind, whatever the log said when it was asked.
    pub(crate) fn statement_digest(&self) -> Digest {
        if self.statement_stands {
            self.statement_sha256
        } else {
            self.statement().digest()
        }
    }

    /// Whether the person has said yes or no.
    pub fn signed_by(&self, person: PersonId) -> bool {
        self.sign_offs
            .iter()
            .any(|sign_off| sign_off.person == person)
    }

    /// Whether somebody who may has said no.
    pub(crate) fn denied(&self) -> bool {
        self.sign_offs
            .iter()
            .any(|given| given.lawful && given.decision == Decision::Deny)
    }
}
