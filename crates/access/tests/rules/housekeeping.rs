//! The log's order, people, orphans, refusals, and who may do what at all.

use access::command::Command;
use access::event::{Actor, Event, SessionEnd};
use access::ids::FaultId;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::{Record, State, apply, decide};
use uuid::Uuid;

use crate::stage::{DANA, ELI, Stage, ask, grant, orders_read, person, portal, request, seal, who};

fn open_ledger() -> Command {
    Command::OpenLedger {
        origin: "breakglass.test/log".into(),
        vkey: "k".into(),
    }
}

#[test]
fn a_log_is_opened_by_its_first_entry_only() {
    let empty = State::default();
    let now = UnixMillis::new(0);
    let start = Command::StartServer {
        version: "0.1.0".into(),
        verifier: None,
    };
    let refusal = decide(&empty, start, &portal(), now).unwrap_err();
    assert_eq!(refusal.rule, Rule::LedgerOrder);
    let refusal = decide(&empty, open_ledger(), &who(DANA), now).unwrap_err();
    assert_eq!(refusal.rule, Rule::UnknownPerson);

    let event = Event::ServerStarted {
        version: "0.1.0".into(),
        verifier: None,
    };
    let first = Record {
        seq: 0,
        time: now,
        actor: portal(),
        event,
    };
    let mut state = State::default();
    assert_eq!(
        apply(&mut state, &first).unwrap_err().rule,
        Rule::LedgerOrder
    );
    // Found once, not at every entry that follows.
    apply(&mut state, &Record { seq: 1, ..first }).unwrap();

    let stage = Stage::set();
    let opened = Event::LedgerOpened {
        origin: "other".into(),
        vkey: "other".into(),
    };
    let mut forged = stage.clone();
    assert_eq!(stage.refused(&portal(), open_ledger()), Rule::LedgerOrder);
    assert_eq!(forged.forged(&portal(), opened), Rule::LedgerOrder);
    assert_eq!(forged.state.ledger().unwrap().origin, "breakglass.test/log");
}

#[test]
fn a_person_is_registered_once_and_before_they_act() {
    let mut stage = Stage::set();
    let nobody = who(99);
    let acts = [
        (
            Command::OpenSession { auth_time_s: None },
            Event::SessionOpened { auth_time_s: None },
        ),
        (
            Command::CloseSession {
                cause: SessionEnd::SignedOut,
            },
            Event::SessionClosed {
                cause: SessionEnd::SignedOut,
            },
        ),
        (
            Command::Withdraw {
                request: request(1),
            },
            Event::RequestWithdrawn {
                request: request(1),
            },
        ),
    ];
    for (command, event) in acts {
        assert_eq!(
            stage.refused_and_found(&nobody, command, event),
            Rule::UnknownPerson
        );
    }
    // Whatever they try, they are refused for being unknown: the refusal has to be an entry.
    let fail = Command::FailGrant {
        grant: grant(1),
        failure: access::event::Failure::Unknown,
    };
    for command in [open_ledger(), fail, ask(1, "no-such")] {
        assert_eq!(stage.refused(&nobody, command), Rule::UnknownPerson);
    }
    let (identity, name) = (seal(40), seal(12));
    let register = |number| Command::RegisterPerson {
        person: person(number),
        identity,
        name,
    };
    let registered = Event::PersonRegistered {
        person: person(99),
        identity,
        name,
    };
    let rule = stage.refused_and_found(&who(DANA), register(99), registered.clone());
    assert_eq!(rule, Rule::SystemOnly);
    stage.run(&portal(), register(99));
    stage.run(
        &nobody,
        Command::OpenSession {
            auth_time_s: Some(1),
        },
    );
    let rule = stage.refused_and_found(&portal(), register(99), registered);
    assert_eq!(rule, Rule::PersonExists);
}

#[test]
fn the_portal_does_nothing_that_is_a_persons() {
    let mut stage = Stage::set();
    stage.open(1);
    let word = stage.word(1, access::event::Decision::Approve);
    let open = |number| Command::IntendGrant {
        request: request(number),
        grant: grant(2),
    };
    let commands = [
        Command::OpenSession { auth_time_s: None },
        Command::CloseSession {
            cause: SessionEnd::Provider,
        },
        ask(2, "orders-read"),
        word,
        Command::Withdraw {
            request: request(1),
        },
        open(1),
        open(7),
        ask(2, "no-such"),
    ];
    for command in commands {
        assert_eq!(stage.refused(&portal(), command), Rule::PersonOnly);
    }
}

