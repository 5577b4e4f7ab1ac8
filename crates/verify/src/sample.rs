//! Lawful logs for tests and measurements: what a portal would write in months, made in seconds.
//!
//! Shared by the unit tests and by `examples/generate_log.rs`. All ids and times come from the
//! entry's number, so a log of one size is always the same bytes.

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, EndCause, Event, Mode, SessionEnd, Urgency, Verdict};
use access::ids::{GrantId, GroupName, PersonId, RequestId};
use access::policy::{
    Approval, Conditions, Connector, Debt, Durations, Emergency, GrantTemplate, Policy, Recording,
    Review, Stage,
};
use access::time::UnixMillis;
use access::{Record, State, apply, decide};
use ledger::rotation::KeyRotation;
use ledger::{Checkpoint, Draft, Hash, Origin, SigningKey, Timestamp, Tree, encode, leaf_hash};

/// Where a sample log begins: 2026-01-05T08:00:00Z.
const BEGIN_MS: i64 = 1_767_600_000_000;

/// How far two steps of a sample log lie apart.
const STEP_MS: i64 = 20_000;

/// How many people ask for access, and how many sign off.
const REQUESTERS: u64 = 40;
const APPROVERS: u64 = 12;

/// A log in the making, with the state that its entries add up to.
pub(crate) struct Sample {
    pub(crate) origin: Origin,
    pub(crate) key: SigningKey,
    pub(crate) entries: Vec<Vec<u8>>,
    tree: Tree,
    prev: Hash,
    state: State,
    now_ms: i64,
    ids: u64,
    size: usize,
}

impl Sample {
    /// A lawful log of exactly `size` entries.
    pub(crate) fn lawful(size: usize) -> Self {
        let origin: Origin = "breakglass.demo/log"
            .parse()
            .expect("a name without spaces");
        let key = SigningKey::from_seed(origin.as_str(), [7; 32]).expect("the origin is a name");
        let mut sample = Self {
            prev: origin.genesis(),
            origin,
            key,
            entries: Vec::with_capacity(size),
            tree: Tree::new(),
            state: State::default(),
            now_ms: BEGIN_MS,
            ids: 0,
            size,
        };
        sample.found();
        for turn in 0.. {
            if sample.full() {
                break;
            }
            sample.incident(turn);
        }
        sample
    }

    /// A log of two entries whose first one names this log and this key.
    pub(crate) fn opened_as(origin: &str, vkey: &str) -> Self {
        let mut sample = Self::lawful(0);
        let portal = Actor::system("portal").json();
        let (origin, vkey) = (origin.to_owned(), vkey.to_owned());
        let version = "0.1.0".to_owned();
        for event in [
            Event::LedgerOpened { origin, vkey },
            Event::ServerStarted {
                version,
                verifier: None,
            },
        ] {
            sample.write(event.kind(), &portal, &event.body_json());
        }
        sample
    }

    /// Takes more entries than the log was made for.
    #[cfg(test)]
    pub(crate) fn go_on(&mut self) {
        self.size = usize::MAX;
    }

