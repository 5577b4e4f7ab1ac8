//! What a policy would be is found out beside the log's writer, and says what it leaves out.

use std::time::{Duration, Instant};

use access::command::Seen;
use access::event::{Decision, Mode};
use access::policy::Policy;
use access::refusal::Rule;
use access::view::Viewer;
use service::{Error, Portal};
use sqlx::PgPool;

use crate::stage::{Stage, identity};

/// People of the company: enough for a simulation to take its time.
const PEOPLE: usize = 510;

/// Everybody may ask, and at twenty stages everybody signs.
async fn crowd(admin: &PgPool) -> (Stage, Policy) {
    let mut stage = Stage::new(admin).await;
    let mut policy = stage.settings.seed_policies[0].clone();
    policy.name = "crowd".parse().unwrap();
    policy.approval.stages = vec![policy.approval.stages[0].clone(); 20];
    stage.settings.seed_policies.push(policy.clone());
    stage.restart().await;
    let mut coming = Vec::new();
    for number in 0..PEOPLE {
        let portal = stage.portal.clone();
        coming.push(tokio::spawn(async move {
            let groups = ["oncall", "leads", "auditors"];
            portal
                .register_sign_in(identity(&format!("crowd-{number}"), &groups))
                .await
                .unwrap()
        }));
    }
    for came in coming {
        came.await.unwrap();
    }
    (stage, policy)
}

async fn simulated(portal: &Portal, viewer: &Viewer, policy: &Policy) -> service::Simulated {
    let simulated = portal.simulate(viewer, &policy.name, None, None, 30);
    simulated.await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_simulation_keeps_nobody_waiting(admin: PgPool) {
    let (stage, policy) = crowd(&admin).await;
    let quinn = stage.quinn().await;
    let (portal, held, who) = (stage.portal.clone(), policy.clone(), quinn.clone());
    let began = Instant::now();
    let task = tokio::spawn(async move { simulated(&portal, &who, &held).await });
    let mut longest = Duration::ZERO;
    while !task.is_finished() {
        let asked = Instant::now();
        stage.portal.policy_history(&policy.name).await.unwrap();
        longest = longest.max(asked.elapsed());
    }
    let took = began.elapsed();
    let found = task.await.unwrap();
    assert!(took > Duration::from_millis(100), "{took:?} proves nothing");
    assert!(longest < took / 2, "{longest:?} of {took:?}");
    assert_eq!(found.who.len(), 500);
    let said = "The first 500 of 511 people are listed, those who could open it in front.";
    assert_eq!(found.replayed.untold[0], said);
}

/// Who could open it instead is worth no second to somebody who may not, while others simulate.
#[sqlx::test(migrations = "../../migrations")]
async fn who_is_in_a_hurry_waits_for_no_simulation(admin: PgPool) {
    let (stage, policy) = crowd(&admin).await;
    let (quinn, dana) = (stage.quinn().await, stage.dana().await);
    let openable = stage.portal.openable(&dana).await.unwrap();
    let hindered = async || {
        let (seen, mode) = (Seen::default(), Mode::Emergency);
        let found = stage
            .portal
            .hindrances(&dana, seen, mode, openable.clone())
            .await
            .unwrap();
        let crowd = openable.iter().zip(found);
        let mut crowd = crowd.filter(|(one, _)| one.policy.policy.name == policy.name);
        crowd.next().unwrap().1
    };
    let began = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (portal, held, who) = (stage.portal.clone(), policy.clone(), quinn.clone());
            tokio::spawn(async move { simulated(&portal, &who, &held).await })
        })
        .collect();
    let (mut longest, mut unsaid) = (Duration::ZERO, 0);
    while !tasks.iter().all(tokio::task::JoinHandle::is_finished) {
        let asked = Instant::now();
        let found = hindered().await;
        assert_eq!(found.broken[0].rule, Rule::EmergencyOff);
        unsaid += usize::from(found.groups.is_empty());
        longest = longest.max(asked.elapsed());
    }
    let took = began.elapsed();
    assert!(unsaid > 0, "nobody simulated meanwhile");
    assert!(longest < took / 2, "{longest:?} of {took:?}");
    assert_eq!(hindered().await.groups[0].known, PEOPLE + 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_simulation_leaves_out_is_said(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari, quinn) = (stage.dana().await, stage.ari().await, stage.quinn().await);
    for _ in 0..51 {
        stage.ask(&dana, "orders-read").await;
    }
    let denied = stage.ask(&dana, "orders-read").await;
    stage.sign(&ari, denied, Decision::Deny).await.unwrap();
    let policy = stage.settings.seed_policies[0].clone();
    let found = simulated(&stage.portal, &quinn, &policy).await.replayed;
    assert_eq!(
        (found.requests, found.changed, found.rows.len()),
        (52, 0, 50)
    );
    let said = "The first 50 of 52 requests are listed, those that change in front; the counts are of all.";
    assert_eq!(found.untold[0], said);
    let of = |days| {
        stage
            .portal
            .simulate(&quinn, &policy.name, None, None, days)
    };
    assert_eq!(of(366).await.unwrap().replayed.requests, 52);
    let refused = of(367).await;
    assert!(
        matches!(&refused, Err(Error::BadInput { field: "days", message }) if message.contains("366 days")),
        "{refused:?}"
    );
}
