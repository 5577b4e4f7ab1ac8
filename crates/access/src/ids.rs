//! Names and ids. Random ids come from the caller: this crate has no random numbers.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Kept as its two halves: ids are compared at every step through a map, and two numbers
        /// compare faster than sixteen bytes, in the same order.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "Uuid", into = "Uuid")]
        pub struct $name(u64, u64);

        impl $name {
            /// Wraps a UUID that the caller made (version 4 wherever it is new).
            pub const fn new(id: Uuid) -> Self {
                let (high, low) = id.as_u64_pair();
                Self(high, low)
            }

            /// The UUID itself, for storage.
            pub const fn uuid(self) -> Uuid {
                Uuid::from_u64_pair(self.0, self.1)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self::new(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.uuid()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.uuid().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.uuid())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self::new)
            }
        }
    };
}

uuid_id!(
    /// One human being, whatever identities they sign in with.
    PersonId
);
uuid_id!(
    /// One request for access, ordinary or emergency.
    RequestId
);
uuid_id!(
    /// One period of access on one target. A connector's account is named after it.
    GrantId
);

uuid_id!(
    /// One session of somebody's work on a target, recorded step by step.
    RecordingId
);

uuid_id!(
    /// One fault of the portal: the reference that people are given, and that the server's log names.
    FaultId
);

impl GrantId {
    /// The account that a connector makes for this grant: `bg_` and the id's 32 hex digits.
    pub fn account(self) -> String {
        format!("bg_{}", self.uuid().simple())
    }

    /// The grant whose account is named so, if the text has exactly the form of
    /// [`GrantId::account`].
    pub fn from_account(account: &str) -> Option<Self> {
        let id = Self::new(account.strip_prefix("bg_")?.parse().ok()?);
        (id.account() == account).then_some(id)
    }

    /// No grant's id: the caller makes random ones.
    pub(crate) const NIL: Self = Self::new(Uuid::nil());
}

impl RequestId {
    /// No request's id: the caller makes random ones.
    pub(crate) const NIL: Self = Self::new(Uuid::nil());
}

impl RecordingId {
    /// No recording's id: the caller makes random ones.
    pub(crate) const NIL: Self = Self::new(Uuid::nil());
}

/// A text that is not a name of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a name: it takes {wanted}")]
pub struct BadName {
    wanted: &'static str,
    text: String,
}

/// What policies and resources may be called: fit for an address and a file.
fn plain(text: &str) -> Result<(), &'static str> {
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.:/".contains(&b));
    if fits {
        Ok(())
    } else {
        Err("1 to 64 characters out of a-z, 0-9, '-', '_', '.', ':' and '/'")
    }
}

/// Groups have whatever names the provider gives them, as long as people can tell them apart on a
/// page: nothing invisible, nothing that turns the direction of the text around it.
fn visible(text: &str) -> Result<(), &'static str> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let fits = (1..=128).contains(&text.len()) && text.trim() == text && !text.chars().any(hidden);
    if fits {
        Ok(())
    } else {
        Err("1 to 128 bytes of visible text, without space at its ends")
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                match $check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(wanted) => Err(BadName { wanted, text }),
                }
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    };
}

name!(
    /// A group as the identity provider names it.
    GroupName,
    visible
);
name!(
    /// A policy's name, the same over all its versions.
    PolicyName,
    plain
);
name!(
    /// A thing that can be opened.
    ResourceName,
    plain
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_the_order_of_their_bytes() {
        let number = |number: u128| number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let mut ids: Vec<Uuid> = (0..200).map(number).map(Uuid::from_u128).collect();
        ids.sort();
        let wrapped: Vec<PersonId> = ids.iter().copied().map(PersonId::new).collect();
        assert!(wrapped.is_sorted());
        assert!(wrapped.iter().copied().map(PersonId::uuid).eq(ids));
    }

    #[test]
    fn groups_are_called_what_the_provider_calls_them() {
        for name in [
            "Database On-Call",
            "leads",
            "Bereitschaft (Zürich)",
            "a:b/c",
        ] {
            assert!(name.parse::<GroupName>().is_ok(), "{name}");
        }
        for name in [
            "",
            " lead",
            "lead\n",
            "a\u{202e}b",
            "a\u{200b}b",
            &"x".repeat(129),
        ] {
            assert!(name.parse::<GroupName>().is_err(), "{name:?}");
        }
        assert!("Orders".parse::<PolicyName>().is_err());
    }
}
