//! A small company at work under one policy.

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, EndCause, Mode, Urgency};
use access::ids::{GrantId, GroupName, PersonId, RequestId};
use access::policy::Policy;
use access::roles::RoleGroups;
use access::time::UnixMillis;
use access::{Record, Refusal, State, apply, decide};
use uuid::Uuid;

/// 2026-01-05T08:00:00Z, a Monday.
pub(crate) const BEGIN_MS: i64 = 1_767_600_000_000;

/// Who there is, and in which groups.
pub(crate) const PEOPLE: [&[&str]; 7] = [
    &["oncall"],
    &["oncall", "leads"],
    &["leads"],
    &["leads", "security"],
    &["security"],
    &["directors"],
    &["operators"],
];

/// The one who asks most.
pub(crate) const DANA: usize = 0;
/// Asks, and signs for others.
pub(crate) const LEE: usize = 1;
pub(crate) const ARI: usize = 2;
pub(crate) const SAM: usize = 3;
pub(crate) const SEC: usize = 4;
pub(crate) const DIR: usize = 5;
pub(crate) const OPS: usize = 6;

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) now_ms: i64,
}

pub(crate) fn person(number: usize) -> PersonId {
    PersonId::new(Uuid::from_u128(number as u128 + 1))
}

pub(crate) fn request(number: usize) -> RequestId {
    RequestId::new(Uuid::from_u128(number as u128 + 0x1000))
}

fn grant(number: usize) -> GrantId {
    GrantId::new(Uuid::from_u128(number as u128 + 0x2000))
}

fn seal(n: u32) -> Commitment {
    let c = Digest::of(&n.to_be_bytes());
    Commitment { c, n }
}

/// One yes of a lead or of security at each of the stages; an emergency that has to be ratified.
pub(crate) fn policy(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy: Policy = serde_json::from_str(include_str!("world.json")).unwrap();
    change(&mut policy);
    policy.check().unwrap();
    policy
}

impl World {
    pub(crate) fn under(policy: &Policy) -> Self {
        let mut world = Self {
            state: State::default(),
            now_ms: BEGIN_MS,
        };
        let portal = Actor::system("portal");
        let (origin, vkey) = ("a.test/log".to_owned(), "a.test/log+k".to_owned());
        world
            .run(&portal, Command::OpenLedger { origin, vkey })
            .unwrap();
        let policy = policy.clone();
        world
            .run(&portal, Command::ActivatePolicy { policy })
            .unwrap();
        let mut roles = RoleGroups::default();
        roles.operator.push("operators".parse().unwrap());
        world
            .run(&portal, Command::ConfigureRoles { roles })
            .unwrap();
        for number in 0..PEOPLE.len() {
            let (person, identity, name) = (person(number), seal(40), seal(12));
            world
                .run(
                    &portal,
                    Command::RegisterPerson {
                        person,
                        identity,
                        name,
                    },
                )
                .unwrap();
            world.sign_in(number);
        }
        world
    }

    /// The person proves who they are.
    pub(crate) fn sign_in(&mut self, number: usize) {
        let auth_time_s = Some(self.now().unix_seconds());
        self.by(number, Command::OpenSession { auth_time_s })
            .unwrap();
    }

    pub(crate) fn now(&self) -> UnixMillis {
        UnixMillis::new(self.now_ms)
    }

    fn run(&mut self, actor: &Actor, command: Command) -> Result<(), Refusal> {
        for event in decide(&self.state, command, actor, self.now())? {
            let (seq, time, actor) = (self.state.next_seq(), self.now(), actor.clone());
            apply(
                &mut self.state,
                &Record {
                    seq,
                    time,
                    actor,
                    event,
                },
            )
            .unwrap();
        }
        Ok(())
    }

    /// What a person does, in their groups.
    pub(crate) fn by(&mut self, number: usize, command: Command) -> Result<(), Refusal> {
        let groups: Vec<GroupName> = PEOPLE[number]
            .iter()
            .map(|group| group.parse().unwrap())
            .collect();
        let person = person(number);
        self.run(&Actor::Person { person, groups }, command)
    }