    /// What the lawful entries add up to.
    #[cfg(test)]
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// When the last entry was written, in seconds since 1970.
    #[cfg(test)]
    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms / 1000
    }

    /// Sets the clock.
    #[cfg(test)]
    pub(crate) fn at(&mut self, ms: i64) {
        self.now_ms = ms;
    }

    /// Lets time pass.
    pub(crate) fn later(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    /// Gives the log another key, which signs from this entry on; returns the one before.
    pub(crate) fn rotate(&mut self, seed: [u8; 32]) -> SigningKey {
        let next = SigningKey::from_seed(self.origin.as_str(), seed).expect("the origin is a name");
        let from = self.tree.size() + 1;
        let rotation = KeyRotation::sign(&self.key, &next.verifier_key(), from);
        let body = rotation.expect("two keys of one log").to_body();
        self.announce(&body);
        core::mem::replace(&mut self.key, next)
    }

    /// Writes what an entry `key.rotated` says, whatever it says.
    pub(crate) fn announce(&mut self, body: &str) {
        let operator = Actor::system("operator").json();
        self.write(ledger::rotation::KIND, &operator, body);
    }

    /// The signed checkpoint of the whole log.
    pub(crate) fn checkpoint(&self) -> String {
        let (size, root) = (self.tree.size(), self.tree.root());
        let checkpoint = Checkpoint::new(self.origin.clone(), size, root);
        checkpoint.expect("a small size").sign(&self.key)
    }

    /// The key as auditors hold it.
    pub(crate) fn vkey(&self) -> String {
        self.key.verifier_key().to_string()
    }

    fn full(&self) -> bool {
        self.entries.len() >= self.size
    }

    /// What every log begins with: key, policies, people.
    fn found(&mut self) {
        let origin = self.origin.as_str().to_owned();
        let vkey = self.vkey();
        let portal = Actor::system("portal");
        self.act(&portal, Command::OpenLedger { origin, vkey });
        self.act(
            &portal,
            Command::StartServer {
                version: "0.1.0".to_owned(),
                verifier: None,
            },
        );
        self.act(
            &Actor::system("seed"),
            Command::ActivatePolicy { policy: policy() },
        );
        for number in 0..REQUESTERS + APPROVERS {
            let person = person(number);
            let identity = sealed(&format!("https://idp.example\n{number}"));
            let name = sealed(&format!("Person number {number}"));
            let sign_in = Actor::system("sign-in");
            self.act(
                &sign_in,
                Command::RegisterPerson {
                    person,
                    identity,
                    name,
                },
            );
        }
    }

    /// One case from sign-in to review: every third an emergency.
    fn incident(&mut self, turn: u64) {
        let asks = Actor::Person {
            person: person(turn % REQUESTERS),
            groups: groups(&["oncall-database"]),
        };
        let emergency = turn % 3 == 2;
        let request = RequestId::new(self.id().parse().expect("an id is a UUID"));
        let grant = GrantId::new(self.id().parse().expect("an id is a UUID"));
        let auth_time_s = Some(self.now_ms / 1000);
        self.act(&asks, Command::OpenSession { auth_time_s });
        self.act(
            &asks,
            Command::SubmitRequest {
                request,
                mode: if emergency {
                    Mode::Emergency
                } else {
                    Mode::Ordinary
                },
                resource: "orders-db".parse().expect("a name"),
                policy: "orders-admin".parse().expect("a name"),
                facts: facts(turn, emergency),
                grant,
                confirmed: emergency,
            },
        );
        if !emergency {
            for which in 0..2 {
                self.sign_off(request, REQUESTERS + (turn * 2 + which) % APPROVERS);
            }
            self.act(&asks, Command::IntendGrant { request, grant });
        }
        self.act(&Actor::system("portal"), Command::ConfirmGrant { grant });
        self.act(&asks, Command::ShowCredential { grant });
        self.act(
            &asks,
            Command::EndGrant {
                grant,
                cause: EndCause::Returned,
                sessions_cut: 1,
            },
        );
        let reviews = Actor::Person {
            person: person(REQUESTERS + (turn * 2 + 2) % APPROVERS),
            groups: groups(&["reviewers"]),
        };
        let note = sealed(&format!(
            "looked at {turn}, all statements fit the incident"
        ));
        self.act(
            &reviews,
            Command::RecordReview {
                request,
                verdict: Verdict::Emergency,
                findings: None,
                note,
            },
        );
        self.act(
            &asks,
            Command::CloseSession {
                cause: SessionEnd::SignedOut,
            },
        );
    }

    fn sign_off(&mut self, request: RequestId, number: u64) {
        let approver = Actor::Person {
            person: person(number),
            groups: groups(&["leads", "security"]),
        };
        let Some(known) = self.state.request(request) else {
            return;
        };
        let statement = known.statement_sha256;
        let auth_time_s = self.now_ms / 1000 + STEP_MS / 1000;
        let id_token = sealed(&format!("an ID token {number}"));
        let note = Some(sealed("go"));
        let decision = Decision::Approve;
        self.act(
            &approver,
            Command::SignOff {
                request,
                on_behalf_of: None,
                decision,
                statement,
                auth_time_s,
                id_token,
                note,
            },
        );
    }

    /// Decides a command and writes its entries, as the portal does.
    pub(crate) fn act(&mut self, actor: &Actor, command: Command) {
        if self.full() {
            return;
        }
        self.now_ms += STEP_MS;
        let time = UnixMillis::new(self.now_ms);
        let events = decide(&self.state, command, actor, time).expect("the sample keeps the rules");
        for event in events {
            if self.full() {
                return;
            }
            let (kind, body, actor_json) = (event.kind(), event.body_json(), actor.json());
            let seq = self.tree.size();
            let record = Record {
                seq,
                time,
                actor: actor.clone(),
                event,
            };
            apply(&mut self.state, &record).expect("what was decided is lawful");
            self.write(kind, &actor_json, &body);
        }
    }

    /// Writes an entry without asking any rule.
    /// The next entry has the id of the last one.
    pub(crate) fn same_id_again(&mut self) {
        self.ids -= 1;
    }

    pub(crate) fn write(&mut self, kind: &str, actor: &str, body: &str) {
        let id = self.id().parse().expect("an id is a UUID");
        let draft = Draft {
            id,
            kind,
            actor,
            body,
        };
        let time = Timestamp::new(self.now_ms);
        let entry = encode(&self.prev, self.tree.size(), time, &draft);
        let entry = entry.expect("canonical JSON in, an entry out");
        self.prev = leaf_hash(&entry);
        self.tree.push(self.prev);
        self.entries.push(entry);
    }

    /// The next UUID of version 4 that nobody could guess, if the sample were not always the same.
    fn id(&mut self) -> String {
        self.ids += 1;
        uuid(b"id", self.ids)
    }
}

