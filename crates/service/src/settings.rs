//! What the portal is told at start.

use std::path::PathBuf;

use access::ids::{GroupName, ResourceName};
use access::policy::Policy;
use ledger::Origin;
use secrecy::SecretString;

/// Everything the use cases need to know that is not in the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The log's name; also the name of its key.
    pub origin: Origin,
    /// Where the log's key, the remembered head and the journal lie.
    pub data_dir: PathBuf,
    /// Which groups hold which role of the portal.
    pub roles: RoleGroups,
    /// What can be opened.
    pub resources: Vec<Resource>,
    /// Policies to put in force where another text, or none, is in force under that name.
    pub seed_policies: Vec<Policy>,
}

/// Groups that hold a role of the portal.
#[derive(Debug, Clone, Default)]
pub struct RoleGroups {
    /// May read the log.
    pub auditor: Vec<GroupName>,
    /// May see keys and health.
    pub operator: Vec<GroupName>,
}

/// A thing that can be opened.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The name that policies use.
    pub name: ResourceName,
    /// What it is, in a few words.
    pub description: String,
    /// How the connector reaches it, with the right to make and end accounts.
    pub admin_url: SecretString,
    /// What the holder pastes into a shell; `{account}` stands for the account.
    pub command: String,
}
