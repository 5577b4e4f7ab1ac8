//! PostgreSQL as a target: a grant is a login role of its own, a member of the policy's role.
//!
//! `VALID UNTIL` stops new logins only, and `DROP ROLE` leaves sessions alive. So the end of a
//! grant is three steps: NOLOGIN, terminate every backend until there is none, drop.
//!
//! The portal needs no superuser there: CREATEROLE, membership with admin option in the roles that
//! policies give, and `pg_signal_backend`.

mod admin;
mod check;
pub mod console;
mod digest;
mod ending;
pub mod gateway;
mod quote;
pub mod sql;
pub mod wire;

use std::io;
use std::time::Duration;

use access::ids::GrantId;
use access::policy;
use access::time::UnixMillis;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::connector::{Access, Connector, Standing, TargetError};
use admin::Admin;
pub use check::{Check, Checked};
pub use ending::Ending;
use quote::{identifier, literal};
use wire::{Address, AddressError, Answer, WireError};

/// How long one call to a target may take before its outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(8);

/// Sessions that one account may have at a time: a person with a few windows.
const CONNECTION_LIMIT: u8 = 10;

/// Rounds of terminating before the target is said not to answer.
const ROUNDS: u32 = 50;

/// Tries of what failed only because somebody else was at it.
const TRIES: u32 = 20;

/// PostgreSQL's words for "exists already": said by `CREATE ROLE`, and by the index under it to the slower of two.
const EXISTS: [&str; 2] = ["42710", "23505"];

/// "Is not there".
const GONE: &str = "42704";

/// Two at one row of the catalogue ("tuple concurrently updated" has no code of its own), or at one lock.
const AT_ONCE: [&str; 4] = ["XX000", "40001", "40P01", "55P03"];

/// One PostgreSQL server and the right to make accounts on it.
#[derive(Debug)]
pub struct PostgresTarget {
    admin: Admin,
    /// Stands as a comment on every account made here: what bears it is ours to remove.
    mark: String,
}

/// Where something was not done, whether it may stand all the same.
enum Asked {
    /// What a no leaves undone does not stand.
    ForMore,
    /// Something ends: that nobody could be reached is no no.
    ForLess,
}

