//! OpenSSH's key revocation lists, written (PROTOCOL.krl).
//!
//! No crate writes them: `ssh-key` has keys, certificates and signatures only. What is needed here is one section of
//! one kind, so it is written by hand and given to `ssh-keygen` and sshd by the tests.
//!
//! ```text
//! u64  "SSHKRL\n\0"      u32  format, 1
//! u64  version           u64  generated, Unix seconds
//! u64  flags, 0          str  reserved, ""        str  comment
//! then, where something is revoked:
//! u8   1, certificates   str {
//!     str  the authority's public key     str  reserved, ""
//!     u8   0x20, serials                  str { u64 … ascending }
//! }
//! ```
//!
//! Numbers are big-endian; `str` is a u32 length and the bytes.

use std::collections::BTreeSet;

use access::time::UnixMillis;

use super::ca::UserCa;

const MAGIC: &[u8; 8] = b"SSHKRL\n\0";
const FORMAT: u32 = 1;
const SECTION_CERTIFICATES: u8 = 1;
const CERTIFICATES_SERIAL_LIST: u8 = 0x20;

/// Which list it is: a later one has a higher number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// Rises with every change, as the place of the newest entry that ended a grant does.
    pub number: u64,
    /// When that was.
    pub at: UnixMillis,
}

/// The list of what a host must no longer take. Equal arguments give equal bytes.
///
/// A serial may be left out once its certificate is over by itself. A 0 is none and is passed over.
pub fn revocation_list(ca: &UserCa, revision: Revision, serials: &BTreeSet<u64>) -> Vec<u8> {
    let mut list = MAGIC.to_vec();
    list.extend(FORMAT.to_be_bytes());
    list.extend(revision.number.to_be_bytes());
    let generated = u64::try_from(revision.at.unix_seconds()).unwrap_or(0);
    list.extend(generated.to_be_bytes());
    list.extend(0_u64.to_be_bytes());
    string(&mut list, b"");
    string(&mut list, b"breakglass");

    let revoked = serials.iter().filter(|serial| **serial != 0);
    let revoked: Vec<u8> = revoked.flat_map(|serial| serial.to_be_bytes()).collect();
    if !revoked.is_empty() {
        let mut section = Vec::new();
        string(&mut section, &ca.public_blob());
        string(&mut section, b"");
        section.push(CERTIFICATES_SERIAL_LIST);
        string(&mut section, &revoked);
        list.push(SECTION_CERTIFICATES);
        string(&mut list, &section);
    }
    list
}

fn string(to: &mut Vec<u8>, bytes: &[u8]) {
    let length =
        u32::try_from(bytes.len()).expect("a list of half a billion serials is never asked for");
    to.extend(length.to_be_bytes());
    to.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_follow_from_what_is_revoked_alone() {
        let ca = UserCa::from_seed("portal.example/log", &[7; 32]);
        let revision = |number| Revision {
            number,
            at: UnixMillis::new(1_700_000_000_999),
        };
        let of = |number, serials: &[u64]| {
            revocation_list(&ca, revision(number), &serials.iter().copied().collect())
        };
        assert_eq!(of(9, &[3, 900, 17]), of(9, &[900, 17, 3, 3, 0]));
        assert_ne!(of(9, &[3]), of(10, &[3]));
        assert_ne!(of(9, &[3]), of(9, &[4]));
        let empty = of(9, &[]);
        assert!(empty.starts_with(b"SSHKRL\n\0\0\0\0\x01\0\0\0\0\0\0\0\x09"));
        assert_eq!(empty.len(), 54);
    }
}
