//! Policies come into force by two people, and go by two.

use access::command::Command;
use access::digest::Digest;
use access::event::{Actor, Event};
use access::policy::Policy;
use access::refusal::Rule;

use crate::company::{
    DANA, ELI, NOOR, OLA, PAT, RAE, names, orders_admin, orders_read, person, portal, roles,
    stage_of, who, who_in,
};
use crate::stage::{Stage, ask, request};

/// `orders-read` that takes two.
fn draft() -> Policy {
    let mut policy = orders_read();
    policy.approval.stages = vec![stage_of(2, &["leads", "security"])];
    policy
}

fn propose(stage: &mut Stage, by: &Actor) -> u64 {
    let place = stage.state.next_seq();
    stage.run(
        by,
        Command::ProposePolicy {
            policy: draft(),
            follows: None,
        },
    );
    place
}

fn propose_retirement(stage: &mut Stage) -> u64 {
    let place = stage.state.next_seq();
    let policy = orders_read().name;
    stage.run(&who(NOOR), Command::ProposeRetirement { policy });
    place
}

fn activated(version: u32, proposal: u64) -> Event {
    Event::PolicyActivated {
        version,
        sha256: draft().digest(),
        policy: draft(),
        proposal: Some(proposal),
    }
}

fn retired(version: u32, proposal: u64) -> Event {
    Event::PolicyRetired {
        policy: orders_read().name,
        version,
        proposal,
    }
}

fn not_activated(stage: &Stage, by: &Actor, proposal: u64, event: Event) -> Rule {
    stage.refused_and_found(by, Command::ActivateProposal { proposal }, event)
}

#[test]
fn another_author_puts_in_force_what_one_proposed() {
    let mut stage = Stage::set();
    let place = propose(&mut stage, &who(NOOR));
    assert_eq!(stage.state.proposal(place).unwrap().replaces, 1);
    let unmoved = stage.state.policy(&draft().name).unwrap();
    assert_eq!(
        (unmoved.version, unmoved.sha256),
        (1, orders_read().digest())
    );
    for (by, rule) in [
        (who(NOOR), Rule::SelfActivation),
        (who(DANA), Rule::NotAuthor),
        (who(PAT), Rule::NotAuthor),
        (who_in(OLA, &[]), Rule::NotAuthor),
        (who_in(DANA, &["authors"]), Rule::NotAuthor),
        (portal(), Rule::PersonOnly),
    ] {
        assert_eq!(not_activated(&stage, &by, place, activated(2, place)), rule);
    }
    let rule = not_activated(&stage, &who(OLA), place + 1, activated(2, place + 1));
    assert_eq!(rule, Rule::UnknownProposal);
    let events = stage.run(&who(OLA), Command::ActivateProposal { proposal: place });
    assert_eq!(events, [activated(2, place)]);
    // What was put in force is off the table.
    let again = not_activated(&stage, &who(OLA), place, activated(3, place));
    assert_eq!(again, Rule::UnknownProposal);
}

#[test]
fn nobody_puts_their_own_in_force_through_another_identity() {
    let mut stage = Stage::set();
    let place = propose(&mut stage, &who(NOOR));
    stage.link(OLA, NOOR);
    let rule = not_activated(&stage, &who(OLA), place, activated(2, place));
    assert_eq!(rule, Rule::SelfActivation);
}

#[test]
fn what_comes_into_force_is_what_was_proposed() {
    let mut stage = Stage::set();
    let place = propose(&mut stage, &who(NOOR));
    let mut other = draft();
    other.approval.stages[0].n = 1;
    let differs = Event::PolicyActivated {
        version: 2,
        sha256: other.digest(),
        policy: other.clone(),
        proposal: Some(place),
    };
    assert_eq!(stage.would_break(&who(OLA), differs), Rule::ProposalDiffers);
    let same_digest = Event::PolicyActivated {
        version: 2,
        sha256: draft().digest(),
        policy: other,
        proposal: Some(place),
    };
    assert_eq!(
        stage.would_break(&who(OLA), same_digest),
        Rule::ProposalDiffers
    );
    let retires = stage.would_break(&who(OLA), retired(1, place));
    assert_eq!(retires, Rule::ProposalDiffers);
    let place = propose_retirement(&mut stage);
    assert_eq!(
        stage.would_break(&who(OLA), activated(2, place)),
        Rule::ProposalDiffers
    );
}

#[test]
fn a_proposer_who_is_no_author_any_more_does_not_count() {
    let mut stage = Stage::set();
    let place = propose(&mut stage, &who(NOOR));
    let mut demoted = stage.clone();
    demoted.sign_in(&who_in(NOOR, &[]));
    let rule = not_activated(&demoted, &who(OLA), place, activated(2, place));
    assert_eq!(rule, Rule::ProposerNotAuthor);
    // The configuration may take the role away, too.
    let mut changed = roles();
    changed.author = names(&["operators"]);
    stage.run(&portal(), Command::ConfigureRoles { roles: changed });
    stage.later(1);
    let rule = not_activated(&stage, &who(PAT), place, activated(2, place));
    assert_eq!(rule, Rule::ProposerNotAuthor);
}

