//! The connector: the way secured, the test button, the end.

use std::time::{Duration, Instant};

use access::ids::GrantId;
use access::time::UnixMillis;
use secrecy::SecretString;
use targets::{Access, Check, Checked, Connector as _, PostgresTarget};
use uuid::Uuid;

use crate::cluster::{Cluster, PASSWORD, percent};
use crate::stage::Stage;

const ROLES: [&str; 1] = ["readers"];

async fn tested(url: String) -> Vec<Checked> {
    let target = PostgresTarget::new("test.example/log", &SecretString::from(url)).unwrap();
    target.test(&ROLES.map(String::from)).await
}

fn failing(list: &[Checked]) -> Vec<&Check> {
    let failing = list.iter().filter(|checked| !checked.holds);
    failing.map(|checked| &checked.check).collect()
}

#[tokio::test]
async fn an_operator_hears_what_a_target_lacks_and_what_to_do() {
    let cluster = Cluster::new();
    let look = cluster.look().await;
    look.batch_execute("create role readers; create role weak login password 'weak'")
        .await
        .unwrap();
    let port = cluster.address().port();
    let weak =
        |password: &str, port: u16| format!("postgres://weak:{password}@127.0.0.1:{port}/postgres");

    let list = tested(weak("weak", port)).await;
    let secured = Check::Secured;
    assert_eq!(
        failing(&list),
        [&secured, &Check::MayCreateRoles, &Check::MayCut]
    );
    assert!(
        list.iter()
            .all(|checked| checked.holds || checked.remedy.is_some())
    );

    // What the answers say to do is done, word for word, until nothing is left to do.
    for round in 0.. {
        assert!(
            round < 4,
            "the remedies do not help: {:?}",
            tested(weak("weak", port)).await
        );
        let list = tested(weak("weak", port)).await;
        let remedies: Vec<&Checked> = list
            .iter()
            .filter(|checked| !checked.holds && checked.check != secured)
            .collect();
        if remedies.is_empty() {
            let may = Check::MayGrant("readers".into());
            assert!(
                list.iter()
                    .any(|checked| checked.check == may && checked.holds)
            );
            break;
        }
        for checked in remedies {
            let remedy = checked.remedy.as_deref().unwrap();
            look.batch_execute(remedy).await.unwrap();
        }
    }
    let left = look
        .query("select from pg_roles where rolname like 'bg_test%'", &[])
        .await;
    assert!(left.unwrap().is_empty(), "a test leaves nothing");

    assert_eq!(
        failing(&tested(weak("wrong", port)).await),
        [&Check::SignsIn]
    );
    assert_eq!(failing(&tested(weak("weak", 1)).await), [&Check::Reached]);
    let list = tested(weak("canary", port)).await;
    let json = serde_json::to_string(&list).unwrap();
    assert!(
        json.contains(r#"{"check":"signs_in","holds":false"#),
        "{json}"
    );
    assert!(!json.contains("canary"), "{json}");
}

#[tokio::test]
async fn a_target_is_who_its_pinned_authority_says() {
    let cluster = Cluster::with_tls();
    let look = cluster.look().await;
    look.batch_execute("create role readers").await.unwrap();
    let port = cluster.address().port();
    let made = cluster.certificates.as_ref().unwrap();
    let url = |host: &str, more: &str| {
        let password = percent(PASSWORD);
        format!("postgres://postgres:{password}@{host}:{port}/postgres?{more}")
    };
    let authority = made.authority.display().to_string();
    let text = percent(&std::fs::read_to_string(&made.authority).unwrap());
    let stranger = made.stranger.display().to_string();
    let full = |pem: &str| format!("sslmode=verify-full&sslrootcert={pem}");

    for good in [full(&authority), full(&text)] {
        let list = tested(url("localhost", &good)).await;
        assert!(failing(&list).is_empty(), "{list:?}");
    }
    // Neither another authority, nor those of the web, nor another name.
    for (host, more) in [
        ("localhost", full(&stranger)),
        ("localhost", "sslmode=verify-full".into()),
        ("127.0.0.1", full(&authority)),
        ("localhost", full("/nonexistent")),
        (
            "localhost",
            format!("sslmode=verify-ca&sslrootcert={stranger}"),
        ),
        (
            "localhost",
            format!("sslmode=require&sslrootcert={stranger}"),
        ),
    ] {
        let list = tested(url(host, &more)).await;
        assert_eq!(failing(&list), [&Check::Secured], "{host} {more}: {list:?}");
        assert_eq!(
            list.len(),
            2,
            "nothing is asked of who is not secured: {list:?}"
        );
    }
    // What is asked for less says so, and works.
    for (host, more) in [
        (
            "127.0.0.1",
            format!("sslmode=verify-ca&sslrootcert={authority}"),
        ),
        ("127.0.0.1", "sslmode=require".into()),
        ("127.0.0.1", "sslmode=prefer".into()),
    ] {
        let list = tested(url(host, &more)).await;
        assert_eq!(failing(&list), [&Check::Secured], "{host} {more}");
        assert!(list.len() > 3, "{more}: {list:?}");
    }
    // This server takes nobody in the clear, so what got in above was encrypted.
    let list = tested(url("localhost", "sslmode=disable")).await;
    assert_eq!(failing(&list), [&Check::SignsIn]);
}

/// Several sessions, one at work, one in the middle of a transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_end_the_target_has_no_backend_of_the_account_within_a_second() {
    let cluster = Cluster::new();
    let look = cluster.look().await;
    look.batch_execute("create role readers; create table t (n int); grant all on t to readers")
        .await
        .unwrap();
    let url = SecretString::from(cluster.url(None));
    let target = PostgresTarget::new("test.example/log", &url).unwrap();
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let access = Access {
            grant: GrantId::new(Uuid::new_v4()),
            intended_seq: 1,
            role: "readers".into(),
            expires_at: UnixMillis::new(4_000_000_000_000),
        };
        target.open(&access).await.unwrap();
        let password = SecretString::from("p".to_owned());
        target.admit(access.grant, &password).await.unwrap();
        let account = access.grant.account();
        let mut live = Vec::new();
        for _ in 0..6 {
            live.push(cluster.log_in(&account, "p").await.unwrap());
        }
        let busy = live.pop().unwrap();
        let at_work = tokio::spawn(async move {
            busy.batch_execute("select pg_sleep(600), count(*) from generate_series(1, 1e12)")
                .await
        });
        live[0]
            .batch_execute("begin; insert into t values (1)")
            .await
            .unwrap();
        // As many as the account may have.
        for _ in 0..4 {
            live.push(cluster.log_in(&account, "p").await.unwrap());
        }
        assert!(
            cluster.log_in(&account, "p").await.is_err(),
            "the limit holds"
        );

        let begun = Instant::now();
        let cut = target.end(access.grant).await.unwrap();
        let query = "select count(*) from pg_stat_activity where usename = $1";
        let row = look.query_one(query, &[&account]).await.unwrap();
        let took = begun.elapsed();
        assert_eq!(row.get::<_, i64>(0), 0, "backends after the end");
        assert_eq!(cut, 10);
        slowest = slowest.max(took);
        assert!(at_work.await.unwrap().is_err());
        for one in live {
            assert!(one.simple_query("select 1").await.is_err());
        }
    }
    println!(
        "backend count 0 after at most {} ms, of 10 sessions, 5 times",
        slowest.as_millis()
    );
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[tokio::test]
async fn a_way_in_that_is_made_after_the_end_is_none() {
    let stage = Stage::new().await;
    let account = stage.grant.account();
    // What keeps the account from being dropped: something of its own in another database.
    stage
        .look
        .batch_execute("create database elsewhere")
        .await
        .unwrap();
    let url = stage.cluster.url(None);
    let admin = format!("{}/elsewhere", url.strip_suffix("/postgres").unwrap());
    let elsewhere = PostgresTarget::new("x", &SecretString::from(admin)).unwrap();
    let (sender, _events) = tokio::sync::mpsc::channel(64);
    let mut console = targets::console::ConsoleSession::open(
        elsewhere.address(),
        &account,
        SecretString::from("never seen by dana".to_owned()),
        stage.ending.clone(),
        sender,
        targets::console::Limits::default(),
    )
    .await
    .unwrap();
    let made = console
        .run("select lo_create(0)", &*stage.notebook, &[])
        .await;
    made.unwrap();
    stage.target.end(stage.grant).await.unwrap();
    let row = stage
        .look
        .query_one(
            "select count(*) from pg_roles where rolname = $1",
            &[&account],
        )
        .await;
    assert_eq!(row.unwrap().get::<_, i64>(0), 1, "it stands, barred");
    let password = SecretString::from("late".to_owned());
    stage.target.admit(stage.grant, &password).await.unwrap();
    assert!(stage.cluster.log_in(&account, "late").await.is_err());
}
