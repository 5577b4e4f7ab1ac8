//! What a rebuild puts right, and what it leaves for somebody to look at.

use service::rebuild::{Rebuilt, rebuild};
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use crate::stage::Stage;

async fn run(stage: &Stage, repair: bool) -> Rebuilt {
    let options = stage.admin.connect_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    rebuild(&mut connection, &stage.settings.origin, repair)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn people_are_put_right_and_one_whom_the_log_does_not_know_stays(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let request = stage.ask(&dana, "orders-read").await;
    stage.stop();
    let nobody = Uuid::new_v4();
    sqlx::query("insert into person (id, registered_seq) values ($1, 3)")
        .bind(nobody)
        .execute(&admin)
        .await
        .unwrap();
    sqlx::query("update person set registered_seq = registered_seq + 100 where id = $1")
        .bind(ari.person.uuid())
        .execute(&admin)
        .await
        .unwrap();
    sqlx::query("update request set state = 'denied' where id = $1")
        .bind(request.uuid())
        .execute(&admin)
        .await
        .unwrap();

    let found = run(&stage, false).await;
    assert_eq!(found.left, found.faults, "nothing was to be put right");
    let mut named: Vec<_> = found
        .faults
        .iter()
        .map(|row| (row.table, row.extra))
        .collect();
    named.sort_unstable();
    let (person, request) = ("person", "request");
    assert_eq!(
        named,
        [
            (person, false),
            (person, true),
            (person, true),
            (request, false),
            (request, true)
        ]
    );
    for found in [run(&stage, true).await, run(&stage, false).await] {
        let [left] = found.left.as_slice() else {
            panic!("{found:?}")
        };
        assert!(left.table == person && left.extra, "{left:?}");
        assert!(left.row.contains(&nobody.to_string()), "{left:?}");
    }
}
