//! A small company with two policies, and a log that can be continued lawfully or forged.

use access::command::Command;
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, Event, Mode, Urgency};
use access::ids::{GrantId, GroupName, PersonId, PolicyName, RequestId};
use access::policy::{Approval, Connector, Emergency, GrantTemplate, Policy, Review};
use access::refusal::Rule;
use access::roles::RoleGroups;
use access::time::UnixMillis;
use access::{Record, State, apply, decide, refusal_event};
use uuid::Uuid;

/// Where every test begins: 2026-01-05T08:00:00Z, and half a second.
pub(crate) const BEGIN_MS: i64 = 1_767_600_000_500;

/// The people: a number each, so that ids are the same in every run.
pub(crate) const DANA: u128 = 1;
pub(crate) const ELI: u128 = 2;
pub(crate) const ARI: u128 = 3;
pub(crate) const SAM: u128 = 4;
pub(crate) const LEE: u128 = 5;
pub(crate) const RAE: u128 = 6;
pub(crate) const QUINN: u128 = 7;
pub(crate) const CLEO: u128 = 8;
pub(crate) const KIM: u128 = 9;

/// Who is in which groups. Lee asks and approves: separation of duties is about the person.
pub(crate) const PEOPLE: [(u128, &[&str]); 9] = [
    (DANA, &["oncall-database"]),
    (ELI, &["oncall-database"]),
    (ARI, &["leads"]),
    (SAM, &["security"]),
    (LEE, &["leads", "oncall-database", "reviewers"]),
    (RAE, &["reviewers"]),
    (QUINN, &["auditors"]),
    (CLEO, &["custodians"]),
    (KIM, &["custodians"]),
];

pub(crate) fn names<T: std::str::FromStr<Err: std::fmt::Debug>>(names: &[&str]) -> Vec<T> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

pub(crate) fn request(number: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(0x1000 + number))
}

pub(crate) fn grant(number: u128) -> GrantId {
    GrantId::new(Uuid::from_u128(0x2000 + number))
}

pub(crate) fn seal(n: u32) -> Commitment {
    Commitment {
        c: Digest::of(&n.to_be_bytes()),
        n,
    }
}

/// The person with the groups of [`PEOPLE`].
pub(crate) fn who(number: u128) -> Actor {
    let groups = PEOPLE
        .iter()
        .find(|(id, _)| *id == number)
        .map_or(&[][..], |(_, groups)| groups);
    who_in(number, groups)
}

/// The person with other groups.
pub(crate) fn who_in(number: u128, groups: &[&str]) -> Actor {
    Actor::Person {
        person: person(number),
        groups: names::<GroupName>(groups),
    }
}

pub(crate) fn portal() -> Actor {
    Actor::system("portal")
}

/// One yes of two groups, at most 4 h, no emergency.
pub(crate) fn orders_read() -> Policy {
    Policy {
        name: "orders-read".parse().unwrap(),
        description: "Read orders in production.".into(),
        resources: names(&["orders-db"]),
        eligible: names(&["oncall-database"]),
        default_duration_s: 3_600,
        max_duration_s: 14_400,
        min_reason_chars: 10,
        approval: Approval {
            groups: names(&["leads", "security"]),
            n: 1,
            within_s: 7_200,
        },
        emergency: None,
        review: Review {
            groups: names(&["reviewers"]),
            within_s: 86_400,
        },
        grant: GrantTemplate {
            connector: Connector::Postgresql,
            role: "orders_read".into(),
        },
    }
}

/// Two yes, at most 1 h, an emergency of at most 30 min.
pub(crate) fn orders_admin() -> Policy {
    Policy {
        name: "orders-admin".parse().unwrap(),
        description: "Change orders in production.".into(),
        default_duration_s: 1_800,
        max_duration_s: 3_600,
        min_reason_chars: 20,
        approval: Approval {
            groups: names(&["leads", "security"]),
            n: 2,
            within_s: 3_600,
        },
        emergency: Some(Emergency {
            max_duration_s: 1_800,
        }),
        grant: GrantTemplate {
            connector: Connector::Postgresql,
            role: "orders_admin".into(),
        },
        ..orders_read()
    }
}

/// Who holds which role of the portal.
pub(crate) fn roles() -> RoleGroups {
    RoleGroups {
        auditor: names(&["auditors"]),
        operator: names(&["operators"]),
        custodian: names(&["custodians"]),
    }
}

/// A log under way.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) state: State,
    pub(crate) now_ms: i64,
    pub(crate) log: Vec<Record>,
}

impl Stage {
    /// A log that is opened, with both policies in force and everybody known and signed in.
    pub(crate) fn set() -> Self {
        let mut stage = Self {
            state: State::default(),
            now_ms: BEGIN_MS,
            log: Vec::new(),
        };
        let (origin, vkey) = (
            "breakglass.test/log".to_owned(),
            "breakglass.test/log+k".to_owned(),
        );
        stage.run(&portal(), Command::OpenLedger { origin, vkey });
        for policy in [orders_read(), orders_admin()] {
            stage.run(&portal(), Command::ActivatePolicy { policy });
        }
        stage.run(&portal(), Command::ConfigureRoles { roles: roles() });
        for (number, _) in PEOPLE {
            let (identity, name) = (seal(40), seal(12));
            let person = person(number);
            stage.run(
                &portal(),
                Command::RegisterPerson {
                    person,
                    identity,
                    name,
                },
            );
            stage.run(&who(number), Command::OpenSession { auth_time_s: None });
        }
        stage
    }

