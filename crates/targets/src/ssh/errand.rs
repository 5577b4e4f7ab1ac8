//! The portal's own small connection to a host: one command, forced on both sides, and its answer.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::time::UnixMillis;
use russh::ChannelMsg;
use russh::client::AuthResult;

use super::ca::UserCa;
use super::host::Host;
use crate::connector::{Fault, TargetError};

/// How long one errand may take before its outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long the certificate for it lasts. It is used once, at once.
const LONGEST_S: u32 = 60;

/// The account in which the command runs: it ends processes of others.
const ACCOUNT: &str = "root";

/// The principal that the host lets in for the command alone.
const PRINCIPAL: &str = "breakglass-portal";

/// The most that a host may answer, in bytes: 10,000 sessions.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// Why an errand came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ErrandFailed {
    #[error(
        "the host did not take the portal's certificate: it may not trust this portal's authority, or not have breakglass-host in its sshd_config"
    )]
    NotLetIn,
    #[error("the host said: {0}")]
    Said(String),
    #[error("the host answered what is no answer: {0:?}")]
    NoAnswer(String),
    #[error("the host answered more than a megabyte")]
    TooMuch,
}

/// Runs the host's command with these words and returns what it printed.
pub(super) async fn run(
    host: &Host,
    ca: &UserCa,
    command: &str,
    words: &str,
) -> Result<String, TargetError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = since
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    let now = UnixMillis::new(now.unwrap_or(0));
    // Until the words are sent nothing was asked of the host.
    let refused = |fault: Fault| TargetError::Refused(fault);
    let (key, certificate) = ca
        .issue_to_self(PRINCIPAL, command, now, LONGEST_S)
        .map_err(|fault| refused(fault.into()))?;
    let mut connection = host
        .connect()
        .await
        .map_err(|fault| refused(fault.into()))?;
    let handle = &mut connection.handle;
    let asking = async {
        let signed_in = handle
            .authenticate_openssh_cert(ACCOUNT, Arc::new(key), certificate)
            .await
            .map_err(|fault| refused(fault.into()))?;
        if !matches!(signed_in, AuthResult::Success) {
            return Err(refused(ErrandFailed::NotLetIn.into()));
        }
        let channel = handle.channel_open_session().await;
        let mut channel = channel.map_err(|fault| refused(fault.into()))?;
        let sent = channel.exec(true, words).await;
        sent.map_err(|fault| TargetError::Unknown(Some(fault.into())))?;
        answer(&mut channel).await
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answered) => answered,
        Err(_) => Err(TargetError::Unknown(None)),
    }
}

async fn answer(channel: &mut russh::Channel<russh::client::Msg>) -> Result<String, TargetError> {
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
            return Err(TargetError::Unknown(Some(ErrandFailed::TooMuch.into())));
        }
    }
    match status {
        Some(0) => Ok(String::from_utf8_lossy(&out).into_owned()),
        // What it says no to stands as it was; how far it came otherwise nobody knows.
        Some(_) => {
            let said = String::from_utf8_lossy(&err).trim().to_owned();
            Err(TargetError::Refused(ErrandFailed::Said(said).into()))
        }
        None => Err(TargetError::Unknown(None)),
    }
}
