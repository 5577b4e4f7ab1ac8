//! The key that hosts trust, and the certificates that it signs.

use std::fmt;

use access::ids::GrantId;
use access::policy::Network;
use access::time::UnixMillis;
use sha2::{Digest as _, Sha256};
use ssh_key::certificate::{Builder, CertType};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{Certificate, PrivateKey};

use super::person_key::PersonKey;

/// How long before now a certificate starts, so that a host whose clock is a little behind lets its holder in. How
/// long it lasts is counted from now.
const BACKDATE_S: u64 = 30;

/// The authority that signs certificates for one portal. Its key is 32 bytes that the portal keeps in a file of its
/// own and never in the database.
pub struct UserCa {
    key: PrivateKey,
    /// Which portal: the end of every key id, so that two portals on one host leave each other's sessions alone.
    mark: String,
}

/// What a certificate is to say.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// For which grant.
    pub grant: GrantId,
    /// The place of the entry that intended the grant.
    pub serial: u64,
    /// As whom it lets its holder in: the one principal.
    pub principal: &'a Principal,
    /// From where alone it is taken.
    pub source: Option<Network>,
    /// The end of access.
    pub until: UnixMillis,
    /// How many seconds from now at most, whenever access ends.
    pub longest_s: u32,
    /// The moment of issue.
    pub now: UnixMillis,
    /// What it permits beyond a terminal and commands.
    pub forwarding: &'a [Forwarding],
}

/// What sshd forwards only where a certificate says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarding {
    /// The person's agent.
    Agent,
    /// Ports, both ways.
    Ports,
    /// X11.
    X11,
}

impl Forwarding {
    /// Its extension (PROTOCOL.certkeys, "Extensions").
    const fn extension(self) -> &'static str {
        match self {
            Self::Agent => "permit-agent-forwarding",
            Self::Ports => "permit-port-forwarding",
            Self::X11 => "permit-X11-forwarding",
        }
    }
}

/// The name of an account on a host.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal(String);

/// A text that is no account's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be an account on a host: 1 to 32 of a-z, A-Z, 0-9, '_', '.' and '-', the first no '-' or '.'"
)]
pub struct BadPrincipal(String);

impl Principal {
    /// Reads a name.
    ///
    /// # Errors
    /// [`BadPrincipal`] where it is none.
    pub fn parse(text: &str) -> Result<Self, BadPrincipal> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(plain)
            && !text.starts_with(['-', '.']);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadPrincipal(text.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// Access is over, or lasts less than a second.
    #[error("access is over")]
    Over,
    /// OpenSSH knows no serial 0: it could not be revoked.
    #[error("a certificate without a serial cannot be revoked")]
    NoSerial,
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
    /// The certificate could not be put together or signed.
    #[error("the certificate could not be made")]
    Unsigned(#[source] ssh_key::Error),
}

impl UserCa {
    /// The authority with this key, for the portal whose log is called `origin`.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Self {
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(seed));
        let comment = format!("breakglass {origin}");
        Self {
            key: PrivateKey::new(pair, comment).expect("an Ed25519 pair is a private key"),
            mark: mark(origin),
        }
    }

    /// The line that a host's `TrustedUserCAKeys` file takes.
    pub fn public_line(&self) -> String {
        let line = self.key.public_key().to_openssh();
        line.expect("a public key in memory has a line")
    }

    /// The public key's bytes, as certificates and revocation lists name it.
    pub fn public_blob(&self) -> Vec<u8> {
        let blob = self.key.public_key().to_bytes();
        blob.expect("a public key in memory has bytes")
    }

    /// What certificates of this grant are called: what [`GrantId::account`] says, and which portal. Nothing of the
    /// person is in it, since it stands in the logs of hosts.
    pub fn key_id(&self, grant: GrantId) -> String {
        format!("{}.{}", grant.account(), self.mark)
    }

    /// The grant that a key id of this very portal names.
    pub(super) fn grant_of(&self, key_id: &str) -> Option<GrantId> {
        let (account, mark) = key_id.split_once('.')?;
        (mark == self.mark).then(|| GrantId::from_account(account))?
    }

    /// Issues a certificate for a person's key.
    ///
    /// # Errors
    /// [`CaError`]; nothing was issued.
    pub fn issue(&self, key: &PersonKey, order: &Order<'_>) -> Result<Certificate, CaError> {
        if order.serial == 0 {
            return Err(CaError::NoSerial);
        }
        let mut builder = builder(key.data().clone(), order.now, order.until, order.longest_s)?;
        let forwarding = order.forwarding.iter().map(|what| what.extension());
        let said = (|| {
            builder
                .serial(order.serial)?
                .key_id(self.key_id(order.grant))?
                .valid_principal(order.principal.as_str())?
                .comment(order.grant.account())?;
            if let Some(source) = order.source {
                builder.critical_option("source-address", source.to_string())?;
            }
            for extension in forwarding.chain(["permit-pty"]) {
                builder.extension(extension, "")?;
            }
            Ok(())
        })();
        said.map_err(CaError::Unsigned)?;
        builder.sign(&self.key).map_err(CaError::Unsigned)
    }

    /// A key of its own and a certificate that runs `command` and nothing else, for the portal itself. It has no
    /// serial: it is over in `longest_s` seconds.
    pub(super) fn issue_to_self(
        &self,
        principal: &str,
        command: &str,
        now: UnixMillis,
        longest_s: u32,
    ) -> Result<(PrivateKey, Certificate), CaError> {
        let key = fresh_key()?;
        let until = now.plus_seconds(longest_s);
        let mut builder = builder(key.public_key(), now, until, longest_s)?;
        let said = (|| {
            builder
                .key_id(format!("breakglass.{}", self.mark))?
                .valid_principal(principal)?
                .critical_option("force-command", command)?;
            Ok(())
        })();
        said.map_err(CaError::Unsigned)?;
        let certificate = builder.sign(&self.key).map_err(CaError::Unsigned)?;
        Ok((key, certificate))
    }
}

/// A certificate for somebody, with its times and a fresh nonce.
fn builder(
    key: impl Into<ssh_key::public::KeyData>,
    now: UnixMillis,
    until: UnixMillis,
    longest_s: u32,
) -> Result<Builder, CaError> {
    let seconds = |at: UnixMillis| u64::try_from(at.unix_seconds()).unwrap_or(0);
    let end = seconds(until.min(now.plus_seconds(longest_s)));
    // A moment within the last second is over as well: certificates know whole seconds, and never say a later one.
    if end <= seconds(now) {
        return Err(CaError::Over);
    }
    let start = seconds(now).saturating_sub(BACKDATE_S);
    let mut builder = Builder::new(random::<32>()?, key, start, end).map_err(CaError::Unsigned)?;
    let kind = builder.cert_type(CertType::User).map(drop);
    kind.map_err(CaError::Unsigned)?;
    Ok(builder)
}

/// A key pair for one connection, which lies nowhere but in memory.
pub(super) fn fresh_key() -> Result<PrivateKey, CaError> {
    let seed = zeroize::Zeroizing::new(random::<32>()?);
    let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
    PrivateKey::new(pair, "").map_err(CaError::Unsigned)
}

fn random<const N: usize>() -> Result<[u8; N], CaError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| CaError::NoRandomness)?;
    Ok(bytes)
}

/// 16 hex digits of SHA-256 over the log's name.
fn mark(origin: &str) -> String {
    let digest = Sha256::digest(origin.as_bytes());
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl fmt::Debug for UserCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let print = self.key.public_key().fingerprint(ssh_key::HashAlg::Sha256);
        write!(f, "UserCa({print})")
    }
}
