//! `breakglass rebuild` says what it did, row by row.

use sqlx::{ConnectOptions as _, PgPool};

use crate::command::{breakglass, configured, text};
use crate::stage::Stage;

#[sqlx::test(migrations = "../migrations")]
async fn what_was_put_right_and_what_stays_is_told(pool: PgPool) {
    let url = pool.connect_options().to_url_lossy().to_string();
    let stage = Stage::new(pool.clone()).await;
    stage.browser().sign_in("dana", "oncall").await;
    let data = tempfile::tempdir().unwrap();
    let config = configured(&data, "breakglass.test/log", &url, "");
    let run = |more: &'static [&'static str]| {
        let (config, url) = (config.clone(), url.clone());
        let run = move || {
            let asked = ["rebuild", "--config", &config, "--admin-database-url", &url];
            breakglass(&[&asked, more].concat())
        };
        async move { tokio::task::spawn_blocking(run).await.unwrap() }
    };
    sqlx::raw_sql(
        "update person set registered_seq = 1;
         insert into person (id, registered_seq) values ('7e57ab1e-0000-4000-8000-000000000000', 3)",
    )
    .execute(&pool)
    .await
    .unwrap();

    let checked = run(&["--check"]).await;
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    assert!(text(&checked.stdout).ends_with("the tables are not what they say\n"));

    let done = run(&[]).await;
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    let said: Vec<&str> = text(&done.stdout).lines().collect();
    let begins = |wanted: &str| said.iter().filter(|line| line.starts_with(wanted)).count();
    assert_eq!(begins("person: put right, not in the log: "), 1, "{said:?}");
    assert_eq!(begins("person: put right, missing: "), 1, "{said:?}");
    assert_eq!(begins("person: stays, not in the log: "), 1, "{said:?}");
    let last = said.last().unwrap();
    assert!(
        last.contains("put right but for 1 of the rows above"),
        "{last}"
    );

    sqlx::raw_sql("delete from person where id = '7e57ab1e-0000-4000-8000-000000000000'")
        .execute(&pool)
        .await
        .unwrap();
    let checked = run(&["--check"]).await;
    assert!(checked.status.success(), "{checked:?}");
}
