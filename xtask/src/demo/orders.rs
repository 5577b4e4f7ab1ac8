//! The database that the demo opens.

use anyhow::Result;

use crate::cluster::Sql;

/// Its name.
pub(crate) const DATABASE: &str = "orders";

/// The role that the portal comes as: it makes and ends accounts.
pub(crate) const CONNECTOR: &str = "breakglass_connector";

/// Tables, rows and roles.
const CONTENT: &str = include_str!("orders.sql");

/// Fill the cluster: `cluster` is the superuser's way into its database `postgres`, `orders` the one into
/// `orders`, which is made here.
pub(crate) fn prepare(cluster: &Sql, orders: &Sql) -> Result<()> {
    if cluster.ask(&format!(
        "select count(*) from pg_database where datname = '{DATABASE}';"
    ))? == "1"
    {
        return Ok(());
    }
    cluster.each(&format!("create database {DATABASE};"))?;
    orders.run(CONTENT)
}

/// Let the portal in, with this password and no more rights than its work takes: to make accounts, to give
/// them the two roles, to end their sessions.
pub(crate) fn admit_connector(orders: &Sql, password: &str) -> Result<()> {
    orders.run(&format!(
        "do $$ begin
             create role {CONNECTOR};
         exception when duplicate_object then null;
         end $$;
         alter role {CONNECTOR} login nosuperuser createrole password '{password}';
         grant pg_signal_backend to {CONNECTOR};
         grant orders_read, orders_admin to {CONNECTOR} with admin option;"
    ))
}
