//! Measures the rules: what deciding costs among 1,000 policies and 100,000 requests, and how many entries
//! a replay reads and folds in a second. `bench_rules` prints one JSON line a figure.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

use std::hint::black_box;
use std::time::Instant;

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{
    ActionOutcome, Actor, Decision, EndCause, Event, Mode, RecordingEnd, Urgency, Verdict, Way,
};
use access::ids::{GrantId, PersonId, PolicyName, RecordingId, RequestId};
use access::policy::Policy;
use access::time::UnixMillis;
use access::{Record, Replay, State, apply, decide};
use uuid::Uuid;

const POLICIES: u32 = 1_000;

/// Requests in the state: one in four is open in the end, the others went all their way.
const REQUESTS: u128 = 100_000;

/// Recorded sessions of a log of work, and the actions of each: nine entries of ten are about actions.
const SESSIONS: u128 = 200;
const ACTIONS: u32 = 1_000;

/// Decisions of each kind; the median is told.
const DECISIONS: u128 = 2_001;

/// Replays of the whole log; the median is told.
const REPLAYS: usize = 5;

/// A policy as small ones are: one of two groups signs, emergencies, an hour.
const POLICY: &str = r#"{"name":"NAME","description":"Change orders in production.","resources":["orders-db"],
"eligible":["oncall"],"conditions":{"min_reason_chars":20},"duration":{"default_s":1800,"max_s":3600},
"approval":{"within_s":3600,"stages":[{"n":1,"groups":["leads","security"]}]},
"emergency":{"max_duration_s":1800},"review":{"groups":["reviewers"],"within_s":86400},
"grant":{"connector":"postgresql","role":"orders_admin"}}"#;

/// An entry as a verifier gets it.
struct Wire {
    time: UnixMillis,
    kind: &'static str,
    actor: String,
    body: String,
}

/// A log under way.
struct Log {
    state: State,
    now_ms: i64,
    wire: Vec<Wire>,
}

fn main() {
    let mut log = Log {
        state: State::default(),
        now_ms: 1_767_600_000_000,
        wire: Vec::new(),
    };
    log.begin();
    for number in 0..REQUESTS {
        log.request(number);
    }
    assert!(log.wire.len() >= 200_000, "{} entries", log.wire.len());
    decisions(&log);
    replays("replay", &log.wire);
    let mut work = Log {
        state: State::default(),
        now_ms: 1_767_600_000_000,
        wire: Vec::new(),
    };
    work.begin();
    for number in 1..=SESSIONS {
        work.session(number);
    }
    measure_intend(&work);
    replays("replay_actions", &work.wire);
}

fn person(number: u128, group: &str) -> Actor {
    Actor::Person {
        person: PersonId::new(Uuid::from_u128(number)),
        groups: vec![group.parse().expect("a group")],
    }
}

/// One of a hundred people who ask.
fn asking(number: u128) -> Actor {
    person(1_000 + number % 100, "oncall")
}

/// One of a hundred people who sign.
fn signing(number: u128) -> Actor {
    person(2_000 + number % 100, "leads")
}

fn reviewing() -> Actor {
    person(3_000, "reviewers")
}

fn portal() -> Actor {
    Actor::system("portal")
}

fn seal(n: u32) -> Commitment {
    let c = Digest::of(&n.to_be_bytes());
    Commitment { c, n }
}

fn policy_name(number: u128) -> PolicyName {
    let name = format!("orders-{}", number % u128::from(POLICIES));
    name.parse().expect("a name")
}

fn request(number: u128) -> RequestId {
    // Spread, as ids are.
    RequestId::new(Uuid::from_u128(
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
    ))
}

fn grant(number: u128) -> GrantId {
    GrantId::new(Uuid::from_u128(
        !number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
    ))
}

