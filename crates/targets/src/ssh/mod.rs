//! SSH: certificates that hosts take without having been told of anybody, lists of what they must no longer take, and
//! a recorded terminal.
//!
//! A grant gives somebody the principal of the policy on one host. Who works through the portal sees no credential at
//! all ([`terminal`]); who uses a client of their own gets a certificate for a key that never leaves them
//! ([`UserCa::issue`]). A certificate stops new logins only, when it is over or revoked: the sessions that are there
//! go on. So a host that is to end them at once has `examples/ssh-host/breakglass-host`, which the portal asks.

mod ca;
pub mod cast;
mod errand;
mod host;
mod invitation;
mod krl;
mod person_key;
mod target;
pub mod terminal;

pub use ca::{BadPrincipal, CaError, Forwarding, Order, Principal, UserCa};
pub use host::{BadHost, ConnectError, Host};
pub use invitation::Invitation;
pub use krl::{Revision, revocation_list};
pub use person_key::{BadKey, PersonKey};
pub use target::{Ends, SshTarget, Tested};
