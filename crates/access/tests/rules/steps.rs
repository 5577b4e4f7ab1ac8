//! Dice that make commands: mostly sensible ones, so that requests get somewhere.

use access::command::Command;
use access::digest::Digest;
use access::event::{Actor, Decision, EndCause, Failure, Mode, SessionEnd, Verdict};
use access::policy::Policy;
use access::view::{GrantState, RequestState};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::stage::{
    ARI, CLEO, DANA, ELI, LEE, QUINN, RAE, SAM, Stage, ask_as, grant, orders_admin, orders_read,
    person, portal, request, seal, who, who_in,
};

mod oversight;

use oversight::oversight;

/// One throw of the dice: what is tried, by whom, on what, after how long.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    what: u8,
    by: u8,
    on: u8,
    dial: u8,
    pub(crate) wait: u8,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..64_u8, any::<u8>(), 0..3_u8, any::<u8>(), any::<u8>());
    let step = step.prop_map(|(what, by, on, dial, wait)| Step {
        what,
        by,
        on,
        dial,
        wait,
    });
    vec(step, 10..70)
}

/// Two times out of three somebody who might be allowed, else anybody.
fn actor(step: &Step, likely: &[u128]) -> Actor {
    let anybody = [DANA, ELI, ARI, SAM, LEE, RAE, QUINN, CLEO, 0, 99];
    let likely = if step.by.is_multiple_of(3) {
        &anybody[..]
    } else {
        likely
    };
    match likely[usize::from(step.by / 3) % likely.len()] {
        0 => portal(),
        number if step.dial % 16 == 15 => who_in(number, &["leads", "reviewers"]),
        number if step.dial % 16 == 14 || (step.what == 23 && step.dial.is_multiple_of(2)) => {
            who_in(number, &[])
        }
        number => who(number),
    }
}

fn changed(step: &Step) -> Policy {
    let mut policy = if step.dial.is_multiple_of(2) {
        orders_read()
    } else {
        orders_admin()
    };
    policy.approval.stages[0].n = step.dial / 2 % 4;
    if step.dial > 128 {
        policy.emergency = None;
    }
    policy
}

/// What a step tries: anything, or, half of the time, what would bring its request on.
fn what(stage: &Stage, step: &Step) -> u8 {
    if step.what < 38 {
        return step.what;
    }
    let found = stage.state.request(request(u128::from(step.on)));
    let grant = found.and_then(|found| stage.state.grant(found.grant?));
    let unreviewed = found.is_some_and(|found| found.review.is_none());
    match (
        found.map(|found| found.state),
        grant.map(|grant| grant.state),
    ) {
        (None, _) => step.what % 5,
        (Some(RequestState::Submitted), _) => 5,
        (Some(RequestState::Approved), _) => 12,
        (_, Some(GrantState::Intended)) => 15,
        (_, Some(GrantState::Active { .. })) => 18 + step.what % 4,
        (Some(RequestState::Granted), Some(GrantState::Ended { .. })) if unreviewed => 22,
        _ => 28 + step.what % 8,
    }
}