    pub(crate) fn now(&self) -> UnixMillis {
        UnixMillis::new(self.now_ms)
    }

    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        self.now_ms += seconds * 1000;
        self
    }

    pub(crate) fn record(&self, actor: &Actor, event: Event) -> Record {
        Record {
            seq: self.state.next_seq(),
            time: self.now(),
            actor: actor.clone(),
            event,
        }
    }

    /// Does what the rules allow; what was decided must replay without a finding.
    pub(crate) fn run(&mut self, actor: &Actor, command: Command) -> Vec<Event> {
        let name = command.name();
        let events = decide(&self.state, command, actor, self.now())
            .unwrap_or_else(|refusal| panic!("{name} should be allowed: {refusal:?}"));
        for event in &events {
            self.lawful(actor, event.clone());
        }
        events
    }

    /// The rule that an entry breaks which had to be written all the same: the portal says what
    /// happened, however late it is.
    pub(crate) fn late(&mut self, actor: &Actor, command: Command) -> Rule {
        let events = decide(&self.state, command, actor, self.now()).unwrap();
        self.forged(actor, events[0].clone())
    }

    /// Appends an event that breaks no rule.
    pub(crate) fn lawful(&mut self, actor: &Actor, event: Event) {
        let record = self.record(actor, event);
        if let Err(violation) = apply(&mut self.state, &record) {
            panic!("{violation} {record:?}");
        }
        self.log.push(record);
    }

    /// The rule that refuses the command. The refusal itself is a lawful entry.
    pub(crate) fn refused(&self, actor: &Actor, command: Command) -> Rule {
        let name = command.name();
        let refusal = decide(&self.state, command, actor, self.now())
            .expect_err(&format!("{name} should be refused"));
        assert!(refusal.rule.refuses(), "{refusal:?}");
        self.clone().lawful(actor, refusal_event(&refusal));
        refusal.rule
    }

    /// The rule that an entry breaks, which somebody wrote without asking. The log goes on.
    pub(crate) fn forged(&mut self, actor: &Actor, event: Event) -> Rule {
        let record = self.record(actor, event);
        let violation = apply(&mut self.state, &record)
            .expect_err(&format!("{} should break a rule", record.event.kind()));
        assert_eq!(violation.seq, record.seq);
        assert_eq!(self.state.next_seq(), record.seq + 1);
        self.log.push(record);
        violation.rule
    }

    /// The rule that an entry would break.
    pub(crate) fn would_break(&self, actor: &Actor, event: Event) -> Rule {
        self.clone().forged(actor, event)
    }

    /// The rule that refuses the command and that its forged entry breaks.
    pub(crate) fn refused_and_found(&self, actor: &Actor, command: Command, event: Event) -> Rule {
        let rule = self.refused(actor, command);
        assert_eq!(
            rule,
            self.would_break(actor, event),
            "decide and apply disagree"
        );
        rule
    }
}

/// Dana's request under `policy`, for 30 min.
pub(crate) fn ask(number: u128, policy: &str) -> Command {
    ask_as(number, policy, Mode::Ordinary, 1_800)
}

pub(crate) fn ask_as(number: u128, policy: &str, mode: Mode, duration_s: u32) -> Command {
    Command::SubmitRequest {
        request: request(number),
        mode,
        resource: "orders-db".parse().unwrap(),
        policy: policy.parse::<PolicyName>().unwrap(),
        duration_s,
        urgency: Urgency::Sev2,
        reason: seal(60),
        reason_chars: 50,
        ticket: Some(seal(8)),
        grant: grant(number),
        confirmed: mode == Mode::Emergency,
    }
}

impl Stage {
    /// A sign-off as the person's browser would send it now.
    pub(crate) fn word(&self, number: u128, decision: Decision) -> Command {
        let id = request(number);
        let found = self.state.request(id);
        Command::SignOff {
            request: id,
            decision,
            statement: found.map_or(Digest::of(b""), |found| found.statement_sha256),
            auth_time_s: self.now().unix_seconds(),
            id_token: seal(900),
            note: None,
        }
    }

    pub(crate) fn yes(&mut self, by: u128, number: u128) -> Vec<Event> {
        self.run(&who(by), self.word(number, Decision::Approve))
    }

    pub(crate) fn no(&mut self, by: u128, number: u128) -> Vec<Event> {
        self.run(&who(by), self.word(number, Decision::Deny))
    }

    pub(crate) fn ask(&mut self, number: u128, policy: &str) -> Vec<Event> {
        self.run(&who(DANA), ask(number, policy))
    }

    /// Dana's request under `orders-read`, approved by Ari.
    pub(crate) fn approve(&mut self, number: u128) -> &mut Self {
        self.ask(number, "orders-read");
        self.yes(ARI, number);
        self
    }

    pub(crate) fn intend(&mut self, number: u128) -> Vec<Event> {
        let (request, grant) = (request(number), grant(number));
        self.run(&who(DANA), Command::IntendGrant { request, grant })
    }

    /// Dana's open grant under `orders-read`.
    pub(crate) fn open(&mut self, number: u128) -> &mut Self {
        self.approve(number).intend(number);
        self.run(
            &portal(),
            Command::ConfirmGrant {
                grant: grant(number),
            },
        );
        self
    }
}