    /// Time passes, and the portal looks every half minute what is due.
    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        let until_ms = self.now_ms + seconds * 1_000;
        while self.now_ms < until_ms {
            self.now_ms = until_ms.min(self.now_ms + 30_000);
            self.keep_house();
        }
        self
    }

    fn keep_house(&mut self) {
        loop {
            let now = self.now();
            let cause = |grant: Option<&access::state::Grant>, cause| {
                grant.map(|grant| Command::EndGrant {
                    grant: grant.id,
                    cause,
                    sessions_cut: 0,
                })
            };
            let state = &self.state;
            let lapse = state
                .due_to_lapse(now)
                .next()
                .map(|due| Command::Lapse { request: due.id });
            let ask = state
                .due_to_escalate(now)
                .next()
                .map(|due| Command::Escalate { request: due.id });
            let over = cause(state.due_to_expire(now).next(), EndCause::Expired);
            let unratified = cause(state.unratified(now).next(), EndCause::Unratified);
            let Some(command) = lapse.or(unratified).or(over).or(ask) else {
                return;
            };
            self.run(&Actor::system("portal"), command).unwrap();
        }
    }

    pub(crate) fn ask(
        &mut self,
        by: usize,
        number: usize,
        mode: Mode,
        duration_s: u32,
    ) -> Result<(), Refusal> {
        let facts = Facts {
            duration_s,
            urgency: Urgency::Sev2,
            reason: seal(60),
            reason_chars: 60,
            ticket: Some(seal(8)),
            ticket_text: None,
            incident: None,
            start_at_ms: None,
            seen: Seen::default(),
        };
        let command = Command::SubmitRequest {
            request: request(number),
            mode,
            resource: "orders-db".parse().unwrap(),
            policy: "orders".parse().unwrap(),
            facts,
            grant: grant(number),
            confirmed: true,
        };
        self.by(by, command)?;
        self.confirm(number);
        Ok(())
    }

    fn confirm(&mut self, number: usize) {
        let grant = grant(number);
        // There is none yet of an ordinary request.
        let _ = self.run(&Actor::system("portal"), Command::ConfirmGrant { grant });
    }

    pub(crate) fn say(
        &mut self,
        by: usize,
        number: usize,
        decision: Decision,
    ) -> Result<(), Refusal> {
        self.sign(by, None, number, decision)
    }

    /// Says yes or no, in another's place where there is one.
    pub(crate) fn sign(
        &mut self,
        by: usize,
        on_behalf_of: Option<usize>,
        number: usize,
        decision: Decision,
    ) -> Result<(), Refusal> {
        let request = request(number);
        let asked = self.state.request(request);
        let command = Command::SignOff {
            request,
            on_behalf_of: on_behalf_of.map(person),
            decision,
            statement: asked.map_or(Digest::of(b""), |asked| asked.statement_sha256),
            auth_time_s: self.now().unix_seconds(),
            id_token: seal(900),
            note: None,
        };
        self.by(by, command)
    }

    pub(crate) fn yes(&mut self, by: usize, number: usize) -> &mut Self {
        self.say(by, number, Decision::Approve).unwrap();
        self
    }

    pub(crate) fn open(&mut self, by: usize, number: usize) -> Result<(), Refusal> {
        let (request, grant) = (request(number), grant(number));
        self.by(by, Command::IntendGrant { request, grant })?;
        self.confirm(number);
        Ok(())
    }

    pub(crate) fn give_back(&mut self, by: usize, number: usize) -> Result<(), Refusal> {
        let (grant, cause) = (grant(number), EndCause::Returned);
        self.by(
            by,
            Command::EndGrant {
                grant,
                cause,
                sessions_cut: 0,
            },
        )
    }

    pub(crate) fn withdraw(&mut self, by: usize, number: usize) -> Result<(), Refusal> {
        let request = request(number);
        self.by(by, Command::Withdraw { request })
    }
}
