//! Erasing takes two people, and erases what was ordered.

use access::command::Command;
use access::event::{Decision, Event, Field, OpeningRef};
use access::refusal::Rule;
use access::view::Action;
use access::{ERASURE_WITHIN_S, actions};

use crate::oversight::{disclose, text};
use crate::stage::{
    ARI, CLEO, DANA, KIM, QUINN, RAE, SAM, Stage, grant, names, person, portal, request, roles,
    seal, who, who_in,
};

fn order(of: Option<OpeningRef>, reason: u32) -> (Command, Event) {
    let (request, reason) = (request(1), seal(reason));
    (
        Command::OrderErasure {
            request,
            of,
            reason,
        },
        Event::ErasureOrdered {
            request,
            of,
            reason,
        },
    )
}

fn confirm(stage: &Stage, order: u64) -> (Command, Event) {
    let (auth_time_s, id_token) = (stage.now().unix_seconds(), seal(900));
    (
        Command::ConfirmErasure {
            order,
            auth_time_s,
            id_token,
        },
        Event::ErasureConfirmed {
            order,
            request: request(1),
            auth_time_s,
            id_token,
        },
    )
}

/// Request 1 with a reason, a ticket, a no with a note; over.
fn denied() -> Stage {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let mut word = stage.word(1, Decision::Deny);
    if let Command::SignOff { note, .. } = &mut word {
        *note = Some(seal(20));
    }
    stage.run(&who(ARI), word);
    stage
}

/// The order's place.
fn ordered(stage: &mut Stage, by: u128, of: Option<OpeningRef>) -> u64 {
    let place = stage.state.next_seq();
    stage.run(&who(by), order(of, 40).0);
    place
}

