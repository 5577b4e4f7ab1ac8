//! PostgreSQL as a target: a grant is a login role of its own, a member of the policy's role.
//!
//! `VALID UNTIL` stops new logins only, and `DROP ROLE` leaves sessions alive. So the end of a
//! grant is three steps: NOLOGIN, terminate every backend until there is none, drop.
//!
//! The portal needs no superuser there: CREATEROLE, membership with admin option in the roles that
//! policies give, and `pg_signal_backend`.

use std::str::FromStr as _;
use std::time::Duration;

use access::ids::GrantId;
use access::policy;
use access::time::UnixMillis;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::connector::{Access, Connector, Standing, TargetError};

/// How long one call to a target may take before its outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(8);

/// Sessions that one account may have at a time: a person with a few windows.
const CONNECTION_LIMIT: u8 = 10;

/// Rounds of terminating before the target is said not to answer.
const ROUNDS: u32 = 50;

/// One PostgreSQL server and the right to make accounts on it.
#[derive(Debug)]
pub struct PostgresTarget {
    pool: PgPool,
    /// Stands as a comment on every account made here: what bears it is ours to remove.
    mark: String,
}

impl PostgresTarget {
    /// A target at an address, without asking it anything yet. `origin` is the log's name: what is made bears it.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(origin: &str, admin_url: &SecretString) -> Result<Self, sqlx::Error> {
        let options = PgConnectOptions::from_str(admin_url.expose_secret())?
            .application_name("breakglass")
            .statement_cache_capacity(0);
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(Duration::from_secs(60))
            .connect_lazy_with(options);
        Ok(Self {
            pool,
            mark: format!("breakglass {origin}"),
        })
    }

    /// Gives the account a way in. The server sees the SCRAM verifier, never the password.
    ///
    /// # Errors
    /// The target did not take it.
    pub async fn admit(&self, grant: GrantId, password: &SecretString) -> Result<(), TargetError> {
        let verifier =
            postgres_protocol::password::scram_sha_256(password.expose_secret().as_bytes());
        let statement = format!(
            "alter role {} login password {}",
            identifier(&grant.account()),
            literal(&verifier),
        );
        self.patiently(async {
            sqlx::raw_sql(&statement)
                .execute(&self.pool)
                .await
                .map(drop)
        })
        .await
    }

    async fn stands(&self, account: &str) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(account)
            .fetch_one(&self.pool)
            .await
    }

    async fn bar(&self, account: &str) -> Result<u32, sqlx::Error> {
        if !self.stands(account).await? {
            return Ok(0);
        }
        let name = identifier(account);
        sqlx::raw_sql(&format!("alter role {name} nologin"))
            .execute(&self.pool)
            .await?;
        let mut cut = 0;
        // A login that was under way while NOLOGIN committed shows up late: look until two rounds
        // in a row find nobody.
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            let found: i64 = sqlx::query_scalar(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = $1",
            )
            .bind(account)
            .fetch_one(&self.pool)
            .await?;
            if found == 0 {
                quiet += 1;
                if quiet == 2 {
                    break;
                }
            } else {
                quiet = 0;
                cut = cut.max(u32::try_from(found).unwrap_or(u32::MAX));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if quiet < 2 {
            return Err(sqlx::Error::Protocol(
                "sessions of the account do not end".into(),
            ));
        }
        Ok(cut)
    }

    /// Drops an account that is barred. What it made in this database stays, owned by who runs the
    /// target; what it made in another database of the same server keeps the account from being
    /// dropped until somebody has looked.
    async fn drop_account(&self, account: &str) -> Result<(), sqlx::Error> {
        if !self.stands(account).await? {
            return Ok(());
        }
        let name = identifier(account);
        sqlx::raw_sql(&format!(
            "grant {name} to current_user; reassign owned by {name} to current_user;
             drop owned by {name}; drop role {name};"
        ))
        .execute(&self.pool)
        .await
        .map(drop)
    }

    async fn patiently<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, TargetError> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Ok(done)) => Ok(done),
            // The server's own word, or no connection to say anything over: nothing was done.
            Ok(Err(fault @ (sqlx::Error::Database(_) | sqlx::Error::PoolTimedOut))) => {
                Err(TargetError::Refused(fault.into()))
            }
            Ok(Err(fault)) => Err(TargetError::Unknown(Some(fault.into()))),
            Err(_) => Err(TargetError::Unknown(None)),
        }
    }
}

#[async_trait]
impl Connector for PostgresTarget {
    fn kind(&self) -> policy::Connector {
        policy::Connector::Postgresql
    }

    async fn open(&self, access: &Access) -> Result<(), TargetError> {
        let account = access.grant.account();
        let until = rfc3339(access.expires_at);
        // One simple query is one transaction: all of it stands, or nothing.
        let statements = format!(
            "create role {account} nologin connection limit {CONNECTION_LIMIT} valid until {until};
             grant {role} to {account};
             comment on role {account} is {mark};",
            account = identifier(&account),
            role = identifier(&access.role),
            until = literal(&until),
            mark = literal(&self.mark),
        );
        self.patiently(async {
            sqlx::raw_sql(&statements)
                .execute(&self.pool)
                .await
                .map(drop)
        })
        .await
    }

    async fn lengthen(&self, grant: GrantId, expires_at: UnixMillis) -> Result<(), TargetError> {
        let statement = format!(
            "alter role {} valid until {}",
            identifier(&grant.account()),
            literal(&rfc3339(expires_at)),
        );
        self.patiently(async {
            sqlx::raw_sql(&statement)
                .execute(&self.pool)
                .await
                .map(drop)
        })
        .await
    }

    async fn end(&self, grant: GrantId) -> Result<u32, TargetError> {
        let account = grant.account();
        let cut = self.patiently(self.bar(&account)).await?;
        if let Err(fault) = self.patiently(self.drop_account(&account)).await {
            tracing::warn!(account, %fault, "an account is barred but cannot be dropped yet");
        }
        Ok(cut)
    }

    async fn remove(&self, account: &str) -> Result<u32, TargetError> {
        let cut = self.patiently(self.bar(account)).await?;
        self.patiently(self.drop_account(account)).await?;
        Ok(cut)
    }

    async fn sweep(&self) -> Result<Vec<String>, TargetError> {
        let query = sqlx::query_scalar::<_, String>(
            "select rolname::text from pg_roles
             where rolname like 'bg\\_%' and shobj_description(oid, 'pg_authid') = $1",
        )
        .bind(&self.mark);
        self.patiently(query.fetch_all(&self.pool)).await
    }

    async fn inspect(&self, grant: GrantId) -> Result<Standing, TargetError> {
        let query = sqlx::query_as::<_, (bool, i64)>(
            "select rolcanlogin, (select count(*) from pg_stat_activity where usename = $1)
             from pg_roles where rolname = $1",
        )
        .bind(grant.account());
        let found = self.patiently(query.fetch_optional(&self.pool)).await?;
        Ok(match found {
            None => Standing::Absent,
            Some((false, 0)) => Standing::Barred,
            Some((_, sessions)) => Standing::Open(u32::try_from(sessions).unwrap_or(u32::MAX)),
        })
    }
}

/// A moment as PostgreSQL reads it; one that it cannot is long past.
fn rfc3339(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
}

/// A name in double quotes, quotes inside doubled.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes; utility statements take no parameters.
fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "''");
    format!("E'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_cannot_end_a_quoted_text() {
        assert_eq!(
            identifier("a\"; drop role x; --"),
            "\"a\"\"; drop role x; --\""
        );
        assert_eq!(literal("a'; \\"), "E'a''; \\\\'");
    }
}
