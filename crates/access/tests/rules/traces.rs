//! Random commands: the crate agrees with the model about every one, what it decides replays
//! without a finding, and the log as a whole keeps what is promised.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use access::refusal::Rule;
use access::{decide, refusal_event};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::invariants::{
    invariant_bytes, invariant_duration, invariant_end, invariant_indexes, invariant_quorum,
    invariant_replay,
};
use crate::model::Model;
use crate::stage::Stage;
use crate::steps::{Step, command, steps};

/// How many traces a test run plays.
const TRACES: u32 = 3_000;

/// Where the random numbers begin: the same traces in every run.
const SEED: u64 = 0x6272_6561_6b67_6c61;

pub(crate) fn runner(cases: u32) -> TestRunner {
    let rng_seed = RngSeed::Fixed(SEED);
    TestRunner::new(Config {
        cases,
        rng_seed,
        failure_persistence: None,
        ..Config::default()
    })
}

/// Plays a trace. `seen` counts what happened.
pub(crate) fn play(steps: &[Step], seen: &mut BTreeMap<&'static str, u32>) -> Stage {
    let mut stage = Stage::set();
    for step in steps {
        stage.later(match step.wait {
            0..8 => 3_600,
            8..20 => 1_800,
            20..30 => 600,
            30..60 => 1,
            _ => 0,
        });
        let (who, command) = command(&stage, step);
        let model = Model {
            log: &stage.log,
            now_ms: stage.now_ms,
        };
        let allowed = model.allows(&command, &who);
        let decided = decide(&stage.state, command.clone(), &who, stage.now());
        assert_eq!(decided.is_ok(), allowed, "{decided:?} {who:?} {command:?}");
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => {
                *seen.entry(refusal.rule.name()).or_default() += 1;
                vec![refusal_event(&refusal)]
            }
        };
        for event in events {
            *seen.entry(event.kind()).or_default() += 1;
            let model = Model {
                log: &stage.log,
                now_ms: stage.now_ms,
            };
            if model.ends_late(&event) {
                *seen.entry(Rule::EndedLate.name()).or_default() += 1;
                assert_eq!(stage.forged(&who, event), Rule::EndedLate);
            } else {
                stage.lawful(&who, event);
            }
        }
    }
    stage
}

#[test]
fn random_traces_agree_with_the_model() {
    let seen = RefCell::new(BTreeMap::new());
    let result = runner(TRACES).run(&steps(), |steps| {
        let stage = play(&steps, &mut seen.borrow_mut());
        invariant_quorum(&stage.log, &BTreeSet::new());
        invariant_duration(&stage.log, &BTreeSet::new());
        invariant_end(&stage);
        invariant_replay(&stage);
        invariant_indexes(&stage.state);
        invariant_bytes(&stage.log);
        Ok(())
    });
    result.unwrap();
    let seen = seen.into_inner();
    let unseen: Vec<&str> = expected().filter(|name| !seen.contains_key(name)).collect();
    assert!(
        unseen.len() < 60,
        "no trace came to {unseen:?}; seen: {seen:?}"
    );
}

/// Every rule that random commands can meet, and every kind of entry.
fn expected() -> impl Iterator<Item = &'static str> {
    let kinds = crate::golden::samples()
        .into_iter()
        .map(|(_, event)| event.kind());
    let rules = Rule::ALL
        .iter()
        .filter(|rule| rule.refuses() || **rule == Rule::EndedLate);
    // The stage opens the log before the first step; its keys and processes are nobody's command.
    let never = [
        "ledger.opened",
        "ledger_order",
        "key.rotated",
        "key_order",
        "server.started",
        "server.failed",
    ];
    kinds
        .chain(rules.map(|rule| rule.name()))
        .filter(move |name| !never.contains(name))
}