#[test]
fn two_custodians_erase_all_of_a_request() {
    let mut stage = denied();
    let all = stage.state.request(request(1)).unwrap().openings();
    let fields: Vec<Field> = all.iter().map(|opening| opening.field).collect();
    assert_eq!(
        fields,
        [Field::Reason, Field::Ticket, Field::IdToken, Field::Note]
    );
    let place = ordered(&mut stage, CLEO, None);
    assert_eq!(stage.state.open_erasures(stage.now()).count(), 1);
    stage.later(60);
    let events = stage.run(&who(KIM), confirm(&stage, place).0);
    let [
        _,
        Event::OpeningErased {
            order, openings, ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((*order, openings), (place, &all));
    assert_eq!(stage.state.open_erasures(stage.now()).count(), 0);
    assert!(
        stage
            .state
            .request(request(1))
            .unwrap()
            .left(None)
            .is_empty()
    );
    // What is gone is neither shown nor erased again.
    let found = |actor, (command, event)| stage.refused_and_found(&who(actor), command, event);
    assert_eq!(found(QUINN, disclose(all[0], 40)), Rule::OpeningGone);
    assert_eq!(found(CLEO, order_again(None)), Rule::OpeningGone);
    assert_eq!(found(CLEO, order_again(Some(all[3]))), Rule::OpeningGone);
    assert_eq!(found(KIM, confirm(&stage, place)), Rule::WrongState);
}

fn order_again(of: Option<OpeningRef>) -> (Command, Event) {
    order(of, 40)
}

#[test]
fn one_text_is_erased_alone() {
    let mut stage = denied();
    let note = text(&stage, Field::Note);
    let place = ordered(&mut stage, CLEO, Some(note));
    let rest = ordered(&mut stage, KIM, None);
    stage.run(&who(KIM), confirm(&stage, place).0);
    let left = stage.state.request(request(1)).unwrap().left(None);
    assert_eq!(left.len(), 3);
    assert!(!left.contains(&note));
    let events = stage.run(&who(CLEO), confirm(&stage, rest).0);
    assert!(matches!(&events[1], Event::OpeningErased { openings, .. } if *openings == left));
}

#[test]
fn nobody_confirms_what_they_ordered() {
    let mut stage = denied();
    let place = ordered(&mut stage, CLEO, None);
    let (command, event) = confirm(&stage, place);
    let rule = stage.refused_and_found(&who(CLEO), command, event.clone());
    assert_eq!(rule, Rule::SelfConfirmation);
    // Forged all the same: neither the confirmation nor what it erased counts.
    let openings = stage.state.request(request(1)).unwrap().left(None);
    assert_eq!(stage.forged(&who(CLEO), event), Rule::SelfConfirmation);
    let erased = Event::OpeningErased {
        order: place,
        request: request(1),
        openings: openings.clone(),
    };
    assert_eq!(stage.forged(&who(CLEO), erased), Rule::ErasureUnconfirmed);
    assert_eq!(
        stage.state.request(request(1)).unwrap().left(None),
        openings
    );
    stage.run(&who(KIM), confirm(&stage, place).0);
}

#[test]
fn the_word_of_somebody_who_left_erases_nothing() {
    let mut stage = denied();
    let place = ordered(&mut stage, CLEO, None);
    let left = who_in(CLEO, &["oncall-database"]);
    stage.run(&left, Command::OpenSession { auth_time_s: None });
    let (command, event) = confirm(&stage, place);
    let rule = stage.refused_and_found(&who(KIM), command, event);
    assert_eq!(rule, Rule::OrdererNotCustodian);
    // And it keeps nobody from ordering the same.
    let again = ordered(&mut stage.clone(), KIM, None);
    assert!(again > place);
    // Back in the group, it counts again.
    stage.run(&who(CLEO), Command::OpenSession { auth_time_s: None });
    stage.run(&who(KIM), confirm(&stage, place).0);
    // The configuration may take the role away, too.
    let mut stage = denied();
    let place = ordered(&mut stage, CLEO, None);
    let mut changed = roles();
    changed.custodian = names(&["security"]);
    stage.run(&portal(), Command::ConfigureRoles { roles: changed });
    stage.later(1);
    let (command, event) = confirm(&stage, place);
    let sam = who(SAM);
    let rule = stage.refused_and_found(&sam, command, event);
    assert_eq!(rule, Rule::OrdererNotCustodian);
}

#[test]
fn only_custodians_order_and_confirm() {
    let mut stage = denied();
    for other in [who(DANA), who(QUINN), who_in(CLEO, &["operators"])] {
        let (command, event) = order(None, 40);
        let rule = stage.refused_and_found(&other, command, event);
        assert_eq!(rule, Rule::NotCustodian);
    }
    let place = ordered(&mut stage, CLEO, None);
    for other in [who(SAM), who(QUINN), who_in(KIM, &[])] {
        let (command, event) = confirm(&stage, place);
        let rule = stage.refused_and_found(&other, command, event);
        assert_eq!(rule, Rule::NotCustodian);
    }
    let (command, event) = confirm(&stage, place + 1);
    let rule = stage.refused_and_found(&who(KIM), command, event);
    assert_eq!(rule, Rule::UnknownErasure);
    let (command, event) = order(None, 9);
    let mut again = denied();
    let rule = again.refused_and_found(&who(CLEO), command, event);
    assert_eq!(rule, Rule::PurposeTooShort);
    ordered(&mut again, CLEO, None);
    let (command, event) = order(None, 40);
    let rule = again.refused_and_found(&who(KIM), command, event);
    assert_eq!(rule, Rule::ErasureExists);
}

#[test]
fn a_confirmation_is_fresh_and_in_time() {
    let mut stage = denied();
    let place = ordered(&mut stage, CLEO, None);
    stage.later(120);
    let (mut command, mut event) = confirm(&stage, place);
    if let (
        Command::ConfirmErasure { auth_time_s: a, .. },
        Event::ErasureConfirmed { auth_time_s: b, .. },
    ) = (&mut command, &mut event)
    {
        *a -= 121;
        *b = *a;
    }
    let rule = stage.refused_and_found(&who(KIM), command, event);
    assert_eq!(rule, Rule::StaleProof);
    stage.later(i64::from(ERASURE_WITHIN_S) - 121);
    stage.clone().run(&who(KIM), confirm(&stage, place).0);
    stage.later(1);
    let (command, event) = confirm(&stage, place);
    let rule = stage.refused_and_found(&who(KIM), command, event);
    assert_eq!(rule, Rule::TooLate);
    ordered(&mut stage, KIM, None);
}

#[test]
fn nothing_is_erased_that_somebody_still_has_to_look_at() {
    let mut stage = Stage::set();
    let refused = |stage: &Stage| {
        let (command, event) = order(None, 40);
        stage.refused_and_found(&who(CLEO), command, event)
    };
    assert_eq!(refused(&stage), Rule::UnknownRequest);
    stage.ask(1, "orders-read");
    assert_eq!(refused(&stage), Rule::WrongState);
    stage.yes(ARI, 1);
    assert_eq!(refused(&stage), Rule::WrongState);
    stage.intend(1);
    assert_eq!(refused(&stage), Rule::WrongState);
    let grant = grant(1);
    stage.run(&portal(), Command::ConfirmGrant { grant });
    assert_eq!(refused(&stage), Rule::WrongState);
    let cause = access::event::EndCause::Returned;
    stage.run(
        &who(DANA),
        Command::EndGrant {
            grant,
            cause,
            sessions_cut: 0,
        },
    );
    assert_eq!(refused(&stage), Rule::WrongState);
    let (verdict, note) = (access::event::Verdict::Drill, seal(40));
    stage.run(
        &who(RAE),
        Command::RecordReview {
            request: request(1),
            verdict,
            findings: None,
            note,
        },
    );
    let offered = |stage: &Stage| {
        let custodian = names(&["custodians"]);
        actions(
            &stage.state,
            request(1),
            &person(CLEO),
            &custodian,
            stage.now(),
        )
    };
    assert_eq!(offered(&stage), [Action::OrderErasure]);
    ordered(&mut stage, CLEO, None);
    assert_eq!(offered(&stage), []);
}

#[test]
fn other_texts_than_ordered_are_found() {
    let stage = denied();
    let (reason, note) = (text(&stage, Field::Reason), text(&stage, Field::Note));
    let erased = |order, openings: &[OpeningRef]| Event::OpeningErased {
        order,
        request: request(1),
        openings: openings.to_vec(),
    };
    for (openings, rule) in [
        (&[note][..], None),
        (&[][..], Some(Rule::ErasureScope)),
        (&[reason, note][..], Some(Rule::ErasureScope)),
        (&[reason][..], Some(Rule::ErasureScope)),
    ] {
        let mut stage = stage.clone();
        let place = ordered(&mut stage, CLEO, Some(note));
        let (_, confirmed) = confirm(&stage, place);
        stage.lawful(&who(KIM), confirmed);
        match rule {
            Some(rule) => assert_eq!(stage.forged(&who(KIM), erased(place, openings)), rule),
            None => stage.lawful(&who(KIM), erased(place, openings)),
        }
        // Once, at once, and by the one who confirmed.
        let again = erased(place, &[note]);
        assert_eq!(
            stage.would_break(&who(KIM), again),
            Rule::ErasureUnconfirmed
        );
    }
    let mut stage = stage;
    let place = ordered(&mut stage, CLEO, Some(note));
    let event = erased(place, &[note]);
    assert_eq!(
        stage.would_break(&who(KIM), event.clone()),
        Rule::ErasureUnconfirmed
    );
    stage.lawful(&who(KIM), confirm(&stage, place).1);
    assert_eq!(
        stage.would_break(&who(CLEO), event),
        Rule::ErasureUnconfirmed
    );
}
