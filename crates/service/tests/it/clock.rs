//! A machine whose clock is behind the log: it was set back, or another server's is ahead.

use std::time::Duration;

use access::event::Event;
use access::time::UnixMillis;
use ledger::Entry;
use sqlx::PgPool;

use crate::another_hand::{append, stored};
use crate::stage::{Stage, eventually, service_pool};

const HOUR_MS: i64 = 3_600_000;

async fn times(admin: &PgPool) -> Vec<i64> {
    let entries = stored(admin).await;
    let time = |bytes: &Vec<u8>| Entry::parse(bytes).unwrap().time().unix_millis();
    entries.iter().map(time).collect()
}

async fn write_an_hour_ahead(stage: &Stage) -> UnixMillis {
    let newest = *times(&stage.admin).await.last().unwrap();
    let ahead = newest + HOUR_MS;
    let event = Event::ServerStarted {
        version: "0.0.0".into(),
        verifier: None,
    };
    let service = service_pool(&stage.admin).await;
    append(&service, &stage.settings.origin, &event, ahead).await;
    UnixMillis::new(ahead)
}

async fn a_grant_of_two_seconds_lasts_two_seconds(stage: &Stage, ahead: UnixMillis) {
    let dana = stage.dana().await;
    let (request, grant) = stage.break_glass(&dana, 2).await;
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert!(view.grant.unwrap().expires_at_ms > ahead);
    assert!(stage.account_stands(grant).await);
    let late = eventually(Duration::from_secs(20), || async {
        !stage.account_stands(grant).await
    })
    .await;
    assert!(late > Duration::from_secs(1), "{late:?}");
    // Its end is an entry, and two seconds after its beginning by the log's time too.
    eventually(Duration::from_secs(20), || async {
        *times(&stage.admin).await.last().unwrap() >= ahead.millis() + 2_000
    })
    .await;
    let times = times(&stage.admin).await;
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(stage.portal.halted(), None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_hour_behind_the_log_times_do_not_fall_and_grants_expire(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let ahead = write_an_hour_ahead(&stage).await;
    a_grant_of_two_seconds_lasts_two_seconds(&stage, ahead).await;
    // And where the portal finds it so at its start.
    stage.restart().await;
    let further = write_an_hour_ahead(&stage).await;
    stage.restart().await;
    a_grant_of_two_seconds_lasts_two_seconds(&stage, further).await;
}
