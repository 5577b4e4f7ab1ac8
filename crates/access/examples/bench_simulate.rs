//! Measures what a draft costs its author: 100,000 requests of 90 days under another policy, and who of
//! 1,000 people could open something. Prints one JSON line a figure.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

use std::time::Instant;

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, Mode, Urgency};
use access::ids::{GrantId, GroupName, PersonId, RequestId};
use access::policy::Policy;
use access::simulate::{replay_under, who_could_open};
use access::time::UnixMillis;
use access::{Record, State, apply, decide};
use uuid::Uuid;

/// Requests, a third of them emergencies, each but the emergencies with two sign-offs and opened.
const REQUESTS: u128 = 100_000;

/// People: half of them ask, half of them sign.
const PEOPLE: u128 = 1_000;

/// Milliseconds between two requests: 90 days for all.
const APART_MS: i64 = 90 * 86_400_000 / REQUESTS as i64;

/// Rounds; the median is told.
const ROUNDS: usize = 5;

const POLICY: &str = r#"{
    "name": "orders", "description": "Change orders.", "resources": ["orders-db"], "eligible": ["oncall"],
    "conditions": {"min_reason_chars": 10},
    "duration": {"default_s": 1800, "max_s": 7200, "extend": null},
    "approval": {"within_s": 3600, "stages": [
        {"n": 1, "groups": ["leads"], "ladder": [{"after_s": 600, "groups": ["directors"]}]},
        {"n": 1, "groups": ["security"]}
    ]},
    "emergency": {"max_duration_s": 3600, "ratify_within_s": null},
    "review": {"groups": ["directors"], "within_s": 86400}, "drill": null,
    "grant": {"connector": "postgresql", "role": "orders"}
}"#;

fn main() {
    let policy: Policy = serde_json::from_str(POLICY).expect("a policy");
    let mut log = Log::default();
    log.begin(&policy);
    for number in 0..REQUESTS {
        log.request(number);
    }
    let mut draft = policy.clone();
    draft.approval.stages[0].n = 2;
    draft.conditions.windows = serde_json::from_str(
        r#"[{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}]"#,
    )
    .expect("windows");
    draft.conditions.zone_rule = Some("CET-1CEST,M3.5.0,M10.5.0/3".to_owned());
    if let Some(emergency) = &mut draft.emergency {
        emergency.ratify_within_s = Some(900);
    }
    draft.conditions.zone = Some("Europe/Berlin".to_owned());
    let (since, now) = (UnixMillis::new(0), log.now());
    for (metric, draft) in [
        ("replay_100000_same", &policy),
        ("replay_100000_stricter", &draft),
    ] {
        figure(metric, || {
            let replayed = replay_under(&log.state, draft, since, now);
            assert_eq!(u128::from(replayed.requests), REQUESTS);
            assert_eq!(replayed.changed == 0, *draft == policy);
        });
    }
    let resource = "orders-db".parse().expect("a name");
    let version = log.state.policy(&policy.name).expect("in force");
    figure("who_of_1000", || {
        let rows = who_could_open(&log.state, version, &resource, now);
        assert_eq!(rows.len() as u128, PEOPLE);
    });
}

#[derive(Default)]
struct Log {
    state: State,
    now_ms: i64,
}

fn seal(n: u32) -> Commitment {
    let c = Digest::of(&n.to_be_bytes());
    Commitment { c, n }
}

/// The half that asks, or that signs.
fn person(number: u128) -> Actor {
    let group = |group: &str| group.parse::<GroupName>().expect("a name");
    let groups = match number % 4 {
        0 | 2 => vec![group("oncall")],
        1 => vec![group("leads")],
        _ => vec![group("security")],
    };
    let person = PersonId::new(Uuid::from_u128(number + 1));
    Actor::Person { person, groups }
}

impl Log {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(self.now_ms)
    }

    fn run(&mut self, actor: &Actor, command: Command) {
        let events = decide(&self.state, command, actor, self.now()).expect("it is allowed");
        for event in events {
            let (seq, time, actor) = (self.state.next_seq(), self.now(), actor.clone());
            let record = Record {
                seq,
                time,
                actor,
                event,
            };
            apply(&mut self.state, &record).expect("it is lawful");
        }
    }

    fn begin(&mut self, policy: &Policy) {
        let portal = Actor::system("portal");
        let (origin, vkey) = ("a.test/log".to_owned(), "a.test/log+k".to_owned());
        self.run(&portal, Command::OpenLedger { origin, vkey });
        let policy = policy.clone();
        self.run(&portal, Command::ActivatePolicy { policy });
        for number in 0..PEOPLE {
            let (identity, name) = (seal(40), seal(12));
            let person_id = PersonId::new(Uuid::from_u128(number + 1));
            self.run(
                &portal,
                Command::RegisterPerson {
                    person: person_id,
                    identity,
                    name,
                },
            );
            self.run(&person(number), Command::OpenSession { auth_time_s: None });
        }
    }

    fn request(&mut self, number: u128) {
        self.now_ms += APART_MS;
        let request = RequestId::new(Uuid::from_u128(number + 0x10_0000));
        let grant = GrantId::new(Uuid::from_u128(number + 0x1000_0000));
        let asks = person(number * 2 % PEOPLE);
        let mode = if number.is_multiple_of(3) {
            Mode::Emergency
        } else {
            Mode::Ordinary
        };
        let facts = Facts {
            duration_s: 1_800,
            urgency: Urgency::Sev2,
            reason: seal(60),
            reason_chars: 60,
            ticket: None,
            ticket_text: None,
            incident: None,
            start_at_ms: None,
            seen: Seen::default(),
        };
        let resource = "orders-db".parse().expect("a name");
        let policy = "orders".parse().expect("a name");
        let confirmed = mode == Mode::Emergency;
        let submit = Command::SubmitRequest {
            request,
            mode,
            resource,
            policy,
            facts,
            grant,
            confirmed,
        };
        self.run(&asks, submit);
        if mode == Mode::Ordinary {
            for signer in [1, 3] {
                self.now_ms += 1_000;
                let statement = self.state.request(request).expect("asked").statement_sha256;
                let word = Command::SignOff {
                    request,
                    on_behalf_of: None,
                    decision: Decision::Approve,
                    statement,
                    auth_time_s: self.now().unix_seconds(),
                    id_token: seal(900),
                    note: None,
                };
                self.run(&person(signer), word);
            }
            self.run(&asks, Command::IntendGrant { request, grant });
        }
        self.run(&Actor::system("portal"), Command::ConfirmGrant { grant });
    }
}

fn figure(metric: &str, mut work: impl FnMut()) {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let value = times[ROUNDS / 2];
    println!(
        r#"{{"bench":"simulate","metric":"{metric}","value":{value:.3},"unit":"ms","peer":null,"ratio":null}}"#
    );
}