#[test]
fn a_proposal_follows_the_version_that_it_was_made_for() {
    let mut stage = Stage::set();
    let [first, second] = [0; 2].map(|_| propose(&mut stage, &who(NOOR)));
    stage.run(&who(OLA), Command::ActivateProposal { proposal: first });
    let rule = not_activated(&stage, &who(OLA), second, activated(3, second));
    assert_eq!(rule, Rule::ProposalStale);
    let late = Event::PolicyProposed {
        replaces: 1,
        sha256: draft().digest(),
        policy: draft(),
    };
    assert_eq!(stage.would_break(&who(NOOR), late), Rule::ProposalStale);
}

#[test]
fn a_policy_that_changed_or_went_is_not_retired_by_an_older_word() {
    let mut stage = Stage::set();
    let [first, second] = [0; 2].map(|_| propose_retirement(&mut stage));
    let mut changed = stage.clone();
    changed.activate(draft());
    let rule = not_activated(&changed, &who(OLA), first, retired(1, first));
    assert_eq!(rule, Rule::ProposalStale);
    stage.run(&who(OLA), Command::ActivateProposal { proposal: first });
    let rule = not_activated(&stage, &who(OLA), second, retired(1, second));
    assert_eq!(rule, Rule::UnknownProposal);
}

/// A word of before a retirement does not bring the policy back.
#[test]
fn what_was_proposed_before_a_retirement_is_off_the_table() {
    let mut stage = Stage::set();
    let version = propose(&mut stage, &who(NOOR));
    let retirement = propose_retirement(&mut stage);
    stage.run(
        &who(OLA),
        Command::ActivateProposal {
            proposal: retirement,
        },
    );
    let rule = not_activated(&stage, &who(OLA), version, activated(2, version));
    assert_eq!(rule, Rule::UnknownProposal);
}

/// Two authors who began with the same version: the second is told, and overwrites nothing.
#[test]
fn an_author_who_began_with_an_older_version_is_told() {
    let mut stage = Stage::set();
    let begun = |follows| Command::ProposePolicy {
        policy: orders_read(),
        follows: Some(follows),
    };
    stage.clone().run(&who(NOOR), begun(1));
    assert_eq!(stage.refused(&who(NOOR), begun(0)), Rule::ProposalStale);
    stage.activate(draft());
    assert_eq!(stage.refused(&who(NOOR), begun(1)), Rule::ProposalStale);
    stage.run(&who(NOOR), begun(2));
}

/// One person's word alone puts nothing in force and nothing out of force, whatever the log says.
#[test]
fn an_unlawful_change_of_a_policy_changes_nothing() {
    let mut stage = Stage::set();
    let name = orders_read().name;
    let version = propose(&mut stage, &who(NOOR));
    let own = stage.forged(&who(NOOR), activated(2, version));
    assert_eq!(own, Rule::SelfActivation);
    assert_eq!(stage.state.policy(&name).unwrap().version, 1);
    assert_eq!(stage.state.policy_history(&name).len(), 1);
    let retirement = propose_retirement(&mut stage);
    let own = stage.forged(&who(NOOR), retired(1, retirement));
    assert_eq!(own, Rule::SelfActivation);
    assert_eq!(stage.state.policy(&name).unwrap().version, 1);
    // What is asked under it is asked under a policy that was never in force.
    let asked = stage.bent(ask(1, "orders-read"), |event| {
        if let Event::RequestSubmitted { policy_version, .. } = event {
            *policy_version = 2;
        }
    });
    assert_eq!(stage.forged(&who(DANA), asked), Rule::PolicyNotInForce);
    // And it can still come into force lawfully.
    stage.run(&who(OLA), Command::ActivateProposal { proposal: version });
    assert_eq!(stage.state.policy(&name).unwrap().version, 2);
}

#[test]
fn a_named_person_is_somebody_whom_the_log_knows() {
    let stage = Stage::set();
    let naming = |number| {
        let mut policy = draft();
        policy.approval.stages[0].people = vec![person(number)];
        Command::ProposePolicy {
            policy,
            follows: None,
        }
    };
    assert_eq!(stage.refused(&who(NOOR), naming(99)), Rule::BadPolicy);
    stage.clone().run(&who(NOOR), naming(RAE));
}

