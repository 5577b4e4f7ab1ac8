//! What the portal is told at start.

use std::path::PathBuf;
use std::time::Duration;

use access::ids::ResourceName;
use access::policy::{Labels, Network, Policy};
pub use access::roles::RoleGroups;
use ledger::{Origin, VerifierKey};
use secrecy::SecretString;
use url::Url;

use crate::cosign::WitnessToAsk;

/// Everything the use cases need to know that is not in the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The log's name; also the name of its key.
    pub origin: Origin,
    /// Where the log's key, the remembered head and the journal lie.
    pub data_dir: PathBuf,
    /// Which groups hold which role of the portal.
    pub roles: RoleGroups,
    /// What one reader reads of the log within this time, and without a gap, is one entry.
    pub read_window: Duration,
    /// What can be opened.
    pub resources: Vec<Resource>,
    /// Policies that a new log begins with; later, where another text or none is in force under that name,
    /// they are proposed to the policy authors.
    pub seed_policies: Vec<Policy>,
    /// Where the log is archived, if it is.
    pub archive: Option<Archive>,
    /// Who signs the log, where the key is not in the data folder.
    pub signer: Option<RemoteSigner>,
    /// Whose cosignatures the log gathers, if it does.
    pub trust: Option<Trust>,
    /// Where people's own clients come in, as they are told, if they may.
    pub gateway: Option<Gateway>,
    /// SHA-256 of the verifier as one file, which the log names at each start.
    pub verifier: Option<access::digest::Digest>,
}

/// The portal's own trust policy, and what it does with it.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Which witnesses there are, and which of them are enough.
    pub policy: ledger::policy::Policy,
    /// Those that have an address.
    pub ask: Vec<WitnessToAsk>,
    /// When a caller is answered.
    pub answer: AnswerWhen,
}

/// When it is said that something stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerWhen {
    /// As soon as the log's key has signed. Witnesses sign later.
    Signed,
    /// When the policy believes a checkpoint that covers it. What ends access, and what gives none,
    /// does not wait.
    Witnessed {
        /// Then the caller is told that it is in the log and not witnessed, and nothing is given.
        within: Duration,
    },
}

/// A signer on another machine: `breakglass signer`.
#[derive(Debug, Clone)]
pub struct RemoteSigner {
    /// Where it answers, `https` but on this machine: `add-checkpoint` lies below.
    pub url: String,
    /// The log's key, which it holds.
    pub vkey: VerifierKey,
}

/// The archive: a copy of the log outside of the database that is written once.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Where it lies.
    pub place: ArchivePlace,
    /// New entries are archived together, at most this often. Each time costs one bundle and a tile
    /// that are not full yet.
    pub every: Duration,
    /// An entry that is not in the archive after so long is an alarm.
    pub alarm_after: Duration,
}

/// Where an archive lies.
#[derive(Debug, Clone)]
pub enum ArchivePlace {
    /// In a folder that is there already. Its disk or its owner must keep it from being changed.
    Folder(PathBuf),
    /// In a bucket whose Object Lock keeps it from being changed.
    S3(S3Bucket),
}

/// A bucket of S3 or of a server that speaks like it.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    /// The server, `https` but on this machine.
    pub endpoint: Url,
    /// The region that requests are signed for.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// What every key begins with: nothing, or a path with a slash at its end.
    pub prefix: String,
    /// Who writes.
    pub access_key_id: String,
    /// And proves it with this.
    pub secret_access_key: SecretString,
    /// The default retention that the bucket must have, in days.
    pub min_retention_days: u32,
    /// How the bucket is addressed.
    pub addressing: Addressing,
}

/// Where a bucket's name stands in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// `https://endpoint/bucket/key`
    Path,
    /// `https://bucket.endpoint/key`
    Host,
}

/// A thing that can be opened.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The name that policies use.
    pub name: ResourceName,
    /// What it is, in a few words.
    pub description: String,
    /// What it is, for policies that go by it.
    pub labels: Labels,
    /// How it is reached, and by which kind of connector.
    pub reach: Reach,
}

/// Where people's own clients reach the gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The name that they connect to.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What they are told about TLS: `verify-full`, or `disable` on this machine.
    pub sslmode: &'static str,
}

/// How a target is reached.
#[derive(Debug, Clone)]
pub enum Reach {
    /// A PostgreSQL server.
    Postgresql {
        /// Where, with the right to make and end accounts.
        admin_url: SecretString,
        /// What the holder pastes into a shell; `{account}` stands for the account.
        command: String,
    },
    /// An SSH host that trusts the portal's authority for certificates.
    Ssh {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
        /// Its public keys, a line each.
        host_keys: String,
        /// Where `breakglass-host` lies there, if it does: then access ends there at once.
        ends_by: Option<String>,
    },
    /// An address that is called.
    Webhook {
        /// Where.
        url: Url,
        /// What calls are signed with, `whsec_…`, the current one first.
        secrets: Vec<SecretString>,
        /// Networks that are not public and may be called all the same.
        allow_private: Vec<Network>,
    },
}
