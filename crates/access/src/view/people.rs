//! The people page.

use serde::{Deserialize, Serialize};

use super::{PersonView, Role};
use crate::ids::GroupName;
use crate::time::UnixMillis;

/// Everybody whom the log knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleView {
    /// By name.
    pub people: Vec<PersonRow>,
    /// Whether the viewer may say that two of them are one.
    pub may_link: bool,
}

/// One human being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub person: PersonView,
    /// Their groups, as the provider said last.
    pub groups: Vec<GroupName>,
    /// The roles of the portal that follow from them.
    pub roles: Vec<Role>,
    /// How they sign in, their other identities included.
    pub identities: Vec<IdentityView>,
    /// Who signs in their place, and until when.
    pub delegate: Option<(PersonView, UnixMillis)>,
}

/// One identity of the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityView {
    /// Which of the log's people it is.
    pub person: PersonView,
    /// The provider's issuer, and its name for the person; `None` where the database came from the archive.
    pub identity: Option<(String, String)>,
}