impl PostgresTarget {
    /// A target at an address, without asking it anything yet. `origin` is the log's name: what is made bears it.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(origin: &str, admin_url: &SecretString) -> Result<Self, AddressError> {
        Ok(Self {
            admin: Admin::new(admin_url.expose_secret().parse()?),
            mark: format!("breakglass {origin}"),
        })
    }

    /// Where it is: with a grant's account, the way in.
    pub fn address(&self) -> &Address {
        self.admin.address()
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
        let work = self.admin.run(&statement);
        patiently(Asked::ForMore, work).await.map(drop)
    }

    /// Takes the way in back, and leaves the sessions that came by it: whoever works there may give their own account
    /// another password, and must not come in by it past the portal.
    ///
    /// # Errors
    /// The target did not take it.
    pub async fn shut(&self, grant: GrantId) -> Result<(), TargetError> {
        let account = identifier(&grant.account());
        let statement = format!("alter role {account} nologin password null");
        let work = self.while_others_are_at_it(&statement);
        patiently(Asked::ForMore, work).await.map(drop)
    }

    /// Asks the target what a grant will need of it, for each of the roles that policies give.
    pub async fn test(&self, roles: &[String]) -> Vec<Checked> {
        check::all(&self.admin, roles).await
    }

    async fn stands(&self, account: &str) -> Result<bool, WireError> {
        let query = format!("select from pg_roles where rolname = {}", literal(account));
        Ok(!self.admin.run(&query).await?.rows.is_empty())
    }

    async fn is_ours(&self, account: &str) -> Result<bool, WireError> {
        let query = format!(
            "select from pg_roles
             where rolname = {} and shobj_description(oid, 'pg_authid') = {}",
            literal(account),
            literal(&self.mark),
        );
        Ok(!self.admin.run(&query).await?.rows.is_empty())
    }

    /// Makes the account, or finds that it stands and makes it what it should be.
    async fn make(&self, access: &Access) -> Result<(), WireError> {
        let account = access.grant.account();
        let settings = format!(
            "connection limit {CONNECTION_LIMIT} valid until {until};
             grant {role} to {account};
             comment on role {account} is {mark};",
            account = identifier(&account),
            role = identifier(&access.role),
            until = literal(&rfc3339(access.expires_at)),
            mark = literal(&self.mark),
        );
        let name = identifier(&account);
        // One simple query is one transaction: all of it stands, or nothing.
        let made = self
            .admin
            .run(&format!("create role {name} nologin {settings}"))
            .await;
        match made {
            Err(fault) if says(&fault, &EXISTS) => {
                // Something of that name stands. From here on no failure means that nothing does.
                let stands = |fault: WireError| WireError::Lost(io::Error::other(fault));
                if !self.is_ours(&account).await.map_err(stands)? {
                    return Err(fault);
                }
                let again = format!("alter role {name} {settings}");
                let made = self.while_others_are_at_it(&again).await;
                made.map(drop).map_err(stands)
            }
            made => made.map(drop),
        }
    }

    async fn bar(&self, account: &str) -> Result<u32, WireError> {
        if !self.stands(account).await? {
            return Ok(0);
        }
        let terminate = format!(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = {}",
            literal(account),
        );
        // First of all: a session that has changed its own account and sits in its transaction holds the account's row,
        // and would keep it from being barred.
        let first = self.admin.run(&terminate).await?;
        let mut cut: u32 = first
            .value()
            .and_then(|count| count.parse().ok())
            .unwrap_or_default();
        // A way in that is made too late, by whoever did not hear of the end, is none: its time is over.
        let statement = format!(
            "set local lock_timeout = '200ms'; \
             alter role {} nologin password null valid until '-infinity'",
            identifier(account)
        );
        for round in 1.. {
            match self.admin.run(&statement).await {
                Err(fault) if says(&fault, &[GONE]) => break,
                Err(fault) if says(&fault, &AT_ONCE) && round < TRIES => {
                    // Somebody came in meanwhile and did it again.
                    self.admin.run(&terminate).await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                barred => {
                    barred?;
                    break;
                }
            }
        }
        // A login that was under way while NOLOGIN committed shows up late: look until two rounds
        // in a row find nobody.
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            let found = self.admin.run(&terminate).await?;
            let found = found.value().and_then(|count| count.parse().ok());
            if found == Some(0) {
                quiet += 1;
                if quiet == 2 {
                    return Ok(cut);
                }
            } else {
                quiet = 0;
                cut = cut.max(found.unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(WireError::Protocol("sessions of the account do not end"))
    }

    /// Drops an account that is barred. What it made in this database stays, owned by the role that it was a member of,
    /// and nothing of it runs with its owner's rights any more; what it made in another database of the same server
    /// keeps the account from being dropped until somebody has looked.
    async fn drop_account(&self, account: &str) -> Result<(), WireError> {
        if !self.stands(account).await? {
            return Ok(());
        }
        let name = identifier(account);
        // Never to whoever runs the target: a function that runs with its owner's rights would be a way to theirs.
        let statements = format!(
            "grant {name} to current_user;
             do $heir$
             declare
                 account oid := {account}::regrole;
                 heir name := (select role.rolname from pg_auth_members member
                     join pg_roles role on role.oid = member.roleid
                     where member.member = account order by role.rolname limit 1);
                 routine regprocedure;
             begin
                 for routine in select oid::regprocedure from pg_proc where proowner = account and prosecdef loop
                     execute format('alter routine %s security invoker', routine);
                 end loop;
                 if heir is not null and exists (select from pg_shdepend
                     where refclassid = 'pg_authid'::regclass and refobjid = account and deptype = 'o') then
                     if not pg_has_role(current_user, heir, 'usage') then
                         execute format('grant %I to current_user', heir);
                     end if;
                     execute format('reassign owned by %I to %I', {text}, heir);
                 end if;
             end
             $heir$;
             drop owned by {name}; drop role {name};",
            account = literal(&name),
            text = literal(account),
        );
        match self.while_others_are_at_it(&statements).await {
            Err(fault) if says(&fault, &[GONE]) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Runs statements again that failed because another portal, or another task, was at the same account.
    async fn while_others_are_at_it(&self, statements: &str) -> Result<Answer, WireError> {
        for _ in 1..TRIES {
            match self.admin.run(statements).await {
                Err(fault) if says(&fault, &AT_ONCE) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                done => return done,
            }
        }
        self.admin.run(statements).await
    }
}

#[async_trait]
impl Connector for PostgresTarget {
    fn kind(&self) -> policy::Connector {
        policy::Connector::Postgresql
    }

    async fn open(&self, access: &Access) -> Result<(), TargetError> {
        patiently(Asked::ForMore, self.make(access)).await
    }

    async fn lengthen(&self, grant: GrantId, expires_at: UnixMillis) -> Result<(), TargetError> {
        let statement = format!(
            "alter role {} valid until {}",
            identifier(&grant.account()),
            literal(&rfc3339(expires_at)),
        );
        let work = self.while_others_are_at_it(&statement);
        patiently(Asked::ForMore, work).await.map(drop)
    }

    async fn end(&self, grant: GrantId) -> Result<u32, TargetError> {
        let account = grant.account();
        let cut = patiently(Asked::ForLess, self.bar(&account)).await?;
        if let Err(fault) = patiently(Asked::ForLess, self.drop_account(&account)).await {
            tracing::warn!(account, %fault, "an account is barred but cannot be dropped yet");
        }
        Ok(cut)
    }

    async fn remove(&self, account: &str) -> Result<u32, TargetError> {
        let whose = patiently(Asked::ForLess, async {
            Ok((self.stands(account).await?, self.is_ours(account).await?))
        });
        match whose.await? {
            (false, _) => return Ok(0),
            (true, false) => return Err(TargetError::Refused(NotOurs.into())),
            (true, true) => {}
        }
        let cut = patiently(Asked::ForLess, self.bar(account)).await?;
        patiently(Asked::ForLess, self.drop_account(account)).await?;
        Ok(cut)
    }

    async fn sweep(&self) -> Result<Vec<String>, TargetError> {
        let query = format!(
            "select rolname from pg_roles
             where rolname like 'bg\\_%' and shobj_description(oid, 'pg_authid') = {}",
            literal(&self.mark),
        );
        let found = patiently(Asked::ForLess, self.admin.run(&query)).await?;
        let names = found.rows.into_iter().flatten().flatten();
        Ok(names.collect())
    }

    async fn inspect(&self, grant: GrantId) -> Result<Standing, TargetError> {
        let account = literal(&grant.account());
        let query = format!(
            "select rolcanlogin, (select count(*) from pg_stat_activity where usename = {account})
             from pg_roles where rolname = {account}",
        );
        let found = patiently(Asked::ForLess, self.admin.run(&query)).await?;
        let Some(row) = found.rows.first() else {
            return Ok(Standing::Absent);
        };
        let may_log_in = row.first().and_then(Option::as_deref) != Some("f");
        let sessions = row.get(1).and_then(Option::as_deref);
        let sessions = sessions.and_then(|count| count.parse().ok());
        Ok(match (may_log_in, sessions) {
            (false, Some(0)) => Standing::Barred,
            (_, sessions) => Standing::Open(sessions.unwrap_or(u32::MAX)),
        })
    }
}

/// Somebody else's account that looks like ours.
#[derive(Debug, thiserror::Error)]
#[error("the account does not bear this portal's mark: somebody else made it")]
struct NotOurs;

/// Does work on the target for as long as it is waited for, and says what is certain when it fails.
async fn patiently<T>(
    asked: Asked,
    work: impl Future<Output = Result<T, WireError>>,
) -> Result<T, TargetError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(fault @ WireError::Server(_))) => Err(TargetError::Refused(fault.into())),
        // Nobody was reached. What was not asked for does not stand; what should end goes on.
        Ok(Err(fault)) => match asked {
            Asked::ForMore if fault.nothing_was_done() => Err(TargetError::Refused(fault.into())),
            _ => Err(TargetError::Unknown(Some(fault.into()))),
        },
        Err(_) => Err(TargetError::Unknown(None)),
    }
}

fn says(fault: &WireError, codes: &[&str]) -> bool {
    fault.code().is_some_and(|code| codes.contains(&code))
}

/// A moment as PostgreSQL reads it; one that it cannot is long past.
fn rfc3339(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
}