/// The command that a step tries, and who tries it.
pub(crate) fn command(stage: &Stage, step: &Step) -> (Actor, Command) {
    const ASKING: &[u128] = &[DANA, DANA, ELI, LEE];
    const PORTAL: &[u128] = &[0];
    let (number, dial) = (u128::from(step.on), step.dial);
    let request = request(number);
    let found = stage.state.request(request);
    let holder = [DANA, ELI, LEE]
        .into_iter()
        .find(|number| found.is_some_and(|found| found.requester == person(*number)));
    let holder = &[holder.unwrap_or(DANA)][..];
    let grant = match found.and_then(|found| found.grant) {
        Some(grant) if !dial.is_multiple_of(8) => grant,
        _ => grant(u128::from(dial % 4)),
    };
    let end = |cause| Command::EndGrant {
        grant,
        cause,
        sessions_cut: u32::from(dial),
    };
    let (likely, command): (&[u128], _) = match what(stage, step) {
        0 | 1 => (ASKING, submit(step, "orders-read", Mode::Ordinary)),
        2 | 3 => (ASKING, submit(step, "orders-admin", Mode::Ordinary)),
        4 => (ASKING, submit(step, "orders-admin", Mode::Emergency)),
        5..=9 => (&[ARI, SAM, LEE], sign_off(stage, step)),
        10 => (holder, Command::Withdraw { request }),
        11 => (PORTAL, Command::Lapse { request }),
        12..=14 => (ASKING, Command::IntendGrant { request, grant }),
        15 | 16 => (PORTAL, Command::ConfirmGrant { grant }),
        17 => (
            PORTAL,
            Command::FailGrant {
                grant,
                failure: Failure::Unknown,
            },
        ),
        18 => (holder, Command::ShowCredential { grant }),
        19 => (holder, end(EndCause::Returned)),
        20 => (PORTAL, end(EndCause::Expired)),
        21 => (&[ARI, SAM, LEE, RAE], end(EndCause::Revoked)),
        22 => {
            let (verdict, note) = (Verdict::Emergency, seal(40));
            (
                &[RAE, LEE],
                Command::RecordReview {
                    request,
                    verdict,
                    findings: None,
                    note,
                },
            )
        }
        23 if dial < 40 => (
            PORTAL,
            Command::ActivatePolicy {
                policy: changed(step),
            },
        ),
        23 => (
            &[ARI, SAM, LEE, DANA, CLEO, CLEO],
            Command::OpenSession { auth_time_s: None },
        ),
        24 if dial < 100 => (
            &[DANA],
            Command::CloseSession {
                cause: SessionEnd::Provider,
            },
        ),
        24 => {
            let (account, resource) = (grant.account(), "orders-db".parse().unwrap());
            (
                PORTAL,
                Command::RemoveOrphan {
                    resource,
                    account,
                    sessions_cut: 0,
                },
            )
        }
        26..=36 => oversight(stage, step),
        _ => {
            let (identity, name) = (seal(1), seal(2));
            let person = person(if dial < 20 { 99 } else { DANA });
            (
                PORTAL,
                Command::RegisterPerson {
                    person,
                    identity,
                    name,
                },
            )
        }
    };
    (actor(step, likely), command)
}

fn submit(step: &Step, policy: &str, asked: Mode) -> Command {
    let durations = [1_800, 600, 1_801, 3_600, 1, 3_601, 14_400, 0];
    let duration_s = durations[usize::from(step.dial % 16 / 2)];
    let mut command = ask_as(u128::from(step.on), policy, asked, duration_s);
    if let Command::SubmitRequest {
        resource,
        policy,
        facts,
        confirmed,
        mode,
        ..
    } = &mut command
    {
        match step.dial {
            200..=205 => *resource = "payroll-db".parse().unwrap(),
            206..=209 => *policy = "no-such".parse().unwrap(),
            210..=215 => facts.reason_chars = 9,
            216..=219 => facts.reason = seal(15),
            220..=229 => *confirmed = false,
            230..=233 => *mode = Mode::Emergency,
            _ => {}
        }
    }
    command
}

fn sign_off(stage: &Stage, step: &Step) -> Command {
    let decision = if step.dial % 16 == 1 {
        Decision::Deny
    } else {
        Decision::Approve
    };
    let mut command = stage.word(u128::from(step.on), decision);
    if let Command::SignOff {
        statement,
        auth_time_s,
        ..
    } = &mut command
    {
        match step.dial {
            200..=209 => *statement = Digest::of(b"another"),
            210..=219 => *auth_time_s -= 4_000,
            220..=224 => *auth_time_s += 61,
            225..=229 => *auth_time_s += 60,
            _ => {}
        }
    }
    command
}
