//! Who could open something, and who could sign for them.

use std::sync::Arc;

use access::command::Command;
use access::event::{Decision, Mode};
use access::policy::{Policy, PolicyVersion};
use access::refusal::Rule;
use access::simulate::{GroupRow, WhoRow, groups_that_could, who_could_open};

use crate::world::{ARI, DANA, DIR, LEE, OPS, SAM, SEC, World, person, policy};

fn rows(world: &World, draft: Policy) -> Vec<WhoRow> {
    let version = Arc::new(PolicyVersion {
        version: 2,
        sha256: draft.digest(),
        policy: draft,
    });
    let resource = "orders-db".parse().unwrap();
    let rows = who_could_open(&world.state, &version, &resource, world.now());
    let excerpt = world.state.excerpt(&version.policy.name, world.now(), 0);
    let of_excerpt = who_could_open(&excerpt.state, &version, &resource, world.now());
    assert_eq!(of_excerpt, rows);
    rows
}

#[track_caller]
fn row(world: &World, who: usize, change: impl FnOnce(&mut Policy)) -> WhoRow {
    let rows = rows(world, policy(change));
    rows.into_iter()
        .find(|row| row.person == person(who))
        .unwrap()
}

fn broken(verdict: &access::simulate::Verdict) -> Vec<Rule> {
    verdict
        .rules
        .iter()
        .filter(|rule| !rule.holds)
        .map(|rule| rule.rule)
        .collect()
}

fn world() -> World {
    World::under(&policy(|_| {}))
}

#[test]
fn everybody_is_there_and_those_who_could_in_front() {
    let rows = rows(&world(), policy(|_| {}));
    let could: Vec<_> = rows
        .iter()
        .filter(|row| row.ordinary.may_ask)
        .map(|row| row.person)
        .collect();
    assert_eq!(could, [person(DANA), person(LEE)]);
    assert_eq!(
        [rows[0].person, rows[1].person],
        [person(DANA), person(LEE)]
    );
    assert_eq!(rows.len(), 7);
    let ari = row(&world(), ARI, |_| {});
    assert_eq!(broken(&ari.ordinary), [Rule::NotEligible]);
    assert!(ari.stages.is_empty());
}

#[test]
fn the_one_who_asks_signs_nowhere() {
    let dana = row(&world(), DANA, |_| {});
    assert_eq!(
        dana.stages[0].at_once,
        [person(LEE), person(ARI), person(SAM)]
    );
    assert_eq!(dana.stages[0].later, [person(DIR)]);
    assert_eq!(dana.stages[1].at_once, [person(SAM), person(SEC)]);
    let lee = row(&world(), LEE, |_| {});
    assert_eq!(lee.stages[0].at_once, [person(ARI), person(SAM)]);
}

#[test]
fn identities_of_one_human_being_count_once() {
    let mut world = world();
    let link = |one, other| Command::LinkPerson {
        person: person(one),
        into: person(other),
    };
    world.sign_in(OPS);
    world.by(OPS, link(ARI, SAM)).unwrap();
    let dana = row(&world, DANA, |_| {});
    assert_eq!(
        dana.stages[0].at_once,
        [person(LEE), person(ARI)],
        "Ari is Sam"
    );
    world.by(OPS, link(LEE, DANA)).unwrap();
    let dana = row(&world, DANA, |_| {});
    assert_eq!(dana.stages[0].at_once, [person(ARI)], "Lee is Dana");
    assert!(!row(&world, DANA, |p| p.approval.stages[0].n = 3).stages[0].enough);
    assert!(
        row(&world, DANA, |p| p.approval.stages[0].n = 2).stages[0].enough,
        "by the ladder"
    );
}

#[test]
fn a_sign_in_counts_as_the_policy_wants_it() {
    let strict = |p: &mut Policy| {
        p.conditions.networks = vec!["2001:db8::/32".parse().unwrap()];
        p.conditions.acr = vec!["phr".into()];
        p.conditions.amr = vec!["hwk".into()];
        p.conditions.incident = true;
    };
    let dana = row(&world(), DANA, strict);
    assert!(dana.ordinary.may_ask && dana.emergency.may_ask, "{dana:?}");
    assert!(
        dana.ordinary
            .rules
            .iter()
            .any(|rule| rule.rule == Rule::NetworkNotAllowed)
    );
}

/// Opens on Sundays only; the stage's day is none.
fn sunday(p: &mut Policy) {
    p.conditions.windows =
        serde_json::from_str(r#"[{"days":["sun"],"from":"00:00","to":"24:00"}]"#).unwrap();
    (p.conditions.zone, p.conditions.zone_rule) = (Some("UTC".into()), Some("UTC0".into()));
}

#[test]
fn a_window_that_is_closed_keeps_nobody_from_asking() {
    let dana = row(&world(), DANA, sunday);
    assert!(dana.ordinary.may_ask && !dana.ordinary.now);
    assert!(dana.emergency.now, "emergencies keep no hours");
}

#[test]
fn emergency_access_that_is_off_is_nobodys() {
    let off = |p: &mut Policy| p.emergency = None;
    assert!(broken(&row(&world(), DANA, off).emergency).contains(&Rule::EmergencyOff));
}

#[test]
fn whoever_owes_a_review_breaks_no_glass() {
    let blocking = policy(|p| p.review.debt = access::policy::Debt::Block);
    let mut world = World::under(&blocking);
    world.ask(DANA, 0, Mode::Ordinary, 60).unwrap();
    world.say(ARI, 0, Decision::Approve).unwrap();
    world.say(SEC, 0, Decision::Approve).unwrap();
    world.open(DANA, 0).unwrap();
    world.later(60 + 86_401);
    let dana = row(&world, DANA, |_| {});
    assert_eq!(broken(&dana.emergency), [Rule::ReviewOwed]);
    assert!(dana.ordinary.now);
}

#[test]
fn groups_say_how_many_of_theirs_could_and_human_beings_count_once() {
    let and_of_nobody = |p: &mut Policy| {
        sunday(p);
        p.eligible.push("a-group-of-nobody".parse().unwrap());
    };
    let mut world = world();
    let counted = |world: &World| -> Vec<[usize; 3]> {
        let draft = policy(and_of_nobody);
        let rows = rows(world, draft.clone());
        let numbers = |row: &GroupRow| [row.known, row.ordinary, row.emergency];
        groups_that_could(&world.state, &draft, &rows)
            .iter()
            .map(numbers)
            .collect()
    };
    assert_eq!(counted(&world), [[2, 0, 2], [0, 0, 0]]);
    let (person, into) = (person(LEE), person(DANA));
    world.by(OPS, Command::LinkPerson { person, into }).unwrap();
    assert_eq!(counted(&world), [[1, 0, 1], [0, 0, 0]]);
}
