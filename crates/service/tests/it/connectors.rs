//! Connectors that operators configured: their secrets in the database are worth nothing without the data folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use access::policy::Connector;
use access::time::UnixMillis;
use access::view::Viewer;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use service::connectors::{
    Configure, ConfigureError, RotateVaultError, SecretChange, configure, configured, remove,
    rotate,
};
use service::vault::{Vault, VaultError};
use sqlx::PgPool;
use tracing::instrument::WithSubscriber as _;

use crate::stage::{Stage, service_pool};

/// What is secret of a connector, by field.
type Secrets<'a> = &'a [(&'a str, Option<&'a str>)];

/// What an operator says: each secret is given, or kept where it is `None`.
fn change(who: &Viewer, resource: &str, seen: u32, secrets: Secrets<'_>) -> Configure {
    let secret = |(field, text): &(&str, Option<&str>)| {
        let change = text.map_or(SecretChange::Keep, |text| SecretChange::Set(text.into()));
        ((*field).to_owned(), change)
    };
    Configure {
        resource: resource.parse().unwrap(),
        kind: Connector::Postgresql,
        settings: json!({"address": "db.example", "seen": seen}),
        secrets: secrets.iter().map(secret).collect(),
        seen,
        by: who.person,
        at: UnixMillis::new(1_000),
    }
}

async fn put(pool: &PgPool, vault: &Vault, change: Configure) -> Result<u32, ConfigureError> {
    let mut transaction = pool.begin().await.unwrap();
    let version = configure(&mut transaction, vault, change).await?;
    transaction.commit().await.unwrap();
    Ok(version)
}

/// The secrets of the one connector of that name, as they open.
async fn opened(
    pool: &PgPool,
    vault: &Vault,
    resource: &str,
) -> BTreeMap<String, Result<String, VaultError>> {
    let all = configured(pool, vault).await.unwrap();
    let one = all
        .into_iter()
        .find(|one| one.resource.as_str() == resource)
        .unwrap();
    let text = |secret: SecretString| secret.expose_secret().to_owned();
    one.secrets
        .into_iter()
        .map(|(field, secret)| (field, secret.map(text)))
        .collect()
}

