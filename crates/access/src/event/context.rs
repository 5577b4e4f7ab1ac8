//! Where and how somebody was signed in, as far as a policy asked.

use serde::{Deserialize, Serialize};

use crate::policy::Network;

/// What the portal saw of the one who asks, where the policy has a condition on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Which of the policy's networks their address lay in; the address itself is nobody's business.
    pub network: Option<Network>,
    /// The class of authentication that the provider vouched for.
    pub acr: Option<String>,
    /// The methods of authentication, as the provider names them.
    pub amr: Vec<String>,
}
