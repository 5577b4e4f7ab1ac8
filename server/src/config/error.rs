//! What can be wrong with a configuration, each in one line with its remedy.

use std::path::PathBuf;

use url::Url;

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its variant means")]
pub enum ConfigError {
    #[error("cannot read {}: {source}; give the path of your configuration with --config", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} line {line}: {message}; correct that line", path.display())]
    Syntax {
        path: PathBuf,
        line: usize,
        message: String,
    },
    #[error(
        "signer.url is not an https URL without user name and query; write where `breakglass signer` answers (http is accepted for this machine only)"
    )]
    SignerUrl,
    #[error(
        "signer.vkey is not a key of the log {origin}; copy what `breakglass keygen` printed on the signer's machine"
    )]
    SignerKey { origin: String },
    #[error("witnesses.policy_file: cannot read {}: {source}; write a trust policy there, or correct the path", path.display())]
    TrustUnreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("witnesses.policy_file: {} line {line}: {fault}; correct that line", path.display())]
    Trust {
        path: PathBuf,
        line: usize,
        fault: String,
    },
    #[error("witnesses.policy_file: {}: the address of witness {name} is not https; write https://… (http is accepted for this machine only)", path.display())]
    WitnessUrl { path: PathBuf, name: String },
    #[error("witnesses.answer_when is \"witnessed\", but those of {} that have an address are no quorum: nothing would ever be answered; correct the quorum, or write \"signed\"", path.display())]
    QuorumOutOfReach { path: PathBuf },
    #[error(
        "public_url {url} is not https; put the portal behind TLS and write https://…, or use http://localhost:<port> for a demo"
    )]
    PublicUrlNotHttps { url: Url },
    #[error(
        "public_url {url} must be scheme, host and port only; remove path, query and user name"
    )]
    PublicUrlNotAnOrigin { url: Url },
    #[error(
        "oidc.issuer {issuer:?} is not an https URL without query or fragment; copy it from the provider's discovery document (http is accepted for this machine only)"
    )]
    Issuer { issuer: String },
    #[error("log.read_window_s is {seconds}; write 1 to 3600, in seconds")]
    ReadWindowOutOfRange { seconds: u64 },
    #[error(
        "oidc.algorithms is empty; name what your provider signs with, for example [\"RS256\"]"
    )]
    NoAlgorithm,
    #[error(
        "oidc.algorithms names {name}, which is symmetric or no signature at all: whoever holds the client secret could forge tokens; use RS256, PS256, ES256 or EdDSA"
    )]
    WeakAlgorithm { name: String },
    #[error(
        "oidc.algorithms names {name:?}, which is not known here; use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"
    )]
    UnknownAlgorithm { name: String },
    #[error("{key} is missing; write it, or {key}_file with the path of a file that holds it")]
    SecretMissing { key: &'static str },
    #[error("{key} and {key}_file are both there; keep {key}_file and remove the other")]
    SecretTwice { key: &'static str },
    #[error("{key}: cannot read {}: {source}; create that file, or correct the path", path.display())]
    SecretUnreadable {
        key: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{key}: {} is open to everybody on this machine (mode {mode:04o}); run chmod 600 {}", path.display(), path.display())]
    SecretOpen {
        key: &'static str,
        path: PathBuf,
        mode: u32,
    },
    #[error("{key}: {} is empty or has several lines; put the secret in it as its only line", path.display())]
    SecretMalformed { key: &'static str, path: PathBuf },
    #[error("oidc.client_secret_file: the secret in {} has fewer than {least} characters; let the provider make a longer one", path.display())]
    SecretShort { path: PathBuf, least: usize },
    #[error("{} holds a database password and is open to everybody on this machine (mode {mode:04o}); run chmod 600 {}, or use database_url_file", path.display(), path.display())]
    PasswordInOpenFile { path: PathBuf, mode: u32 },
    #[error(
        "log.origin {origin:?} is not a log's name; use something like \"breakglass.example.com/log\", without white space or '+'"
    )]
    Origin { origin: String },
    #[error("{key} {} is not a folder; create it, or correct the path", path.display())]
    NotADirectory { key: &'static str, path: PathBuf },
    #[error("{key} is empty; fill it in")]
    Empty { key: &'static str },
    #[error("session.idle_s = {seconds} is out of range; use 60 to 14400 seconds (1800 is usual)")]
    IdleOutOfRange { seconds: u64 },
    #[error(
        "session.absolute_s = {seconds} is out of range; use at least session.idle_s and at most 86400 seconds (28800 is usual)"
    )]
    AbsoluteOutOfRange { seconds: u64 },
    #[error(
        "[archive] needs one place: write folder = \"…\", or a table [archive.s3], and not both"
    )]
    ArchivePlace,
    #[error(
        "archive.s3.endpoint is not an https URL without user name and query; copy it from the provider (http is accepted for this machine only)"
    )]
    ArchiveEndpoint,
    #[error(
        "archive.s3.prefix {prefix:?} is not a path of plain names; use letters, digits, '-', '_' and '.', parted by single slashes"
    )]
    ArchivePrefix { prefix: String },
    #[error(
        "archive.s3.min_retention_days is 0, and then nothing is kept; write for how long the log must be kept (365 is usual)"
    )]
    RetentionZero,
    #[error("{key} = {seconds} is out of range; use {least} to {most} seconds")]
    SecondsOutOfRange {
        key: &'static str,
        seconds: u64,
        least: u64,
        most: u64,
    },
    #[error("{} holds {key} and is open to everybody on this machine (mode {mode:04o}); run chmod 600 {}, or use {key}_file", path.display(), path.display())]
    SecretInOpenFile {
        key: &'static str,
        path: PathBuf,
        mode: u32,
    },
    #[error("resource {name} is there twice; rename or remove one")]
    ResourceTwice { name: String },
    #[error(
        "resource {name}: command does not contain {{account}}; write it where the account's name belongs"
    )]
    CommandWithoutAccount { name: String },
    #[error(
        "gateway: certificate_file and key_file are both needed, unless it listens on this machine only (127.0.0.1)"
    )]
    GatewayWithoutTls,
    #[error("policy {policy} is there twice; a seed has one version of each")]
    PolicyTwice { policy: String },
    #[error(
        "policy {policy} opens resource {resource}, which is not configured; add a [[resource]] of that name, or correct it"
    )]
    UnknownResource { policy: String, resource: String },
}
