//! The requests that there were, under a draft.

use access::event::{Decision, Mode};
use access::policy::Policy;
use access::refusal::Rule;
use access::simulate::{Outcome, ReplayRow, Replayed, replay_under};
use access::time::UnixMillis;
use proptest::prelude::*;

use crate::world::{ARI, BEGIN_MS, DANA, LEE, PEOPLE, SEC, World, policy, request};

mod signing;
mod times;

fn under(world: &World, draft: &Policy) -> Replayed {
    let since = UnixMillis::new(BEGIN_MS);
    let replayed = replay_under(&world.state, draft, since, world.now());
    let excerpt = world.state.excerpt(&draft.name, since, usize::MAX);
    let of_excerpt = replay_under(&excerpt.state, draft, since, world.now());
    assert_eq!((&of_excerpt, excerpt.left_out), (&replayed, 0));
    let counted: u32 = replayed.moves.iter().map(|moved| moved.requests).sum();
    assert_eq!(counted, replayed.requests);
    assert_eq!(replayed.rows.len(), replayed.requests as usize);
    replayed
}

#[track_caller]
fn only(world: &World, draft: &Policy) -> ReplayRow {
    let replayed = under(world, draft);
    assert_eq!(replayed.requests, 1);
    replayed.rows[0].clone()
}

/// The outcomes of the one request, and the rules that make the difference.
#[track_caller]
fn moved(world: &World, change: impl FnOnce(&mut Policy)) -> (Outcome, Outcome, Vec<Rule>) {
    let row = only(world, &policy(change));
    assert_eq!(
        row.was == row.would_be,
        row.why.is_empty() && row.was == row.would_be
    );
    let rules = row.why.iter().map(|rule| rule.rule).collect();
    (row.was, row.would_be, rules)
}

fn asked(mode: Mode) -> World {
    let mut world = World::under(&policy(|_| {}));
    world.ask(DANA, 0, mode, 1_800).unwrap();
    world
}

/// Asked, signed by a lead after a minute and by security after two, opened after three.
fn opened() -> World {
    let mut world = asked(Mode::Ordinary);
    world.later(60).yes(ARI, 0).later(60).yes(SEC, 0).later(60);
    world.open(DANA, 0).unwrap();
    world
}

/// One step of a company at work: what, who, which request.
type Step = (u8, usize, usize, i64);

fn play(policy: &Policy, steps: &[Step]) -> World {
    let mut world = World::under(policy);
    for (what, who, number, seconds) in steps {
        world.later(*seconds);
        // What the rules forbid does not happen.
        let _ = match what {
            0..=2 => world.ask(*who % 2, *number, Mode::Ordinary, 1_800),
            3 => world.ask(*who % 2, *number, Mode::Emergency, 3_000),
            4..=9 => world.say(*who, *number, Decision::Approve),
            10 => world.say(*who, *number, Decision::Deny),
            11..=13 => world.open(*who % 2, *number),
            14 => world.give_back(*who % 2, *number),
            _ => world.withdraw(*who % 2, *number),
        };
    }
    world
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (
        0..16_u8,
        0..PEOPLE.len(),
        0..6_usize,
        prop_oneof![0..200_i64, 0..4_000_i64],
    );
    prop::collection::vec(step, 1..80)
}

proptest! {
    /// The simulation and the rules say the same of what happened under the policy itself.
    #[test]
    fn under_the_policy_itself_nothing_is_otherwise(
        steps in steps(),
        distinct in any::<bool>(),
        ratify in any::<bool>(),
        two in any::<bool>(),
    ) {
        let policy = policy(|policy| {
            policy.approval.stages[0].n = if two { 2 } else { 1 };
            policy.approval.stages[0].distinct_groups = distinct;
            if !ratify {
                policy.emergency.as_mut().unwrap().ratify_within_s = None;
            }
        });
        let world = play(&policy, &steps);
        let replayed = under(&world, &policy);
        let changed: Vec<_> = replayed.rows.iter().filter(|row| row.was != row.would_be).collect();
        prop_assert!(changed.is_empty(), "{:?}", changed);
    }

    /// Under a draft that is stricter nothing is opened that was not.
    #[test]
    fn a_stricter_draft_opens_nothing_more(steps in steps(), n in 1..4_u8, max_s in 1_000..4_000_u32) {
        let world = play(&policy(|_| {}), &steps);
        let draft = policy(|draft| {
            draft.approval.stages[0].n = n;
            draft.duration.max_s = max_s;
            draft.duration.default_s = 1;
            draft.emergency = None;
        });
        for row in under(&world, &draft).rows {
            let opened = |outcome| matches!(outcome, Outcome::Opened | Outcome::Approved);
            prop_assert!(!opened(row.would_be) || opened(row.was) || row.was == Outcome::Lapsed, "{:?}", row);
        }
    }
}

