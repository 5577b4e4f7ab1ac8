//! An archive in an S3-compatible bucket with Object Lock.
//!
//! A key is written once: `If-None-Match: *` refuses a second time, and the bucket's default
//! retention keeps what was written from being removed. Each request carries a signature in its
//! address that is good for it alone and for a minute; so addresses stand in no log line and no error.
//!
//! Invariant: there is no request here that deletes, lists, or changes a retention.

use std::time::Duration;

use ledger::{Hash, MAX_ENTRY_LEN};
use reqwest::{Client, Response, StatusCode};
use rusty_s3::actions::GetObject;
use rusty_s3::{Credentials, S3Action as _, UrlStyle};
use secrecy::ExposeSecret as _;

use super::lock::{self, LockFault};
use super::{PlaceError, Put, StoreFault};
use crate::settings::{Addressing, S3Bucket};

/// A whole request may take so long; the largest bundle has 16 MiB.
const TIMEOUT: Duration = Duration::from_secs(60);

/// And this long until there is a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// For so long a signed address is good; clocks may differ by as much.
const SIGNED_FOR: Duration = Duration::from_secs(60);

/// The longest answer that is read, in bytes: a bundle of 256 of the longest entries.
const MAX_BODY: usize = 256 * (2 + MAX_ENTRY_LEN);

/// An archive in a bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    prefix: String,
    min_retention_days: u32,
    http: Client,
}

/// What S3 said: its status and all of its body.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Bucket {
    pub(super) fn new(settings: &S3Bucket) -> Result<Self, PlaceError> {
        let style = match settings.addressing {
            Addressing::Path => UrlStyle::Path,
            Addressing::Host => UrlStyle::VirtualHost,
        };
        let (name, region) = (settings.bucket.clone(), settings.region.clone());
        Ok(Self {
            bucket: rusty_s3::Bucket::new(settings.endpoint.clone(), style, name, region)
                .map_err(PlaceError::Address)?,
            credentials: Credentials::new(
                settings.access_key_id.clone(),
                settings.secret_access_key.expose_secret(),
            ),
            prefix: settings.prefix.clone(),
            min_retention_days: settings.min_retention_days,
            http: Client::builder()
                // A redirect would carry entries to wherever the answer says.
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TIMEOUT)
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("breakglass/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(PlaceError::Tls)?,
        })
    }

    /// Checks that the bucket locks what is put into it.
    pub(super) async fn prepare(&self) -> Result<(), StoreFault> {
        const WHAT: &str = "?object-lock";
        // An empty key is the bucket itself.
        let mut action = GetObject::new(&self.bucket, Some(&self.credentials), "");
        action.query_mut().insert("object-lock", "");
        let request = self.http.get(action.sign(SIGNED_FOR));
        let answer = send(WHAT, request).await?;
        match answer.status {
            StatusCode::OK => lock::check(&answer.text(), self.min_retention_days)?,
            StatusCode::NOT_FOUND if answer.code_is("ObjectLockConfigurationNotFoundError") => {
                return Err(LockFault::Off.into());
            }
            _ => return Err(answer.refused(WHAT)),
        }
        Ok(())
    }

    pub(super) async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<Put, StoreFault> {
        let object = format!("{}{key}", self.prefix);
        // The address's signature covers the checksum, and the checksum what is sent.
        let headers = [
            ("if-none-match", "*".to_owned()),
            ("x-amz-checksum-sha256", Hash::of(&bytes).to_string()),
        ];
        let mut action = self.bucket.put_object(Some(&self.credentials), &object);
        for (name, value) in &headers {
            action.headers_mut().insert(*name, value.as_str());
        }
        let mut request = self.http.put(action.sign(SIGNED_FOR));
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let answer = send(key, request.body(bytes.clone())).await?;
        match answer.status {
            StatusCode::OK => Ok(Put::New),
            StatusCode::PRECONDITION_FAILED => match self.get(key).await? {
                Some(found) if found == bytes => Ok(Put::Already),
                Some(_) => Err(StoreFault::Contradiction {
                    key: key.to_owned(),
                }),
                None => Err(answer.refused(key)),
            },
            _ => Err(answer.refused(key)),
        }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreFault> {
        let object = format!("{}{key}", self.prefix);
        let action = self.bucket.get_object(Some(&self.credentials), &object);
        let answer = send(key, self.http.get(action.sign(SIGNED_FOR))).await?;
        match answer.status {
            StatusCode::OK => Ok(Some(answer.body)),
            StatusCode::NOT_FOUND if answer.code_is("NoSuchKey") => Ok(None),
            _ => Err(answer.refused(key)),
        }
    }
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn code_is(&self, code: &str) -> bool {
        lock::error_code(&self.text()).as_deref() == Some(code)
    }

    /// The fault of an answer that is none of those hoped for.
    fn refused(&self, key: &str) -> StoreFault {
        StoreFault::Refused {
            key: key.to_owned(),
            status: self.status.as_u16(),
            code: lock::error_code(&self.text()).unwrap_or_else(|| "no reason given".to_owned()),
        }
    }
}

async fn send(key: &str, request: reqwest::RequestBuilder) -> Result<Answer, StoreFault> {
    let fault = |fault: reqwest::Error| StoreFault::Request {
        key: key.to_owned(),
        source: fault.without_url(),
    };
    let mut response: Response = request.send().await.map_err(fault)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(fault)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(StoreFault::TooLong {
                key: key.to_owned(),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        body,
    })
}
