//! What a policy may say, and how versions follow each other.

use access::command::Command;
use access::digest::Digest;
use access::event::Event;
use access::policy::{Emergency, Policy, PolicyError};
use access::refusal::Rule;

use crate::stage::{DANA, Stage, names, orders_admin, orders_read, portal, who};

fn why(change: impl FnOnce(&mut Policy)) -> PolicyError {
    let mut policy = orders_admin();
    change(&mut policy);
    policy.check().unwrap_err()
}

#[test]
fn sound_policies_pass() {
    orders_read().check().unwrap();
    orders_admin().check().unwrap();
    let mut policy = orders_admin();
    policy.emergency = Some(Emergency {
        max_duration_s: policy.max_duration_s,
    });
    policy.default_duration_s = policy.max_duration_s;
    policy.min_reason_chars = 0;
    policy.check().unwrap();
}

#[test]
fn each_contradiction_has_its_reason() {
    use PolicyError as E;
    assert_eq!(why(|p| p.description = " \n".into()), E::NoDescription);
    assert_eq!(
        why(|p| p.description = "ä".repeat(1_001)),
        E::LongDescription
    );
    assert_eq!(why(|p| p.resources.clear()), E::NoResources);
    assert_eq!(why(|p| p.eligible.clear()), E::NobodyEligible);
    let many: Vec<String> = (0..101).map(|n| format!("group-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        why(|p| p.eligible = names(&many)),
        E::TooManyNames { list: "eligible" }
    );
    let twice = E::NamedTwice {
        list: "approval.groups",
        name: "leads".into(),
    };
    assert_eq!(
        why(|p| p.approval.groups = names(&["leads", "security", "leads"])),
        twice
    );
    assert_eq!(why(|p| p.max_duration_s = 0), E::ZeroMaximum);
    assert_eq!(why(|p| p.default_duration_s = 0), E::ZeroDefault);
    let above = E::DefaultAboveMaximum {
        default_s: 3_601,
        max_s: 3_600,
    };
    assert_eq!(why(|p| p.default_duration_s = 3_601), above);
    assert_eq!(why(|p| p.min_reason_chars = 1_001), E::ReasonTooLong);
    assert_eq!(why(|p| p.approval.n = 0), E::ZeroApprovals);
    assert_eq!(why(|p| p.approval.groups.clear()), E::NoApprovers);
    assert_eq!(why(|p| p.approval.within_s = 0), E::ZeroApprovalTime);
    assert_eq!(
        why(|p| p.emergency = Some(Emergency { max_duration_s: 0 })),
        E::ZeroEmergency
    );
    let above = E::EmergencyAboveMaximum {
        emergency_s: 3_601,
        max_s: 3_600,
    };
    assert_eq!(
        why(|p| p.emergency = Some(Emergency {
            max_duration_s: 3_601
        })),
        above
    );
    assert_eq!(why(|p| p.review.groups.clear()), E::NoReviewers);
    assert_eq!(why(|p| p.review.within_s = 0), E::ZeroReviewTime);
    for role in [String::new(), "a\0b".into(), "r".repeat(64)] {
        assert_eq!(why(|p| p.grant.role = role), E::BadRole);
    }
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
    policy.approval.groups = names_of('a');
    policy.review.groups = names_of('v');
    policy.check().unwrap();
    let event = Event::PolicyActivated {
        version: u32::MAX,
        sha256: policy.digest(),
        policy,
    };
    assert!(event.body_json().len() < 60_000);
}

#[test]
fn a_policy_that_contradicts_itself_is_not_put_in_force() {
    let stage = Stage::set();
    let mut policy = orders_read();
    policy.approval.n = 0;
    let (version, sha256) = (2, policy.digest());
    let event = Event::PolicyActivated {
        version,
        sha256,
        policy: policy.clone(),
    };
    let rule = stage.refused_and_found(&portal(), Command::ActivatePolicy { policy }, event);
    assert_eq!(rule, Rule::BadPolicy);
}

#[test]
fn only_the_portal_activates() {
    let stage = Stage::set();
    let policy = orders_read();
    let (version, sha256) = (2, policy.digest());
    let event = Event::PolicyActivated {
        version,
        sha256,
        policy: policy.clone(),
    };
    let rule = stage.refused_and_found(&who(DANA), Command::ActivatePolicy { policy }, event);
    assert_eq!(rule, Rule::SystemOnly);
}

#[test]
fn versions_follow_each_other_and_carry_their_digest() {
    let mut stage = Stage::set();
    let activated = |version, sha256| Event::PolicyActivated {
        version,
        sha256,
        policy: orders_read(),
    };
    let digest = orders_read().digest();
    for version in [0, 1, 3] {
        let event = activated(version, digest);
        assert_eq!(stage.would_break(&portal(), event), Rule::PolicyOrder);
    }
    let event = activated(2, Digest::of(b"another"));
    assert_eq!(stage.would_break(&portal(), event), Rule::PolicyDigest);
    stage.lawful(&portal(), activated(2, digest));
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
