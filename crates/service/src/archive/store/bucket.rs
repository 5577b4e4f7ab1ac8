//! An archive in an S3-compatible bucket with Object Lock.
//!
//! A key is written once: `If-None-Match: *` refuses a second time, and the bucket's default
//! retention keeps what was written from being removed. Each request carries a signature in its
//! address that is good for it alone and for a minute; so addresses stand in no log line and no error.
//!
//! Invariant: there is no request here that deletes or changes a retention, and the archiver lists
//! nothing: only who checks the archive asks for its checkpoints.

use std::time::Duration;

use ledger::{Hash, MAX_ENTRY_LEN};
use reqwest::{Client, Response, StatusCode};
use rusty_s3::actions::GetObject;
use rusty_s3::{Credentials, S3Action as _, UrlStyle};
use secrecy::ExposeSecret as _;

use super::super::layout::{CHECKPOINTS, size_of_key};
use super::lock::{self, LockFault};
use super::xml;
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

    /// None where these credentials may not list: what they may read is checked all the same.
    pub(super) async fn checkpoints(&self) -> Result<Vec<u64>, StoreFault> {
        const WHAT: &str = "?list-type=2";
        let prefix = format!("{}{CHECKPOINTS}", self.prefix);
        let (mut sizes, mut after) = (Vec::new(), String::new());
        loop {
            // An empty key is the bucket itself.
            let mut action = GetObject::new(&self.bucket, Some(&self.credentials), "");
            let query = action.query_mut();
            query.insert("list-type", "2");
            query.insert("prefix", prefix.as_str());
            query.insert("start-after", after.as_str());
            let answer = send(WHAT, self.http.get(action.sign(SIGNED_FOR))).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::FORBIDDEN if answer.code_is("AccessDenied") => return Ok(Vec::new()),
                _ => return Err(answer.refused(WHAT)),
            }
            let (keys, more) =
                xml::listed(&answer.text()).ok_or_else(|| StoreFault::Malformed {
                    key: WHAT.to_owned(),
                })?;
            let Some(last) = keys.last().filter(|last| **last > after) else {
                return Ok(sizes);
            };
            after.clone_from(last);
            let keys = keys.iter().filter_map(|key| key.strip_prefix(&self.prefix));
            sizes.extend(keys.filter_map(size_of_key));
            if !more {
                return Ok(sizes);
            }
        }
    }
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn code_is(&self, code: &str) -> bool {
        xml::error_code(&self.text()).as_deref() == Some(code)
    }

    /// The fault of an answer that is none of those hoped for.
    fn refused(&self, key: &str) -> StoreFault {
        StoreFault::Refused {
            key: key.to_owned(),
            status: self.status.as_u16(),
            code: xml::error_code(&self.text()).unwrap_or_else(|| "no reason given".to_owned()),
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::Store;
    use super::*;

    const LOCKED: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>9</Days></DefaultRetention></Rule></ObjectLockConfiguration>";

    /// A server that says yes to everything, and what it was asked.
    async fn yes_man() -> (Store, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            while asked.len() < 3 {
                let (mut stream, _) = listener.accept().await.expect("a client");
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.expect("a request");
                asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{LOCKED}",
                    LOCKED.len()
                );
                stream.write_all(answer.as_bytes()).await.expect("a client");
            }
            asked
        });
        let settings = S3Bucket {
            endpoint: format!("http://{address}").parse().expect("a URL"),
            region: "us-east-1".into(),
            bucket: "log".into(),
            prefix: "one/".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            min_retention_days: 9,
            addressing: Addressing::Path,
        };
        let bucket = Bucket::new(&settings).expect("an address");
        (Store::Bucket(Box::new(bucket)), asked)
    }

    #[tokio::test]
    async fn a_server_that_would_overwrite_is_refused() {
        let (store, asked) = yes_man().await;
        let origin = "yes.example/log".parse().expect("an origin");
        let refused = store.prepare(&origin).await;
        assert!(
            matches!(refused, Err(StoreFault::Overwrites)),
            "{refused:?}"
        );
        let asked = asked.await.expect("it ended");
        let lock = &asked[0];
        assert!(lock.starts_with("GET /log/?"), "{lock}");
        assert!(lock.contains("&object-lock=&X-Amz-Signature="), "{lock}");
        for put in &asked[1..] {
            assert!(put.starts_with("PUT /log/one/origin?X-Amz-"), "{put}");
            let signed = "X-Amz-SignedHeaders=host%3Bif-none-match%3Bx-amz-checksum-sha256";
            assert!(
                put.contains(signed) && put.contains("if-none-match: *"),
                "{put}"
            );
        }
    }
}
