//! A portal that is killed at each step of what it does, and started again on what it left.
#![allow(
    clippy::print_stdout,
    reason = "the trials are counted where people see it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use access::ids::RequestId;
use ledger::VerifierKey;
use service::Submit;
use service::settings::Settings;
use sqlx::PgPool;

use crate::process::{Orders, Part, Process, Said, emergency, kill};
use crate::proxy::{Moment, Proxy};
use crate::stage::{Stage, eventually, form};
use crate::sweep::{asked_for, sound};

/// Where it is killed. A process starts, so each has its turn while the log is checked, or under load.
const STEPS: [(&str, usize); 20] = [
    ("connect", 3),
    ("fence", 1),
    ("fence", 20),
    ("commit and fence", 1),
    ("insert", 2),
    ("insert", 25),
    ("project the request", 15),
    ("project the grant", 1),
    ("project the outcome", 1),
    ("project the outcome", 3),
    ("tell the request", 12),
    ("openings", 4),
    ("commit", 12),
    ("read", 2),
    ("read", 7),
    ("publish", 2),
    ("publish", 20),
    ("make the account", 1),
    ("admit or bar", 1),
    ("drop the account", 1),
];

/// What the processes said, all together.
#[derive(Default)]
struct Heard {
    /// With the seconds of an emergency.
    asked: BTreeMap<RequestId, Option<u32>>,
    acknowledged: BTreeSet<RequestId>,
}

impl Heard {
    fn take(&mut self, said: Vec<Said>) {
        for one in said {
            match one {
                Said::Asking(request, emergency) => {
                    self.asked.insert(request, emergency);
                }
                Said::Acknowledged(request) => drop(self.acknowledged.insert(request)),
                Said::Started { halted: Some(why) } => panic!("halted at the start: {why}"),
                Said::DidNotStart(why) => panic!("it did not start: {why}"),
                _ => {}
            }
        }
    }
}

/// Accounts of this log's portal on the target, and whether somebody could come in with each.
async fn accounts(admin: &PgPool, settings: &Settings) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select rolname::text, rolcanlogin from pg_roles
         where shobj_description(oid, 'pg_authid') = $1",
    )
    .bind(format!("breakglass {}", settings.origin.as_str()))
    .fetch_all(admin)
    .await
    .unwrap()
}

/// Grants that the log says this of, by the names of their accounts.
async fn told(admin: &PgPool, kind: &str) -> BTreeSet<String> {
    sqlx::query_scalar::<_, String>(
        "select 'bg_' || replace(entry->'body'->>'grant', '-', '')
         from ledger_entry, lateral (select convert_from(bytes, 'UTF8')::json) as parsed (entry)
         where entry->>'kind' = $1",
    )
    .bind(kind)
    .fetch_all(admin)
    .await
    .unwrap()
    .into_iter()
    .collect()
}

/// What must hold at any moment, so also at the one in which the process was killed.
async fn nothing_without_a_record(admin: &PgPool, settings: &Settings, heard: &Heard) {
    let (intended, opened) = (
        told(admin, "grant.intended").await,
        told(admin, "grant.opened").await,
    );
    let shown = told(admin, "credential.shown").await;
    for (account, usable) in accounts(admin, settings).await {
        assert!(intended.contains(&account), "{account} has no intent");
        if usable {
            assert!(opened.contains(&account) && shown.contains(&account));
        }
    }
    let found = asked_for(admin).await;
    assert!(found.values().all(|entries| *entries == 1), "once, or not");
    for request in &heard.acknowledged {
        assert!(found.contains_key(request), "{request}: acknowledged");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_portal_killed_at_any_step_leaves_no_access_without_a_record(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    stage.stop();
    let settings = stage.settings.clone();
    let key: VerifierKey = stage.portal.ledger().vkey().parse().unwrap();
    let proxy = Proxy::to(&admin.connect_options());
    let orders = Orders::new(&proxy.options(), &settings, Part::Load);
    let burst = Orders::new(&proxy.options(), &settings, Part::Burst);
    let mut heard = Heard::default();
    let mut kills = BTreeMap::<String, usize>::new();
    for moment in [Moment::Before, Moment::During, Moment::After] {
        for (step, nth) in STEPS {
            // Armed before the process knows its way, killed by an id that it has by then.
            let (tell, id) = std::sync::mpsc::channel();
            proxy.break_at(Some(step), nth, moment, move || kill(id.recv().unwrap()));
            let more_waits = step == "commit and fence";
            let process = Process::start(if more_waits { &burst } else { &orders }, None);
            tell.send(process.id()).unwrap();
            let said = tokio::task::spawn_blocking(|| process.rest());
            let Ok(said) = tokio::time::timeout(Duration::from_secs(60), said).await else {
                panic!("{step} {nth}: it was not killed");
            };
            heard.take(said.unwrap());
            *kills.entry(proxy.broken().unwrap()).or_default() += 1;
            nothing_without_a_record(&admin, &settings, &heard).await;
            sound(&admin, &settings.origin, &key, None).await;
        }
    }
    let count: usize = kills.values().sum();
    println!(
        "{count} processes were killed, at {kills:?}; {} requests, {} acknowledged",
        heard.asked.len(),
        heard.acknowledged.len()
    );
    assert_eq!(count, 3 * STEPS.len());
    stage.restart().await;
    afterwards(&stage, &heard).await;
    let report = sound(&admin, &settings.origin, &key, Some(stage.data.path())).await;
    assert_eq!(report.signed, report.size);
}

/// A portal that nobody kills finds what is left and ends it, and whoever had no answer asks again.
async fn afterwards(stage: &Stage, heard: &Heard) {
    let (admin, settings) = (&stage.admin, &stage.settings);
    assert_eq!(stage.portal.halted(), None);
    let dana = stage.dana().await;
    for (request, emergency_s) in &heard.asked {
        if heard.acknowledged.contains(request) {
            continue;
        }
        let again = Submit {
            request: *request,
            ..emergency_s.map_or_else(|| form("orders-read"), emergency)
        };
        stage.portal.submit(&dana, again).await.unwrap();
    }
    let found = asked_for(admin).await;
    assert!(
        heard
            .asked
            .keys()
            .all(|request| found.get(request) == Some(&1))
    );
    // The account goes first, its outcome is an entry after that.
    eventually(Duration::from_secs(90), || async {
        accounts(admin, settings).await.is_empty() && standing(admin).await == 0
    })
    .await;
    nothing_without_a_record(admin, settings, heard).await;
}

/// How many grants have no outcome.
async fn standing(admin: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from access_grant where state in ('intended', 'active')")
        .fetch_one(admin)
        .await
        .unwrap()
}
