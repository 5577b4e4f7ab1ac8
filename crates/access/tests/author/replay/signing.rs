//! Sign-offs that were given, at the stages of a draft.

use access::event::{Decision, Mode};
use access::policy::Policy;
use access::refusal::Rule;
use access::simulate::Outcome;
use access::time::UnixMillis;

use super::{asked, moved, only, opened};
use crate::world::{ARI, DANA, DIR, LEE, OPS, SAM, SEC, World, person, policy};

#[test]
fn sign_offs_fill_the_drafts_stages_in_their_order() {
    let world = opened();
    let two = |p: &mut Policy| p.approval.stages[0].n = 2;
    assert_eq!(
        moved(&world, two),
        (Outcome::Opened, Outcome::Waiting, vec![Rule::QuorumMissing])
    );
    let swapped = |p: &mut Policy| p.approval.stages.reverse();
    assert_eq!(
        moved(&world, swapped),
        (Outcome::Opened, Outcome::Waiting, vec![Rule::QuorumMissing])
    );
    let one = |p: &mut Policy| drop(p.approval.stages.pop());
    assert_eq!(moved(&world, one).1, Outcome::Opened);
    let mut late = world.clone();
    late.later(3_600);
    assert_eq!(moved(&late, two).1, Outcome::Lapsed);
    let row = only(&late, &policy(two));
    let why = &row.why[0];
    assert_eq!(
        (why.expected.as_str(), why.found.as_str()),
        ("2 at stage 1 who said yes in time", "1")
    );
}

#[test]
fn distinct_groups_need_people_of_different_groups() {
    let two = |p: &mut Policy| {
        p.approval.stages.truncate(1);
        p.approval.stages[0].n = 2;
        p.approval.stages[0]
            .groups
            .push("security".parse().unwrap());
    };
    let mut world = World::under(&policy(two));
    world.ask(DANA, 0, Mode::Ordinary, 1_800).unwrap();
    world.yes(ARI, 0).yes(LEE, 0);
    let distinct = |p: &mut Policy| {
        two(p);
        p.approval.stages[0].distinct_groups = true;
    };
    assert_eq!(
        moved(&world, distinct),
        (
            Outcome::Approved,
            Outcome::Waiting,
            vec![Rule::QuorumMissing]
        )
    );
    let mut other = World::under(&policy(two));
    other.ask(DANA, 0, Mode::Ordinary, 1_800).unwrap();
    other.yes(ARI, 0).yes(SAM, 0);
    assert_eq!(moved(&other, distinct).1, Outcome::Approved);
}

#[test]
fn the_ladder_asks_when_its_time_has_come() {
    let mut world = asked(Mode::Ordinary);
    world.later(601).yes(DIR, 0);
    let later = |p: &mut Policy| {
        p.approval.stages.truncate(1);
        p.approval.stages[0].ladder[0].after_s = 602;
    };
    assert_eq!(moved(&world, later).1, Outcome::Waiting);
    let in_time = |p: &mut Policy| {
        p.approval.stages.truncate(1);
        p.approval.stages[0].ladder[0].after_s = 601;
    };
    assert_eq!(
        moved(&world, in_time),
        (
            Outcome::Waiting,
            Outcome::Approved,
            vec![Rule::QuorumMissing]
        )
    );
}

#[test]
fn a_no_counts_only_of_somebody_who_is_asked() {
    let mut world = asked(Mode::Ordinary);
    world.say(ARI, 0, Decision::Deny).unwrap();
    assert_eq!(moved(&world, |_| {}).1, Outcome::Denied);
    let other = |p: &mut Policy| p.approval.stages.reverse();
    assert_eq!(
        moved(&world, other),
        (Outcome::Denied, Outcome::Waiting, vec![Rule::QuorumMissing])
    );
}

#[test]
fn a_delegate_counts_only_where_the_draft_lets_them() {
    let mut world = asked(Mode::Ordinary);
    let until_ms = UnixMillis::new(world.now_ms + 86_400_000);
    let set = access::command::Command::SetDelegation {
        to: person(OPS),
        until_ms,
    };
    world.sign_in(ARI);
    world.by(ARI, set).unwrap();
    world
        .later(10)
        .sign(OPS, Some(ARI), 0, Decision::Approve)
        .unwrap();
    world.later(10).yes(SEC, 0);
    assert_eq!(moved(&world, |_| {}).1, Outcome::Approved);
    let off = |p: &mut Policy| p.approval.delegation = false;
    assert_eq!(
        moved(&world, off),
        (
            Outcome::Approved,
            Outcome::Waiting,
            vec![Rule::QuorumMissing]
        )
    );
}
