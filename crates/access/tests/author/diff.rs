//! Two versions of a policy, and what is said of their difference.

use access::diff::{Change, diff};
use access::event::StatementClass;
use access::policy::{Policy, Recording, Step};
use proptest::prelude::*;
use serde_json::Value;

use crate::sample::{example, example_with, policies};

/// The policy with one member of the other in the place of its own: each such, with its path.
fn transplants(one: &Policy, other: &Policy) -> Vec<(String, Policy)> {
    fn paths(value: &Value, at: &str, to: &mut Vec<String>) {
        let mut inner = |name: &str, value: &Value| {
            let at = format!("{at}/{name}");
            to.push(at.clone());
            paths(value, &at, to);
        };
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| inner(name, value)),
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(at, item)| inner(&at.to_string(), item));
            }
            _ => {}
        }
    }
    let (one, other) = (
        serde_json::to_value(one).unwrap(),
        serde_json::to_value(other).unwrap(),
    );
    let mut all = Vec::new();
    paths(&one, "", &mut all);
    let change = |at: &String| {
        let mut changed = one.clone();
        *changed.pointer_mut(at)? = other.pointer(at)?.clone();
        Some((at.clone(), serde_json::from_value(changed).ok()?))
    };
    all.iter().filter_map(change).collect()
}

/// The path of a member without its numbers.
fn plain(path: &str) -> String {
    let parts = path.split(['/', '.', '[', ']']);
    let named = parts.filter(|part| !part.is_empty() && part.parse::<usize>().is_err());
    named.collect::<Vec<_>>().join(".")
}

proptest! {
    #[test]
    fn equal_policies_differ_in_nothing(policy in policies()) {
        prop_assert_eq!(diff(Some(&policy), &policy), []);
        prop_assert!(!diff(None, &policy).is_empty());
    }

    #[test]
    fn different_ones_differ_in_something(one in policies(), other in policies()) {
        prop_assert_eq!(diff(Some(&one), &other).is_empty(), one == other);
        for (path, changed) in transplants(&one, &other) {
            let changes = diff(Some(&one), &changed);
            prop_assert_eq!(changes.is_empty(), one == changed, "{}", path);
            for Change { at, words, .. } in changes {
                let (at, path) = (plain(&at), plain(&path));
                prop_assert!(at.starts_with(&path) || path.starts_with(&at), "{} {} {}", at, path, words);
                prop_assert!(words.ends_with('.') && words.chars().next().is_some_and(|c| !c.is_lowercase()), "{}", words);
            }
        }
    }

    /// What was made looser is made stricter on the way back.
    #[test]
    fn the_way_back_is_the_other_way(one in policies(), other in policies()) {
        let count = |changes: &[Change], looser| changes.iter().filter(|change| change.looser == Some(looser)).count();
        let (there, back) = (diff(Some(&one), &other), diff(Some(&other), &one));
        // A new stage tells its ladder as well.
        if one.approval.stages.len() == other.approval.stages.len() {
            prop_assert_eq!(count(&there, true), count(&back, false));
            prop_assert_eq!(count(&there, false), count(&back, true));
        }
    }
}

#[track_caller]
fn says(change: impl FnOnce(&mut Policy), at: &str, words: &str, looser: Option<bool>) {
    let changes = diff(Some(&example()), &example_with(change));
    let wanted = Change {
        at: at.to_owned(),
        words: words.to_owned(),
        looser,
    };
    assert_eq!(changes, [wanted]);
}