fn uuid(purpose: &[u8], number: u64) -> String {
    let hash = Hash::of(&[purpose, &number.to_be_bytes()].concat());
    let hex: String = hash.as_bytes()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

pub(crate) fn person(number: u64) -> PersonId {
    uuid(b"person", number).parse().expect("a UUID")
}

pub(crate) fn groups(names: &[&str]) -> Vec<GroupName> {
    names
        .iter()
        .map(|name| name.parse().expect("a name"))
        .collect()
}

pub(crate) fn sealed(text: &str) -> Commitment {
    let n = u32::try_from(text.len()).expect("a short text");
    Commitment {
        c: Digest::of(text.as_bytes()),
        n,
    }
}

fn facts(turn: u64, emergency: bool) -> Facts {
    Facts {
        duration_s: 1800,
        urgency: if emergency {
            Urgency::Sev1
        } else {
            Urgency::Sev3
        },
        reason: sealed(&format!("orders are stuck since deployment {turn}")),
        reason_chars: 40,
        ticket: Some(sealed(&format!("INC-{turn}"))),
        ticket_text: None,
        incident: None,
        start_at_ms: None,
        seen: Seen::default(),
    }
}

fn policy() -> Policy {
    Policy {
        name: "orders-admin".parse().expect("a name"),
        description: "Full rights on the orders database, for incidents.".to_owned(),
        resources: vec!["orders-db".parse().expect("a name")],
        eligible: groups(&["oncall-database"]),
        conditions: Conditions {
            min_reason_chars: 10,
            ..Conditions::default()
        },
        duration: Durations {
            default_s: 1800,
            max_s: 3600,
            extend: None,
        },
        approval: Approval {
            within_s: 3600,
            delegation: false,
            stages: vec![Stage {
                n: 2,
                groups: groups(&["leads", "security"]),
                people: Vec::new(),
                distinct_groups: false,
                ladder: Vec::new(),
            }],
        },
        emergency: Some(Emergency {
            max_duration_s: 1800,
            alarm: Vec::new(),
            ratify_within_s: None,
        }),
        review: Review {
            groups: groups(&["reviewers", "security"]),
            within_s: 86_400,
            debt: Debt::Allow,
        },
        drill: None,
        grant: GrantTemplate {
            connector: Connector::Postgresql,
            role: "orders_admin".to_owned(),
            recording: Recording::Optional,
            refuse: Vec::new(),
        },
    }
}