#[test]
fn the_configuration_proposes_and_two_authors_decide() {
    let mut stage = Stage::set();
    let place = propose(&mut stage, &portal());
    let rule = not_activated(&stage, &who(OLA), place, activated(2, place));
    assert_eq!(rule, Rule::NotEndorsed);
    let endorse = || Command::EndorseProposal { proposal: place };
    let endorsed = || Event::ProposalEndorsed { proposal: place };
    for (by, rule) in [(who(DANA), Rule::NotAuthor), (portal(), Rule::PersonOnly)] {
        assert_eq!(stage.refused_and_found(&by, endorse(), endorsed()), rule);
    }
    stage.run(&who(OLA), endorse());
    let twice = stage.refused_and_found(&who(NOOR), endorse(), endorsed());
    assert_eq!(twice, Rule::WrongState);
    let rule = not_activated(&stage, &who(OLA), place, activated(2, place));
    assert_eq!(rule, Rule::SelfActivation);
    stage.run(&who(NOOR), Command::ActivateProposal { proposal: place });
}

#[test]
fn only_authors_propose_and_take_off_the_table() {
    let mut stage = Stage::set();
    let proposed = Event::PolicyProposed {
        replaces: 1,
        sha256: draft().digest(),
        policy: draft(),
    };
    let command = Command::ProposePolicy {
        policy: draft(),
        follows: None,
    };
    let rule = stage.refused_and_found(&who(DANA), command, proposed);
    assert_eq!(rule, Rule::NotAuthor);
    let withdraw = |proposal| Command::WithdrawProposal { proposal };
    let withdrawn = |proposal| Event::ProposalWithdrawn { proposal };
    let place = propose(&mut stage, &who(NOOR));
    for (by, rule) in [(who(DANA), Rule::NotAuthor), (portal(), Rule::PersonOnly)] {
        let found = stage.refused_and_found(&by, withdraw(place), withdrawn(place));
        assert_eq!(found, rule);
    }
    stage.run(&who(OLA), withdraw(place));
    let gone = stage.refused_and_found(&who(OLA), withdraw(place), withdrawn(place));
    assert_eq!(gone, Rule::UnknownProposal);
    // The portal takes its own back, until somebody made it theirs.
    let own = propose(&mut stage, &portal());
    stage.clone().run(&portal(), withdraw(own));
    stage.run(&who(NOOR), Command::EndorseProposal { proposal: own });
    let rule = stage.refused_and_found(&portal(), withdraw(own), withdrawn(own));
    assert_eq!(rule, Rule::PersonOnly);
}

#[test]
fn a_retired_policy_opens_nothing_and_can_come_back() {
    let mut stage = Stage::set();
    stage.approve(1);
    let unknown = Command::ProposeRetirement {
        policy: "no-such".parse().unwrap(),
    };
    assert_eq!(stage.refused(&who(NOOR), unknown), Rule::UnknownPolicy);
    let place = propose_retirement(&mut stage);
    let own = not_activated(&stage, &who(NOOR), place, retired(1, place));
    assert_eq!(own, Rule::SelfActivation);
    stage.run(&who(OLA), Command::ActivateProposal { proposal: place });
    assert!(stage.state.policy(&orders_read().name).is_none());
    assert_eq!(stage.state.retired().count(), 1);
    assert_eq!(
        stage.refused(&who(DANA), ask(2, "orders-read")),
        Rule::UnknownPolicy
    );
    assert_eq!(stage.not_opened(1), Rule::PolicyChanged);
    stage.activate(orders_read());
    assert_eq!(stage.state.policy(&orders_read().name).unwrap().version, 2);
    assert_eq!(stage.not_opened(1), Rule::PolicyChanged);
    stage.ask(2, "orders-read");
    assert!(stage.state.request(request(2)).is_some());
}

#[test]
fn a_forged_proposal_is_on_no_table() {
    let mut stage = Stage::set();
    let place = stage.state.next_seq();
    let proposed = Event::PolicyProposed {
        replaces: 1,
        sha256: Digest::of(b"another"),
        policy: draft(),
    };
    assert_eq!(stage.forged(&who(NOOR), proposed), Rule::PolicyDigest);
    let rule = not_activated(&stage, &who(OLA), place, activated(2, place));
    assert_eq!(rule, Rule::UnknownProposal);
}

#[test]
fn nobody_could_sign_but_the_one_who_may_ask() {
    let mut stage = Stage::set();
    let mut policy = orders_admin();
    policy.name = "alone".parse().unwrap();
    policy.eligible = names(&["alone"]);
    policy.approval.stages = vec![stage_of(1, &["alone"])];
    stage.sign_in(&who_in(ELI, &["alone"]));
    let event = Event::PolicyProposed {
        replaces: 0,
        sha256: policy.digest(),
        policy: policy.clone(),
    };
    let command = || Command::ProposePolicy {
        policy: policy.clone(),
        follows: None,
    };
    assert_eq!(
        stage.refused_and_found(&who(NOOR), command(), event),
        Rule::BadPolicy
    );
    stage.sign_in(&who_in(DANA, &["alone"]));
    stage.clone().run(&who(NOOR), command());
    // Two people who are one are one.
    stage.link(DANA, ELI);
    assert_eq!(stage.refused(&who(NOOR), command()), Rule::BadPolicy);
}
