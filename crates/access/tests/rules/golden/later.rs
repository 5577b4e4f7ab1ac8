//! The kinds that policies with stages, edits, extensions and proposals brought.

use access::digest::Digest;
use access::event::{Context, Decision, EndCause, Event, Mode, Proof, Urgency, Verdict};
use access::policy::{Conditions, Day, Extend, Labels, Policy, Stage, Step, TimeOfDay, Window};

use super::AT;
use crate::company::{
    ARI, ELI, SAM, drill_every, emergency, names, orders_admin, person, stage_of,
};
use crate::stage::{grant, request, seal};

pub(super) fn later() -> Vec<(&'static str, Event)> {
    let mut all = requests();
    all.extend(policies());
    all.extend(people_and_resources());
    all
}

fn context() -> Context {
    Context {
        network: Some("10.0.0.0/8".parse().unwrap()),
        acr: Some("urn:mfa".into()),
        amr: vec!["otp".into(), "hwk".into()],
    }
}

fn requests() -> Vec<(&'static str, Event)> {
    let (request, grant) = (request(1), grant(1));
    let edited = |context, start_at_ms| Event::RequestEdited {
        request,
        policy_version: 4,
        policy_sha256: Digest::of(b"policy"),
        duration_s: 900,
        urgency: Urgency::Sev3,
        reason: seal(61),
        ticket: None,
        incident: Some(seal(9)),
        start_at_ms,
        context,
        statement: Digest::of(b"statement"),
        lapses_at_ms: AT,
    };
    let proof = Proof {
        auth_time_s: 1_767_600_001,
        id_token: seal(912),
    };
    let extended = |proof| Event::GrantExtended {
        grant,
        request,
        expires_at_ms: AT,
        proof,
    };
    vec![
        (
            "request.submitted-context",
            Event::RequestSubmitted {
                request,
                mode: Mode::Ordinary,
                resource: "orders-db".parse().unwrap(),
                policy: "orders-admin".parse().unwrap(),
                policy_version: 3,
                policy_sha256: Digest::of(b"policy"),
                duration_s: 1_800,
                urgency: Urgency::Sev1,
                reason: seal(57),
                ticket: Some(seal(8)),
                incident: Some(seal(9)),
                start_at_ms: Some(AT),
                context: Some(context()),
                statement: Digest::of(b"statement"),
                lapses_at_ms: AT,
            },
        ),
        ("request.edited", edited(None, None)),
        ("request.edited-context", edited(Some(context()), Some(AT))),
        ("request.viewed", Event::RequestViewed { request }),
        (
            "request.escalated",
            Event::RequestEscalated {
                request,
                stage: 1,
                step: 0,
            },
        ),
        (
            "signoff.given-delegate",
            Event::SignOffGiven {
                request,
                on_behalf_of: Some(person(ARI)),
                decision: Decision::Approve,
                statement: Digest::of(b"statement"),
                auth_time_s: 1_767_600_001,
                id_token: seal(912),
                note: None,
            },
        ),
        (
            "stage.completed",
            Event::StageCompleted { request, stage: 0 },
        ),
        ("request.ratified", Event::RequestRatified { request }),
        ("extension.asked", Event::ExtensionAsked { grant }),
        ("extension.denied", Event::ExtensionDenied { grant }),
        ("grant.extended", extended(None)),
        ("grant.extended-approved", extended(Some(proof))),
        (
            "grant.ended-unratified",
            Event::GrantEnded {
                grant,
                cause: EndCause::Unratified,
                sessions_cut: 0,
            },
        ),
        (
            "review.recorded-findings",
            Event::ReviewRecorded {
                request,
                verdict: Verdict::Misuse,
                findings: Some(seal(70)),
                note: seal(80),
            },
        ),
    ]
}

/// A policy that says everything that one can.
pub(crate) fn full() -> Policy {
    let time = |text: &str| TimeOfDay::try_from(text.to_owned()).unwrap();
    let mut policy = orders_admin();
    policy.resources = names(&["orders-db", "orders-*", "env=prod,team=orders"]);
    policy.conditions = Conditions {
        min_reason_chars: 20,
        ticket: Some("INC-#|CHG-#".parse().unwrap()),
        incident: true,
        networks: names(&["10.0.0.0/8", "2001:db8::/32"]),
        acr: vec!["urn:mfa".into()],
        amr: vec!["otp".into()],
        windows: vec![Window {
            days: vec![Day::Mon, Day::Sun],
            from: time("22:00"),
            to: time("06:00"),
        }],
        zone: Some("Europe/Berlin".into()),
        zone_rule: Some("CET-1CEST,M3.5.0,M10.5.0/3".into()),
    };
    policy.duration.extend = Some(Extend {
        times: 2,
        by_s: 600,
        approval: true,
    });
    policy.approval.delegation = true;
    policy.approval.stages = vec![
        Stage {
            distinct_groups: true,
            ladder: vec![Step {
                after_s: 900,
                groups: names(&["directors"]),
            }],
            ..stage_of(2, &["leads", "security"])
        },
        Stage {
            people: vec![person(SAM)],
            ..stage_of(1, &[])
        },
    ];
    let mut glass = emergency(1_800, Some(900));
    glass.alarm = names(&["directors"]);
    policy.emergency = Some(glass);
    policy.review.debt = access::policy::Debt::Block;
    policy.drill = drill_every(90);
    policy
}

fn policies() -> Vec<(&'static str, Event)> {
    let policy = full();
    policy.check().unwrap();
    let name = policy.name.clone();
    vec![
        (
            "policy.activated-proposed",
            Event::PolicyActivated {
                version: 4,
                sha256: policy.digest(),
                policy: policy.clone(),
                proposal: Some(41),
            },
        ),
        (
            "policy.proposed",
            Event::PolicyProposed {
                replaces: 3,
                sha256: policy.digest(),
                policy,
            },
        ),
        (
            "retirement.proposed",
            Event::RetirementProposed {
                policy: name.clone(),
                version: 4,
            },
        ),
        (
            "proposal.endorsed",
            Event::ProposalEndorsed { proposal: 41 },
        ),
        (
            "proposal.withdrawn",
            Event::ProposalWithdrawn { proposal: 41 },
        ),
        (
            "policy.retired",
            Event::PolicyRetired {
                policy: name,
                version: 4,
                proposal: 43,
            },
        ),
    ]
}

fn people_and_resources() -> Vec<(&'static str, Event)> {
    let resource = || "orders-db".parse().unwrap();
    let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    let labels = Labels::from([pair("env", "prod"), pair("team", "orders")]);
    let (one, other) = (person(ARI), person(ELI));
    vec![
        (
            "resource.configured",
            Event::ResourceConfigured {
                resource: resource(),
                labels,
            },
        ),
        (
            "resource.configured-plain",
            Event::ResourceConfigured {
                resource: resource(),
                labels: Labels::new(),
            },
        ),
        (
            "resource.removed",
            Event::ResourceRemoved {
                resource: resource(),
            },
        ),
        (
            "person.linked",
            Event::PersonLinked {
                person: one,
                into: other,
            },
        ),
        (
            "delegation.set",
            Event::DelegationSet {
                to: other,
                until_ms: AT,
            },
        ),
        ("delegation.ended", Event::DelegationEnded { to: other }),
    ]
}
