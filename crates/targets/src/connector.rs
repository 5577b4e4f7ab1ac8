//! What every kind of target can do.

use std::fmt::Debug;

use access::ids::GrantId;
use access::policy;
use access::time::UnixMillis;
use async_trait::async_trait;

/// What one grant gives on a target.
#[derive(Debug, Clone)]
pub struct Access {
    /// Which grant. Whatever is made on the target bears a name that follows from it.
    pub grant: GrantId,
    /// The place of the entry that intended it.
    pub intended_seq: u64,
    /// With which rights, in the target's own words.
    pub role: String,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// How a grant stands on its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing of it is there.
    Absent,
    /// It is there, and opens nothing.
    Barred,
    /// It is there and may open something, with so many live sessions.
    Open(u32),
}

/// Makes access on a target and takes it back.
///
/// Every call is safe to repeat: what is made bears a name that follows from the grant, so a second try finds the
/// first one's work. A time-out is [`TargetError::Unknown`], never a no.
#[async_trait]
pub trait Connector: Debug + Send + Sync {
    /// Which kind it is, as policies name it.
    fn kind(&self) -> policy::Connector;

    /// Makes what the grant gives, without a way in yet.
    async fn open(&self, access: &Access) -> Result<(), TargetError>;

    /// Lets it last longer.
    async fn lengthen(&self, grant: GrantId, expires_at: UnixMillis) -> Result<(), TargetError>;

    /// How the grant stands.
    async fn inspect(&self, grant: GrantId) -> Result<Standing, TargetError>;

    /// Ends access: nobody gets in by the grant any more, and every session of it is gone. Returns how many were
    /// cut. A grant of which nothing is there is over.
    async fn end(&self, grant: GrantId) -> Result<u32, TargetError>;

    /// The names of everything on the target that this portal made and that still stands.
    async fn sweep(&self) -> Result<Vec<String>, TargetError>;

    /// Ends and removes what bears a name that [`Connector::sweep`] told. Returns how many sessions were cut.
    async fn remove(&self, name: &str) -> Result<u32, TargetError>;
}

/// What went wrong outside.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Why a target did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It said no, or nothing was asked of it: what was asked for does not stand.
    #[error("the target refused")]
    Refused(#[source] Fault),
    /// It did not answer: what was asked for may stand.
    #[error("the target did not answer")]
    Unknown(#[source] Option<Fault>),
}
