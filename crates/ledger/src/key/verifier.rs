//! A public key with its name, as auditors hold it.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};

use super::multiples::ManyByOne;
use super::{cosigned_message, key_id};
use crate::base64;
use crate::origin::{NameError, check_name};

/// The length of an ML-DSA-44 public key, in bytes (FIPS 204, table 2).
const ML_DSA_44_KEY_LEN: usize = 1312;

/// What a key signs, and how (signed-note, "Signature types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the note's text, as a log signs its checkpoints.
    Ed25519,
    /// 0x04: Ed25519 over a time and the note's text, as a witness signs.
    CosignatureV1,
    /// 0x06: ML-DSA-44. Read and shown, its signatures are not checked.
    MlDsa44,
}

/// A public key with its name.
///
/// ```text
/// <name>+<key id, 8 hex digits>+<base64(type ‖ key)>
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_id: u32,
    material: Material,
}

#[derive(Clone, PartialEq, Eq)]
enum Material {
    Ed25519(VerifyingKey),
    CosignatureV1(VerifyingKey),
    MlDsa44(Box<[u8]>),
}

/// Why a text or bytes are not a key that may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name would break a signature line.
    #[error("the key's name cannot stand on a signature line")]
    Name(#[from] NameError),
    /// Not three parts with `+` between them.
    #[error("a key is written <name>+<key id>+<base64>")]
    Parts,
    /// The key id is not eight hex digits in lower case.
    #[error("the key id is not eight hex digits in lower case")]
    KeyIdText,
    /// The key id belongs to another name or key.
    #[error("the key id is {written:08x}, the key's own is {own:08x}")]
    KeyId {
        /// The id in the text.
        written: u32,
        /// The id that name and key have.
        own: u32,
    },
    /// The last part is not canonical base64.
    #[error("the key is not canonical base64")]
    Base64,
    /// A type of key that this reader does not know.
    #[error("keys of type {0:#04x} are not known here")]
    UnknownType(u8),
    /// The key has the wrong length for its type.
    #[error("the key has {0} bytes, which is wrong for its type")]
    Length(usize),
    /// The bytes are no point of the curve, or not its canonical form.
    #[error("the key is not a point of the curve in canonical form")]
    Point,
    /// The point has small order: signatures under it can fit many messages.
    #[error("the key is a point of small order, which proves nothing")]
    SmallOrder,
}

/// What a look at one signature gave.
pub(crate) enum Checked {
    /// It is good; a cosignature says when it was made.
    Good { unix_seconds: Option<u64> },
    /// It is not.
    Bad,
    /// No code here can tell.
    Unknown,
}

impl KeyKind {
    /// The byte that stands for the type in key ids and key texts.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
            Self::MlDsa44 => 0x06,
        }
    }
}

impl VerifierKey {
    /// The key of a log (type 0x01).
    ///
    /// # Errors
    /// Where the name cannot stand on a signature line, or the bytes are no key to be believed.
    pub fn new_ed25519(name: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(name, KeyKind::Ed25519, key)
    }

    /// The key of a witness (type 0x04).
    ///
    /// # Errors
    /// As [`VerifierKey::new_ed25519`].
    pub fn new_cosigner(name: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(name, KeyKind::CosignatureV1, key)
    }

    fn new(name: &str, kind: KeyKind, key: &[u8]) -> Result<Self, KeyError> {
        check_name(name)?;
        let material = match kind {
            KeyKind::Ed25519 => Material::Ed25519(point(key)?),
            KeyKind::CosignatureV1 => Material::CosignatureV1(point(key)?),
            KeyKind::MlDsa44 if key.len() == ML_DSA_44_KEY_LEN => Material::MlDsa44(key.into()),
            KeyKind::MlDsa44 => return Err(KeyError::Length(key.len())),
        };
        Ok(Self {
            name: name.to_owned(),
            key_id: key_id(name, kind, key),
            material,
        })
    }

