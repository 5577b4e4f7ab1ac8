//! Policies of every shape.

use access::event::StatementClass;
use access::file::{read, template};
use access::policy::{
    Approval, Conditions, Connector, Day, Debt, Drill, Durations, Emergency, Extend, GrantTemplate,
    Policy, Recording, Review, Stage, Step, Window,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The policy of the template.
pub(crate) fn example() -> Policy {
    read(&template(), &|_| None)
        .expect("the template is a policy")
        .policy
}

/// Another version of it.
pub(crate) fn example_with(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = example();
    change(&mut policy);
    policy
}

fn some_of<T: std::str::FromStr<Err: std::fmt::Debug> + Clone + std::fmt::Debug + 'static>(
    names: &[&str],
    least: usize,
) -> impl Strategy<Value = Vec<T>> + use<T> {
    let names: Vec<T> = names.iter().map(|name| name.parse().unwrap()).collect();
    let most = names.len();
    subsequence(names, least..=most).prop_shuffle()
}

fn groups<T: std::str::FromStr<Err: std::fmt::Debug> + Clone + std::fmt::Debug + 'static>(
    least: usize,
) -> impl Strategy<Value = Vec<T>> + use<T> {
    let odd = [
        "leads",
        "Bereitschaft (Zürich)",
        "a\"b",
        "c\\d",
        "#e = 1",
        "[f]",
    ];
    some_of(&odd, least)
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let time = |text: &str| text.to_owned().try_into().unwrap();
    let times = [("08:00", "18:00"), ("22:00", "06:00"), ("00:00", "24:00")];
    let window = (
        subsequence(Day::ALL.to_vec(), 1..=7),
        select(times.to_vec()),
    );
    let window = window.prop_map(move |(days, (from, to))| {
        let (from, to) = (time(from), time(to));
        Window { days, from, to }
    });
    prop::collection::vec(window, 0..3)
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let tickets = ["INC-#", "INC-#|CHG-#", "\"#\"", "\\"];
    (
        0..=1_000_u32,
        prop::option::of(select(tickets.map(|form| form.parse().unwrap()).to_vec())),
        any::<bool>(),
        some_of(&["10.0.0.0/8", "2001:db8::/32"], 0),
        subsequence(vec!["phr".to_owned(), "a\"b\\c".to_owned()], 0..=2),
        subsequence(vec!["hwk".to_owned(), "pin".to_owned()], 0..=2),
        windows(),
        select(vec![
            ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
            ("UTC", "UTC0"),
        ]),
    )
        .prop_map(
            |(min_reason_chars, ticket, incident, networks, acr, amr, windows, zone)| {
                let bound = !windows.is_empty();
                Conditions {
                    min_reason_chars,
                    ticket,
                    incident,
                    networks,
                    acr,
                    amr,
                    windows,
                    zone: bound.then(|| zone.0.to_owned()),
                    zone_rule: bound.then(|| zone.1.to_owned()),
                }
            },
        )
}

fn stage() -> impl Strategy<Value = Stage> {
    let people = [
        "7d444840-9dc0-41d1-b245-5ffdce74fad2",
        "00000000-0000-0000-0000-000000000001",
    ];
    let steps = prop::collection::vec((1..500_u32, groups(1)), 0..3);
    (
        1..4_u8,
        groups(1),
        some_of(&people, 0),
        any::<bool>(),
        steps,
    )
        .prop_map(|(n, groups, people, distinct_groups, steps)| {
            let mut after_s = 0;
            let ladder = steps.into_iter().map(|(more_s, groups)| {
                after_s += more_s;
                Step { after_s, groups }
            });
            let distinct_groups =
                distinct_groups && people.is_empty() && groups.len() >= usize::from(n);
            Stage {
                n,
                groups,
                people,
                distinct_groups,
                ladder: ladder.collect(),
            }
        })
}

fn durations() -> impl Strategy<Value = Durations> {
    let extend = (1..5_u8, 1..90_000_u32, any::<bool>());
    let extend = extend.prop_map(|(times, by_s, approval)| Extend {
        times,
        by_s,
        approval,
    });
    (2..90_000_u32, 1..90_000_u32, prop::option::of(extend)).prop_map(
        |(max_s, default_s, extend)| {
            let default_s = default_s.min(max_s);
            Durations {
                default_s,
                max_s,
                extend,
            }
        },
    )
}

