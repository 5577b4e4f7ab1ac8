//! What pages offer: the rules' own answer, asked beforehand.

use crate::command::{Command, Facts, Seen};
use crate::decide::decide;
use crate::digest::{Commitment, Digest};
use crate::event::{
    Actor, Decision, EndCause, Field, OpeningRef, Proof, RecordingEnd, Urgency, Verdict, Way,
};
use crate::ids::{GrantId, GroupName, PersonId, RecordingId, RequestId};
use crate::policy::Connector;
use crate::refusal::{Refusal, Rule};
use crate::rules::{Act, oversight, sign_off as signing};
use crate::state::{Request, SignOff, State};
use crate::time::UnixMillis;
use crate::view::{Action, Role};

/// Everything that a page may offer, in the order in which it is shown.
const OFFERED: [Action; 16] = [
    Action::SignOff,
    Action::Open,
    Action::Record,
    Action::ShowCredential,
    Action::IssueCertificate,
    Action::Extend,
    Action::AskExtension,
    Action::ApproveExtension,
    Action::DenyExtension,
    Action::Edit,
    Action::Return,
    Action::Revoke,
    Action::Withdraw,
    Action::Review,
    Action::Disclose,
    Action::OrderErasure,
];

/// The text of no request: the first entry opens the log.
const NO_TEXT: OpeningRef = OpeningRef {
    seq: 0,
    field: Field::Reason,
};

/// What the person may do to the request now.
pub fn actions(
    state: &State,
    request: RequestId,
    person: &PersonId,
    groups: &[GroupName],
    now: UnixMillis,
) -> Vec<Action> {
    let actor = Actor::Person {
        person: *person,
        groups: groups.to_vec(),
    };
    let allowed = |action: &Action| {
        may(state, request, *action, &actor, now).is_ok()
            || (*action == Action::SignOff && !sign_for(state, request, &actor, now).is_empty())
    };
    OFFERED.into_iter().filter(allowed).collect()
}

/// In whose place the actor may sign the request off now.
pub fn sign_for(
    state: &State,
    request: RequestId,
    actor: &Actor,
    now: UnixMillis,
) -> Vec<PersonId> {
    let Some((person, _)) = actor.as_person() else {
        return Vec::new();
    };
    let may = |principal: &PersonId| {
        let mut command = sign_off(state, request, now);
        if let Command::SignOff { on_behalf_of, .. } = &mut command {
            *on_behalf_of = Some(*principal);
        }
        decide(state, command, actor, now).is_ok()
    };
    state
        .delegated_to(person, state.moment(now))
        .filter(may)
        .collect()
}

/// A yes to what the request says now, with a proof that was made just now.
fn sign_off(state: &State, request: RequestId, now: UnixMillis) -> Command {
    let none = Digest::new([0; 32]);
    let found = state.request(request);
    Command::SignOff {
        request,
        on_behalf_of: None,
        decision: Decision::Approve,
        statement: found.map_or(none, |found| found.statement_digest()),
        auth_time_s: state.moment(now).unix_seconds(),
        id_token: Commitment { c: none, n: 0 },
        note: None,
    }
}

