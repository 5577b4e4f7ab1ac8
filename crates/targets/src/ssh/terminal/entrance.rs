//! The way in: header recorded, connection made, signed in, shell started.

use std::sync::Arc;
use std::time::Duration;

use access::ids::GrantId;
use access::time::UnixMillis;
use russh::ChannelMsg;
use russh::client::AuthResult;
use tokio::sync::{mpsc, watch};

use super::pump::{Pump, Shell};
use super::tape::{Live, Tape};
use super::{INPUTS, OUTPUTS, Screen, Terminal};
use crate::recorder::{Recorder, RecorderLost};
use crate::ssh::ca::{CaError, Order, Principal, UserCa, fresh_key};
use crate::ssh::cast::{Header, Size};
use crate::ssh::host::{ConnectError, Connection, Host};
use crate::ssh::person_key::PersonKey;

/// How long the portal's own certificate lasts. It is used once, at once.
const LONGEST_S: u32 = 60;

/// How long a host may take from its key to its shell.
const PATIENCE: Duration = Duration::from_secs(10);

/// What sessions say they are, for the programs there.
const TERM: &str = "xterm-256color";

/// Whom a session is for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// The host.
    pub host: &'a Host,
    /// Whom the host trusts.
    pub ca: &'a UserCa,
    /// Which grant.
    pub grant: GrantId,
    /// The place of the entry that intended it.
    pub serial: u64,
    /// As whom.
    pub principal: &'a Principal,
    /// The end of access.
    pub until: UnixMillis,
    /// Now.
    pub now: UnixMillis,
}

/// Why there is no session. Nothing was done on the host.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// It could not be recorded.
    #[error(transparent)]
    Recorder(#[from] RecorderLost),
    /// No certificate.
    #[error(transparent)]
    Certificate(#[from] CaError),
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The host did not take the certificate.
    #[error(
        "the host did not take the portal's certificate for {0:?}: it may not trust this portal's authority, or have no such account"
    )]
    Refused(Principal),
    /// The host gave no terminal or no shell.
    #[error("the host gave no {0}")]
    NoShell(&'static str),
    /// The connection broke.
    #[error("the connection to the host broke")]
    Broken(#[source] russh::Error),
    /// The host was silent.
    #[error("the host did not start a shell within 10 s")]
    Silent,
}

impl Entrance<'_> {
    /// Opens a session. Its recording begins before the host hears of it.
    ///
    /// # Errors
    /// [`TerminalError`]
    pub async fn open(
        &self,
        size: Size,
        recorder: Arc<dyn Recorder>,
    ) -> Result<(Terminal, Screen), TerminalError> {
        let header = Header {
            size,
            timestamp: u64::try_from(self.now.unix_seconds()).unwrap_or(0),
            title: None,
        };
        recorder.chunk(&format!("{}\n", header.line())).await?;
        let connection = self.host.connect().await?;
        let entering = tokio::time::timeout(PATIENCE, self.enter(connection, size));
        let shell = entering.await.map_err(|_| TerminalError::Silent)??;

        let live = Arc::new(Live::new(header));
        let (inputs, input) = mpsc::channel(INPUTS);
        let (screen, output) = mpsc::channel(OUTPUTS);
        let cut = watch::Sender::new(None);
        let (end, ended) = watch::channel(None);
        let tape = Tape::new(Arc::clone(&live));
        let pump = Pump::new(shell, tape, recorder, input, screen, cut.subscribe());
        tokio::spawn(async move {
            let how = pump.run().await;
            // Nobody may be waiting.
            let _ = end.send(Some(how));
        });
        let terminal = Terminal {
            inputs,
            cut,
            live,
            ended,
        };
        Ok((terminal, Screen(output)))
    }

    async fn enter(&self, mut connection: Connection, size: Size) -> Result<Shell, TerminalError> {
        let key = fresh_key()?;
        let order = Order {
            grant: self.grant,
            serial: self.serial,
            principal: self.principal,
            source: None,
            until: self.until,
            longest_s: LONGEST_S,
            now: self.now,
            forwarding: &[],
        };
        let public = PersonKey::of(key.public_key()).map_err(CaError::Unsigned)?;
        let certificate = self.ca.issue(&public, &order)?;
        let handle = &mut connection.handle;
        let account = self.principal.as_str();
        let signing_in = handle.authenticate_openssh_cert(account, Arc::new(key), certificate);
        if !matches!(
            signing_in.await.map_err(TerminalError::Broken)?,
            AuthResult::Success
        ) {
            return Err(TerminalError::Refused(self.principal.clone()));
        }
        let channel = handle.channel_open_session().await;
        let (mut host, to_host) = channel.map_err(TerminalError::Broken)?.split();
        let (columns, rows) = (size.columns().into(), size.rows().into());
        let asked = to_host.request_pty(true, TERM, columns, rows, 0, 0, &[]);
        asked.await.map_err(TerminalError::Broken)?;
        let mut early = granted(&mut host, "terminal").await?;
        let asked = to_host.request_shell(true);
        asked.await.map_err(TerminalError::Broken)?;
        early.extend(granted(&mut host, "shell").await?);
        Ok(Shell {
            connection,
            host,
            to_host,
            early,
        })
    }
}

/// Waits for a yes, and keeps what was shown meanwhile.
async fn granted(
    host: &mut russh::ChannelReadHalf,
    what: &'static str,
) -> Result<Vec<bytes::Bytes>, TerminalError> {
    let mut early = Vec::new();
    loop {
        match host.wait().await {
            Some(ChannelMsg::Success) => return Ok(early),
            Some(ChannelMsg::Data { data }) => early.push(data),
            Some(ChannelMsg::Failure | ChannelMsg::Close | ChannelMsg::Eof) | None => {
                return Err(TerminalError::NoShell(what));
            }
            Some(_) => {}
        }
    }
}
