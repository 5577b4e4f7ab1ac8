//! Who is asked about a request, who has looked, and what the viewer may do: as the rules see it now.

use std::time::Duration;

use access::command::Command;
use access::event::Actor;
use access::ids::{PersonId, RequestId};
use access::policy::{Policy, Stage};
use access::refusal::Rule;
use access::state::Request;
use access::time::UnixMillis;
use access::view::{Action, PersonView, Ratification, StageView, Standing, Viewer};
use access::{State, actions, decide, may, sign_for};

use crate::error::Error;
use crate::portal::{Portal, actor};

/// People that are named as asked, at most: a page is not a directory.
const MOST_ASKED: usize = 50;

/// A page waits so long for the note that somebody has looked.
const NOTED_WITHIN: Duration = Duration::from_secs(1);

/// A request by the rules' own state.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) actions: Vec<Action>,
    pub(super) sign_off_refused: Option<Rule>,
    pub(super) sign_for: Vec<PersonView>,
    pub(super) statement: String,
    pub(super) stages: Vec<StageView>,
    pub(super) waits: bool,
    pub(super) ratification: Option<Ratification>,
}

impl Portal {
    /// What the rules say of a request to this viewer.
    pub(super) async fn asked_of(&self, viewer: &Viewer, id: RequestId) -> Result<Asked, Error> {
        let (who, clock) = (actor(viewer), self.inner.clock.clone());
        let ask = move |state: &State| asked(state, id, &who, clock.now());
        let mut asked = self.inner.sequencer.ask(ask).await?;
        let stages = asked.stages.iter_mut().flat_map(|stage| &mut stage.asked);
        let mut people: Vec<&mut PersonView> = asked.sign_for.iter_mut().chain(stages).collect();
        self.name(&mut people).await?;
        Ok(asked)
    }

    /// Whether the viewer signs in the place of somebody who may be asked under the policy. A log that is
    /// halted knows of nobody.
    pub(super) async fn stands_in(&self, viewer: &Viewer, policy: &Policy) -> Result<bool, Error> {
        if !policy.approval.delegation || self.halted().is_some() {
            return Ok(false);
        }
        let (me, approval) = (viewer.person, policy.approval.clone());
        let clock = self.inner.clock.clone();
        let stands_in = move |state: &State| {
            let asked = |of| approval.may_ask(of, state.groups(of));
            state.delegated_to(me, state.moment(clock.now())).any(asked)
        };
        self.inner.sequencer.ask(stands_in).await
    }

    /// Who is asked and looks for the first time, of that the log takes note. The page shows without it too, and does
    /// not wait for its signature: what is on its way is noted when the signer answers.
    pub(super) async fn note_look(&self, viewer: &Viewer, id: RequestId) -> Result<(), Error> {
        let (who, clock) = (actor(viewer), self.inner.clock.clone());
        let look = Command::ViewRequest { request: id };
        let wanted = look.clone();
        let first = move |state: &State| decide(state, wanted, &who, clock.now()).is_ok();
        let first_look = self.inner.sequencer.ask(first).await?;
        if first_look
            && self.halted().is_none()
            && self.inner.sequencer.goes_on().is_ok()
            && let Ok(Err(fault)) = tokio::time::timeout(NOTED_WITHIN, self.act(viewer, look)).await
        {
            tracing::warn!(%fault, "a look at a request is not noted");
        }
        Ok(())
    }
}

fn asked(state: &State, id: RequestId, who: &Actor, now: UnixMillis) -> Asked {
    let (Some(request), Some((person, groups))) = (state.request(id), who.as_person()) else {
        return Asked::default();
    };
    let unnamed = |id| PersonView { id, name: None };
    Asked {
        actions: actions(state, id, &person, groups, now),
        sign_off_refused: may(state, id, Action::SignOff, who, now)
            .err()
            .map(|refusal| refusal.rule),
        sign_for: sign_for(state, id, who, now)
            .into_iter()
            .map(unnamed)
            .collect(),
        statement: request.statement().to_string(),
        stages: stages(state, request, now),
        waits: state.waits_for_sign_off(request, now),
        ratification: state.ratification(request, now),
    }
}

fn stages(state: &State, request: &Request, now: UnixMillis) -> Vec<StageView> {
    let counted = state.counted(request);
    let waits = state.waits_for_sign_off(request, now);
    let stages = request.policy.policy.approval.stages.iter().enumerate();
    let view = |(number, stage): (usize, &Stage)| {
        let steps = usize::from(request.steps.get(number).copied().unwrap_or_default());
        let counted = counted.get(number).copied().unwrap_or_default();
        let full = counted >= usize::from(stage.n);
        let standing = match number {
            _ if number < request.stage || (number == request.stage && full) => Standing::Done,
            _ if number == request.stage && waits => Standing::Waits,
            _ if waits => Standing::Later,
            _ => Standing::Over,
        };
        let next = stage.ladder.get(steps).filter(|_| number == request.stage);
        let at = state.escalates_at(request, now);
        StageView {
            n: stage.n,
            counted: u8::try_from(counted).unwrap_or(u8::MAX),
            standing,
            distinct_groups: stage.distinct_groups,
            groups: stage.asked(steps).cloned().collect(),
            asked: people(state, request, stage, steps, standing),
            looked: request.viewed.clone(),
            next: at.zip(next).map(|(at, step)| (at, step.groups.clone())),
        }
    };
    stages.map(view).collect()
}

/// Whom the log knows of those who are asked now; the requester is not.
fn people(
    state: &State,
    request: &Request,
    stage: &Stage,
    steps: usize,
    standing: Standing,
) -> Vec<PersonView> {
    if standing != Standing::Waits {
        return Vec::new();
    }
    let asked = |id: &PersonId| {
        !state.same(*id, request.requester) && stage.asks(steps, *id, state.groups(*id))
    };
    let all = state.people().filter(asked).take(MOST_ASKED);
    all.map(|id| PersonView { id, name: None }).collect()
}
