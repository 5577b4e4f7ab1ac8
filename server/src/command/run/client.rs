//! The portal, as an agent reports to it.

use std::time::Duration;

use access::ids::GrantId;
use anyhow::Context as _;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::is_this_machine;
use crate::reported::{Expected, Report};

/// A report is taken within this time, or its answer counts as lost.
const WITHIN: Duration = Duration::from_secs(10);

/// How long to stay away where the portal says so without a time.
const A_WHILE: u64 = 1;

/// One grant at a portal.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
    token: SecretString,
}

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportFault {
    /// Nothing was sent.
    #[error("the portal cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It may have been taken.
    #[error("the portal's answer was lost")]
    Lost(#[source] reqwest::Error),
    /// It may have been taken, too.
    #[error("the portal answered {0}")]
    Faulty(u16),
    /// Not now.
    #[error("the portal asks to wait for {} s", .0.as_secs())]
    Busy(Duration),
    /// It wants to hear others first.
    #[error("the portal expects action {} and piece {} next", .0.next_action, .0.next_chunk)]
    OutOfStep(Expected),
    /// The token or the access is not good for it.
    #[error("{}", refusal(*.0))]
    Refused(u16),
    /// It is not the portal, or not of this version.
    #[error(
        "the portal answered {0}, which says nothing to this agent; is --portal right, and are both of one version?"
    )]
    Strange(u16),
}

fn refusal(status: u16) -> &'static str {
    match status {
        401 => {
            "the portal does not know this token: it may be of another grant, or have been shown anew"
        }
        403 => "the portal says no: the access is over, or not one that is reported",
        _ => "the portal does not know this grant",
    }
}

impl ReportFault {
    /// Whether the same report may be taken later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Lost(_) | Self::Faulty(_) | Self::Busy(_) => true,
            Self::OutOfStep(_) | Self::Refused(_) | Self::Strange(_) => false,
        }
    }

    /// Whether the report may be in the log all the same.
    pub(super) fn may_stand(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Faulty(_))
    }
}

impl Client {
    pub(super) fn new(portal: &Url, grant: GrantId, token: SecretString) -> anyhow::Result<Self> {
        anyhow::ensure!(
            portal.scheme() == "https" || (portal.scheme() == "http" && is_this_machine(portal)),
            "--portal is the portal's https address; plain http is for this machine alone"
        );
        let url = portal
            .join(&format!("/api/v1/grants/{grant}/actions"))
            .context("--portal is no address; name the portal as https://…")?;
        let http = reqwest::Client::builder()
            // Another address would be another portal, and must not get the token.
            .redirect(Policy::none())
            .timeout(WITHIN)
            .connect_timeout(WITHIN / 2)
            .build()
            .context("TLS cannot be set up")?;
        Ok(Self { http, url, token })
    }

    /// Sends it once.
    pub(super) async fn report(&self, report: &Report) -> Result<Expected, ReportFault> {
        let request = self
            .http
            .post(self.url.clone())
            .bearer_auth(self.token.expose_secret())
            .header("content-type", "application/json")
            .body(serde_json::to_vec(report).expect("a report is JSON"));
        let answer = request
            .send()
            .await
            .map_err(|fault| match fault.is_connect() {
                true => ReportFault::Unreachable(fault),
                false => ReportFault::Lost(fault),
            })?;
        let status = answer.status().as_u16();
        match status {
            200 | 409 => {
                let bytes = answer.bytes().await.map_err(ReportFault::Lost)?;
                let expected = serde_json::from_slice(&bytes);
                let expected = expected.map_err(|_| ReportFault::Strange(status))?;
                match status {
                    200 => Ok(expected),
                    _ => Err(ReportFault::OutOfStep(expected)),
                }
            }
            401 | 403 | 404 => Err(ReportFault::Refused(status)),
            429 => {
                let named = answer.headers().get(RETRY_AFTER);
                let seconds = named.and_then(|value| value.to_str().ok()?.parse().ok());
                Err(ReportFault::Busy(Duration::from_secs(
                    seconds.unwrap_or(A_WHILE),
                )))
            }
            500..=599 => Err(ReportFault::Faulty(status)),
            _ => Err(ReportFault::Strange(status)),
        }
    }
}
