//! Dice about policies, people and resources.

use std::sync::OnceLock;

use access::command::Command;
use access::policy::{Day, Drill};
use access::policy::{
    Debt, Extend, Labels, Policy, Stage as Asks, Step as Rung, TimeOfDay, Window,
};
use access::time::UnixMillis;

use super::Step;
use crate::company::{
    ARI, DANA, ELI, LEE, NOOR, OLA, PAT, RAE, SAM, VIC, emergency, names, orders_admin,
    orders_read, person, portal, stage_of,
};
use crate::stage::Stage;

/// `orders-read`, which its holder may make longer, and whose overdue reviews block.
fn lax() -> Policy {
    let mut policy = orders_read();
    let (times, by_s, approval) = (1, 600, false);
    policy.duration.extend = Some(Extend {
        times,
        by_s,
        approval,
    });
    policy.review.debt = Debt::Block;
    policy.review.within_s = 1_800;
    policy
}

/// One lead or, after 10 min, a director; then two of different groups; and every condition there is.
fn strict() -> Policy {
    let mut policy = orders_admin();
    let time = |text: &str| TimeOfDay::try_from(text.to_owned()).unwrap();
    let (after_s, groups) = (600, names(&["directors"]));
    policy.name = "orders-strict".parse().unwrap();
    policy.resources = names(&["env=prod"]);
    policy.grant.role = "orders_strict".into();
    policy.duration.extend = Some(Extend {
        times: 1,
        by_s: 600,
        approval: true,
    });
    policy.approval.delegation = true;
    policy.approval.within_s = 7_200;
    policy.approval.stages = vec![
        Asks {
            ladder: vec![Rung { after_s, groups }],
            ..stage_of(1, &["leads"])
        },
        Asks {
            distinct_groups: true,
            ..stage_of(2, &["leads", "security", "directors", "reviewers"])
        },
    ];
    let conditions = &mut policy.conditions;
    conditions.ticket = Some("INC-#".parse().unwrap());
    conditions.incident = true;
    conditions.networks = names(&["10.0.0.0/8"]);
    conditions.acr = vec!["urn:mfa".into(), "urn:hw".into()];
    conditions.amr = vec!["otp".into()];
    conditions.windows = vec![Window {
        days: Day::ALL.to_vec(),
        from: time("13:00"),
        to: time("17:00"),
    }];
    conditions.zone = Some("Asia/Kolkata".into());
    conditions.zone_rule = Some("IST-5:30".into());
    policy.emergency = Some(emergency(1_800, Some(900)));
    policy.review.debt = Debt::Block;
    policy.review.within_s = 1_800;
    policy.drill = Some(Drill { every_days: 30 });
    policy
}

/// Where every trace begins.
pub(crate) fn set() -> Stage {
    static SET: OnceLock<Stage> = OnceLock::new();
    SET.get_or_init(|| {
        let mut stage = Stage::set_under(&[lax(), orders_admin(), strict()]);
        stage.run(&portal(), configure("prod"));
        stage
    })
    .clone()
}

fn configure(env: &str) -> Command {
    Command::ConfigureResource {
        resource: "orders-db".parse().unwrap(),
        labels: Labels::from([("env".to_owned(), env.to_owned())]),
    }
}

/// One of the policies, as it is or otherwise.
fn draft(step: &Step) -> Policy {
    let mut policy = [lax, orders_admin, strict][usize::from(step.on)]();
    match step.dial / 16 {
        0 => policy.approval.stages[0].n = 0,
        1 | 2 => policy.approval.stages[0].n = 2,
        3 => policy.emergency = None,
        4 => policy.duration.max_s = policy.duration.default_s,
        5 => policy.approval.stages[0] = stage_of(1, &["oncall-database"]),
        _ => {}
    }
    if policy.emergency.is_none() {
        policy.drill = None;
    }
    policy.emergency = policy
        .emergency
        .filter(|glass| glass.max_duration_s <= policy.duration.max_s);
    policy
}

/// Proposals, links, absences, resources; and who may.
pub(super) fn policies(stage: &Stage, step: &Step, what: u8) -> (&'static [u128], Command) {
    const AUTHORS: &[u128] = &[NOOR, OLA, NOOR];
    let dial = step.dial;
    let on_table: Vec<u64> = stage
        .state
        .proposals()
        .map(|proposal| proposal.seq)
        .collect();
    let proposal = match on_table.len() {
        0 => u64::from(dial),
        some => on_table[usize::from(dial) % some],
    };
    let pair = |one: &[u128], other: &[u128]| {
        let by = usize::from(step.by);
        (
            person(one[by % one.len()]),
            person(other[by / 8 % other.len()]),
        )
    };
    match what {
        48 => {
            let by: &[u128] = if dial.is_multiple_of(4) {
                &[0]
            } else {
                AUTHORS
            };
            (
                by,
                Command::ProposePolicy {
                    policy: draft(step),
                    follows: [None, None, Some(1), Some(2)][usize::from(dial) % 4],
                },
            )
        }
        49 => {
            let policies = ["orders-read", "orders-admin", "orders-strict", "no-such"];
            let policy = policies[usize::from(dial % 4)].parse().unwrap();
            (AUTHORS, Command::ProposeRetirement { policy })
        }
        50 => (AUTHORS, Command::EndorseProposal { proposal }),
        51 | 52 => (AUTHORS, Command::ActivateProposal { proposal }),
        53 => (&[NOOR, OLA, 0], Command::WithdrawProposal { proposal }),
        54 => {
            let (person, into) = pair(&[ARI, RAE, OLA, ELI, 99], &[SAM, DANA, NOOR, VIC, ARI, PAT]);
            (&[PAT], Command::LinkPerson { person, into })
        }
        55 => {
            let (to, _) = pair(&[RAE, ELI, SAM, ARI, DANA, LEE, RAE, 99], &[ARI]);
            let for_s = [3_600, 86_400, 600, 31 * 86_400, 0][usize::from(dial) % 5];
            let until_ms = UnixMillis::new(stage.now_ms).plus_seconds(for_s);
            (
                &[ARI, ARI, SAM, LEE],
                Command::SetDelegation { to, until_ms },
            )
        }
        56 => (&[ARI], Command::EndDelegation),
        57 => {
            let env = ["prod", "prod", "prod", "test", "PROD"][usize::from(dial) % 5];
            (&[0], configure(env))
        }
        _ => {
            let resource = if dial < 40 { "orders-db" } else { "payroll-db" };
            let resource = resource.parse().unwrap();
            (&[0], Command::RemoveResource { resource })
        }
    }
}