#[test]
fn a_person_does_nothing_that_is_the_portals() {
    let stage = Stage::set();
    let account = grant(5).account();
    let resource = "orders-db".parse().unwrap();
    let orphan = Command::RemoveOrphan {
        resource,
        account,
        sessions_cut: 1,
    };
    let commands = [
        Command::StartServer {
            version: "0.1.0".into(),
            verifier: None,
        },
        Command::FailServer {
            reference: FaultId::new(Uuid::from_u128(1)),
        },
        Command::ActivatePolicy {
            policy: orders_read(),
        },
        Command::Lapse {
            request: request(1),
        },
        Command::ConfirmGrant { grant: grant(1) },
        orphan,
    ];
    for command in commands {
        assert_eq!(stage.refused(&who(ELI), command), Rule::SystemOnly);
    }
}

#[test]
fn the_account_of_a_live_grant_is_no_orphan() {
    let mut stage = Stage::set();
    let remove = |account: String| {
        let resource: access::ids::ResourceName = "orders-db".parse().unwrap();
        let command = Command::RemoveOrphan {
            resource: resource.clone(),
            account: account.clone(),
            sessions_cut: 0,
        };
        (
            command,
            Event::OrphanRemoved {
                resource,
                account,
                sessions_cut: 0,
            },
        )
    };
    for account in [grant(1).account(), "bg_x".into(), "someone".into()] {
        stage.run(&portal(), remove(account).0);
    }
    stage.approve(1).intend(1);
    let (command, event) = remove(grant(1).account());
    assert_eq!(
        stage.refused_and_found(&portal(), command, event),
        Rule::WrongState
    );
    let failure = access::event::Failure::Interrupted;
    stage.run(
        &portal(),
        Command::FailGrant {
            grant: grant(1),
            failure,
        },
    );
    stage.run(&portal(), remove(grant(1).account()).0);
}

#[test]
fn a_refusal_names_a_command_a_rule_and_a_known_request() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let refused = |command: &str, request, rule| Event::CommandRefused {
        command: command.into(),
        request,
        rule,
    };
    let known = Some(request(1));
    let lawful = refused("sign_off", known, Rule::SelfApproval);
    stage.lawful(&who(DANA), lawful.clone());
    stage.lawful(&portal(), refused("lapse", known, Rule::TooEarly));
    stage.lawful(&who(99), refused("open_session", None, Rule::UnknownPerson));
    let forged = refused("become_root", known, Rule::SelfApproval);
    assert_eq!(stage.would_break(&who(DANA), forged), Rule::RefusalForm);
    let forged = refused("sign_off", known, Rule::Malformed);
    assert_eq!(stage.would_break(&who(DANA), forged), Rule::RefusalForm);
    let forged = refused("sign_off", Some(request(9)), Rule::SelfApproval);
    assert_eq!(stage.would_break(&who(DANA), forged), Rule::UnknownRequest);
    assert_eq!(stage.would_break(&who(99), lawful), Rule::UnknownPerson);
}

#[test]
fn a_refusal_names_the_request_only_if_the_log_knows_it() {
    let mut stage = Stage::set();
    let refusal = |stage: &Stage, actor: &Actor, command| {
        decide(&stage.state, command, actor, stage.now()).unwrap_err()
    };
    let withdraw = || Command::Withdraw {
        request: request(1),
    };
    assert_eq!(refusal(&stage, &who(ELI), withdraw()).request, None);
    stage.open(1);
    assert_eq!(
        refusal(&stage, &who(ELI), withdraw()).request,
        Some(request(1))
    );
    let show = Command::ShowCredential { grant: grant(1) };
    assert_eq!(refusal(&stage, &who(ELI), show).request, Some(request(1)));
}

/// A key signs no tree without the entry that names it; nothing else changes with it.
#[test]
fn a_new_key_signs_from_after_its_entry() {
    let mut stage = Stage::set();
    let rotate = |from| Command::RotateKey {
        from,
        new: "breakglass.test/log+0b+AQ==".into(),
        old: "breakglass.test/log+0a+AQ==".into(),
        signature: "c2ln".into(),
    };
    let next = stage.state.next_seq();
    assert_eq!(stage.refused(&portal(), rotate(next)), Rule::KeyOrder);
    assert_eq!(
        stage.refused(&who(DANA), rotate(next + 9)),
        Rule::SystemOnly
    );
    let seq = stage.state.next_seq();
    stage.run(&portal(), rotate(seq + 1));
}