#[test]
fn a_change_is_a_sentence() {
    let stage = "approval.stages[0]";
    says(
        |p| p.approval.stages[0].n = 1,
        "approval.stages[0].n",
        "One person instead of two signs off at stage 1.",
        Some(true),
    );
    says(
        |p| p.approval.stages[1].n = 2,
        "approval.stages[1].n",
        "Two people instead of one sign off at stage 2.",
        Some(false),
    );
    says(
        |p| p.eligible.push("interns".parse().unwrap()),
        "eligible",
        "Members of `interns` may ask as well.",
        Some(true),
    );
    says(
        |p| p.emergency = None,
        "emergency",
        "Emergency access is switched off.",
        Some(false),
    );
    says(
        |p| p.duration.max_s = 3_600,
        "duration.max_s",
        "Access lasts 1 h at most instead of 2 h.",
        Some(false),
    );
    says(
        |p| p.duration.default_s = 60,
        "duration.default_s",
        "A request gets 1 min instead of 30 min unless it says otherwise.",
        None,
    );
    says(
        |p| p.conditions.ticket = None,
        "conditions.ticket",
        "No ticket has to be named.",
        Some(true),
    );
    says(
        |p| p.conditions.networks.clear(),
        "conditions.networks",
        "It can be asked for from anywhere.",
        Some(true),
    );
    says(
        |p| p.conditions.amr.push("pin".into()),
        "conditions.amr",
        "The sign-in has to use `pin`.",
        Some(false),
    );
    says(
        |p| p.eligible.insert(0, "x".parse().unwrap()),
        "eligible",
        "Members of `x` may ask as well.",
        Some(true),
    );
    says(
        |p| p.resources.reverse(),
        "resources",
        "The names in `resources` are the same, written otherwise.",
        None,
    );
    says(
        |p| p.approval.stages[0].distinct_groups = false,
        &format!("{stage}.distinct_groups"),
        "Sign-offs need not stand for a different group at stage 1.",
        Some(true),
    );
    says(
        |p| drop(p.approval.stages[0].ladder.pop()),
        &format!("{stage}.ladder[1]"),
        "Members of `directors` are no longer asked as well after 30 min at stage 1.",
        Some(false),
    );
    says(
        |p| p.drill = None,
        "drill",
        "The emergency access is exercised no longer.",
        Some(true),
    );
    says(
        |p| p.grant.recording = Recording::Optional,
        "grant.recording",
        "A direct way in is offered too, on which nothing is recorded.",
        Some(true),
    );
    says(
        |p| p.grant.refuse.push(StatementClass::Export),
        "grant.refuse",
        "Statements of the class `export` are refused on a recorded way in.",
        Some(false),
    );
    says(
        |p| {
            p.grant
                .refuse
                .retain(|class| *class != StatementClass::SetRole)
        },
        "grant.refuse",
        "Statements of the class `set_role` are refused no longer on a recorded way in.",
        Some(true),
    );
    says(
        |p| drop(p.approval.stages.remove(0)),
        stage,
        "Stage 1 of before is asked no longer: two people out of `leads`, `security`, each for another group.",
        Some(true),
    );
}

#[test]
fn emergency_access_that_is_switched_on_says_for_how_long() {
    let off = example_with(|policy| {
        policy.emergency = None;
        policy.drill = None;
    });
    let on = example_with(|policy| {
        policy.drill = None;
        let emergency = policy.emergency.as_mut().unwrap();
        emergency.max_duration_s = 1_800;
        emergency.alarm.clear();
        emergency.ratify_within_s = None;
    });
    let changes = diff(Some(&off), &on);
    assert_eq!(
        changes[0].words,
        "Emergency access is switched on, for up to 30 min."
    );
    assert_eq!((changes.len(), changes[0].looser), (1, Some(true)));
}

#[test]
fn windows_are_compared_by_their_minutes() {
    let with = |from: &str, to: &str| {
        example_with(|policy| {
            let window = &mut policy.conditions.windows[0];
            window.from = from.to_owned().try_into().unwrap();
            window.to = to.to_owned().try_into().unwrap();
        })
    };
    for (from, to, looser) in [
        ("07:00", "18:00", Some(true)),
        ("09:00", "17:00", Some(false)),
        ("07:00", "17:00", None),
        ("22:00", "06:00", None),
    ] {
        let changes = diff(Some(&example()), &with(from, to));
        assert_eq!(
            (changes.len(), changes[0].looser),
            (1, looser),
            "{changes:?}"
        );
    }
    let elsewhere = example_with(|policy| {
        policy.conditions.windows.pop();
        policy.conditions.zone = Some("UTC".into());
        policy.conditions.zone_rule = Some("UTC0".into());
    });
    assert!(
        diff(Some(&example()), &elsewhere)
            .iter()
            .all(|change| change.looser.is_none())
    );
}

#[test]
fn a_new_stage_tells_its_ladder() {
    let more = example_with(|policy| {
        let mut stage = policy.approval.stages[1].clone();
        stage.people.clear();
        stage.ladder = vec![Step {
            after_s: 60,
            groups: vec!["board".parse().unwrap()],
        }];
        policy.approval.stages.insert(1, stage);
    });
    let words: Vec<String> = diff(Some(&example()), &more)
        .into_iter()
        .map(|change| change.words)
        .collect();
    assert_eq!(
        words,
        [
            "Stage 2 is new and takes one person out of `security`.",
            "Members of `board` are asked as well after 1 min at stage 2.",
        ]
    );
}