/// Whether the actor may do this to the request now, given what only the act itself can bring: a
/// fresh proof of identity, the right statement, a note.
///
/// # Errors
///
/// The refusal that the command itself would meet.
pub fn may(
    state: &State,
    request: RequestId,
    action: Action,
    actor: &Actor,
    now: UnixMillis,
) -> Result<(), Refusal> {
    let sealed = Commitment {
        c: Digest::new([0; 32]),
        n: u32::MAX,
    };
    let found = state.request(request);
    let grant = found.and_then(|found| found.grant).unwrap_or(GrantId::NIL);
    let end = |cause| Command::EndGrant {
        grant,
        cause,
        sessions_cut: 0,
    };
    let command = match action {
        Action::SignOff => sign_off(state, request, now),
        Action::Withdraw => Command::Withdraw { request },
        Action::Edit => Command::EditRequest {
            request,
            facts: same_facts(found, sealed),
        },
        Action::Extend => Command::ExtendGrant { grant, proof: None },
        Action::AskExtension => Command::AskExtension { grant },
        Action::ApproveExtension => Command::ExtendGrant {
            grant,
            proof: Some(Proof {
                auth_time_s: state.moment(now).unix_seconds(),
                id_token: sealed,
            }),
        },
        Action::DenyExtension => Command::DenyExtension { grant },
        Action::Open => Command::IntendGrant {
            request,
            grant: GrantId::NIL,
        },
        Action::ShowCredential => Command::ShowCredential { grant },
        Action::IssueCertificate => Command::IssueCertificate {
            grant,
            key: sealed.c,
            source: None,
        },
        Action::Record => Command::StartRecording {
            recording: RecordingId::NIL,
            grant,
            way: way(state, grant),
        },
        Action::Return => end(EndCause::Returned),
        Action::Revoke => end(EndCause::Revoked),
        Action::Review => Command::RecordReview {
            request,
            verdict: Verdict::Drill,
            findings: None,
            note: sealed,
        },
        Action::Disclose => Command::DiscloseOpening {
            request,
            opening: found
                .and_then(|found| found.left(None).first().copied())
                .unwrap_or(NO_TEXT),
            purpose: sealed,
        },
        Action::OrderErasure => Command::OrderErasure {
            request,
            of: None,
            reason: sealed,
        },
    };
    match decide(state, command, actor, now) {
        // What an edit has to say, only its form can bring.
        Err(refusal) if action == Action::Edit && about_what_is_said(refusal.rule) => Ok(()),
        decided => decided.map(drop),
    }
}

/// How access of its kind is used in the browser; what has no such way is at least reported about.
fn way(state: &State, grant: GrantId) -> Way {
    match state.grant(grant).map(|grant| grant.connector) {
        Some(Connector::Postgresql) => Way::Console,
        Some(Connector::Ssh) => Way::Terminal,
        Some(Connector::Webhook) | None => Way::Reported,
    }
}

fn about_what_is_said(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::TicketForm
            | Rule::IncidentMissing
            | Rule::NetworkNotAllowed
            | Rule::ProofTooWeak
            | Rule::DurationOutOfRange
    )
}

/// What the request says already, with everything that an edit may have to say.
fn same_facts(found: Option<&Request>, sealed: Commitment) -> Facts {
    Facts {
        duration_s: found.map_or(0, |found| found.duration_s),
        urgency: found.map_or(Urgency::Sev4, |found| found.urgency),
        reason: sealed,
        reason_chars: u32::MAX,
        ticket: found.and_then(|found| found.ticket),
        ticket_text: None,
        incident: found.and_then(|found| found.incident),
        start_at_ms: None,
        seen: Seen::default(),
    }
}

/// Whether somebody was asked about a request: who may be asked to sign it off, for themselves or in the place of
/// somebody who is away now, and who has signed it. Nobody is about their own.
pub fn was_asked(state: &State, request: &Request, actor: &Actor, now: UnixMillis) -> bool {
    let Some((person, groups)) = actor.as_person() else {
        return false;
    };
    let now = state.moment(now);
    let act = Act { state, actor, now };
    let signed = |given: &SignOff| state.same(given.person, person);
    !state.same(request.requester, person)
        && (request.sign_offs.iter().any(signed)
            || signing::may_be_asked(act, request, person, groups))
}

/// Whether the actor may read entries of the log now: by the groups they come with, and by those that
/// were seen of them last.
pub fn may_read(state: &State, actor: &Actor, now: UnixMillis) -> bool {
    let act = Act {
        state,
        actor,
        now: state.moment(now),
    };
    oversight::holds(act, Role::Auditor).is_ok()
}

/// Whether the actor may confirm this order to erase now, with a fresh proof of identity.
pub fn may_confirm(state: &State, order: u64, actor: &Actor, now: UnixMillis) -> bool {
    let command = Command::ConfirmErasure {
        order,
        auth_time_s: state.moment(now).unix_seconds(),
        id_token: Commitment {
            c: Digest::new([0; 32]),
            n: 0,
        },
    };
    decide(state, command, actor, now).is_ok()
}

/// Whether the actor may cut off somebody's work in this recording now.
pub fn may_cut(state: &State, recording: RecordingId, actor: &Actor, now: UnixMillis) -> bool {
    let cause = RecordingEnd::Cut;
    let command = Command::EndRecording { recording, cause };
    decide(state, command, actor, now).is_ok()
}
