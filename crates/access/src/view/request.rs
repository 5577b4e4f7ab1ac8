//! A request's page.

use serde::{Deserialize, Serialize};

use super::{
    ErasureView, GrantView, OpeningView, PersonView, RequestRow, ReviewView, SignOffView,
    TimelineItem,
};
use crate::digest::Digest;
use crate::ids::{GroupName, PersonId};
use crate::policy::PolicyVersion;
use crate::refusal::Rule;
use crate::time::UnixMillis;

/// What the viewer may do to a request now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Approve or deny.
    SignOff,
    /// Say it anew; what was signed is void.
    Edit,
    /// Make it longer.
    Extend,
    /// Ask an approver that it be made longer.
    AskExtension,
    /// Say yes to that.
    ApproveExtension,
    /// Say no to that.
    DenyExtension,
    /// Take it back.
    Withdraw,
    /// Open what was approved.
    Open,
    /// Be shown the way in.
    ShowCredential,
    /// Be given a certificate for a key of one's own.
    IssueCertificate,
    /// Work on a way in that is recorded.
    Record,
    /// Give it back.
    Return,
    /// Take it away.
    Revoke,
    /// Say what it was.
    Review,
    /// Be shown a sealed text, with a purpose.
    Disclose,
    /// Have sealed texts erased.
    OrderErasure,
}

/// What became of an emergency that has to be ratified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ratification")]
pub enum Ratification {
    /// It waits for a yes or no, open or not.
    Waits {
        /// Until then.
        by_ms: UnixMillis,
    },
    /// Enough have said yes.
    Given {
        /// When the last of them did.
        at_ms: UnixMillis,
    },
    /// Somebody has said no.
    Refused {
        /// When.
        at_ms: UnixMillis,
    },
    /// Its time ran out.
    Missed {
        /// When.
        at_ms: UnixMillis,
    },
}

impl Ratification {
    /// When it was decided; `None` while it waits.
    pub const fn decided_at(self) -> Option<UnixMillis> {
        match self {
            Self::Waits { .. } => None,
            Self::Given { at_ms } | Self::Refused { at_ms } | Self::Missed { at_ms } => Some(at_ms),
        }
    }
}

/// A stage of a request's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageView {
    /// How many people it takes.
    pub n: u8,
    /// How many count now.
    pub counted: u8,
    /// Where it stands.
    pub standing: Standing,
    /// Whether each has to stand for a different group.
    pub distinct_groups: bool,
    /// The groups that are asked now.
    pub groups: Vec<GroupName>,
    /// Who is asked now, as far as the log knows them; at most 50.
    pub asked: Vec<PersonView>,
    /// Who of them has looked.
    pub looked: Vec<PersonId>,
    /// When the next step of its ladder is asked too, and which groups those are.
    pub next: Option<(UnixMillis, Vec<GroupName>)>,
}

/// Where a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Complete.
    Done,
    /// Being asked.
    Waits,
    /// Asked later, if at all.
    Later,
    /// Not complete, and nobody is asked any more.
    Over,
}

/// A request's page. `P` is what it tells of its policy: all of it, or what a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView<P = PolicyVersion> {
    /// The same as in lists.
    pub row: RequestRow,
    /// The ticket, unless none or erased.
    pub ticket: Option<String>,
    /// The incident, unless none or erased.
    pub incident: Option<String>,
    /// The stages of its approval, in order.
    pub stages: Vec<StageView>,
    /// Whether it waits for sign-off: to be approved, or ratified.
    pub waits: bool,
    /// In whose place the viewer may sign, beside their own name or instead.
    pub sign_for: Vec<PersonView>,
    /// Whether the viewer may sign in their own name.
    pub sign_as_self: bool,
    /// The policy version it was asked under.
    pub policy: P,
    /// The statement that approvers sign, in words, as lines.
    pub statement: String,
    /// Its digest.
    pub statement_sha256: Digest,
    /// Who has signed.
    pub sign_offs: Vec<SignOffView>,
    /// The grant, if it came to one.
    pub grant: Option<GrantView>,
    /// The review, if there is one.
    pub review: Option<ReviewView>,
    /// When the review is due, once the grant has ended and none is there.
    pub review_due_at_ms: Option<UnixMillis>,
    /// Every sealed text, in the order of their places, as far as the viewer may see it.
    pub openings: Vec<OpeningView>,
    /// Erasures that are ordered and not confirmed.
    pub erasures: Vec<ErasureView>,
    /// All that happened, oldest first.
    pub timeline: Vec<TimelineItem>,
    /// What the viewer may do now.
    pub actions: Vec<Action>,
    /// Whether the viewer may take its entries away as a file.
    pub exports: bool,
    /// Why the viewer may not sign off, where an approver would expect to.
    pub sign_off_refused: Option<Rule>,
}

impl<P> RequestView<P> {
    /// The same, with something else told of its policy.
    pub fn telling<Q>(self, tell: impl FnOnce(&P) -> Q) -> RequestView<Q> {
        let Self {
            row,
            ticket,
            incident,
            stages,
            waits,
            sign_for,
            sign_as_self,
            policy,
            statement,
            statement_sha256,
            sign_offs,
            grant,
            review,
            review_due_at_ms,
            openings,
            erasures,
            timeline,
            actions,
            exports,
            sign_off_refused,
        } = self;
        RequestView {
            row,
            ticket,
            incident,
            stages,
            waits,
            sign_for,
            sign_as_self,
            policy: tell(&policy),
            statement,
            statement_sha256,
            sign_offs,
            grant,
            review,
            review_due_at_ms,
            openings,
            erasures,
            timeline,
            actions,
            exports,
            sign_off_refused,
        }
    }
}
