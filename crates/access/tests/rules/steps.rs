//! Dice that make commands: mostly sensible ones, so that requests get somewhere.

use access::command::Command;
use access::digest::Digest;
use access::event::{Actor, Decision, EndCause, Failure, Mode, SessionEnd, Verdict};
use access::state::Request;
use access::view::{GrantState, RequestState};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::stage::{
    ARI, CLEO, DANA, ELI, LEE, NOOR, OLA, PAT, QUINN, RAE, SAM, Stage, VIC, ask_as, grant,
    orders_read, person, portal, request, seal, who, who_in,
};

mod oversight;
mod policies;
mod requests;
mod work;

use oversight::oversight;
use policies::policies;
pub(crate) use policies::set;
pub(crate) use requests::GOOD_TICKET;
use requests::{requests, said};
pub(crate) use work::{at_work, working};

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
    let step = (0..184_u8, any::<u8>(), 0..3_u8, any::<u8>(), any::<u8>());
    let step = step.prop_map(|(what, by, on, dial, wait)| Step {
        what,
        by,
        on,
        dial,
        wait,
    });
    vec(step, 10..70)
}

/// Three times out of four somebody who might be allowed, else anybody.
fn actor(step: &Step, what: u8, likely: &[u128]) -> Actor {
    let anybody = [
        DANA, ELI, ARI, SAM, LEE, RAE, QUINN, CLEO, NOOR, OLA, PAT, VIC, 0, 99,
    ];
    let likely = if step.by.is_multiple_of(4) {
        &anybody[..]
    } else {
        likely
    };
    let number = likely[usize::from(step.by / 4) % likely.len()];
    match step.dial % 16 {
        _ if number == 0 => portal(),
        15 => who_in(number, &["leads", "reviewers", "authors"]),
        14 => who_in(number, &[]),
        even if what == 23 && even % 2 == 0 => who_in(number, &[]),
        _ => who(number),
    }
}

/// What a step tries: anything, or, more than half of the time, what would bring its request on.
fn what(stage: &Stage, step: &Step) -> u8 {
    if step.what < 60 {
        return step.what;
    }
    let away = stage.state.delegation(person(ARI), stage.now());
    match stage.state.proposals().next() {
        _ if (160..=170).contains(&step.what) && away.is_some() => return 56,
        Some(first) if step.what > 170 && first.by.is_none() => return 50,
        Some(_) if step.what > 174 => return 51,
        Some(_) if step.what > 170 => return 23,
        _ => {}
    }
    let found = stage.state.request(request(u128::from(step.on)));
    let grant = found.and_then(|found| stage.state.grant(found.grant?));
    let unreviewed = found.is_some_and(|found| found.review.is_none());
    let pick = |choices: &[u8]| choices[usize::from(step.what) % choices.len()];
    match (
        found.map(|found| found.state),
        grant.map(|grant| grant.state),
    ) {
        (None, _) => pick(&[0, 2, 4, 37, 37, 37, 37, 39]),
        (Some(RequestState::Submitted), _) => pick(&[5, 5, 5, 5, 59, 42, 41]),
        (Some(RequestState::Approved), _) => pick(&[12, 12, 12, 40]),
        (_, Some(GrantState::Intended)) => pick(&[15, 15, 15, 15, 5]),
        (_, Some(GrantState::Active { .. })) => active(found, step),
        (Some(RequestState::Granted), Some(GrantState::Ended { .. })) if unreviewed => {
            pick(&[22, 39])
        }
        _ => 28 + step.what % 8,
    }
}

/// What may be tried about access that is open.
fn active(found: Option<&Request>, step: &Step) -> u8 {
    let choices: &[u8] = match found {
        Some(found) if found.mode == Mode::Emergency => &[5, 5, 5, 59, 42, 18, 19, 20, 47, 21],
        Some(found) if found.policy.policy.approval.delegation => &[43, 43, 46, 44, 44, 46, 43],
        _ => &[18, 45, 45, 19, 20, 21],
    };
    choices[usize::from(step.what) % choices.len()]
}

/// The command that a step tries, and who tries it.
pub(crate) fn command(stage: &Stage, step: &Step) -> (Actor, Command) {
    tried(stage, step, what(stage, step))
}

fn tried(stage: &Stage, step: &Step, what: u8) -> (Actor, Command) {
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
    let (likely, command): (&[u128], _) = match what {
        0 | 1 => (ASKING, submit(step, "orders-read", Mode::Ordinary)),
        2 | 3 => (ASKING, submit(step, "orders-admin", Mode::Ordinary)),
        4 => (ASKING, submit(step, "orders-admin", Mode::Emergency)),
        5..=9 => (&[ARI, SAM, LEE, VIC, RAE], sign_off(stage, step)),
        10 => (holder, Command::Withdraw { request }),
        11 => (PORTAL, Command::Lapse { request }),
        12..=14 => (holder, Command::IntendGrant { request, grant }),
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
            let verdicts = [Verdict::Emergency, Verdict::Drill, Verdict::Misuse];
            let (verdict, note) = (verdicts[usize::from(dial % 3)], seal(40));
            (
                &[RAE, LEE],
                Command::RecordReview {
                    request,
                    verdict,
                    findings: dial.is_multiple_of(2).then(|| seal(30)),
                    note,
                },
            )
        }
        23 if dial < 10 => (
            PORTAL,
            Command::ActivatePolicy {
                policy: orders_read(),
            },
        ),
        23 => (
            &[ARI, NOOR, LEE, OLA, CLEO, SAM, PAT, NOOR, VIC],
            Command::OpenSession {
                auth_time_s: proved(stage, dial),
            },
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
        26..=36 => oversight(stage, step, what),
        37 | 38 => (ASKING, submit(step, "orders-strict", Mode::Ordinary)),
        39 => (ASKING, submit(step, "orders-strict", Mode::Emergency)),
        40..=47 | 59 => {
            let (likely, command) = requests(stage, step, what, grant);
            (likely.unwrap_or(holder), command)
        }
        48..=58 => policies(stage, step, what),
        60..=68 => {
            let (likely, command) = work::work(stage, step, what, grant);
            (likely.unwrap_or(holder), command)
        }
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
    (actor(step, what, likely), command)
}

/// Just now, mostly; or a while ago, ahead of the clock, or the provider does not say.
fn proved(stage: &Stage, dial: u8) -> Option<i64> {
    let now_s = stage.now().unix_seconds();
    match dial % 16 {
        11 => None,
        12 => Some(now_s - 1_790),
        13 => Some(now_s + 61),
        _ => Some(now_s),
    }
}

fn submit(step: &Step, policy: &str, asked: Mode) -> Command {
    let durations = [1_800, 600, 900, 1_801, 600, 3_601, 1_200, 0];
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
        *facts = said(step, duration_s);
        match step.dial {
            200..=205 => *resource = "payroll-db".parse().unwrap(),
            206..=209 => *policy = "no-such".parse().unwrap(),
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
