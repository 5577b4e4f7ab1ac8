//! The entries of one request by themselves: what is lawful in the whole log is lawful in them, and what they
//! show to be unlawful is found.

use std::collections::BTreeSet;

use access::command::Command;
use access::event::{Decision, Event};
use access::ids::{GrantId, RequestId};
use access::refusal::Rule;
use access::{Assumed, Part, Record, State, Violation, apply};

use crate::company::{ARI, DANA, RAE, SAM, orders_admin, orders_read, person, who, who_in};
use crate::stage::{Stage, request};
use crate::steps::steps;
use crate::traces::{ANYTHING, Dice, Seen, WORK, play, runner};

/// How many random logs are taken apart.
const LOGS: u32 = 2_000;

/// Where their random numbers begin.
const SEED: u64 = 0x7061_7274;

/// What a request's bundle holds: its entries, and its policy's versions from the first that it names on.
fn part(log: &[Record], id: RequestId) -> Vec<Record> {
    let mut grants: BTreeSet<GrantId> = BTreeSet::new();
    let mut recordings = BTreeSet::new();
    let mut named = None;
    for record in log {
        if record.event.request() == Some(id) {
            grants.extend(record.event.grant());
        }
        if let Event::RecordingStarted {
            recording, grant, ..
        } = record.event
            && grants.contains(&grant)
        {
            recordings.insert(recording);
        }
        if let Event::RequestSubmitted {
            request,
            policy,
            policy_version,
            ..
        } = &record.event
            && *request == id
        {
            named = Some((policy.clone(), *policy_version));
        }
    }
    let (name, first) = named.unwrap();
    let mut taken = log.to_vec();
    taken.retain(|record| match &record.event {
        Event::PolicyActivated {
            policy, version, ..
        } => policy.name == name && *version >= first,
        Event::PolicyRetired {
            policy, version, ..
        } => *policy == name && *version >= first,
        event => {
            let granted = event.grant().is_some_and(|grant| grants.contains(&grant));
            let recorded = event.recording().is_some_and(|id| recordings.contains(&id));
            event.request() == Some(id) || granted || recorded
        }
    });
    taken
}

fn held_against_the_rules(part: &[Record]) -> (Vec<Violation>, Vec<Assumed>) {
    let mut held = Part::default();
    let found = part.iter().filter_map(|record| held.entry(record).err());
    let found = found.collect();
    (found, held.assumed().collect())
}

fn requests(log: &[Record]) -> Vec<RequestId> {
    let submitted = log.iter().filter_map(|record| match &record.event {
        Event::RequestSubmitted { request, .. } => Some(*request),
        _ => None,
    });
    submitted.collect()
}

#[test]
fn what_is_lawful_in_the_log_is_lawful_in_every_part() {
    let (mut parts, mut assumed) = (0, BTreeSet::new());
    let mut seen = Seen::default();
    let mut one = |dice: Dice, steps: &Vec<_>| {
        let stage = play(dice, steps, &mut seen);
        let mut state = State::default();
        let whole = stage.log.iter();
        let late: BTreeSet<u64> = whole
            .filter_map(|record| apply(&mut state, record).err())
            .map(|violation| violation.seq)
            .collect();
        for id in requests(&stage.log) {
            let (found, taken) = held_against_the_rules(&part(&stage.log, id));
            let unlike = found.iter().find(|found| !late.contains(&found.seq));
            assert_eq!(unlike, None, "{id}");
            parts += 1;
            assumed.extend(taken);
        }
    };
    let cell = std::cell::RefCell::new(&mut one);
    for (dice, logs) in [(ANYTHING, LOGS), (WORK, LOGS / 4)] {
        runner(logs, SEED)
            .run(&steps(), |steps| {
                (cell.borrow_mut())(dice, &steps);
                Ok(())
            })
            .unwrap();
    }
    assert!(parts > LOGS, "{parts} parts of {LOGS} logs");
    // Signing for another is rarer than these logs are many, and has a test of its own below.
    for needed in [Assumed::Labels, Assumed::Role] {
        assert!(
            assumed.contains(&needed),
            "{needed:?} is told where it is needed"
        );
    }
}

