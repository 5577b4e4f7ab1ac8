//! Random commands: the crate agrees with the model about every one, what it decides replays
//! without a finding, and the log as a whole keeps what is promised.

use std::cell::RefCell;
use std::collections::BTreeMap;

use access::command::Command;
use access::event::Actor;
use access::refusal::Rule;
use access::{decide, refusal_event};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::invariants;
use crate::model::Model;
use crate::stage::Stage;
use crate::steps::{Step, at_work, command, set, steps, working};

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

/// Where traces begin, and what their steps try.
#[derive(Clone, Copy)]
pub(crate) struct Dice {
    pub(crate) begin: fn() -> Stage,
    pub(crate) command: fn(&Stage, &Step) -> (Actor, Command),
}

/// Everything that can be asked for.
pub(crate) const ANYTHING: Dice = Dice {
    begin: set,
    command,
};

/// What is done while access of each kind is open, and after.
pub(crate) const WORK: Dice = Dice {
    begin: at_work,
    command: working,
};

/// Plays a trace; what has to hold after each step is asked after each step.
pub(crate) fn play(dice: Dice, steps: &[Step], seen: &mut Seen) -> Stage {
    let mut stage = (dice.begin)();
    for step in steps {
        stage.later(match step.wait {
            0..2 => 86_400,
            2..7 => 3_600,
            7..14 => 1_801,
            14..30 => 600,
            30..70 => 1,
            _ => 0,
        });
        let (who, command) = (dice.command)(&stage, step);
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
            match model.late(&event) {
                Some(late) => {
                    *seen.words.entry(late.name()).or_default() += 1;
                    assert_eq!(stage.forged(&who, event), late);
                }
                None => stage.lawful(&who, event),
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

/// Plays so many traces, and says what was seen in them.
fn traces(dice: Dice, count: u32, seed: u64) -> Seen {
    let seen = RefCell::new(Seen::default());
    let begin = (dice.begin)();
    let result = runner(count, seed).run(&steps(), |steps| {
        let stage = play(dice, &steps, &mut seen.borrow_mut());
        invariants::of_a_lawful_log(&begin, &stage);
        Ok(())
    });
    result.unwrap();
    let seen = seen.into_inner();
    tell(&seen.commands);
    seen
}

fn half(seed: u64) {
    let seen = traces(ANYTHING, TRACES / 2, seed);
    seen.came_to(expected().filter(|name| !of_work(name)));
    let names = Command::NAMES.iter().copied();
    seen.tried(names.filter(|name| !NOBODYS.contains(name) && !WORKS.contains(name)));
}

impl Seen {
    fn came_to(&self, expected: impl Iterator<Item = &'static str>) {
        let words = &self.words;
        let unseen: Vec<&str> = expected.filter(|name| !words.contains_key(name)).collect();
        assert!(
            unseen.is_empty(),
            "no trace came to {unseen:?}; seen: {words:?}"
        );
    }

    fn tried(&self, names: impl Iterator<Item = &'static str>) {
        for name in names {
            let (allowed, refused) = self.commands.get(name).copied().unwrap_or_default();
            let both = refused >= OFTEN && (allowed >= OFTEN || name == "activate_policy");
            assert!(
                both,
                "{name}: {allowed} times allowed, {refused} times refused"
            );
        }
    }
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
fn random_traces_of_work_agree_with_the_model() {
    let seen = traces(WORK, TRACES / 4, SEED);
    seen.came_to(expected().filter(|name| of_work(name)));
    seen.came_to(["wrong_state", "too_late", "not_revoker", "opening.erased"].into_iter());
    seen.tried(WORKS.into_iter());
}

/// Commands and words of what is done while access is open: traces of it alone come to all of them.
const WORKS: [&str; 9] = [
    "issue_certificate",
    "note_answer",
    "start_recording",
    "intend_action",
    "refuse_action",
    "finish_action",
    "record_chunk",
    "note_gap",
    "end_recording",
];

fn of_work(name: &str) -> bool {
    let kinds = ["action.", "recording.", "certificate.", "target."];
    let rules = [
        Rule::RecordingRequired,
        Rule::UnknownRecording,
        Rule::RecordingExists,
        Rule::WayNotOffered,
        Rule::NotHolder,
        Rule::ClassRefused,
        Rule::NotIntended,
        Rule::RecordingLate,
    ];
    kinds.iter().any(|kind| name.starts_with(kind)) || rules.iter().any(|rule| rule.name() == name)
}

#[test]
fn other_random_traces_agree_with_the_model() {
    half(OTHER_SEED);
}

/// What the portal has to write although it should not have come to it.
pub(crate) const LATE: [Rule; 2] = [Rule::EndedLate, Rule::RecordingLate];

/// The stage opens the log before the first step; its keys and processes are nobody's command.
const NOBODYS: [&str; 4] = ["open_ledger", "rotate_key", "start_server", "fail_server"];

/// Every rule that random commands can meet, and every kind of entry.
fn expected() -> impl Iterator<Item = &'static str> {
    let kinds = crate::golden::samples()
        .into_iter()
        .map(|(_, event)| event.kind());
    let rules = Rule::ALL
        .iter()
        .filter(|rule| rule.refuses() || LATE.contains(rule));
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