    /// The name, which stands on each signature line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id, which stands in each signature.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What the key signs, and how.
    pub fn kind(&self) -> KeyKind {
        match self.material {
            Material::Ed25519(_) => KeyKind::Ed25519,
            Material::CosignatureV1(_) => KeyKind::CosignatureV1,
            Material::MlDsa44(_) => KeyKind::MlDsa44,
        }
    }

    /// The public key's bytes.
    pub fn key_bytes(&self) -> &[u8] {
        match &self.material {
            Material::Ed25519(key) | Material::CosignatureV1(key) => key.as_bytes(),
            Material::MlDsa44(key) => key,
        }
    }

    /// For many signatures of a log's key; `None` for a key of another kind.
    pub(crate) fn many(&self) -> Option<ManyByOne> {
        match &self.material {
            Material::Ed25519(key) => Some(ManyByOne::of(key)),
            Material::CosignatureV1(_) | Material::MlDsa44(_) => None,
        }
    }

    /// Whether a log's key has signed these bytes, which are no note.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        match &self.material {
            Material::Ed25519(key) => {
                matches!(verdict(key, message, signature, None), Checked::Good { .. })
            }
            Material::CosignatureV1(_) | Material::MlDsa44(_) => false,
        }
    }

    /// Checks what follows the key id in a signature over the text.
    pub(crate) fn check(&self, text: &str, signature: &[u8]) -> Checked {
        match &self.material {
            Material::Ed25519(key) => verdict(key, text.as_bytes(), signature, None),
            Material::CosignatureV1(key) => {
                let Some((time, signature)) = signature.split_first_chunk() else {
                    return Checked::Bad;
                };
                let unix_seconds = u64::from_be_bytes(*time);
                // Beyond it lies no time (tlog-cosignature, "Format").
                if i64::try_from(unix_seconds).is_err() {
                    return Checked::Bad;
                }
                let message = cosigned_message(unix_seconds, text);
                verdict(key, message.as_bytes(), signature, Some(unix_seconds))
            }
            Material::MlDsa44(_) => Checked::Unknown,
        }
    }
}

/// `verify_strict` has one meaning on every implementation: no cofactor, no small-order points, no
/// second form of a scalar or of the commitment.
fn verdict(key: &VerifyingKey, message: &[u8], signature: &[u8], time: Option<u64>) -> Checked {
    let good = Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok());
    if good {
        Checked::Good { unix_seconds: time }
    } else {
        Checked::Bad
    }
}

/// A point of the curve that may be believed.
fn point(key: &[u8]) -> Result<VerifyingKey, KeyError> {
    let bytes: &[u8; 32] = key.try_into().map_err(|_| KeyError::Length(key.len()))?;
    let point = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
    if point.is_weak() {
        return Err(KeyError::SmallOrder);
    }
    // Compressing again gives the canonical form: a y below the field's prime.
    if point.to_edwards().compress().as_bytes() != bytes {
        return Err(KeyError::Point);
    }
    Ok(point)
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 may hold further `+`: only the first two part anything.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Parts);
        };
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 8 || !id.bytes().all(is_digit) {
            return Err(KeyError::KeyIdText);
        }
        let written = u32::from_str_radix(id, 16).map_err(|_| KeyError::KeyIdText)?;
        let bytes = base64::decode(key).ok_or(KeyError::Base64)?;
        let (kind, key) = match bytes.split_first() {
            Some((0x01, key)) => (KeyKind::Ed25519, key),
            Some((0x04, key)) => (KeyKind::CosignatureV1, key),
            Some((0x06, key)) => (KeyKind::MlDsa44, key),
            Some((other, _)) => return Err(KeyError::UnknownType(*other)),
            None => return Err(KeyError::Length(0)),
        };
        let key = Self::new(name, kind, key)?;
        if key.key_id != written {
            return Err(KeyError::KeyId {
                written,
                own: key.key_id,
            });
        }
        Ok(key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = base64::encode(&[&[self.kind().byte()], self.key_bytes()].concat());
        write!(f, "{}+{:08x}+{key}", self.name, self.key_id)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}