/// Dana's request under `orders-admin`, which two signed, opened and given back.
fn opened() -> Stage {
    let mut stage = Stage::set_under(&[orders_read(), orders_admin()]);
    stage.ask(1, "orders-admin");
    stage.yes(ARI, 1);
    stage.yes(SAM, 1);
    stage.intend(1);
    stage
}

fn rules(part: &[Record]) -> Vec<Rule> {
    let (found, _) = held_against_the_rules(part);
    found.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn a_sign_off_that_was_left_out_is_missed() {
    let stage = opened();
    let whole = part(&stage.log, request(1));
    assert_eq!(rules(&whole), []);
    let at = whole
        .iter()
        .position(|record| matches!(record.event, Event::SignOffGiven { .. }));
    let mut without = whole.clone();
    without.remove(at.unwrap());
    // The approval, and the access that rests on it.
    assert_eq!(rules(&without), [Rule::QuorumMissing; 2]);
}

#[test]
fn nobody_signs_their_own_request_or_twice_for_one_name() {
    let stage = opened();
    let whole = part(&stage.log, request(1));
    for (signer, rule) in [(DANA, Rule::SelfApproval), (SAM, Rule::AlreadySigned)] {
        let mut bent = whole.clone();
        let first = bent
            .iter_mut()
            .find(|record| matches!(record.event, Event::SignOffGiven { .. }))
            .unwrap();
        first.actor = who(signer);
        assert!(rules(&bent).contains(&rule), "{rule:?}: {:?}", rules(&bent));
    }
}

#[test]
fn another_policy_than_the_one_that_was_named_is_found() {
    let stage = opened();
    let mut bent = part(&stage.log, request(1));
    let Event::PolicyActivated { policy, .. } = &mut bent[0].event else {
        panic!("the policy comes first");
    };
    policy.duration.max_s *= 2;
    assert_eq!(rules(&bent)[0], Rule::PolicyDigest);
    assert_eq!(rules(&bent)[1], Rule::UnknownPolicy);
    assert_eq!(
        rules(&part(&stage.log, request(1))[1..])[0],
        Rule::UnknownPolicy
    );
}

#[test]
fn access_beyond_what_the_policy_gives_is_found() {
    let stage = opened();
    let mut bent = part(&stage.log, request(1));
    for record in &mut bent {
        if let Event::GrantIntended { expires_at_ms, .. } = &mut record.event {
            *expires_at_ms = expires_at_ms.plus_seconds(1);
        }
    }
    assert_eq!(rules(&bent), [Rule::ExpiryTime]);
}

#[test]
fn whoever_signs_for_another_is_believed_to_and_it_is_told() {
    let mut policy = orders_admin();
    policy.approval.delegation = true;
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    stage.ask(1, "orders-admin");
    let until_ms = stage.now().plus_seconds(3_600);
    let to = person(RAE);
    stage.run(&who(ARI), Command::SetDelegation { to, until_ms });
    stage.yes_for(RAE, ARI, 1);
    stage.yes(SAM, 1);
    let whole = part(&stage.log, request(1));
    assert_eq!(
        held_against_the_rules(&whole),
        (Vec::new(), vec![Assumed::Delegation])
    );
    let first = whole.iter().find_map(|record| match record.event {
        Event::SignOffGiven { decision, .. } => Some(decision),
        _ => None,
    });
    assert_eq!(first, Some(Decision::Approve));
}

/// What these entries show of somebody's groups may be older than what made them an approver.
#[test]
fn whoever_was_seen_before_they_were_asked_is_believed_to_be_away_too() {
    let mut policy = orders_admin();
    policy.approval.delegation = true;
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    stage.ask(1, "orders-admin");
    let until_ms = stage.now().plus_seconds(3_600);
    let signs_for = |to| Command::SetDelegation {
        to: person(to),
        until_ms,
    };
    stage.run(&who(SAM), signs_for(ARI));
    let request = request(1);
    stage.run(&who_in(ARI, &["other"]), Command::ViewRequest { request });
    stage.sign_in(&who(ARI));
    stage.run(&who(ARI), signs_for(RAE));
    stage.yes_for(RAE, ARI, 1);
    stage.yes(SAM, 1);
    let held = held_against_the_rules(&part(&stage.log, request));
    assert_eq!(held, (Vec::new(), vec![Assumed::Delegation]));
}