fn approval() -> impl Strategy<Value = Approval> {
    let stages = prop::collection::vec(stage(), 1..4);
    (2_000..90_000_u32, any::<bool>(), stages).prop_map(|(within_s, delegation, stages)| Approval {
        within_s,
        delegation,
        stages,
    })
}

prop_compose! {
    /// A kind of connector, and how its recorded ways in are offered.
    fn given()(
        connector in select(vec![Connector::Postgresql, Connector::Ssh, Connector::Webhook]),
        required in any::<bool>(),
        refuse in subsequence(StatementClass::ALL.to_vec(), 0..=5),
    ) -> (Connector, bool, Vec<StatementClass>) {
        let refuse = if connector == Connector::Postgresql { refuse } else { Vec::new() };
        (connector, required && connector != Connector::Webhook, refuse)
    }
}

prop_compose! {
    /// Any policy that makes sense.
    pub(crate) fn policies()(
        name in select(vec!["orders-admin", "orders:read", "a/b_c.d"]),
        description in any::<String>(),
        resources in some_of(&["orders-db", "orders-*", "env=prod,team=orders"], 1),
        eligible in groups(1),
        conditions in conditions(),
        duration in durations(),
        approval in approval(),
        emergency in prop::option::of((1..90_000_u32, groups(0), prop::option::of(1..90_000_u32))),
        review in (groups(1), 1..90_000_u32, any::<bool>()),
        drill in prop::option::of(1..=366_u16),
        role in "[^\\p{C}]{1,15}",
        (connector, required, refuse) in given(),
    ) -> Policy {
        let emergency = emergency.map(|(max_s, alarm, within_s)| {
            let max_duration_s = max_s.min(duration.max_s);
            let ratify_within_s = within_s.filter(|within_s| *within_s < max_duration_s);
            Emergency { max_duration_s, alarm, ratify_within_s }
        });
        let drill = drill.filter(|_| emergency.is_some());
        let (reviewers, within_s, block) = review;
        let ratify_s = emergency.as_ref().and_then(|emergency| emergency.ratify_within_s);
        let within_s = within_s.max(ratify_s.unwrap_or(1));
        let debt = if block { Debt::Block } else { Debt::Allow };
        Policy {
            name: name.parse().unwrap(),
            description: format!("Why\n{}", description.chars().take(900).collect::<String>()),
            resources,
            eligible,
            conditions,
            duration,
            approval,
            emergency,
            review: Review { groups: reviewers, within_s, debt },
            drill: drill.map(|every_days| Drill { every_days }),
            grant: GrantTemplate {
                connector,
                role: if connector == Connector::Ssh { "deploy".into() } else { role },
                recording: if required { Recording::Required } else { Recording::Optional },
                refuse,
            },
        }
    }
}

prop_compose! {
    /// Policies that mostly contradict themselves.
    pub(crate) fn wild()(
        policy in policies(),
        numbers in prop::array::uniform8(any::<u32>()),
        small in any::<(u8, u8, u16)>(),
        none in any::<bool>(),
    ) -> Policy {
        let mut policy = policy;
        policy.conditions.min_reason_chars = numbers[0];
        policy.duration.default_s = numbers[1];
        policy.duration.max_s = numbers[2];
        policy.approval.within_s = numbers[3];
        policy.review.within_s = numbers[4];
        policy.drill = Some(Drill { every_days: small.2 });
        for stage in &mut policy.approval.stages {
            stage.n = small.0;
            stage.ladder.push(Step { after_s: numbers[5], groups: Vec::new() });
        }
        if none {
            policy.approval.stages.clear();
            policy.eligible.clear();
        }
        policy.emergency = Some(Emergency {
            max_duration_s: numbers[6],
            alarm: Vec::new(),
            ratify_within_s: Some(numbers[7] % 2),
        });
        policy.grant.recording = Recording::Required;
        policy.grant.refuse = vec![StatementClass::Code; usize::from(small.1 % 3)];
        policy
    }
}
