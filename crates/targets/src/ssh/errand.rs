//! The portal's own small connection to a host: one command, forced on both sides, and its answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::time::UnixMillis;
use russh::client::{AuthResult, Msg};
use russh::{Channel, ChannelMsg};

use super::ca::UserCa;
use super::host::{ConnectError, Connection, Host};
use crate::connector::{Fault, TargetError};

/// How long one errand may take before its outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long the connection that is there may take for one more channel before another is made.
const WARM_PATIENCE: Duration = Duration::from_millis(500);

/// How long the certificate for it lasts. It is used once, at once.
const LONGEST_S: u32 = 60;

/// The account in which the command runs: it ends processes of others.
const ACCOUNT: &str = "root";

/// The principal that the host lets in for the command alone.
const PRINCIPAL: &str = "breakglass-portal";

/// The status with which the command says no.
const REFUSED: u32 = 2;

/// The most that a host may answer, in bytes: 10,000 sessions.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// Why an errand came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// Nothing was asked of the host yet.
    #[error("nothing could be asked of the host")]
    NotAsked(#[source] Fault),
    /// It was asked, and said no.
    #[error("the host said: {0}")]
    Said(String),
    /// It did not answer, or not what an answer is.
    #[error("the host did not answer")]
    NoAnswer(#[source] Option<Fault>),
}

/// What a host may have against the portal.
#[derive(Debug, thiserror::Error)]
pub(super) enum Odd {
    #[error(
        "the host did not take the portal's certificate: it may not trust this portal's authority, or not have breakglass-host in its sshd_config"
    )]
    NotLetIn,
    #[error("the host answered {0:?}")]
    Answer(String),
    #[error("the host answered more than a megabyte")]
    TooMuch,
}

impl Failed {
    /// For a call that makes something: where nothing was asked, nothing stands.
    pub(super) fn making(self) -> TargetError {
        match self {
            Self::NotAsked(fault) => TargetError::Refused(fault),
            Self::Said(_) => TargetError::Refused(self.into()),
            Self::NoAnswer(fault) => TargetError::Unknown(fault),
        }
    }

    /// For every other call: what was there before may stand.
    pub(super) fn asking(self) -> TargetError {
        match self {
            Self::NotAsked(fault) => TargetError::Unknown(Some(fault)),
            other => other.making(),
        }
    }
}

/// Asks one host's command, over a connection that stays: at the end of access nobody waits for a handshake.
#[derive(Debug)]
pub(super) struct Errands {
    command: String,
    /// Signed in by a certificate that is long over, for the command alone.
    warm: Mutex<Option<Arc<Connection>>>,
}

/// A channel, and the connection that it is on.
type Asking = (Arc<Connection>, Channel<Msg>);

impl Errands {
    pub(super) fn new(command: String) -> Self {
        Self {
            command,
            warm: Mutex::default(),
        }
    }

    /// Runs the host's command with these words and returns what it printed.
    pub(super) async fn run(
        &self,
        host: &Host,
        ca: &UserCa,
        words: &str,
    ) -> Result<String, Failed> {
        let asking = async {
            // The connection is held until the answer is there, whoever else keeps another meanwhile.
            let (_connection, mut channel) = match self.warm_channel().await {
                Some(warm) => warm,
                None => self.fresh_channel(host, ca).await?,
            };
            let sent = channel.exec(true, words).await;
            sent.map_err(|fault| Failed::NoAnswer(Some(fault.into())))?;
            answer(&mut channel).await
        };
        let answered = match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answered) => answered,
            Err(_) => Err(Failed::NoAnswer(None)),
        };
        if matches!(answered, Err(Failed::NoAnswer(_))) {
            // Whatever is wrong, the next errand is not to find it again.
            self.keep(None);
        }
        answered
    }

    /// Nothing was asked yet where this finds nothing: the connection is gone, or has too much on it.
    async fn warm_channel(&self) -> Option<Asking> {
        let warm = self.lock().clone()?;
        let opening = tokio::time::timeout(WARM_PATIENCE, warm.handle.channel_open_session());
        let channel = opening.await.ok()?.ok()?;
        Some((warm, channel))
    }

    async fn fresh_channel(&self, host: &Host, ca: &UserCa) -> Result<Asking, Failed> {
        let (key, certificate) = ca
            .issue_to_self(PRINCIPAL, &self.command, now(), LONGEST_S)
            .map_err(not_asked)?;
        let mut connection = host.connect().await.map_err(|fault| match fault {
            silent @ ConnectError::Silent(_) => Failed::NoAnswer(Some(silent.into())),
            other => not_asked(other),
        })?;
        let handle = &mut connection.handle;
        let signing_in = handle.authenticate_openssh_cert(ACCOUNT, Arc::new(key), certificate);
        if !matches!(signing_in.await.map_err(not_asked)?, AuthResult::Success) {
            return Err(not_asked(Odd::NotLetIn));
        }
        let channel = handle.channel_open_session().await.map_err(not_asked)?;
        let connection = Arc::new(connection);
        self.keep(Some(Arc::clone(&connection)));
        Ok((connection, channel))
    }

    fn keep(&self, connection: Option<Arc<Connection>>) {
        *self.lock() = connection;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Connection>>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_asked(fault: impl Into<Fault>) -> Failed {
    Failed::NotAsked(fault.into())
}

/// This machine's clock: the certificate is judged by the host's, within seconds.
fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let millis = since.and_then(|since| i64::try_from(since.as_millis()).ok());
    UnixMillis::new(millis.unwrap_or(0))
}

async fn answer(channel: &mut Channel<Msg>) -> Result<String, Failed> {
    let (mut out, mut err, mut status) = (Vec::new(), Vec::new(), None);
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => out.extend(data),
            ChannelMsg::ExtendedData { data, .. } => err.extend(data),
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            ChannelMsg::Failure | ChannelMsg::Close => break,
            _ => {}
        }
        if out.len().saturating_add(err.len()) > ANSWER_LIMIT {
            return Err(Failed::NoAnswer(Some(Odd::TooMuch.into())));
        }
    }
    match status {
        Some(0) => Ok(String::from_utf8_lossy(&out).into_owned()),
        Some(REFUSED) => {
            let said = String::from_utf8_lossy(&err);
            Err(Failed::Said(said.trim().chars().take(500).collect()))
        }
        // It stopped half-way, and how far it came nobody knows.
        Some(_) => {
            let said = String::from_utf8_lossy(&err);
            let said = said.trim().chars().take(500).collect();
            Err(Failed::NoAnswer(Some(Odd::Answer(said).into())))
        }
        None => Err(Failed::NoAnswer(None)),
    }
}
