//! SSH as a target: a grant is whatever certificates of it open.
//!
//! A host that has `breakglass-host` takes certificates of grants alone that it was told are open, and cuts the
//! sessions of a grant that has ended, which no expiry and no revocation list does. On a host without it nothing is
//! made: it takes every certificate until that is over or on the list that it fetches, and sessions of people's own
//! clients go on until they leave. [`SshTarget::test`] says so.

use std::sync::Arc;

use access::ids::GrantId;
use access::policy;
use access::time::UnixMillis;
use async_trait::async_trait;

use super::ca::{Principal, UserCa};
use super::errand::{Errands, Failed, Odd};
use super::host::{ConnectError, Host};
use super::terminal::Entrance;
use crate::connector::{Access, Connector, Standing, TargetError};

/// One host, and the authority that it trusts.
#[derive(Debug)]
pub struct SshTarget {
    host: Host,
    ca: Arc<UserCa>,
    /// For a host that has `breakglass-host`.
    errands: Option<Errands>,
}

/// How access ends on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ends {
    /// By `breakglass-host`, which lies there: nobody gets in any more, and every session is cut.
    AtOnce {
        /// Where it lies.
        command: String,
    },
    /// By the end of certificates and the revocation list. Sessions of people's own clients are not cut.
    ByList,
}

impl Ends {
    /// Where `breakglass-host` lies, as its README.md says.
    pub const COMMAND: &'static str = "/usr/local/sbin/breakglass-host";
}

/// What a test of a target found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// Everything works.
    EndsAtOnce,
    /// It is reached and is the right host. Whether it trusts the portal shows when somebody goes in.
    EndsByList,
}

impl std::fmt::Display for Tested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::EndsAtOnce => {
                "The host is the right one, trusts this portal, and ends sessions at once."
            }
            Self::EndsByList => {
                "The host is the right one. It has no breakglass-host configured: recorded terminals end at once, but a session of somebody's own client goes on after the end of access until they leave. Let policies of this host require recording, or install examples/ssh-host."
            }
        })
    }
}

impl SshTarget {
    /// A host, without asking it anything yet.
    pub fn new(host: Host, ca: Arc<UserCa>, ends: Ends) -> Self {
        let errands = match ends {
            Ends::AtOnce { command } => Some(Errands::new(command)),
            Ends::ByList => None,
        };
        Self { host, ca, errands }
    }

    /// Where it is.
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// Whom it trusts.
    pub fn ca(&self) -> &UserCa {
        &self.ca
    }

    /// Whether sessions that were opened by certificates in people's own hands end with access.
    pub const fn cuts_sessions(&self) -> bool {
        self.errands.is_some()
    }

    /// The way to a recorded terminal for this grant.
    pub fn entrance<'a>(
        &'a self,
        access: &Access,
        principal: &'a Principal,
        now: UnixMillis,
    ) -> Entrance<'a> {
        Entrance {
            host: &self.host,
            ca: &self.ca,
            grant: access.grant,
            serial: access.intended_seq,
            principal,
            until: access.expires_at,
            now,
        }
    }

    /// Asks the host for everything that the portal needs of it.
    ///
    /// # Errors
    /// [`TargetError`], with what is missing.
    pub async fn test(&self) -> Result<Tested, TargetError> {
        let Some(errands) = &self.errands else {
            self.reach().await?;
            return Ok(Tested::EndsByList);
        };
        let said = self.ask(errands, "hello").await.map_err(Failed::making)?;
        match said.trim() {
            "breakglass-host 1" => Ok(Tested::EndsAtOnce),
            _ => Err(odd(&said)),
        }
    }

    /// Connects until the host has proven its key.
    async fn reach(&self) -> Result<(), TargetError> {
        self.host
            .connect()
            .await
            .map(drop)
            .map_err(|fault| match fault {
                silent @ ConnectError::Silent(_) => TargetError::Unknown(Some(silent.into())),
                other => TargetError::Refused(other.into()),
            })
    }

    async fn ask(&self, errands: &Errands, words: &str) -> Result<String, Failed> {
        errands.run(&self.host, &self.ca, words).await
    }

    /// Asks about one grant.
    async fn ask_of(
        &self,
        errands: &Errands,
        verb: &str,
        grant: GrantId,
    ) -> Result<String, Failed> {
        let words = format!("{verb} {}", self.ca.key_id(grant));
        self.ask(errands, &words).await
    }
}

#[async_trait]
impl Connector for SshTarget {
    fn kind(&self) -> policy::Connector {
        policy::Connector::Ssh
    }

    async fn open(&self, access: &Access) -> Result<(), TargetError> {
        Principal::parse(&access.role).map_err(|bad| TargetError::Refused(bad.into()))?;
        let Some(errands) = &self.errands else {
            // Nothing has to be made. Who waits hears at once where the host is not there.
            return self.reach().await;
        };
        let said = self.ask_of(errands, "open", access.grant).await;
        match said.map_err(Failed::making)?.trim() {
            "open" => Ok(()),
            other => Err(odd(other)),
        }
    }

    /// Nothing: a longer certificate is another certificate.
    async fn lengthen(&self, _: GrantId, _: UnixMillis) -> Result<(), TargetError> {
        Ok(())
    }

    async fn inspect(&self, grant: GrantId) -> Result<Standing, TargetError> {
        let Some(errands) = &self.errands else {
            self.reach().await?;
            return Ok(Standing::Absent);
        };
        let said = self.ask_of(errands, "inspect", grant).await;
        let said = said.map_err(Failed::asking)?;
        match said.trim().split_once(' ') {
            None if said.trim() == "absent" => Ok(Standing::Absent),
            Some(("open", live)) => live.parse().map(Standing::Open).map_err(|_| odd(&said)),
            _ => Err(odd(&said)),
        }
    }

    /// Where the host has no `breakglass-host`, 0: it is the revocation list that ends access there.
    async fn end(&self, grant: GrantId) -> Result<u32, TargetError> {
        let Some(errands) = &self.errands else {
            return Ok(0);
        };
        let said = self.ask_of(errands, "end", grant).await;
        let said = said.map_err(Failed::asking)?;
        let cut = said.trim().strip_prefix("cut ").map(str::parse);
        cut.and_then(Result::ok).ok_or_else(|| odd(&said))
    }

    async fn sweep(&self) -> Result<Vec<String>, TargetError> {
        let Some(errands) = &self.errands else {
            return Ok(Vec::new());
        };
        let said = self.ask(errands, "grants").await;
        let said = said.map_err(Failed::asking)?;
        let grants = said.lines().filter_map(|id| self.ca.grant_of(id));
        Ok(grants.map(GrantId::account).collect())
    }

    async fn remove(&self, name: &str) -> Result<u32, TargetError> {
        match GrantId::from_account(name) {
            Some(grant) => self.end(grant).await,
            None => Err(TargetError::Refused(NotOurs(name.to_owned()).into())),
        }
    }
}

/// A name that [`Connector::sweep`] did not tell.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no grant's name")]
struct NotOurs(String);

fn odd(said: &str) -> TargetError {
    let start: String = said.trim().chars().take(200).collect();
    TargetError::Unknown(Some(Odd::Answer(start).into()))
}