fn submit(number: u128, mode: Mode) -> Command {
    Command::SubmitRequest {
        request: request(number),
        mode,
        resource: "orders-db".parse().expect("a name"),
        policy: policy_name(number),
        facts: Facts {
            duration_s: 600,
            urgency: Urgency::Sev2,
            reason: seal(60),
            reason_chars: 50,
            ticket: Some(seal(8)),
            ticket_text: None,
            incident: None,
            start_at_ms: None,
            seen: Seen::default(),
        },
        grant: grant(number),
        confirmed: true,
    }
}

fn open(number: u128) -> Command {
    Command::IntendGrant {
        request: request(number),
        grant: grant(number),
    }
}

impl Log {
    fn run(&mut self, actor: &Actor, command: Command) {
        let now = UnixMillis::new(self.now_ms);
        let events = decide(&self.state, command, actor, now).expect("it is allowed");
        for event in events {
            self.write(actor, event, now);
        }
    }

    fn write(&mut self, actor: &Actor, event: Event, time: UnixMillis) {
        let record = Record {
            seq: self.state.next_seq(),
            time,
            actor: actor.clone(),
            event,
        };
        apply(&mut self.state, &record).expect("it is lawful");
        self.wire.push(Wire {
            time,
            kind: record.event.kind(),
            actor: record.actor.json(),
            body: record.event.body_json(),
        });
    }

    fn begin(&mut self) {
        let (origin, vkey) = ("bench.test/log".to_owned(), "bench.test/log+k".to_owned());
        self.run(&portal(), Command::OpenLedger { origin, vkey });
        for number in 0..POLICIES {
            let json = POLICY.replace("NAME", &format!("orders-{number}"));
            let policy: Policy = serde_json::from_str(&json).expect("a policy");
            self.run(&portal(), Command::ActivatePolicy { policy });
        }
        let people = (0..100).flat_map(|number| [asking(number), signing(number)]);
        for actor in people.chain([reviewing()]) {
            let (person, _) = actor.as_person().expect("a person");
            let (identity, name) = (seal(40), seal(12));
            let register = Command::RegisterPerson {
                person,
                identity,
                name,
            };
            self.run(&portal(), register);
            self.run(&actor, Command::OpenSession { auth_time_s: None });
        }
    }

    fn yes(&self, number: u128) -> Command {
        let id = request(number);
        let asked = self.state.request(id).expect("it was asked");
        Command::SignOff {
            request: id,
            on_behalf_of: None,
            decision: Decision::Approve,
            statement: asked.statement_sha256,
            auth_time_s: self.now_ms.div_euclid(1_000),
            id_token: seal(900),
            note: None,
        }
    }

    /// A request, and in three cases of four all that follows. The last 10,000 wait, or are approved.
    fn request(&mut self, number: u128) {
        self.now_ms += 100;
        self.run(&asking(number), submit(number, Mode::Ordinary));
        let waits = number >= REQUESTS - 10_000;
        if number.is_multiple_of(4) || (waits && number.is_multiple_of(2)) {
            return;
        }
        let yes = self.yes(number);
        self.run(&signing(number), yes);
        if waits {
            return;
        }
        self.run(&asking(number), open(number));
        let grant = grant(number);
        self.run(&portal(), Command::ConfirmGrant { grant });
        let (cause, sessions_cut) = (EndCause::Returned, 0);
        let end = Command::EndGrant {
            grant,
            cause,
            sessions_cut,
        };
        self.run(&asking(number), end);
        let (request, verdict, findings, note) =
            (request(number), Verdict::Emergency, None, seal(40));
        let review = Command::RecordReview {
            request,
            verdict,
            findings,
            note,
        };
        self.run(&reviewing(), review);
    }
}

