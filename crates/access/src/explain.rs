//! Why somebody may open something, or may not, and who can: the rules' own answers, one by one.

use crate::command::{Facts, Seen};
use crate::decide::context;
use crate::event::{Actor, Mode};
use crate::ids::{GroupName, PersonId, ResourceName};
use crate::policy::PolicyVersion;
use crate::rules::Act;
use crate::rules::evaluate::{All, Wish, in_window};
use crate::state::State;
use crate::time::UnixMillis;
use crate::view::Evaluated;

/// Somebody who might ask.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Who.
    pub person: PersonId,
    /// Their groups.
    pub groups: &'a [GroupName],
    /// Ordinary or emergency.
    pub mode: Mode,
    /// For what.
    pub resource: &'a ResourceName,
    /// What they say; what a form does not say yet counts as said.
    pub facts: Option<&'a Facts>,
    /// Where and how they are signed in.
    pub seen: &'a Seen,
}

/// Every rule that a request would be held against now, what it compares, and how it comes out. The last is
/// whether it could be opened at this very moment, as far as the clock says.
pub fn explain(
    state: &State,
    asking: Asking<'_>,
    version: &PolicyVersion,
    now: UnixMillis,
) -> Vec<Evaluated> {
    let policy = &version.policy;
    let actor = Actor::Person {
        person: asking.person,
        groups: asking.groups.to_vec(),
    };
    let act = Act {
        state,
        actor: &actor,
        now: state.moment(now),
    };
    let context = context(policy, asking.seen);
    let facts = asking.facts;
    let wish = Wish {
        person: asking.person,
        groups: asking.groups,
        mode: asking.mode,
        resource: asking.resource,
        duration_s: facts.map_or(1, |facts| facts.duration_s),
        reason: facts.map_or(u32::MAX, |facts| facts.reason_chars),
        ticket: facts.is_none_or(|facts| facts.ticket.is_some()),
        incident: facts.is_none_or(|facts| facts.incident.is_some()),
        start_at: facts.and_then(|facts| facts.start_at_ms),
        context: context.as_ref(),
    };
    let mut all = All::default();
    // Neither ends early: every answer is taken.
    let asked = wish.hold_against(act, policy, &mut all);
    let opened = match asking.mode {
        Mode::Ordinary => in_window(policy, act.now, &mut all),
        Mode::Emergency => Ok(()),
    };
    debug_assert!(
        asked.is_ok() && opened.is_ok(),
        "nothing ends the questions"
    );
    all.0
}
