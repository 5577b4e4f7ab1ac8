//! The sign-offs that were given, under another policy.

use std::sync::Arc;

use crate::event::Decision;
use crate::policy::PolicyVersion;
use crate::refusal::Rule;
use crate::rules::quorum;
use crate::state::{Request, SignOff, State};
use crate::time::UnixMillis;
use crate::view::Evaluated;

/// How far the sign-offs of a request lead.
pub(super) enum Course {
    /// All stages are complete since then.
    Complete(UnixMillis),
    /// Somebody who is asked said no.
    Denied,
    /// A stage waits.
    Waits {
        /// Which, from 0.
        stage: usize,
        /// How many people counted there.
        counted: usize,
        /// How many it takes.
        wanted: u8,
    },
}

impl Course {
    /// Whether there were enough sign-offs, as the rule for it; nothing after a no.
    pub(super) fn told(&self) -> Option<Evaluated> {
        let (holds, expected, found) = match self {
            Self::Denied => return None,
            Self::Complete(_) => (
                true,
                "all stages complete in time".to_owned(),
                "complete".to_owned(),
            ),
            Self::Waits {
                stage,
                counted,
                wanted,
            } => {
                let expected = format!("{wanted} at stage {} who said yes in time", stage + 1);
                (false, expected, counted.to_string())
            }
        };
        let rule = Rule::QuorumMissing;
        Some(Evaluated {
            rule,
            holds,
            expected,
            found,
        })
    }
}

/// Walks through the sign-offs of a request that were given before `until`, as if it had been asked under
/// the draft: who was not asked at that moment, at the stage that waited then, does not count. Ends with
/// the request as the draft would have it, too.
pub(super) fn follow(
    state: &State,
    request: &Request,
    draft: &Arc<PolicyVersion>,
    until: UnixMillis,
) -> (Course, Request) {
    let approval = &draft.policy.approval;
    let mut under = Request {
        policy: Arc::clone(draft),
        steps: vec![0; approval.stages.len()],
        stage: 0,
        stage_since: request.said_at,
        sign_offs: Vec::new(),
        ..request.clone()
    };
    let given = request.sign_offs.iter().filter(|given| given.stands());
    for given in given.take_while(|given| given.at < until) {
        climb(&mut under, given.at);
        if !asked(state, &under, given) {
            continue;
        }
        if given.decision == Decision::Deny {
            return (Course::Denied, under);
        }
        let stage = under.stage;
        under.sign_offs.push(SignOff {
            stage,
            ..given.clone()
        });
        if quorum::all_complete(state, &under, None) {
            return (Course::Complete(given.at), under);
        }
        if quorum::complete(state, &under, None) && stage + 1 < approval.stages.len() {
            under.stage += 1;
            under.stage_since = given.at;
        }
    }
    let stage = under.stage;
    let counted = quorum::count(state, &under, None).get(stage).copied();
    let course = Course::Waits {
        stage,
        counted: counted.unwrap_or_default(),
        wanted: approval.stages.get(stage).map_or(0, |stage| stage.n),
    };
    (course, under)
}

/// Takes the steps of the ladder whose time has come.
fn climb(under: &mut Request, at: UnixMillis) {
    let Some(stage) = under.policy.policy.approval.stages.get(under.stage) else {
        return;
    };
    let due = |after_s: u32| under.stage_since.plus_seconds(after_s) <= at;
    let taken = stage
        .ladder
        .iter()
        .take_while(|step| due(step.after_s))
        .count();
    if let Some(steps) = under.steps.get_mut(under.stage) {
        *steps = u8::try_from(taken).unwrap_or(u8::MAX);
    }
}

/// Whether the signer would have been asked at the stage that waits.
fn asked(state: &State, under: &Request, given: &SignOff) -> bool {
    let approval = &under.policy.policy.approval;
    let Some(stage) = approval.stages.get(under.stage) else {
        return false;
    };
    let principal = given.principal();
    let steps = usize::from(under.steps.get(under.stage).copied().unwrap_or_default());
    (approval.delegation || given.on_behalf_of.is_none())
        && stage.asks(steps, principal, state.groups(principal))
}
