//! Who holds which role of the portal, by groups. It comes from the configuration and stands in the
//! log, so that a replay can tell whether somebody who read, disclosed or erased was allowed to.

use serde::{Deserialize, Serialize};

use crate::ids::GroupName;
use crate::view::Role;

/// Groups that hold a role of the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleGroups {
    /// May read the log, and sealed texts one by one with a purpose.
    pub auditor: Vec<GroupName>,
    /// May see keys and health.
    pub operator: Vec<GroupName>,
    /// May erase what was sealed, two of them together.
    pub custodian: Vec<GroupName>,
    /// May write policies, and put in force what another has written.
    pub author: Vec<GroupName>,
}

impl RoleGroups {
    /// The groups that hold the role.
    pub fn of(&self, role: Role) -> &[GroupName] {
        match role {
            Role::Auditor => &self.auditor,
            Role::Operator => &self.operator,
            Role::Custodian => &self.custodian,
            Role::Author => &self.author,
        }
    }

    /// The roles that follow from these groups.
    pub fn held(&self, groups: &[GroupName]) -> Vec<Role> {
        Role::ALL
            .into_iter()
            .filter(|role| self.of(*role).iter().any(|group| groups.contains(group)))
            .collect()
    }
}
