//! Who did it.

use serde::{Deserialize, Serialize};

use crate::ids::{GroupName, PersonId};

/// Who did it, as they were at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// A person who is signed in.
    Person {
        /// Who.
        person: PersonId,
        /// The groups that the identity provider said at the sign-in this act rests on.
        groups: Vec<GroupName>,
    },
    /// A part of the portal itself.
    System {
        /// Which part: `portal`, `reconciler`, `recorder`, `seed`, `sign-in`, `operator`.
        part: String,
    },
}
