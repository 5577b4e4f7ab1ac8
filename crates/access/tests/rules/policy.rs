//! What a policy may say, and how versions follow each other.

use access::Record;
use access::command::Command;
use access::digest::Digest;
use access::event::{Event, StatementClass};
use access::policy::{
    Conditions, Connector, Day, Extend, Policy, PolicyError, Recording, Stage, Step, TimeOfDay,
    Window,
};
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::company::{
    ARI, DANA, NOOR, OLA, drill_every, emergency, names, orders_admin, orders_read, person, portal,
    stage_of, who,
};
use crate::stage::Stage as Log;

fn why(change: impl FnOnce(&mut Policy)) -> PolicyError {
    let mut policy = orders_admin();
    change(&mut policy);
    policy.check().unwrap_err()
}

/// Which member of the changed policy contradicts.
fn at(change: impl FnOnce(&mut Policy)) -> String {
    why(change).at
}

fn step(after_s: u32, groups: &[&str]) -> Step {
    Step {
        after_s,
        groups: names(groups),
    }
}

fn window(days: &[Day], from: &str, to: &str) -> Window {
    let time = |text: &str| TimeOfDay::try_from(text.to_owned()).unwrap();
    Window {
        days: days.to_vec(),
        from: time(from),
        to: time(to),
    }
}

#[test]
fn sound_policies_pass() {
    orders_read().check().unwrap();
    orders_admin().check().unwrap();
    let mut policy = orders_admin();
    let max_s = policy.duration.max_s;
    policy.emergency = Some(emergency(max_s, Some(max_s - 1)));
    policy.duration.default_s = max_s;
    policy.conditions.min_reason_chars = 0;
    policy.drill = drill_every(366);
    policy.check().unwrap();
}

