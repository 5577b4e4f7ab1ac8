//! Who sees what somebody wrote: the people of the request as they always did, an auditor case by
//! case and with a stated purpose, an operator never.
//!
//! What was recorded of somebody's work is seen by the same people. To an auditor a recording is disclosed as a
//! whole: one purpose for each recording, whose texts then all stand open.

use crate::event::Field;
use crate::ids::{GroupName, PersonId};
use crate::policy::Policy;
use crate::time::UnixMillis;
use crate::view::{Role, Viewer};

/// For how long an auditor sees what was disclosed to them, in seconds: a working day. After that
/// they say anew what for.
pub const DISCLOSED_FOR_S: u32 = 28_800;

/// A request as far as it decides who sees its words.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The policy that names those who are asked and those who review.
    pub policy: &'a Policy,
    /// Who asked.
    pub requester: PersonId,
    /// Whether by breaking the glass.
    pub emergency: bool,
    /// Whether the viewer has said yes or no to it, or may be asked in the place of somebody who is away.
    pub signed: bool,
}

impl Case<'_> {
    /// Whether somebody is one of the request's people: who asked, who may be asked to sign or to
    /// review, and who has signed.
    pub fn involves(&self, person: PersonId, groups: &[GroupName]) -> bool {
        person == self.requester || self.signed || self.policy.involves(person, groups)
    }

    /// Whether somebody may open the request's page, with or without its words.
    pub fn admits(&self, viewer: &Viewer) -> bool {
        let looks_on = [Role::Auditor, Role::Operator, Role::Custodian];
        looks_on.iter().any(|role| viewer.roles.contains(role))
            || self.involves(viewer.person, &viewer.groups)
            || (self.emergency && self.policy.alarms(viewer.person, &viewer.groups))
    }

    /// Whether somebody may take the request's entries away, as a file that verifies without the portal: its people,
    /// and auditors. Those who look on for another reason see its page, and keep no copy.
    pub fn exports(&self, viewer: &Viewer) -> bool {
        viewer.roles.contains(&Role::Auditor) || self.involves(viewer.person, &viewer.groups)
    }

    /// Whether a text is shown to the viewer. `disclosed_at` is when it was last disclosed to them; of a text that is
    /// recorded ([`Field::is_recorded`]), when its recording was.
    /// A proof of identity is a token that says more of its person than anybody has to know: it is
    /// shown by disclosure only.
    pub fn shows(
        &self,
        field: Field,
        viewer: &Viewer,
        disclosed_at: Option<UnixMillis>,
        now: UnixMillis,
    ) -> bool {
        let disclosed = viewer.roles.contains(&Role::Auditor)
            && disclosed_at.is_some_and(|at| now < at.plus_seconds(DISCLOSED_FOR_S));
        disclosed || (field != Field::IdToken && self.involves(viewer.person, &viewer.groups))
    }
}
