//! A request as the entries leave it.

use std::sync::Arc;

use crate::digest::{Commitment, Digest};
use crate::event::{Decision, Field, Mode, OpeningRef, Urgency, Verdict};
use crate::ids::{GrantId, PersonId, RecordingId, RequestId, ResourceName};
use crate::policy::PolicyVersion;
use crate::record::RecordRef;
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
    /// Sealed: the ticket, where one was named.
    pub ticket: Option<Commitment>,
    /// Sealed: the incident, where one was named.
    pub incident: Option<Commitment>,
    /// It is not to be opened before then.
    pub start_at: Option<UnixMillis>,
    /// SHA-256 of the statement that sign-offs bind.
    pub statement_sha256: Digest,
    /// Whether the rules found that this is the statement's digest. Nothing that the statement says
    /// changes afterwards, so nobody has to make it again.
    pub(crate) statement_stands: bool,
    /// The entry that asked.
    pub submitted_seq: u64,
    /// When it was asked.
    pub submitted_at: UnixMillis,
    /// When what it says now was said: when it was asked, or last edited.
    pub said_at: UnixMillis,
    /// When it lapses, unless decided or opened before.
    pub lapses_at: UnixMillis,
    /// Which stage of its policy waits, from 0.
    pub stage: usize,
    /// Since when.
    pub stage_since: UnixMillis,
    /// How many steps of each stage's ladder were taken.
    pub steps: Vec<u8>,
    /// Who of those who are asked has looked, in that order.
    pub viewed: Vec<PersonId>,
    /// The entry that ratified it.
    pub ratified: Option<u64>,
    /// Where it stands.
    pub state: RequestState,
    /// When it was denied or withdrawn, or lapsed: nothing comes of it any more.
    pub closed_at: Option<UnixMillis>,
    /// Who said yes or no, oldest first.
    pub sign_offs: Vec<SignOff>,
    /// What was recorded of the work by its access, oldest first.
    pub recordings: Vec<RecordingId>,
    /// How many of them have not ended, or have an action that waits for its outcome.
    pub(crate) recording: u32,
    /// The texts of what was asked and of every edit, by their entries, those of what targets answered, and each
    /// recording as a whole.
    pub(crate) texts: Vec<OpeningRef>,
    /// Who made access longer with a proof of identity, each with their entry.
    pub(crate) extended: Vec<(u64, PersonId)>,
    /// Who said no to making its access longer.
    pub(crate) refused_more: Vec<PersonId>,
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
    /// In whose place, where they signed as a delegate.
    pub on_behalf_of: Option<PersonId>,
    /// At which stage, from 0.
    pub stage: usize,
    /// Yes or no.
    pub decision: Decision,
    /// When.
    pub at: UnixMillis,
    /// Sealed: what they added.
    pub note: Option<Commitment>,
    /// False for a sign-off that broke a rule: it stands in the log, and never counts.
    pub lawful: bool,
    /// Whether the request was edited since: then it says yes or no to nothing.
    pub void: bool,
}

impl SignOff {
    /// Whose word it is: the signer's, or that of whoever let them sign.
    pub fn principal(&self) -> PersonId {
        self.on_behalf_of.unwrap_or(self.person)
    }

    /// Whether it says something about what the request says now.
    pub fn stands(&self) -> bool {
        self.lawful && !self.void
    }
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
    /// Sealed: what they found, where they found something.
    pub findings: Option<Commitment>,
    /// Sealed: the closing word.
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
        let mut all = self.texts.clone();
        all.extend(
            self.extended
                .iter()
                .map(|(seq, _)| at(*seq, Field::IdToken)),
        );
        for given in &self.sign_offs {
            all.push(at(given.seq, Field::IdToken));
            all.extend(given.note.map(|_| at(given.seq, Field::Note)));
        }
        let reviewed = self.review.as_ref();
        all.extend(reviewed.map(|review| at(review.seq, Field::Note)));
        let found = reviewed.filter(|review| review.findings.is_some());
        all.extend(found.map(|review| at(review.seq, Field::Findings)));
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

    /// Remembers which texts an entry about it seals.
    pub(crate) fn note_texts(&mut self, record: RecordRef<'_>) {
        let seq = record.seq;
        let sealed = record.event.openings();
        let fields = sealed
            .into_iter()
            .map(|(field, _)| OpeningRef { seq, field });
        self.texts.extend(fields);
    }

    /// When an emergency has to be ratified by.
    pub(crate) fn ratify_by(&self) -> Option<UnixMillis> {
        let emergency = self.policy.policy.emergency.as_ref()?;
        let within_s = emergency.ratify_within_s?;
        (self.mode == Mode::Emergency).then(|| self.submitted_at.plus_seconds(within_s))
    }

    /// When somebody said no to it, or its time to be ratified ran out.
    pub(crate) fn refused_at(&self) -> Option<UnixMillis> {
        let no = self.denial().map(|given| given.at);
        no.or_else(|| self.ratify_by().filter(|_| self.ratified.is_none()))
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
            incident: self.incident,
            start_at: self.start_at,
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

    /// Whether somebody who may has said no.
    pub(crate) fn denied(&self) -> bool {
        self.denial().is_some()
    }

    /// When the last of those said yes who ratified it.
    pub(crate) fn ratified_at(&self) -> Option<UnixMillis> {
        let ratified = self.ratified?;
        let before = self.sign_offs.iter().rev();
        let mut before = before.filter(|given| given.seq < ratified && given.stands());
        Some(before.next().map_or(self.submitted_at, |given| given.at))
    }

    /// The no of somebody who may.
    pub(crate) fn denial(&self) -> Option<&SignOff> {
        self.sign_offs
            .iter()
            .find(|given| given.stands() && given.decision == Decision::Deny)
    }
}
