//! The body of an entry `key.rotated`.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::base64;
use crate::key::{KeyError, KeyKind, SigningKey, VerifierKey};
use crate::tile::decimal;

/// What the old key signs begins with it. No note has a text with a NUL (signed-note, "Format"), so
/// no rotation is a checkpoint, and a cosignature begins with another word.
const FIRST_LINE: &str = "key-rotation/v1\0\n";

/// Numbers in an entry stay below it: all readers of JSON agree on them.
const NUMBER_LIMIT: u64 = 1 << 53;

/// The word of a log's key that another one follows it. The signature is good; whether the old key
/// was the log's is for a [`KeyHistory`](super::KeyHistory) to say.
///
/// ```text
/// {"from":42,"new":"<vkey>","old":"<vkey>","signature":"<base64 of 64 bytes>"}
/// ```
///
/// Members stand in this order, without white space; in a vkey's name `"` and `\` are escaped. The
/// signature is the old key's, over
///
/// ```text
/// key-rotation/v1 NUL \n
/// <origin>\n
/// <from>\n
/// <old vkey>\n
/// <new vkey>\n
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRotation {
    from: u64,
    new: VerifierKey,
    old: VerifierKey,
    signature: [u8; 64],
}

/// Why a body announces no new key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// Not the four members in their one form.
    #[error("the body is not {{\"from\":…,\"new\":…,\"old\":…,\"signature\":…}}")]
    Form,
    /// A size of 0, of 2^53 or more, or one that is no plain decimal.
    #[error("the size from which the new key signs is not a number from 1 to 2^53 - 1")]
    From,
    /// A key that cannot be read or must not be believed.
    #[error("one of the keys is refused")]
    Key(#[from] KeyError),
    /// A key that is not a log's, or two of different logs.
    #[error("{old} and {new} are not keys of one log")]
    NotOneLog {
        /// The old key's name.
        old: String,
        /// The new key's name.
        new: String,
    },
    /// The key follows itself.
    #[error("the new key is the old one")]
    SameKey,
    /// The signature is not canonical base64 of 64 bytes.
    #[error("the signature is not 64 bytes in canonical base64")]
    Signature,
    /// The old key did not sign this.
    #[error("the old key's signature does not fit")]
    BadSignature,
}

impl KeyRotation {
    /// Lets the log's key say that `new` signs the checkpoints from that size on. The entry must
    /// then stand below that size.
    ///
    /// # Errors
    /// Where the keys are no two keys of one log, or the size is none that an entry can hold.
    pub fn sign(old: &SigningKey, new: &VerifierKey, from: u64) -> Result<Self, RotationError> {
        let mut rotation = Self {
            from,
            new: new.clone(),
            old: old.verifier_key(),
            signature: [0; 64],
        };
        rotation.check_members()?;
        rotation.signature = old.sign(&rotation.message());
        Ok(rotation)
    }

    /// Reads a body and checks the signature by the old key that it names.
    ///
    /// # Errors
    /// One [`RotationError`] for the first thing that is wrong.
    pub fn parse(body: &str) -> Result<Self, RotationError> {
        let (from, rest) = body
            .strip_prefix(r#"{"from":"#)
            .and_then(|rest| rest.split_once(','))
            .ok_or(RotationError::Form)?;
        let (new, rest) = member(rest, r#""new":""#)?;
        let (old, rest) = member(rest, r#","old":""#)?;
        let (signature, rest) = member(rest, r#","signature":""#)?;
        if rest != "}" {
            return Err(RotationError::Form);
        }
        let signature = base64::decode(&signature).and_then(|bytes| bytes.try_into().ok());
        let rotation = Self {
            from: decimal(from).ok_or(RotationError::From)?,
            new: new.parse()?,
            old: old.parse()?,
            signature: signature.ok_or(RotationError::Signature)?,
        };
        rotation.check_members()?;
        if !rotation
            .old
            .has_signed(&rotation.message(), &rotation.signature)
        {
            return Err(RotationError::BadSignature);
        }
        Ok(rotation)
    }

    /// The body, for a draft of the kind [`KIND`](super::KIND).
    pub fn to_body(&self) -> String {
        let (new, old) = (quoted(&self.new), quoted(&self.old));
        let signature = self.signature_text();
        format!(
            r#"{{"from":{},"new":{new},"old":{old},"signature":"{signature}"}}"#,
            self.from
        )
    }

    /// The signature, as it stands in the body.
    pub fn signature_text(&self) -> String {
        base64::encode(&self.signature)
    }

    /// The smallest size of a checkpoint that the new key signs.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// The key that follows.
    pub fn new_key(&self) -> &VerifierKey {
        &self.new
    }

    /// The key that signed this.
    pub fn old_key(&self) -> &VerifierKey {
        &self.old
    }

    fn check_members(&self) -> Result<(), RotationError> {
        if self.from == 0 || self.from >= NUMBER_LIMIT {
            return Err(RotationError::From);
        }
        let is_logs = |key: &VerifierKey| key.kind() == KeyKind::Ed25519;
        if self.old.name() != self.new.name() || !is_logs(&self.old) || !is_logs(&self.new) {
            let (old, new) = (self.old.name().to_owned(), self.new.name().to_owned());
            return Err(RotationError::NotOneLog { old, new });
        }
        if self.old == self.new {
            return Err(RotationError::SameKey);
        }
        Ok(())
    }

    /// The bytes that the old key signs.
    fn message(&self) -> Vec<u8> {
        let (origin, from, old, new) = (self.old.name(), self.from, &self.old, &self.new);
        format!("{FIRST_LINE}{origin}\n{from}\n{old}\n{new}\n").into_bytes()
    }
}

/// Takes one member with a string, whose name and opening quote are given.
fn member<'a>(text: &'a str, name: &str) -> Result<(String, &'a str), RotationError> {
    let text = text.strip_prefix(name).ok_or(RotationError::Form)?;
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok((value, characters.as_str())),
            // A key's name has no control characters, so only these two need an escape.
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                _ => return Err(RotationError::Form),
            },
            other => value.push(other),
        }
    }
    Err(RotationError::Form)
}

fn quoted(key: &VerifierKey) -> String {
    let text = key.to_string().replace('\\', r"\\").replace('"', r#"\""#);
    format!("\"{text}\"")
}
