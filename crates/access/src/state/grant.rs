//! A grant as the entries leave it.

use crate::ids::{GrantId, PersonId, RequestId, ResourceName};
use crate::policy::Connector;
use crate::time::UnixMillis;
use crate::view::GrantState;

/// How long after its time access may end, in seconds, before a replay says that it ended late: the
/// portal looks every few seconds, and a target under load takes a while to cut its sessions.
pub const END_TOLERANCE_S: u32 = 60;

/// One period of access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Which.
    pub id: GrantId,
    /// For which request.
    pub request: RequestId,
    /// Who holds it.
    pub holder: PersonId,
    /// On what.
    pub resource: ResourceName,
    /// By which kind of connector.
    pub connector: Connector,
    /// With the rights of which role of the target.
    pub role: String,
    /// The entry that intended it.
    pub intended_seq: u64,
    /// When it was intended.
    pub intended_at: UnixMillis,
    /// When the account stood, if it did.
    pub opened_at: Option<UnixMillis>,
    /// It ends then, unless it is made longer.
    pub expires_at: UnixMillis,
    /// An emergency that is not ratified ends then; a no to it makes that the moment of the no.
    pub ratify_by: Option<UnixMillis>,
    /// How often it was made longer.
    pub extensions: u8,
    /// When its holder asked for more time, while nobody has answered.
    pub extension_asked: Option<UnixMillis>,
    /// Whether somebody said no to making it longer: nobody is asked again.
    pub extension_denied: bool,
    /// Where it stands.
    pub state: GrantState,
}

impl Grant {
    /// The last moment at which its end is not late yet.
    pub fn latest_end(&self) -> UnixMillis {
        self.ends_at().plus_seconds(END_TOLERANCE_S)
    }

    /// When it ends as it stands.
    pub fn ends_at(&self) -> UnixMillis {
        self.ratify_by
            .map_or(self.expires_at, |by| by.min(self.expires_at))
    }

    /// Whether an account stands or may stand on the target.
    pub fn is_live(&self) -> bool {
        matches!(self.state, GrantState::Intended | GrantState::Active { .. })
    }
}
