//! Names within a policy.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The name of a witness or a group: octets without white space, compared as octets. Two names that
/// look the same may differ; shown, what is not UTF-8 becomes U+FFFD.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Vec<u8>);

impl Name {
    pub(super) fn new(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// The octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.0.escape_ascii())
    }
}
