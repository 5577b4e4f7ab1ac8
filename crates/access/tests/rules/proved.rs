//! What a session alone cannot do: changes of policies, of people and of who signs for whom take a proof of
//! identity of the last half hour, which stands in the log as a sign-in.

use access::command::Command;
use access::event::{Actor, Event};
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::company::{
    ARI, DANA, ELI, NOOR, OLA, PAT, orders_admin, orders_read, person, portal, who,
};
use crate::stage::Stage;

/// Each act with who does it, and the entry that it makes.
fn acts(stage: &mut Stage) -> Vec<(Actor, Command, Event)> {
    let mut policy = orders_read();
    policy.duration.max_s = 7_200;
    let (sha256, name) = (policy.digest(), policy.name.clone());
    let propose = |policy| Command::ProposePolicy {
        policy,
        follows: Some(1),
    };
    let (proposal, retirement, own) = (
        stage.state.next_seq(),
        stage.state.next_seq() + 1,
        stage.state.next_seq() + 2,
    );
    stage.run(&who(NOOR), propose(policy.clone()));
    let of = orders_admin().name;
    stage.run(
        &who(NOOR),
        Command::ProposeRetirement { policy: of.clone() },
    );
    let begun = Command::ProposePolicy {
        policy: policy.clone(),
        follows: None,
    };
    stage.run(&portal(), begun);
    let until_ms = UnixMillis::new(stage.now_ms).plus_seconds(86_400);
    let (to, into) = (person(ELI), person(DANA));
    vec![
        (
            who(OLA),
            propose(policy.clone()),
            Event::PolicyProposed {
                replaces: 1,
                sha256,
                policy: policy.clone(),
            },
        ),
        (
            who(OLA),
            Command::ProposeRetirement {
                policy: name.clone(),
            },
            Event::RetirementProposed {
                policy: name,
                version: 1,
            },
        ),
        (
            who(OLA),
            Command::EndorseProposal { proposal: own },
            Event::ProposalEndorsed { proposal: own },
        ),
        (
            who(OLA),
            Command::ActivateProposal { proposal },
            Event::PolicyActivated {
                version: 2,
                sha256,
                policy,
                proposal: Some(proposal),
            },
        ),
        (
            who(OLA),
            Command::ActivateProposal {
                proposal: retirement,
            },
            Event::PolicyRetired {
                policy: of,
                version: 1,
                proposal: retirement,
            },
        ),
        (
            who(PAT),
            Command::LinkPerson { person: to, into },
            Event::PersonLinked { person: to, into },
        ),
        (
            who(ARI),
            Command::SetDelegation { to, until_ms },
            Event::DelegationSet { to, until_ms },
        ),
    ]
}

#[test]
fn a_sign_in_of_the_last_half_hour_is_enough() {
    let mut stage = Stage::set();
    let acts = acts(&mut stage);
    stage.later(1_800);
    for (by, command, event) in acts {
        assert!(command.takes_sign_in_of_late(), "{}", event.kind());
        assert_eq!(
            stage.clone().run(&by, command.clone()),
            std::slice::from_ref(&event)
        );
        let mut late = stage.clone();
        late.later(1);
        let rule = late.refused_and_found(&by, command.clone(), event.clone());
        assert_eq!(rule, Rule::SignInStale, "{}", event.kind());
        late.sign_in(&by);
        late.run(&by, command);
    }
}

#[test]
fn a_sign_in_that_proves_nothing_of_late_is_none() {
    let mut stage = Stage::set();
    let acts = acts(&mut stage);
    stage.later(3_600);
    let now_s = stage.now().unix_seconds();
    for auth_time_s in [None, Some(now_s - 1_801), Some(now_s + 61)] {
        let mut stage = stage.clone();
        for by in [OLA, PAT, ARI] {
            stage.run(&who(by), Command::OpenSession { auth_time_s });
        }
        for (by, command, event) in &acts {
            let rule = stage.refused_and_found(by, command.clone(), event.clone());
            assert_eq!(rule, Rule::SignInStale, "{auth_time_s:?} {}", event.kind());
        }
    }
    // Somebody else's says nothing of them.
    stage.sign_in(&who(NOOR));
    let (by, command, event) = acts[3].clone();
    let rule = stage.refused_and_found(&by, command, event);
    assert_eq!(rule, Rule::SignInStale);
}

/// A time that lies ahead is no proof, and keeps nobody from making one.
#[test]
fn a_time_that_lies_ahead_says_nothing() {
    let mut stage = Stage::set();
    let acts = acts(&mut stage);
    let auth_time_s = Some(stage.now().unix_seconds() + 1_000_000);
    stage.run(&who(OLA), Command::OpenSession { auth_time_s });
    stage.later(3_600).sign_in(&who(OLA));
    stage.run(&who(OLA), acts[0].1.clone());
}

/// What is taken back, or given up, needs none.
#[test]
fn to_take_something_back_a_session_is_enough() {
    let mut stage = Stage::set();
    let proposal = stage.state.next_seq();
    let policy = orders_read();
    let follows = None;
    stage.run(&who(NOOR), Command::ProposePolicy { policy, follows });
    let until_ms = UnixMillis::new(stage.now_ms).plus_seconds(86_400);
    let to = person(ELI);
    stage.run(&who(ARI), Command::SetDelegation { to, until_ms });
    stage.later(7_200);
    stage.run(&who(OLA), Command::WithdrawProposal { proposal });
    stage.run(&who(ARI), Command::EndDelegation);
}