impl Log {
    /// Access that is opened, worked by, and given back; the last one's goes on.
    fn session(&mut self, number: u128) {
        // One that is not among those that nobody follows up.
        let number = number * 4 + 1;
        self.now_ms += 100;
        self.run(&asking(number), submit(number, Mode::Ordinary));
        let yes = self.yes(number);
        self.run(&signing(number), yes);
        self.run(&asking(number), open(number));
        let grant = grant(number);
        self.run(&portal(), Command::ConfirmGrant { grant });
        let (recording, way) = (recording(number), Way::Console);
        let start = Command::StartRecording {
            recording,
            grant,
            way,
        };
        self.run(&asking(number), start);
        for action in 0..ACTIONS {
            self.now_ms += 20;
            self.run(&asking(number), intend(recording));
            let finish = Command::FinishAction {
                recording,
                number: action,
                outcome: ActionOutcome::Done,
                rows: Some(12),
                duration_ms: 7,
                result: Some(seal(32)),
            };
            self.run(&asking(number), finish);
        }
        if number == SESSIONS * 4 + 1 {
            return;
        }
        let cause = RecordingEnd::Closed;
        self.run(&asking(number), Command::EndRecording { recording, cause });
        let (cause, sessions_cut) = (EndCause::Returned, 0);
        let end = Command::EndGrant {
            grant,
            cause,
            sessions_cut,
        };
        self.run(&asking(number), end);
    }
}

fn recording(number: u128) -> RecordingId {
    RecordingId::new(request(number).uuid())
}

fn intend(recording: RecordingId) -> Command {
    Command::IntendAction {
        recording,
        classes: Vec::new(),
        statement: seal(120),
    }
}

fn measure_intend(log: &Log) {
    let number = SESSIONS * 4 + 1;
    decision(log, "decide_intend_action", &|_| {
        (asking(number), intend(recording(number)))
    });
}

/// The median of what a decision takes.
fn decision(log: &Log, name: &str, command: &dyn Fn(u128) -> (Actor, Command)) {
    let now = UnixMillis::new(log.now_ms);
    let one = |round: u128| {
        let (actor, command) = command(round);
        let begin = Instant::now();
        let decided = black_box(decide(&log.state, command, &actor, now));
        let took = begin.elapsed().as_secs_f64() * 1e6;
        assert!(decided.is_ok(), "{name}: {decided:?}");
        took
    };
    let mut took: Vec<f64> = (0..DECISIONS).map(one).collect();
    figure(name, "us", median(&mut took));
}

fn decisions(log: &Log) {
    let measured =
        |name: &str, command: &dyn Fn(u128) -> (Actor, Command)| decision(log, name, command);
    measured("decide_submit", &|round| {
        (asking(round), submit(REQUESTS + round, Mode::Ordinary))
    });
    measured("decide_emergency", &|round| {
        (asking(round), submit(REQUESTS + round, Mode::Emergency))
    });
    // Even ones wait, odd ones are approved.
    let even = |round: u128| REQUESTS - 10_000 + 2 * round;
    measured("decide_sign_off", &|round| {
        (signing(round), log.yes(even(round)))
    });
    measured("decide_open", &|round| {
        (asking(even(round) + 1), open(even(round) + 1))
    });
}

fn replays(name: &str, wire: &[Wire]) {
    let mut rates: Vec<f64> = (0..REPLAYS)
        .map(|_| {
            let begin = Instant::now();
            let mut replay = Replay::default();
            for (seq, entry) in (0..).zip(wire) {
                let read = replay.entry(seq, entry.time, entry.kind, &entry.actor, &entry.body);
                read.expect("it is lawful");
            }
            let rate = wire.len() as f64 / begin.elapsed().as_secs_f64();
            assert_eq!(replay.into_state().next_seq(), wire.len() as u64);
            rate
        })
        .collect();
    figure(&format!("{name}_entries"), "1", wire.len() as f64);
    figure(name, "entries/s", median(&mut rates));
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn figure(metric: &str, unit: &str, value: f64) {
    println!(
        r#"{{"bench":"rules","metric":"{metric}","value":{value:.3},"unit":"{unit}","peer":null,"ratio":null}}"#
    );
}
