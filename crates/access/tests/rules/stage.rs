//! A log that can be continued lawfully or forged, in the company of `company`.

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, EndCause, Event, Mode, Urgency};
use access::ids::{GrantId, PolicyName, RecordingId, RequestId};
use access::policy::Policy;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::{Record, State, apply, decide, refusal_event};
use uuid::Uuid;

pub(crate) use crate::company::*;

/// Where every test begins: 2026-01-05T08:00:00Z, and half a second.
pub(crate) const BEGIN_MS: i64 = 1_767_600_000_500;

pub(crate) fn request(number: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(0x1000 + number))
}

pub(crate) fn grant(number: u128) -> GrantId {
    GrantId::new(Uuid::from_u128(0x2000 + number))
}

pub(crate) fn recording(number: u128) -> RecordingId {
    RecordingId::new(Uuid::from_u128(0x4000 + number))
}

pub(crate) fn seal(n: u32) -> Commitment {
    Commitment {
        c: Digest::of(&n.to_be_bytes()),
        n,
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
        Self::set_under(&[orders_read(), orders_admin()])
    }

    /// The same with other policies.
    pub(crate) fn set_under(policies: &[Policy]) -> Self {
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
        for policy in policies {
            let policy = policy.clone();
            stage.run(&portal(), Command::ActivatePolicy { policy });
        }
        stage.run(&portal(), Command::ConfigureRoles { roles: roles() });
        for (number, _) in PEOPLE {
            stage.meet(number);
            stage.sign_in(&who(number));
        }
        stage
    }

    /// The log notes a person.
    pub(crate) fn meet(&mut self, number: u128) {
        let (identity, name) = (seal(40), seal(12));
        let person = person(number);
        let command = Command::RegisterPerson {
            person,
            identity,
            name,
        };
        self.run(&portal(), command);
    }

    /// The person signs in with the groups that the actor has.
    pub(crate) fn sign_in(&mut self, actor: &Actor) {
        let auth_time_s = Some(self.now().unix_seconds());
        self.run(actor, Command::OpenSession { auth_time_s });
    }

    /// The policy comes into force as it has to: one author proposes it, another puts it in force.
    pub(crate) fn activate(&mut self, policy: Policy) {
        self.sign_in(&who(NOOR));
        self.sign_in(&who(OLA));
        let proposal = self.state.next_seq();
        self.run(
            &who(NOOR),
            Command::ProposePolicy {
                policy,
                follows: None,
            },
        );
        self.run(&who(OLA), Command::ActivateProposal { proposal });
    }

    /// The operator says that one person is another identity of another.
    pub(crate) fn link(&mut self, one: u128, other: u128) {
        let (person, into) = (person(one), person(other));
        self.sign_in(&who(PAT));
        self.run(&who(PAT), Command::LinkPerson { person, into });
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

/// The entry that a sign-off would make.
pub(crate) fn given(command: &Command) -> Event {
    let Command::SignOff {
        request,
        on_behalf_of,
        decision,
        statement,
        auth_time_s,
        id_token,
        note,
    } = command.clone()
    else {
        unreachable!()
    };
    Event::SignOffGiven {
        request,
        on_behalf_of,
        decision,
        statement,
        auth_time_s,
        id_token,
        note,
    }
}

pub(crate) fn end(number: u128, cause: EndCause) -> Command {
    Command::EndGrant {
        grant: grant(number),
        cause,
        sessions_cut: 2,
    }
}

pub(crate) fn ended(number: u128, cause: EndCause) -> Event {
    Event::GrantEnded {
        grant: grant(number),
        cause,
        sessions_cut: 2,
    }
}

/// Dana's request under `policy`, for 30 min.
pub(crate) fn ask(number: u128, policy: &str) -> Command {
    ask_as(number, policy, Mode::Ordinary, 1_800)
}

/// What somebody says who says enough.
pub(crate) fn facts(duration_s: u32) -> Facts {
    Facts {
        duration_s,
        urgency: Urgency::Sev2,
        reason: seal(60),
        reason_chars: 50,
        ticket: Some(seal(8)),
        ticket_text: None,
        incident: None,
        start_at_ms: None,
        seen: Seen::default(),
    }
}

pub(crate) fn ask_as(number: u128, policy: &str, mode: Mode, duration_s: u32) -> Command {
    Command::SubmitRequest {
        request: request(number),
        mode,
        resource: "orders-db".parse().unwrap(),
        policy: policy.parse::<PolicyName>().unwrap(),
        facts: facts(duration_s),
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
            on_behalf_of: None,
            decision,
            statement: found.map_or(Digest::of(b""), |found| found.statement_sha256),
            auth_time_s: self.now().unix_seconds(),
            id_token: seal(900),
            note: None,
        }
    }

    /// The same in somebody else's place.
    pub(crate) fn word_for(&self, number: u128, decision: Decision, principal: u128) -> Command {
        let mut command = self.word(number, decision);
        if let Command::SignOff { on_behalf_of, .. } = &mut command {
            *on_behalf_of = Some(person(principal));
        }
        command
    }

    /// The rule that refuses this person's word, and that its forged entry breaks.
    pub(crate) fn no_word(&self, by: &Actor, command: Command) -> Rule {
        let event = given(&command);
        self.refused_and_found(by, command, event)
    }

    /// A yes as a delegate.
    pub(crate) fn yes_for(&mut self, by: u128, principal: u128, number: u128) -> Vec<Event> {
        let word = self.word_for(number, Decision::Approve, principal);
        self.run(&who(by), word)
    }

    /// The intent that would open the request now.
    pub(crate) fn intended(&self, number: u128) -> Event {
        let asked = self.state.request(request(number)).unwrap();
        let template = &asked.policy.policy.grant;
        Event::GrantIntended {
            grant: grant(number),
            request: request(number),
            connector: template.connector,
            role: template.role.clone(),
            expires_at_ms: self.now().plus_seconds(asked.duration_s),
        }
    }

    /// The rule that keeps Dana's request from being opened, and that a forged intent breaks.
    pub(crate) fn not_opened(&self, number: u128) -> Rule {
        let (request, grant) = (request(number), grant(number));
        let command = Command::IntendGrant { request, grant };
        self.refused_and_found(&who(DANA), command, self.intended(number))
    }

    /// The event of a submission that is allowed, bent, and with the statement of what it says then, as a
    /// careful forger would.
    pub(crate) fn bent(&self, command: Command, bend: impl FnOnce(&mut Event)) -> Event {
        let decided = decide(&self.state, command, &who(DANA), self.now());
        let mut event = decided.unwrap().remove(0);
        bend(&mut event);
        let mut copy = self.clone();
        let record = copy.record(&who(DANA), event.clone());
        let _ = apply(&mut copy.state, &record);
        let (Event::RequestSubmitted {
            request, statement, ..
        }
        | Event::RequestEdited {
            request, statement, ..
        }) = &mut event
        else {
            unreachable!()
        };
        *statement = copy.state.request(*request).unwrap().statement().digest();
        event
    }

    pub(crate) fn returned(&mut self, number: u128) {
        let command = end(number, EndCause::Returned);
        self.run(&who(DANA), command);
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
