//! A portal, or a static log, behind an address.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::body::Bytes;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Client, Response};
use tokio::runtime::Handle;
use verify::{Purpose, Request};

use super::files::{self, Files, LONGEST_FILE};
use super::place::{Answer, range};

/// A server that was waited for as long as one that sends nothing must have sent so much, as in the browser.
const LEAST_BYTES: usize = 64 * 1024;

/// The log behind an address. Its methods wait, so they are called where that is allowed.
#[derive(Debug)]
pub(super) struct Address {
    client: Client,
    base: String,
    headers: HeaderMap,
    stall: Duration,
    runtime: Handle,
}

impl Address {
    /// An address without a path is a portal's, whose log lies below `/ledger`; another is the log's own.
    pub(super) fn new(address: &str, headers: HeaderMap, stall: Duration) -> anyhow::Result<Self> {
        let url: url::Url = address
            .parse()
            .with_context(|| format!("{address} is no address; name the portal as https://…"))?;
        let base = match url.path() {
            "/" => format!("{}/ledger", address.trim_end_matches('/')),
            _ => address.trim_end_matches('/').to_owned(),
        };
        Ok(Self {
            // A log does not move: another address would be another log, and must not get the headers.
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(stall)
                .build()?,
            base,
            headers,
            stall,
            runtime: Handle::current(),
        })
    }

    pub(super) fn ask(&self, request: &Request, size: u64) -> anyhow::Result<Option<Answer<'_>>> {
        let path = &request.path;
        let response = self.fetch(path)?;
        let status = response.status().as_u16();
        if status == 200 {
            return Ok(Some(Box::new(self.chunks(response, path.clone()))));
        }
        match (request.purpose, range(path)) {
            // A static log has bundles only.
            (Purpose::Stream | Purpose::Show, Some((from, to))) if status == 404 => {
                Ok(Some(files::stream(self, from, to, size)))
            }
            _ if request.needed => Err(refusal(status, path)),
            _ => Ok(None),
        }
    }

    fn fetch(&self, path: &str) -> anyhow::Result<Response> {
        let url = format!("{}/{path}", self.base);
        let request = self.client.get(url).headers(self.headers.clone());
        let response = self.wait(path, request.send(), Waited::default())?;
        // What is packed can be a thousand times as long as what comes.
        let packed = response.headers().get(CONTENT_ENCODING);
        anyhow::ensure!(
            packed.is_none_or(|encoding| encoding == "identity"),
            "The server packed its answer ({path}), which nobody asked for. Nothing was judged. See to it that no proxy packs what lies below the log's address."
        );
        Ok(response)
    }

    fn chunks(
        &self,
        mut response: Response,
        path: String,
    ) -> impl Iterator<Item = anyhow::Result<Bytes>> {
        let (mut over, mut waited) = (false, Waited::default());
        std::iter::from_fn(move || {
            if over {
                return None;
            }
            let begun = Instant::now();
            let chunk = self.wait(&path, response.chunk(), waited).transpose();
            over = chunk.as_ref().is_none_or(Result::is_err);
            waited.time += begun.elapsed();
            waited.bytes += chunk.iter().flatten().map(Bytes::len).sum::<usize>();
            if waited.bytes >= LEAST_BYTES {
                waited = Waited::default();
            }
            chunk
        })
    }

    /// Waits, but not for ever: an answer that never ends is no answer, nor is one that comes byte by byte.
    fn wait<T>(
        &self,
        path: &str,
        answer: impl Future<Output = reqwest::Result<T>>,
        before: Waited,
    ) -> anyhow::Result<T> {
        let left = self.stall.saturating_sub(before.time);
        let waited = self
            .runtime
            .block_on(async { tokio::time::timeout(left, answer).await });
        match waited {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) if fault.is_connect() => Err(anyhow::Error::new(fault).context(
                "The server cannot be reached. Nothing was judged. Check the address, and that the portal runs",
            )),
            Ok(Err(fault)) => Err(anyhow::Error::new(fault).context(
                "The connection broke. Nothing was judged. Check that the portal can be reached and verify again",
            )),
            Err(_) if before.bytes > 0 => anyhow::bail!(
                "The server sent only {} bytes in {} seconds ({path}), so the check was given up. Nothing was judged. Try again.",
                before.bytes,
                self.stall.as_secs()
            ),
            Err(_) => anyhow::bail!(
                "The server sent nothing for {} seconds ({path}), so the check was given up. Nothing was judged. Try again.",
                self.stall.as_secs()
            ),
        }
    }
}

/// What came of an answer since enough came last, and how long it was waited for: what is done with it in between is
/// not the server's fault.
#[derive(Debug, Clone, Copy, Default)]
struct Waited {
    time: Duration,
    bytes: usize,
}

impl Files for Address {
    fn get(&self, name: &str) -> anyhow::Result<Option<Bytes>> {
        let response = self.fetch(name)?;
        match response.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            status => return Err(refusal(status, name)),
        }
        let mut bytes = Vec::new();
        for chunk in self.chunks(response, name.to_owned()) {
            bytes.extend_from_slice(&chunk?);
            anyhow::ensure!(
                bytes.len() <= LONGEST_FILE,
                "The answer to {name} is longer than any file of a log. Nothing was judged. Check the address."
            );
        }
        Ok(Some(bytes.into()))
    }
}

/// What an answer that is none means, in the browser's words.
fn refusal(status: u16, path: &str) -> anyhow::Error {
    match status {
        300..=399 | 401 => anyhow::anyhow!(
            "You are not signed in. Sign in as an auditor, and hand the session's cookie over with --header-file: a line \"Cookie: …\"."
        ),
        403 => anyhow::anyhow!(
            "Your sign-in may not read the log. Sign in as an auditor, then verify again."
        ),
        _ => anyhow::anyhow!(
            "The server answered {status} where the log's {path} should be. Nothing was judged. Check the address and try again, and tell those who run the portal if it stays so."
        ),
    }
}
