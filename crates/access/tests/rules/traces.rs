//! Random commands: the crate agrees with the model about every one, what it decides replays
//! without a finding, and the log as a whole keeps what is promised.

use std::cell::RefCell;
use std::collections::BTreeMap;

use access::command::Command;
use access::refusal::Rule;
use access::{decide, refusal_event};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::invariants;
use crate::model::Model;
use crate::stage::Stage;
use crate::steps::{Step, command, set, steps};

/// How many traces a test run plays, in two halves beside each other.
const TRACES: u32 = 10_000;

/// Where the random numbers begin: the same traces in every run.
pub(crate) const SEED: u64 = 0x6272_6561_6b67_6c61;
const OTHER_SEED: u64 = 0x6163_6365_7373_2d32;

/// How often at least each command is allowed, and refused, in each half.
const OFTEN: u32 = 10;

/// What was seen: kinds and rules, and of each command how often it was allowed and refused.
#[derive(Default)]
pub(crate) struct Seen {
    words: BTreeMap<&'static str, u32>,
    commands: BTreeMap<&'static str, (u32, u32)>,
}

pub(crate) fn runner(cases: u32, seed: u64) -> TestRunner {
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    })
}

/// Plays a trace; what has to hold after each step is asked after each step.
pub(crate) fn play(steps: &[Step], seen: &mut Seen) -> Stage {
    let mut stage = set();
    for step in steps {
        stage.later(match step.wait {
            0..2 => 86_400,
            2..7 => 3_600,
            7..14 => 1_801,
            14..30 => 600,
            30..70 => 1,
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
        let counts = seen.commands.entry(command.name()).or_default();
        let events = match decided {
            Ok(events) => {
                counts.0 += 1;
                events
            }
            Err(refusal) => {
                counts.1 += 1;
                *seen.words.entry(refusal.rule.name()).or_default() += 1;
                vec![refusal_event(&refusal)]
            }
        };
        let follows = events.get(1).map(access::event::Event::kind);
        for (number, event) in events.into_iter().enumerate() {
            *seen.words.entry(event.kind()).or_default() += 1;
            let model = Model {
                log: &stage.log,
                now_ms: stage.now_ms,
            };
            if model.ends_late(&event) {
                *seen.words.entry(Rule::EndedLate.name()).or_default() += 1;
                assert_eq!(stage.forged(&who, event), Rule::EndedLate);
            } else {
                stage.lawful(&who, event);
            }
            if let (0, true, Command::SignOff { request, .. }) = (number, allowed, &command) {
                let model = Model {
                    log: &stage.log,
                    now_ms: stage.now_ms,
                };
                assert_eq!(model.follows(*request), follows, "{who:?} {command:?}");
            }
        }
        invariants::after_each_step(&stage.state);
    }
    stage
}

fn half(seed: u64) {
    let seen = RefCell::new(Seen::default());
    let begin = set();
    let result = runner(TRACES / 2, seed).run(&steps(), |steps| {
        let stage = play(&steps, &mut seen.borrow_mut());
        invariants::of_a_lawful_log(&begin, &stage);
        Ok(())
    });
    result.unwrap();
    let Seen { words, commands } = seen.into_inner();
    let unseen: Vec<&str> = expected()
        .filter(|name| !words.contains_key(name))
        .collect();
    assert!(
        unseen.is_empty(),
        "no trace came to {unseen:?}; seen: {words:?}"
    );
    for name in Command::NAMES.iter().filter(|name| !NOBODYS.contains(name)) {
        let (allowed, refused) = commands.get(name).copied().unwrap_or_default();
        let both = refused >= OFTEN && (allowed >= OFTEN || *name == "activate_policy");
        assert!(
            both,
            "{name}: {allowed} times allowed, {refused} times refused"
        );
    }
    tell(&commands);
}

/// How often each command was allowed and refused, for whoever looks with `--nocapture`.
#[expect(clippy::print_stdout, reason = "shown only where it is asked for")]
fn tell(commands: &BTreeMap<&'static str, (u32, u32)>) {
    println!("{commands:?}");
}

#[test]
fn random_traces_agree_with_the_model() {
    half(SEED);
}

#[test]
fn other_random_traces_agree_with_the_model() {
    half(OTHER_SEED);
}

/// The stage opens the log before the first step; its keys and processes are nobody's command.
const NOBODYS: [&str; 4] = ["open_ledger", "rotate_key", "start_server", "fail_server"];

/// Every rule that random commands can meet, and every kind of entry.
fn expected() -> impl Iterator<Item = &'static str> {
    let kinds = crate::golden::samples()
        .into_iter()
        .map(|(_, event)| event.kind());
    let rules = Rule::ALL
        .iter()
        .filter(|rule| rule.refuses() || **rule == Rule::EndedLate);
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
