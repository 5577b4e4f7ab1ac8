//! Windows, lapses and ratification under a draft.

use access::event::Mode;
use access::policy::Policy;
use access::refusal::Rule;
use access::simulate::Outcome;

use super::{asked, moved, opened};
use crate::world::{ARI, DANA, SEC, World, policy};

#[test]
fn a_window_binds_when_it_is_opened() {
    // Opened on a Monday at 08:03 UTC.
    let world = opened();
    let hours = |from: &str| {
        let from = from.to_owned();
        move |p: &mut Policy| {
            let window = format!(r#"[{{"days":["mon"],"from":"{from}","to":"18:00"}}]"#);
            p.conditions.windows = serde_json::from_str(&window).unwrap();
            p.conditions.zone = Some("UTC".into());
            p.conditions.zone_rule = Some("UTC0".into());
        }
    };
    assert_eq!(moved(&world, hours("08:03")).1, Outcome::Opened);
    assert_eq!(
        moved(&world, hours("08:04")),
        (
            Outcome::Opened,
            Outcome::Approved,
            vec![Rule::OutsideWindow]
        )
    );
}

#[test]
fn what_is_opened_late_has_lapsed() {
    let mut world = asked(Mode::Ordinary);
    world.yes(ARI, 0).yes(SEC, 0).later(1_800);
    world.open(DANA, 0).unwrap();
    let brief = |p: &mut Policy| p.approval.within_s = 1_800;
    assert_eq!(
        moved(&world, brief),
        (Outcome::Opened, Outcome::Lapsed, vec![Rule::TooLate])
    );
    let enough = |p: &mut Policy| p.approval.within_s = 1_801;
    assert_eq!(moved(&world, enough).1, Outcome::Opened);
}

#[test]
fn what_nobody_opened_lapses_under_both() {
    let mut world = asked(Mode::Ordinary);
    world.yes(ARI, 0).yes(SEC, 0).later(4_000);
    assert_eq!(
        moved(&world, |_| {}),
        (Outcome::Lapsed, Outcome::Lapsed, vec![])
    );
    assert_eq!(
        moved(&world, |p| p.approval.within_s = 9_000).1,
        Outcome::Approved
    );
}

#[test]
fn an_emergency_is_ratified_or_taken_back() {
    let mut world = asked(Mode::Emergency);
    assert_eq!(
        moved(&world, |p| p.emergency = None),
        (
            Outcome::Opened,
            Outcome::Refused,
            vec![Rule::EmergencyOff, Rule::DurationOutOfRange]
        )
    );
    let never = |p: &mut Policy| p.emergency.as_mut().unwrap().ratify_within_s = None;
    let soon = |p: &mut Policy| p.emergency.as_mut().unwrap().ratify_within_s = Some(60);
    world.later(600).yes(ARI, 0).yes(SEC, 0);
    assert_eq!(moved(&world, |_| {}).1, Outcome::Opened);
    assert_eq!(
        moved(&world, soon),
        (
            Outcome::Opened,
            Outcome::Unratified,
            vec![Rule::QuorumMissing]
        )
    );
    let mut left = World::under(&policy(|_| {}));
    left.ask(DANA, 0, Mode::Emergency, 3_000).unwrap();
    left.later(1_800);
    assert_eq!(
        moved(&left, |_| {}),
        (Outcome::Unratified, Outcome::Unratified, vec![])
    );
    assert_eq!(
        moved(&left, never),
        (Outcome::Unratified, Outcome::Opened, vec![])
    );
    // Nobody was asked to ratify, and access lasted beyond the draft's time.
    let mut free = World::under(&policy(never));
    free.ask(DANA, 0, Mode::Emergency, 1_800).unwrap();
    free.later(600);
    assert_eq!(moved(&free, |_| {}).1, Outcome::Opened, "there is time yet");
    assert_eq!(
        moved(&free, soon),
        (
            Outcome::Opened,
            Outcome::ToRatify,
            vec![Rule::QuorumMissing]
        )
    );
    let mut brief = World::under(&policy(never));
    brief.ask(DANA, 0, Mode::Emergency, 1_800).unwrap();
    brief.later(30).give_back(DANA, 0).unwrap();
    brief.later(600);
    assert_eq!(
        moved(&brief, soon).1,
        Outcome::Opened,
        "it was given back in time"
    );
}
