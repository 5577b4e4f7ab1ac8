//! Asking, and saying it anew.

use crate::command::{Command, Facts, Seen};
use crate::event::{Context, Event, Mode};
use crate::ids::RequestId;
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::rules::{Act, actor, request};
use crate::violation::{Broken, Checked};

impl Act<'_> {
    pub(super) fn submit(self, command: Command) -> Checked<Vec<Event>> {
        let Command::SubmitRequest {
            request,
            mode,
            resource,
            policy,
            facts,
            grant,
            confirmed,
        } = command
        else {
            return Ok(Vec::new());
        };
        let (person, _) = actor::person(self)?;
        let unknown = || Broken::new(Rule::UnknownPolicy, "a policy in force", policy.to_string());
        let in_force = self.state.policy(&policy).ok_or_else(unknown)?;
        let mut event = Event::RequestSubmitted {
            request,
            mode,
            resource,
            policy,
            policy_version: in_force.version,
            policy_sha256: in_force.sha256,
            duration_s: facts.duration_s,
            urgency: facts.urgency,
            reason: facts.reason,
            ticket: facts.ticket,
            incident: facts.incident,
            start_at_ms: facts.start_at_ms,
            context: context(&in_force.policy, &facts.seen),
            // Stands in until the request is there to make its statement from.
            statement: in_force.sha256,
            lapses_at_ms: self.now.plus_seconds(in_force.policy.approval.within_s),
        };
        let asked = self.state.submitted(&event, person, self.here());
        if let (Event::RequestSubmitted { statement, .. }, Some(asked)) = (&mut event, &asked) {
            *statement = asked.statement().digest();
        }
        let mut events = self.one(event)?;
        said(&in_force.policy, &facts)?;
        if mode == Mode::Emergency
            && let Some(asked) = asked
        {
            if !confirmed {
                let expected = "a second confirmation";
                return Err(Broken::new(Rule::NotConfirmed, expected, "none"));
            }
            if self.state.grant(grant).is_some() {
                let found = grant.to_string();
                return Err(Broken::new(Rule::GrantExists, "a new grant", found));
            }
            events.push(self.intent(&asked, grant));
        }
        Ok(events)
    }

    pub(super) fn edit(self, id: RequestId, facts: Facts) -> Checked<Vec<Event>> {
        actor::person(self)?;
        let asked = self.request(id)?;
        let in_force = self.policy_now(asked);
        let mut event = Event::RequestEdited {
            request: id,
            policy_version: in_force.version,
            policy_sha256: in_force.sha256,
            duration_s: facts.duration_s,
            urgency: facts.urgency,
            reason: facts.reason,
            ticket: facts.ticket,
            incident: facts.incident,
            start_at_ms: facts.start_at_ms,
            context: context(&in_force.policy, &facts.seen),
            statement: in_force.sha256,
            lapses_at_ms: self.now.plus_seconds(in_force.policy.approval.within_s),
        };
        let edited = self.state.edited(asked, &event, self.here());
        if let (Event::RequestEdited { statement, .. }, Some(edited)) = (&mut event, &edited) {
            *statement = edited.statement().digest();
        }
        let events = self.one(event)?;
        said(&in_force.policy, &facts)?;
        Ok(events)
    }
}

/// What entries do not tell of sealed texts: how many characters, and what a ticket looks like.
fn said(policy: &Policy, facts: &Facts) -> Checked {
    request::enough_said(policy, facts.reason_chars)?;
    let Some(pattern) = &policy.conditions.ticket else {
        return Ok(());
    };
    let text = facts.ticket_text.as_ref();
    if text.is_some_and(|text| pattern.matches(text.text())) {
        return Ok(());
    }
    let expected = format!("a ticket in the form {pattern}");
    Err(Broken::new(Rule::TicketForm, expected, "another"))
}

/// What the policy asks to be written down of where and how somebody is signed in; no more.
pub(crate) fn context(policy: &Policy, seen: &Seen) -> Option<Context> {
    let conditions = &policy.conditions;
    if !conditions.ask_for_context() {
        return None;
    }
    let holds = |address| {
        conditions
            .networks
            .iter()
            .find(|network| network.contains(address))
    };
    Some(Context {
        network: seen.address.and_then(holds).copied(),
        acr: seen.acr.clone().filter(|_| !conditions.acr.is_empty()),
        amr: match conditions.amr.is_empty() {
            true => Vec::new(),
            false => seen.amr.clone(),
        },
    })
}