#[test]
fn asking_is_held_against_the_draft() {
    let world = opened();
    let nobody = |p: &mut Policy| p.eligible = vec!["interns".parse().unwrap()];
    assert_eq!(
        moved(&world, nobody),
        (Outcome::Opened, Outcome::Refused, vec![Rule::NotEligible])
    );
    let short =
        |p: &mut Policy| (p.duration.default_s, p.duration.max_s, p.emergency) = (60, 900, None);
    assert_eq!(
        moved(&world, short),
        (
            Outcome::Opened,
            Outcome::Refused,
            vec![Rule::DurationOutOfRange]
        )
    );
    let incident = |p: &mut Policy| p.conditions.incident = true;
    assert_eq!(
        moved(&world, incident),
        (
            Outcome::Opened,
            Outcome::Refused,
            vec![Rule::IncidentMissing]
        )
    );
    let wordy = |p: &mut Policy| p.conditions.min_reason_chars = 61;
    assert_eq!(
        moved(&world, wordy),
        (
            Outcome::Opened,
            Outcome::Refused,
            vec![Rule::ReasonTooShort]
        )
    );
    let elsewhere = |p: &mut Policy| p.resources = vec!["billing-db".parse().unwrap()];
    assert_eq!(
        moved(&world, elsewhere),
        (
            Outcome::Opened,
            Outcome::Refused,
            vec![Rule::ResourceNotCovered]
        )
    );
}

#[test]
fn what_entries_do_not_tell_is_said_and_not_compared() {
    let draft = policy(|p| {
        p.conditions.networks = vec!["10.0.0.0/8".parse().unwrap()];
        p.conditions.acr = vec!["phr".into()];
        p.conditions.ticket = Some("INC-#".parse().unwrap());
    });
    let replayed = under(&opened(), &draft);
    assert_eq!(replayed.changed, 0);
    assert!(
        replayed
            .untold
            .iter()
            .any(|said| said.contains("signed in"))
    );
    assert!(
        replayed
            .untold
            .iter()
            .any(|said| said.contains("tickets are sealed"))
    );
    assert_eq!(under(&opened(), &policy(|_| {})).untold.len(), 2);
}

#[test]
fn rows_that_change_come_first_and_older_requests_stay_out() {
    let mut world = opened();
    world.later(10).ask(DANA, 1, Mode::Emergency, 600).unwrap();
    world.later(10).ask(LEE, 2, Mode::Ordinary, 600).unwrap();
    let draft = policy(|p| p.approval.stages[0].n = 2);
    let replayed = under(&world, &draft);
    let ids: Vec<_> = replayed.rows.iter().map(|row| row.request).collect();
    assert_eq!(ids, [request(0), request(2), request(1)]);
    assert_eq!((replayed.requests, replayed.changed), (3, 1));
    let since = UnixMillis::new(world.now_ms);
    assert_eq!(
        replay_under(&world.state, &draft, since, world.now()).requests,
        1
    );
    let other = policy(|p| p.name = "other".parse().unwrap());
    assert_eq!(under(&world, &other).requests, 0);
}

#[test]
fn an_excerpt_has_the_newest_and_counts_the_others() {
    let mut world = opened();
    for number in 1..5 {
        world
            .later(10)
            .ask(DANA, number, Mode::Ordinary, 600)
            .unwrap();
    }
    world.later(10).ask(LEE, 5, Mode::Ordinary, 600).unwrap();
    let (name, since) = (&policy(|_| {}).name, UnixMillis::new(BEGIN_MS));
    let ids = |most| {
        let excerpt = world.state.excerpt(name, since, most);
        let ids: Vec<_> = excerpt.state.requests().map(|request| request.id).collect();
        (ids, excerpt.left_out)
    };
    assert_eq!(ids(2), (vec![request(4), request(5)], 4));
    assert_eq!(ids(6).1, 0);
    let later = world.state.excerpt(name, world.now(), 9);
    assert_eq!(later.state.requests().count(), 1);
    let other = "other".parse().unwrap();
    assert_eq!(
        world
            .state
            .excerpt(&other, since, 9)
            .state
            .requests()
            .count(),
        0
    );
}
