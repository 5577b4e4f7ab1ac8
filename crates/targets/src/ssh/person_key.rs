//! The public key that somebody pastes to have a certificate for it.

use std::fmt;

use access::digest::Digest;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

/// A public key is one line of this many bytes at most: RSA with 16,384 bits, the longest that sshd takes, is 2,800.
const LINE_LIMIT: usize = 8 * 1024;

/// Below this, RSA is no longer advised beyond 2030 (NIST SP 800-57, part 1, table 2).
const RSA_MIN_BITS: u32 = 3072;

/// Above this, sshd itself refuses (`OPENSSL_RSA_MAX_MODULUS_BITS`).
const RSA_MAX_BITS: u32 = 16_384;

/// What stands in private keys alone: PEM's frame, PuTTY's first line, and OpenSSH's own magic in base64, should
/// the frame not have been copied along.
const SECRETS: [&str; 3] = ["PRIVATE KEY", "PuTTY-User-Key-File", "b3BlbnNzaC1rZXktdjE"];

/// A public key that may have a certificate. Its comment, often a name or an address, is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonKey {
    data: KeyData,
    blob: Vec<u8>,
}

/// Why a pasted text gets no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// A secret, pasted by mistake.
    #[error(
        "this is a private key. It was not kept, but it has left your machine: make a new pair with `ssh-keygen -t ed25519`, and paste what stands in the file that ends with .pub"
    )]
    Private,
    /// A certificate.
    #[error(
        "this is a certificate; paste the public key that it was made for (the file that ends with .pub, not with -cert.pub)"
    )]
    Certificate,
    /// The form of RFC 4716.
    #[error("this is a public key in another form; `ssh-keygen -i -f FILE` prints it as one line")]
    OtherForm,
    /// More than one key.
    #[error("these are several lines; paste one public key, which is one line")]
    Several,
    /// DSA.
    #[error(
        "DSA keys are too weak and no longer taken; make a new pair with `ssh-keygen -t ed25519`"
    )]
    Dsa,
    /// Too short an RSA key.
    #[error(
        "this RSA key has {0} bits, and 3072 are the least; make a new pair with `ssh-keygen -t ed25519`"
    )]
    ShortRsa(u32),
    /// An RSA key that sshd would not take.
    #[error(
        "this RSA key has {0} bits, and sshd takes 16384 at most; `ssh-keygen -t ed25519` makes one that is short and strong"
    )]
    LongRsa(u32),
    /// A key that proves nothing: signatures of it can be made by anybody.
    #[error(
        "this key proves nothing: anybody can sign for it; make a new pair with `ssh-keygen -t ed25519`"
    )]
    Hollow,
    /// A kind that certificates are not issued for.
    #[error(
        "keys of this kind get no certificate; Ed25519, ECDSA and RSA with 3072 bits or more do"
    )]
    Unknown,
    /// No key.
    #[error(
        "this is not a public key; it is one line that starts with a kind, as `ssh-ed25519 AAAA…`"
    )]
    Malformed,
}

impl PersonKey {
    /// Reads one line in OpenSSH's form: kind, base64, and perhaps a comment.
    ///
    /// # Errors
    /// [`BadKey`], which says what the text is instead. It never holds any of it.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        if SECRETS.iter().any(|sign| text.contains(sign)) {
            return Err(BadKey::Private);
        }
        if text.starts_with("---- BEGIN SSH2 PUBLIC KEY") || text.starts_with("-----BEGIN") {
            return Err(BadKey::OtherForm);
        }
        if text.lines().count() > 1 {
            return Err(BadKey::Several);
        }
        if text.len() > LINE_LIMIT {
            return Err(BadKey::Malformed);
        }
        if text.contains("-cert-v01@openssh.com") {
            return Err(BadKey::Certificate);
        }
        let key = PublicKey::from_openssh(text).map_err(|_| BadKey::Malformed)?;
        judge(key.key_data())?;
        Self::of(&key).map_err(|_| BadKey::Malformed)
    }

    /// The public half of a pair that the portal made.
    pub(super) fn of(key: &PublicKey) -> Result<Self, ssh_key::Error> {
        Ok(Self {
            data: key.key_data().clone(),
            blob: key.to_bytes()?,
        })
    }

    /// SHA-256 of the key's bytes: what `ssh-keygen -l` shows, in another base64.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.blob)
    }

    pub(super) fn data(&self) -> &KeyData {
        &self.data
    }
}

/// May a certificate be issued for it?
fn judge(key: &KeyData) -> Result<(), BadKey> {
    match key {
        KeyData::Ed25519(key) => strong_ed25519(&key.0),
        KeyData::SkEd25519(key) => strong_ed25519(&key.public_key().0),
        KeyData::Ecdsa(_) | KeyData::SkEcdsaSha2NistP256(_) => Ok(()),
        KeyData::Rsa(key) => match key.key_size() {
            bits @ ..RSA_MIN_BITS => Err(BadKey::ShortRsa(bits)),
            bits if bits > RSA_MAX_BITS => Err(BadKey::LongRsa(bits)),
            _ => strong_exponent(key.e().as_positive_bytes().unwrap_or_default()),
        },
        KeyData::Dsa(_) => Err(BadKey::Dsa),
        KeyData::Certificate(_) => Err(BadKey::Certificate),
        _ => Err(BadKey::Unknown),
    }
}

/// A point of small order is no point on the curve's large group: one signature fits every text.
fn strong_ed25519(point: &[u8; 32]) -> Result<(), BadKey> {
    match ed25519_dalek::VerifyingKey::from_bytes(point) {
        Ok(key) if !key.is_weak() => Ok(()),
        _ => Err(BadKey::Hollow),
    }
}

/// An exponent of 1 signs everything, an even one has no inverse.
fn strong_exponent(e: &[u8]) -> Result<(), BadKey> {
    match e {
        [] | [..=1] => Err(BadKey::Hollow),
        [.., last] if last % 2 == 0 => Err(BadKey::Hollow),
        _ => Ok(()),
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKey({})", self.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_by_mistake_is_named() {
        for (text, why) in [
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r",
                BadKey::Private,
            ),
            ("  -----BEGIN RSA PRIVATE KEY-----", BadKey::Private),
            (
                "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
                BadKey::Private,
            ),
            ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU", BadKey::Private),
            ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", BadKey::OtherForm),
            ("-----BEGIN PUBLIC KEY-----\nMIIB", BadKey::OtherForm),
            ("ssh-ed25519 AAAA\nssh-ed25519 AAAA", BadKey::Several),
            ("ssh-ed25519-cert-v01@openssh.com AAAA", BadKey::Certificate),
            ("ssh-ed25519 AAAA", BadKey::Malformed),
            ("command=\"id\" ssh-ed25519 AAAA", BadKey::Malformed),
            ("", BadKey::Malformed),
        ] {
            assert_eq!(PersonKey::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn keys_that_prove_nothing_are_refused() {
        assert_eq!(strong_exponent(&[1]), Err(BadKey::Hollow));
        assert_eq!(strong_exponent(&[]), Err(BadKey::Hollow));
        assert_eq!(strong_exponent(&[1, 0, 0]), Err(BadKey::Hollow));
        assert_eq!(strong_exponent(&[1, 0, 1]), Ok(()));
        // The neutral element, and a point of order 2.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(strong_ed25519(&neutral), Err(BadKey::Hollow));
        let mut two = [0xff; 32];
        (two[0], two[31]) = (0xec, 0x7f);
        assert_eq!(strong_ed25519(&two), Err(BadKey::Hollow));
    }
}