#[test]
fn each_contradiction_is_named_by_its_place() {
    let many: Vec<String> = (0..101).map(|n| format!("group-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(at(|p| p.description = " \n".into()), "description");
    assert_eq!(at(|p| p.description = "ä".repeat(1_001)), "description");
    assert_eq!(at(|p| p.resources.clear()), "resources");
    assert_eq!(at(|p| p.eligible.clear()), "eligible");
    assert_eq!(at(|p| p.eligible = names(&many)), "eligible");
    assert_eq!(at(|p| p.duration.max_s = 0), "duration.max_s");
    assert_eq!(
        at(|p| p.duration.max_s = 366 * 86_400 + 1),
        "duration.max_s"
    );
    assert_eq!(at(|p| p.duration.default_s = 0), "duration.default_s");
    assert_eq!(at(|p| p.duration.default_s = 3_601), "duration.default_s");
    assert_eq!(at(|p| p.review.groups.clear()), "review.groups");
    assert_eq!(at(|p| p.review.within_s = 0), "review.within_s");
    for role in [String::new(), "a\0b".into(), "r".repeat(64)] {
        assert_eq!(at(|p| p.grant.role = role), "grant.role");
    }
    let twice = why(|p| p.approval.stages[0].groups = names(&["leads", "security", "leads"]));
    assert_eq!(
        twice.to_string(),
        "`approval.stages[0].groups` names leads twice"
    );
}

#[test]
fn what_is_given_fits_the_kind_of_connector() {
    let by = |connector| move |p: &mut Policy| p.grant.connector = connector;
    let named = |name: &str| {
        let mut policy = orders_admin();
        policy.grant.connector = Connector::Ssh;
        policy.grant.role = name.into();
        policy.check().err().map(|error| error.at)
    };
    for login in ["deploy", "_svc", "a", "Web-1.prod_x", &"u".repeat(32)] {
        assert_eq!(named(login), None, "{login}");
    }
    for none in [
        "",
        "-oProxyCommand=x",
        "a b",
        "root,admin",
        "user@host",
        "1st",
        ".hidden",
        "größe",
        "a/b",
        &"u".repeat(33),
    ] {
        assert_eq!(named(none).as_deref(), Some("grant.role"), "{none}");
    }
    // Of a database it may be anything, and of a webhook too.
    for connector in [Connector::Postgresql, Connector::Webhook] {
        let mut policy = orders_admin();
        policy.grant.role = "Anything, in the target's words".into();
        by(connector)(&mut policy);
        policy.check().unwrap();
    }
    for connector in [Connector::Postgresql, Connector::Ssh] {
        let mut policy = orders_admin();
        policy.grant.recording = Recording::Required;
        by(connector)(&mut policy);
        policy.check().unwrap();
    }
    let required = why(|p| {
        by(Connector::Webhook)(p);
        p.grant.recording = Recording::Required;
    });
    assert_eq!(
        required.to_string(),
        "`grant.recording` is required, and a webhook has no way in that is recorded: leave it out"
    );
    for connector in [Connector::Ssh, Connector::Webhook] {
        let refuse = |p: &mut Policy| {
            by(connector)(p);
            p.grant.refuse = vec![StatementClass::SetRole];
        };
        assert_eq!(at(refuse), "grant.refuse");
    }
    let twice = at(|p| p.grant.refuse = vec![StatementClass::Code; 2]);
    assert_eq!(twice, "grant.refuse");
    let mut all = orders_admin();
    all.grant.refuse = StatementClass::ALL.to_vec();
    all.check().unwrap();
}

/// Policies that were in force before there was a word about recordings keep their digest, and read back.
#[test]
fn a_policy_that_says_nothing_of_recordings_has_the_bytes_that_it_had() {
    let policy = orders_admin();
    let json = policy.json();
    assert!(json.ends_with(r#""grant":{"connector":"postgresql","role":"orders_admin"}}"#));
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    let mut said = policy;
    said.grant.recording = Recording::Required;
    assert!(
        said.json()
            .ends_with(r#""role":"orders_admin","recording":"required"}}"#)
    );
    // Nothing else says the same: an entry that spells out what says nothing is refused.
    let body = Event::PolicyProposed {
        replaces: 0,
        sha256: Digest::of(json.as_bytes()),
        policy: orders_admin(),
    }
    .body_json();
    let read = |body: &str| {
        let (kind, actor) = ("policy.proposed", portal().json());
        Record::parse(1, UnixMillis::new(0), kind, &actor, body)
    };
    assert!(read(&body).is_ok());
    let spelt = body.replace(
        r#""role":"orders_admin"}"#,
        r#""role":"orders_admin","recording":"optional","refuse":[]}"#,
    );
    assert_ne!(spelt, body);
    assert_eq!(read(&spelt).unwrap_err().rule, Rule::Malformed);
}

#[test]
fn stages_that_nobody_could_fill_are_contradictions() {
    let first = |change: fn(&mut Stage)| at(|p| change(&mut p.approval.stages[0]));
    assert_eq!(at(|p| p.approval.within_s = 0), "approval.within_s");
    assert_eq!(at(|p| p.approval.stages.clear()), "approval.stages");
    let many = || vec![stage_of(1, &["leads"]); 21];
    assert_eq!(at(|p| p.approval.stages = many()), "approval.stages");
    assert_eq!(first(|s| s.n = 0), "approval.stages[0].n");
    assert_eq!(first(|s| s.groups.clear()), "approval.stages[0]");
    assert_eq!(
        first(|s| (s.groups, s.people) = (Vec::new(), vec![person(ARI)])),
        "approval.stages[0].n"
    );
    let distinct = "approval.stages[0].distinct_groups";
    assert_eq!(first(|s| (s.n, s.distinct_groups) = (3, true)), distinct);
    assert_eq!(
        first(|s| (s.distinct_groups, s.people) = (true, vec![person(ARI)])),
        distinct
    );
    let ladder = |steps: Vec<Step>| at(|p| p.approval.stages[0].ladder = steps);
    let after = "approval.stages[0].ladder[0].after_s";
    assert_eq!(ladder(vec![step(0, &["security"])]), after);
    assert_eq!(ladder(vec![step(3_600, &["security"])]), after);
    assert_eq!(
        ladder(vec![step(1, &[])]),
        "approval.stages[0].ladder[0].groups"
    );
    let same = vec![step(60, &["a"]), step(60, &["b"])];
    assert_eq!(ladder(same), "approval.stages[0].ladder[1].after_s");
    // One person, named at two stages, fills one of them.
    let alone = || Stage {
        people: vec![person(ARI)],
        ..stage_of(1, &[])
    };
    assert_eq!(
        at(|p| p.approval.stages = vec![alone(), alone()]),
        "approval.stages"
    );
}

#[test]
fn conditions_that_can_never_hold_are_contradictions() {
    let of = |change: fn(&mut Conditions)| at(|p| change(&mut p.conditions));
    let days = [Day::Mon, Day::Tue];
    assert_eq!(
        of(|c| c.min_reason_chars = 1_001),
        "conditions.min_reason_chars"
    );
    assert_eq!(
        of(|c| c.networks = names(&["10.0.0.0/8"; 2])),
        "conditions.networks"
    );
    assert_eq!(of(|c| c.acr = vec![" ".into()]), "conditions.acr");
    assert_eq!(of(|c| c.amr = vec![String::new()]), "conditions.amr");
    let windows = |window: Window| {
        at(|p| {
            p.conditions.windows = vec![window];
            p.conditions.zone = Some("Europe/Berlin".into());
            p.conditions.zone_rule = Some("CET-1CEST,M3.5.0,M10.5.0/3".into());
        })
    };
    assert_eq!(
        windows(window(&days, "08:00", "08:00")),
        "conditions.windows[0]"
    );
    assert_eq!(
        windows(window(&[], "08:00", "18:00")),
        "conditions.windows[0]"
    );
    let twice = window(&[Day::Mon, Day::Mon], "08:00", "18:00");
    assert_eq!(windows(twice), "conditions.windows[0].days");
    let open = || vec![window(&days, "08:00", "18:00")];
    assert_eq!(at(|p| p.conditions.windows = open()), "conditions.zone");
    assert_eq!(
        of(|c| c.zone = Some("Europe/Berlin".into())),
        "conditions.zone"
    );
    assert_eq!(
        of(|c| c.zone_rule = Some("CET-1".into())),
        "conditions.zone_rule"
    );
    for rule in [
        "",
        "Europe/Berlin",
        "CET-1CEST,M3.6.0,M10.5.0/3",
        "CET-1CEST,M13.1.0,M10.5.0",
        "CET-1 ",
    ] {
        let place = at(|p| {
            p.conditions.windows = open();
            (p.conditions.zone, p.conditions.zone_rule) =
                (Some("Europe/Berlin".into()), Some(rule.into()));
        });
        assert_eq!(place, "conditions.zone_rule", "{rule}");
    }
}

#[test]
fn emergencies_extensions_and_drills_that_come_to_nothing_are_contradictions() {
    let glass = |max_s, ratify| at(|p| p.emergency = Some(emergency(max_s, ratify)));
    assert_eq!(glass(0, None), "emergency.max_duration_s");
    assert_eq!(glass(3_601, None), "emergency.max_duration_s");
    assert_eq!(glass(1_800, Some(0)), "emergency.ratify_within_s");
    assert_eq!(glass(1_800, Some(1_800)), "emergency.ratify_within_s");
    let extend = |times, by_s| {
        let approval = false;
        at(|p| {
            p.duration.extend = Some(Extend {
                times,
                by_s,
                approval,
            })
        })
    };
    assert_eq!(extend(0, 60), "duration.extend.times");
    assert_eq!(extend(1, 0), "duration.extend.by_s");
    assert_eq!(at(|p| p.drill = drill_every(0)), "drill.every_days");
    assert_eq!(at(|p| p.drill = drill_every(367)), "drill.every_days");
    let without = |p: &mut Policy| (p.emergency, p.drill) = (None, drill_every(30));
    assert_eq!(at(without), "drill");
}

/// Nobody reviews before the time to be ratified is over, so a review cannot be due before that.
#[test]
fn a_review_is_not_due_before_it_may_come() {
    let due = |within_s, ratify| {
        let mut policy = orders_admin();
        policy.emergency = Some(emergency(1_800, ratify));
        policy.review.within_s = within_s;
        policy.check().map_err(|fault| (fault.at, fault.why))
    };
    for fine in [due(600, Some(600)), due(601, Some(600)), due(1, None)] {
        assert_eq!(fine, Ok(()));
    }
    let (at, why) = due(599, Some(600)).unwrap_err();
    assert_eq!(at, "review.within_s");
    assert!(why.contains("is 599, less than `emergency.ratify_within_s`, 600"));
}

#[test]
fn the_largest_policy_fits_into_an_entry() {
    let longest = |list: char| -> Vec<String> {
        (0..100)
            .map(|n| format!("{list}{n:03}{}", "x".repeat(60)))
            .collect()
    };
    let names_of = |list: char| -> Vec<access::ids::GroupName> {
        longest(list)
            .iter()
            .map(|name| name.parse().unwrap())
            .collect()
    };
    let mut policy = orders_admin();
    policy.description = "\u{1}".repeat(1_000);
    policy.resources = longest('r')
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    policy.eligible = names_of('e');
    policy.approval.stages[0].groups = names_of('a');
    policy.review.groups = names_of('v');
    policy.check().unwrap();
    let event = Event::PolicyActivated {
        version: u32::MAX,
        sha256: policy.digest(),
        policy,
        proposal: Some(u64::MAX),
    };
    assert!(event.body_json().len() < 60_000);
}

#[test]
fn a_policy_that_contradicts_itself_is_not_put_in_force() {
    let stage = Log::set();
    let mut policy = orders_read();
    policy.approval.stages[0].n = 0;
    let event = Event::PolicyProposed {
        replaces: 1,
        sha256: policy.digest(),
        policy: policy.clone(),
    };
    let rule = stage.refused_and_found(
        &who(NOOR),
        Command::ProposePolicy {
            policy,
            follows: None,
        },
        event,
    );
    assert_eq!(rule, Rule::BadPolicy);
}

#[test]
fn only_the_portal_activates_without_a_proposal_and_only_at_first() {
    let stage = Log::set();
    let policy = orders_read();
    let event = Event::PolicyActivated {
        version: 2,
        sha256: policy.digest(),
        policy: policy.clone(),
        proposal: None,
    };
    let command = || Command::ActivatePolicy {
        policy: policy.clone(),
    };
    for (actor, rule) in [
        (who(DANA), Rule::SystemOnly),
        (who(NOOR), Rule::SystemOnly),
        (portal(), Rule::SeededLate),
    ] {
        assert_eq!(
            stage.refused_and_found(&actor, command(), event.clone()),
            rule
        );
    }
}

#[test]
fn versions_follow_each_other_and_carry_their_digest() {
    let mut stage = Log::set();
    let seq = stage.state.next_seq();
    let policy = orders_read();
    stage.run(
        &who(NOOR),
        Command::ProposePolicy {
            policy,
            follows: None,
        },
    );
    let activated = |version, sha256| Event::PolicyActivated {
        version,
        sha256,
        policy: orders_read(),
        proposal: Some(seq),
    };
    let digest = orders_read().digest();
    for version in [0, 1, 3] {
        let event = activated(version, digest);
        assert_eq!(stage.would_break(&who(OLA), event), Rule::PolicyOrder);
    }
    let event = activated(2, Digest::of(b"another"));
    assert_eq!(stage.would_break(&who(OLA), event), Rule::ProposalDiffers);
    let forged = Event::PolicyProposed {
        replaces: 1,
        sha256: Digest::of(b"another"),
        policy: orders_read(),
    };
    assert_eq!(stage.would_break(&who(NOOR), forged), Rule::PolicyDigest);
    stage.lawful(&who(OLA), activated(2, digest));
    let name = orders_read().name;
    assert_eq!(stage.state.policy(&name).unwrap().version, 2);
    assert_eq!(stage.state.policy_version(&name, 1).unwrap().version, 1);
    assert_eq!(stage.state.policies().count(), 2);
}

#[test]
fn the_digest_is_over_the_compact_json() {
    let policy = orders_read();
    let json = serde_json::to_string(&policy).unwrap();
    assert!(
        json.starts_with(r#"{"name":"orders-read","description":"Read"#),
        "{json}"
    );
    assert_eq!(policy.digest(), Digest::of(json.as_bytes()));
}