fn one(field: &str, text: &str) -> BTreeMap<String, Result<String, VaultError>> {
    BTreeMap::from([(field.to_owned(), Ok(text.to_owned()))])
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_secret_is_kept_from_version_to_version_until_it_is_left_out(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let vault = Vault::open(stage.data.path()).unwrap();
    let (url, token) = ("admin_url", "token");
    let first = change(&who, "users-db", 0, &[(url, Some("a")), (token, Some("b"))]);
    assert_eq!(put(&pool, &vault, first).await.unwrap(), 1);
    let next = change(&who, "users-db", 1, &[(url, None), (token, Some("c"))]);
    assert_eq!(put(&pool, &vault, next).await.unwrap(), 2);
    let both = [one(url, "a"), one(token, "c")]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(opened(&pool, &vault, "users-db").await, both);

    let less = change(&who, "users-db", 2, &[(url, None)]);
    put(&pool, &vault, less).await.unwrap();
    assert_eq!(opened(&pool, &vault, "users-db").await, one(url, "a"));
    let nothing = change(&who, "users-db", 3, &[(token, None)]);
    let refused = put(&pool, &vault, nothing).await.unwrap_err();
    assert!(
        matches!(refused, ConfigureError::NothingToKeep(_)),
        "{refused}"
    );
    let stands = configured(&pool, &vault).await.unwrap().remove(0);
    assert_eq!((stands.version, stands.kind), (3, Connector::Postgresql));
    assert_eq!(
        (stands.changed_by, stands.changed_at.millis()),
        (who.person, 1_000)
    );
    assert_eq!(stands.settings["address"], "db.example");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_who_saw_the_same_one_is_overtaken(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let vault = Vault::open(stage.data.path()).unwrap();
    let is_overtaken = |outcome| matches!(outcome, Err(ConfigureError::Overtaken));
    for seen in [0, 1, 2] {
        let change = |text| change(&who, "users-db", seen, &[("token", Some(text))]);
        let (one, two) = tokio::join!(
            put(&pool, &vault, change("one")),
            put(&pool, &vault, change("two"))
        );
        assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
        assert!(is_overtaken(if one.is_ok() { two } else { one }));
        assert_eq!(opened(&pool, &vault, "users-db").await.len(), 1);
    }
    let ahead = change(&who, "users-db", 9, &[]);
    assert!(is_overtaken(put(&pool, &vault, ahead).await));
    let of_nothing = change(&who, "other-db", 4, &[]);
    assert!(is_overtaken(put(&pool, &vault, of_nothing).await));
}

/// Whoever writes to the database can break a connector, and cannot make it use another's secret or an old one.
#[sqlx::test(migrations = "../../migrations")]
async fn what_is_moved_or_put_back_in_the_database_does_not_open(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let vault = Vault::open(stage.data.path()).unwrap();
    let token = |text| [("token", Some(text))];
    put(&pool, &vault, change(&who, "a-db", 0, &token("a")))
        .await
        .unwrap();
    put(&pool, &vault, change(&who, "b-db", 0, &token("b")))
        .await
        .unwrap();
    let old: Vec<u8> =
        sqlx::query_scalar("select sealed from connector_secret where resource = 'a-db'")
            .fetch_one(&admin)
            .await
            .unwrap();
    put(&pool, &vault, change(&who, "a-db", 1, &token("new")))
        .await
        .unwrap();

    let not_as_sealed = BTreeMap::from([("token".to_owned(), Err(VaultError::NotAsSealed))]);
    let set = "update connector_secret set sealed = $1 where resource = 'a-db'";
    sqlx::query(set).bind(&old).execute(&admin).await.unwrap();
    assert_eq!(opened(&pool, &vault, "a-db").await, not_as_sealed);
    let swap = "update connector_secret mine set sealed = other.sealed
                from connector_secret other where other.resource <> mine.resource";
    sqlx::query(swap).execute(&admin).await.unwrap();
    for connector in ["a-db", "b-db"] {
        assert_eq!(opened(&pool, &vault, connector).await, not_as_sealed);
    }
    // What does not open cannot be kept; entered again, it works.
    let kept = put(&pool, &vault, change(&who, "a-db", 2, &[("token", None)])).await;
    assert!(matches!(kept, Err(ConfigureError::Vault(..))), "{kept:?}");
    put(&pool, &vault, change(&who, "a-db", 2, &token("again")))
        .await
        .unwrap();
    assert_eq!(opened(&pool, &vault, "a-db").await, one("token", "again"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_removed_connector_leaves_no_secret_and_its_version_stays_taken(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let vault = Vault::open(stage.data.path()).unwrap();
    let token = [("token", Some("canary"))];
    put(&pool, &vault, change(&who, "a-db", 0, &token))
        .await
        .unwrap();
    let name = "a-db".parse().unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let at = UnixMillis::new(2_000);
    let early = remove(&mut connection, &name, 7, who.person, at).await;
    assert!(matches!(early, Err(ConfigureError::Overtaken)), "{early:?}");
    remove(&mut connection, &name, 1, who.person, at)
        .await
        .unwrap();
    assert!(configured(&pool, &vault).await.unwrap().is_empty());
    let left: i64 = sqlx::query_scalar("select count(*) from connector_secret")
        .fetch_one(&admin)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let anew = put(&pool, &vault, change(&who, "a-db", 0, &token)).await;
    assert!(matches!(anew, Err(ConfigureError::Overtaken)), "{anew:?}");
    put(&pool, &vault, change(&who, "a-db", 2, &token))
        .await
        .unwrap();
    assert_eq!(opened(&pool, &vault, "a-db").await, one("token", "canary"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_key_seals_everything_again(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let data = stage.data.path();
    let before = Vault::open(data).unwrap();
    for name in ["a-db", "b-db"] {
        put(
            &pool,
            &before,
            change(&who, name, 0, &[("token", Some(name))]),
        )
        .await
        .unwrap();
    }
    assert_eq!(rotate(&pool, data).await.unwrap(), 2);
    let after = Vault::open(data).unwrap();
    for name in ["a-db", "b-db"] {
        assert_eq!(opened(&pool, &after, name).await, one("token", name));
        let unknown = opened(&pool, &before, name).await.remove("token").unwrap();
        assert!(
            matches!(unknown, Err(VaultError::UnknownKey(_))),
            "{unknown:?}"
        );
    }

    // What does not open would be lost: then all stays as it was.
    sqlx::query("update connector_secret set sealed = sealed || '\\x00' where resource = 'b-db'")
        .execute(&admin)
        .await
        .unwrap();
    let refused = rotate(&pool, data).await.unwrap_err();
    assert!(
        matches!(refused, RotateVaultError::Vault { .. }),
        "{refused}"
    );
    assert_eq!(opened(&pool, &after, "a-db").await, one("token", "a-db"));
    let still = Vault::open(data).unwrap();
    assert_eq!(format!("{still:?}"), format!("{after:?}"));
}

/// The role of the running portal changes connectors, and cannot make one disappear.
#[sqlx::test(migrations = "../../migrations")]
async fn the_service_cannot_delete_a_connector(admin: PgPool) {
    let pool = service_pool(&admin).await;
    for statement in [
        "delete from connector",
        "truncate connector",
        "update connector set resource = 'x'",
        "update connector_secret set resource = 'x'",
        "truncate connector_secret",
        "drop table connector_secret",
    ] {
        let fault = sqlx::raw_sql(statement).execute(&pool).await.unwrap_err();
        let code = fault
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned();
        assert_eq!(code, "42501", "{statement}");
    }
}

/// What a subscriber wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that is traced at any level, every error and every Debug, and every byte of both tables.
#[sqlx::test(migrations = "../../migrations")]
async fn no_canary_is_traced_printed_or_stored(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let who = stage.dana().await;
    let pool = service_pool(&admin).await;
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let data = stage.data.path().to_owned();
    let printed = async {
        let vault = Vault::open(&data).unwrap();
        let canary = || change(&who, "a-db", 0, &[("token", Some("canary-5e1c"))]);
        let mut printed = format!("{:?}", canary());
        put(&pool, &vault, canary()).await.unwrap();
        printed += &format!("{:?}", configured(&pool, &vault).await.unwrap());
        printed += &format!("{:?}", put(&pool, &vault, canary()).await.unwrap_err());
        rotate(&pool, &data).await.unwrap();
        let after = Vault::open(&data).unwrap();
        sqlx::query("update connector_secret set sealed = sealed || '\\x00'")
            .execute(&pool)
            .await
            .unwrap();
        printed += &format!("{:?}", configured(&pool, &after).await.unwrap());
        printed += &format!("{:?}", rotate(&pool, &data).await.unwrap_err());
        tracing::info!("the end");
        printed
    }
    .with_subscriber(subscriber)
    .await;
    let traced = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(
        traced.contains("the end") && traced.contains("insert into connector"),
        "it traces"
    );
    assert!(printed.contains("token"));
    let rows: Vec<String> = sqlx::query_scalar(
        "select connector::text from connector
         union all select encode(sealed, 'escape') from connector_secret",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    assert_eq!(rows.len(), 2);
    for text in [&traced, &printed].into_iter().chain(&rows) {
        assert!(!text.contains("canary-5e1c"), "{text}");
    }
}
