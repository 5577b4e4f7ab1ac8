//! A request's page.

use serde::{Deserialize, Serialize};

use super::{
    ErasureView, GrantView, OpeningView, RequestRow, ReviewView, SignOffView, TimelineItem,
};
use crate::digest::Digest;
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

/// A request's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView {
    /// The same as in lists.
    pub row: RequestRow,
    /// Ticket or incident, unless none or erased.
    pub ticket: Option<String>,
    /// The policy version it was asked under.
    pub policy: PolicyVersion,
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
    /// Why the viewer may not sign off, where an approver would expect to.
    pub sign_off_refused: Option<Rule>,
}
