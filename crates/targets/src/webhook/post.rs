//! One call: attempts until there is an answer, or patience ends.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use tokio::time::{Instant, sleep, timeout};

use super::WebhookTarget;
use super::answer::{Heard, LONGEST_ANSWER};
use super::message::Call;
use super::reach::BadAddress;
use super::signature;
use crate::connector::{Fault, TargetError};

/// Why a call has no good answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallFault {
    #[error("the target answered {0}")]
    Status(u16),
    #[error(
        "the target answered {0} and named another address; a webhook follows none: configure the right one"
    )]
    Elsewhere(u16),
    #[error("the target answered {0}, after an attempt that it may have taken and did not answer")]
    No(u16),
    #[error("the target cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the target's answer was lost")]
    Lost(#[source] reqwest::Error),
    #[error("the target did not answer within {0:?}")]
    Late(Duration),
    #[error("the target answered more than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("the target's answer does not say what was asked: {0}")]
    Unclear(&'static str),
    #[error("the call cannot be written")]
    Unwritten(#[source] serde_json::Error),
}

/// A call that came to no good end.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: TargetError,
    /// The last answer, where there was one.
    pub(super) heard: Option<Heard>,
}

impl Failed {
    /// For calls that end access: where nobody was reached, what stood may stand, and nobody refused to end it.
    pub(super) fn nobody_said_no(self) -> Self {
        match self {
            Self {
                error: TargetError::Refused(fault),
                heard: None,
            } => Self {
                error: TargetError::Unknown(Some(fault)),
                heard: None,
            },
            said => said,
        }
    }
}

/// What one attempt came to.
enum Attempt {
    Answered(Heard),
    /// Nothing was sent.
    NotSent(CallFault),
    /// It may have been taken.
    Lost(CallFault),
}

impl WebhookTarget {
    /// Calls until a 2xx is answered. What came of it otherwise is a no only where nothing can have been done.
    pub(super) async fn ask(&self, call: &Call) -> Result<Heard, Failed> {
        let until = Instant::now() + self.pace.whole;
        let mut may_stand = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let left = until.saturating_duration_since(Instant::now());
            let (fault, heard) = match self.attempt(call, left.min(self.pace.attempt)).await {
                Attempt::Answered(heard) => match heard.answer.status {
                    200..=299 => return Ok(heard),
                    // It does not know the call, and will not in a second.
                    501 => return Err(failed(CallFault::Status(501), true, Some(heard))),
                    // It names a time to come back, and has done nothing.
                    429 => (CallFault::Status(429), Some(heard)),
                    status @ (408 | 500..=599) => {
                        may_stand = true;
                        (CallFault::Status(status), Some(heard))
                    }
                    status => return Err(no(status, may_stand, heard)),
                },
                Attempt::NotSent(fault) => {
                    if !fault.may_pass() {
                        return Err(failed(fault, may_stand, None));
                    }
                    (fault, None)
                }
                Attempt::Lost(fault) => {
                    may_stand = true;
                    (fault, None)
                }
            };
            let named = heard.as_ref().and_then(|heard| heard.retry_after_s);
            match self.pace.wait(attempts, named) {
                Some(wait) if Instant::now() + wait < until => sleep(wait).await,
                _ => return Err(failed(fault, may_stand, heard)),
            }
        }
    }

    async fn attempt(&self, call: &Call, within: Duration) -> Attempt {
        let body = match call.body() {
            Ok(body) => body,
            Err(fault) => return Attempt::NotSent(CallFault::Unwritten(fault)),
        };
        match timeout(within, self.post(&call.id, body)).await {
            Ok(Ok(heard)) => Attempt::Answered(heard),
            Ok(Err(fault @ CallFault::Unreachable(_))) => Attempt::NotSent(fault),
            Ok(Err(fault)) => Attempt::Lost(fault),
            Err(_) => Attempt::Lost(CallFault::Late(within)),
        }
    }

    async fn post(&self, id: &str, body: String) -> Result<Heard, CallFault> {
        let since = (self.pace.clock)().duration_since(UNIX_EPOCH);
        let timestamp = since.map_or(0, |since| since.as_secs().cast_signed());
        let signature = signature::header(&self.secrets, id, timestamp, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        // An address may have a token in its path: no error repeats it.
        let mut answer = request.send().await.map_err(|fault| {
            let fault = fault.without_url();
            match fault.is_connect() {
                true => CallFault::Unreachable(fault),
                false => CallFault::Lost(fault),
            }
        })?;
        let status = answer.status().as_u16();
        let named = answer.headers().get(RETRY_AFTER);
        let named = named.and_then(|value| value.to_str().ok()?.parse().ok());
        let mut bytes = Vec::new();
        let lost = |fault: reqwest::Error| CallFault::Lost(fault.without_url());
        while let Some(chunk) = answer.chunk().await.map_err(lost)? {
            if bytes.len() + chunk.len() > LONGEST_ANSWER {
                return Err(CallFault::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Heard::new(status, named, bytes))
    }
}

impl CallFault {
    /// Whether another attempt may fare better. An address that may not be called stays one.
    fn may_pass(&self) -> bool {
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            if cause.is::<BadAddress>() {
                return false;
            }
            source = cause.source();
        }
        !matches!(self, Self::Unwritten(_))
    }
}

/// A plain no. After an attempt that may have been taken it says nothing about that one.
fn no(status: u16, may_stand: bool, heard: Heard) -> Failed {
    let fault = match (status, may_stand) {
        (300..=399, false) => CallFault::Elsewhere(status),
        (_, false) => CallFault::Status(status),
        (_, true) => CallFault::No(status),
    };
    failed(fault, may_stand, Some(heard))
}

fn failed(fault: CallFault, may_stand: bool, heard: Option<Heard>) -> Failed {
    let fault: Fault = fault.into();
    Failed {
        error: match may_stand {
            true => TargetError::Unknown(Some(fault)),
            false => TargetError::Refused(fault),
        },
        heard,
    }
}
