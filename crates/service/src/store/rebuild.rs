//! The projections a second time, beside themselves: tables of the same form and name that only one
//! connection sees, and that go with its transaction. A table's name finds them first.

use sqlx::{Executor as _, PgConnection, Row as _};

/// Every table that follows from the entries alone, those first that others refer to.
pub(crate) const TABLES: [&str; 9] = [
    "person",
    "policy_version",
    "request",
    "sign_off",
    "access_grant",
    "review",
    "request_entry",
    "recording",
    "recording_entry",
];

/// What [`differences`] found in one table.
#[derive(Debug)]
pub(crate) struct Difference {
    /// Rows that are there and do not follow from the entries, in words.
    pub(crate) extra: Vec<String>,
    /// Rows that follow from the entries and are not there.
    pub(crate) missing: Vec<String>,
}

/// Begins a transaction in which each table is empty, in one moment's picture of everything else.
pub(crate) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection
        .execute("begin transaction isolation level repeatable read")
        .await?;
    for table in TABLES {
        let like = format!(
            "create temp table {table} (like public.{table} including defaults including indexes) on commit drop"
        );
        connection.execute(like.as_str()).await?;
    }
    Ok(())
}

/// The rows of a table that are on one side only, each as JSON; at most `most` of each kind.
pub(crate) async fn differences(
    connection: &mut PgConnection,
    table: &str,
    most: i64,
) -> Result<Difference, sqlx::Error> {
    let mut sides = Vec::new();
    for (one, other) in [("public", "pg_temp"), ("pg_temp", "public")] {
        let query = format!(
            "select to_jsonb(d)::text from (table {one}.{table} except table {other}.{table}) d limit $1"
        );
        let rows = sqlx::query(&query)
            .bind(most)
            .fetch_all(&mut *connection)
            .await?;
        let rows: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        sides.push(rows?);
    }
    let missing = sides.pop().unwrap_or_default();
    let extra = sides.pop().unwrap_or_default();
    Ok(Difference { extra, missing })
}

/// Puts the rows that follow from the entries in the place of those that are there. Needs more than the
/// portal's own role may. A person of whom no entry tells stays: the identities that are tied to them are not
/// in the log, and would go with them.
pub(crate) async fn replace(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for table in TABLES.iter().rev().filter(|table| **table != "person") {
        let delete = format!("delete from public.{table}");
        connection.execute(delete.as_str()).await?;
    }
    connection
        .execute(
            "update public.person set registered_seq = told.registered_seq
             from pg_temp.person told
             where told.id = person.id and told.registered_seq <> person.registered_seq",
        )
        .await?;
    for table in TABLES {
        let insert = format!(
            "insert into public.{table} select * from pg_temp.{table} on conflict do nothing"
        );
        connection.execute(insert.as_str()).await?;
    }
    Ok(())
}

/// Ends what [`begin`] began, and keeps what was put in place.
pub(crate) async fn keep(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("commit").await.map(drop)
}

/// Ends what [`begin`] began, and changes nothing.
pub(crate) async fn forget(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("rollback").await.map(drop)
}
