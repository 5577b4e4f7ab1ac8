//! Deciding stays fast however much the log holds.

use std::time::{Duration, Instant};

use access::command::Command;
use access::decide;
use access::event::{Decision, Mode};

use crate::stage::{ARI, DANA, Stage, ask_as, grant, orders_admin, request, who};

/// What one decision may cost, on average, with everything below in the log: a thousandth of what
/// a person notices, so that one server decides for thousands.
const MOST: Duration = Duration::from_micros(50);

const POLICIES: u32 = 1_000;
const REQUESTS: u128 = 100_000;

#[test]
#[ignore = "a measurement: ask for it on a machine that does nothing else"]
fn a_decision_is_fast_among_many_policies_and_requests() {
    let policy = |number| {
        let mut policy = orders_admin();
        policy.name = format!("orders-admin-{number}").parse().unwrap();
        policy
    };
    let policies: Vec<_> = (0..POLICIES).map(policy).collect();
    let mut stage = Stage::set_under(&policies);
    for number in 0..REQUESTS {
        let policy = format!("orders-admin-{}", number % u128::from(POLICIES));
        stage
            .later(1)
            .run(&who(DANA), ask_as(number, &policy, Mode::Ordinary, 600));
        stage.log.clear();
    }
    let numbers = || (REQUESTS - 1_000)..REQUESTS;
    stage.later(1);
    let begin = Instant::now();
    for number in numbers() {
        let word = stage.word(number, Decision::Approve);
        decide(&stage.state, word, &who(ARI), stage.now()).unwrap();
        let fresh = ask_as(number + REQUESTS, "orders-admin-7", Mode::Emergency, 600);
        decide(&stage.state, fresh, &who(DANA), stage.now()).unwrap();
        let open = Command::IntendGrant {
            request: request(number),
            grant: grant(number),
        };
        decide(&stage.state, open, &who(DANA), stage.now()).unwrap_err();
    }
    let mean = begin.elapsed() / 3_000;
    assert!(mean < MOST, "{mean:?} a decision");
}
