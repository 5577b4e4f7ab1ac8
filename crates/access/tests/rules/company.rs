//! A small company: who is in which groups, and under which policies they work.

use access::event::Actor;
use access::ids::{GroupName, PersonId};
use access::policy::{
    Approval, Conditions, Connector, Drill, Durations, Emergency, GrantTemplate, Policy, Recording,
    Review, Stage,
};
use access::roles::RoleGroups;
use uuid::Uuid;

/// The people: a number each, so that ids are the same in every run.
pub(crate) const DANA: u128 = 1;
pub(crate) const ELI: u128 = 2;
pub(crate) const ARI: u128 = 3;
pub(crate) const SAM: u128 = 4;
pub(crate) const LEE: u128 = 5;
pub(crate) const RAE: u128 = 6;
pub(crate) const QUINN: u128 = 7;
pub(crate) const CLEO: u128 = 8;
pub(crate) const KIM: u128 = 9;
pub(crate) const NOOR: u128 = 10;
pub(crate) const OLA: u128 = 11;
pub(crate) const PAT: u128 = 12;
pub(crate) const VIC: u128 = 13;

/// Who is in which groups. Lee asks and approves: separation of duties is about the person.
pub(crate) const PEOPLE: [(u128, &[&str]); 13] = [
    (DANA, &["oncall-database"]),
    (ELI, &["oncall-database"]),
    (ARI, &["leads"]),
    (SAM, &["security"]),
    (LEE, &["leads", "oncall-database", "reviewers"]),
    (RAE, &["reviewers"]),
    (QUINN, &["auditors"]),
    (CLEO, &["custodians"]),
    (KIM, &["custodians"]),
    (NOOR, &["authors"]),
    (OLA, &["authors"]),
    (PAT, &["operators"]),
    (VIC, &["directors", "security"]),
];

pub(crate) fn names<T: std::str::FromStr<Err: std::fmt::Debug>>(names: &[&str]) -> Vec<T> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

/// The person with the groups of [`PEOPLE`].
pub(crate) fn who(number: u128) -> Actor {
    let groups = PEOPLE
        .iter()
        .find(|(id, _)| *id == number)
        .map_or(&[][..], |(_, groups)| groups);
    who_in(number, groups)
}

/// The person with other groups.
pub(crate) fn who_in(number: u128, groups: &[&str]) -> Actor {
    Actor::Person {
        person: person(number),
        groups: names::<GroupName>(groups),
    }
}

pub(crate) fn portal() -> Actor {
    Actor::system("portal")
}

/// A stage of `n` people out of these groups.
pub(crate) fn stage_of(n: u8, groups: &[&str]) -> Stage {
    Stage {
        n,
        groups: names(groups),
        people: Vec::new(),
        distinct_groups: false,
        ladder: Vec::new(),
    }
}

/// One yes of two groups, at most 4 h, no emergency.
pub(crate) fn orders_read() -> Policy {
    Policy {
        name: "orders-read".parse().unwrap(),
        description: "Read orders in production.".into(),
        resources: names(&["orders-db"]),
        eligible: names(&["oncall-database"]),
        conditions: Conditions {
            min_reason_chars: 10,
            ..Conditions::default()
        },
        duration: Durations {
            default_s: 3_600,
            max_s: 14_400,
            extend: None,
        },
        approval: Approval {
            within_s: 7_200,
            delegation: false,
            stages: vec![stage_of(1, &["leads", "security"])],
        },
        emergency: None,
        review: Review {
            groups: names(&["reviewers"]),
            within_s: 86_400,
            debt: access::policy::Debt::Allow,
        },
        drill: None,
        grant: GrantTemplate {
            connector: Connector::Postgresql,
            role: "orders_read".into(),
            recording: Recording::Optional,
            refuse: Vec::new(),
        },
    }
}

/// Two yes, at most 1 h, an emergency of at most 30 min.
pub(crate) fn orders_admin() -> Policy {
    Policy {
        name: "orders-admin".parse().unwrap(),
        description: "Change orders in production.".into(),
        conditions: Conditions {
            min_reason_chars: 20,
            ..Conditions::default()
        },
        duration: Durations {
            default_s: 1_800,
            max_s: 3_600,
            extend: None,
        },
        approval: Approval {
            within_s: 3_600,
            delegation: false,
            stages: vec![stage_of(2, &["leads", "security"])],
        },
        emergency: Some(emergency(1_800, None)),
        grant: GrantTemplate {
            connector: Connector::Postgresql,
            role: "orders_admin".into(),
            recording: Recording::Optional,
            refuse: Vec::new(),
        },
        ..orders_read()
    }
}

pub(crate) fn emergency(max_duration_s: u32, ratify_within_s: Option<u32>) -> Emergency {
    Emergency {
        max_duration_s,
        alarm: Vec::new(),
        ratify_within_s,
    }
}

pub(crate) fn drill_every(every_days: u16) -> Option<Drill> {
    Some(Drill { every_days })
}

/// Who holds which role of the portal.
pub(crate) fn roles() -> RoleGroups {
    RoleGroups {
        auditor: names(&["auditors"]),
        operator: names(&["operators"]),
        custodian: names(&["custodians"]),
        author: names(&["authors"]),
    }
}
