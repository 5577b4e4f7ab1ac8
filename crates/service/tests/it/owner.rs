//! A bucket of a test's own on the server that `S3_TEST_ENDPOINT` names, and all rights on it.

use std::time::Duration;

use ledger::{Hash, SignedCheckpoint, TilePath, Tree, VerifierKey, bundle, leaf_hash};
use reqwest::{Response, StatusCode};
use rusty_s3::actions::{CreateBucket, GetObject, PutObject};
use rusty_s3::{Credentials, Method, S3Action, UrlStyle};
use service::settings::{Addressing, Archive, ArchivePlace, S3Bucket};
use uuid::Uuid;

use crate::stage::Stage;

/// The portal's prefix in the bucket.
pub const PREFIX: &str = "breakglass/";

/// A bucket of a test's own, and all rights on it: more than the portal has.
pub struct Owner {
    pub bucket: rusty_s3::Bucket,
    pub credentials: Credentials,
    pub settings: S3Bucket,
}

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test --only archive`"))
}

impl Owner {
    /// A new bucket, with Object Lock and this default retention where there is one.
    pub async fn new(retention: Option<&str>) -> Self {
        let settings = S3Bucket {
            endpoint: variable("S3_TEST_ENDPOINT").parse().unwrap(),
            region: "us-east-1".into(),
            bucket: format!("archive-{}", Uuid::new_v4().simple()),
            prefix: PREFIX.into(),
            access_key_id: variable("S3_TEST_ACCESS_KEY_ID"),
            secret_access_key: variable("S3_TEST_SECRET_ACCESS_KEY").into(),
            min_retention_days: 30,
            addressing: Addressing::Path,
        };
        let owner = Self {
            bucket: rusty_s3::Bucket::new(
                settings.endpoint.clone(),
                UrlStyle::Path,
                settings.bucket.clone(),
                settings.region.clone(),
            )
            .unwrap(),
            credentials: Credentials::new(
                settings.access_key_id.clone(),
                variable("S3_TEST_SECRET_ACCESS_KEY"),
            ),
            settings,
        };
        let locked = [("x-amz-bucket-object-lock-enabled", "true")];
        let headers = if retention.is_some() {
            &locked[..]
        } else {
            &[]
        };
        let create = CreateBucket::new(&owner.bucket, &owner.credentials);
        assert_eq!(owner.send(create, &[], headers, "").await.status(), 200);
        if let Some(retention) = retention.filter(|retention| !retention.is_empty()) {
            let xml = format!(
                r#"<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>{retention}</DefaultRetention></Rule></ObjectLockConfiguration>"#
            );
            let put = owner.put("", &[("object-lock", "")], &[], &xml).await;
            assert_eq!(put, 200);
        }
        owner
    }

    pub fn archive(&self) -> Archive {
        Archive {
            place: ArchivePlace::S3(self.settings.clone()),
            every: Duration::from_millis(50),
            alarm_after: Duration::from_secs(300),
        }
    }

    pub async fn send<'a, A: S3Action<'a>>(
        &self,
        mut action: A,
        query: &[(&'a str, &'a str)],
        headers: &[(&'a str, &'a str)],
        body: &str,
    ) -> Response {
        for (name, value) in query {
            action.query_mut().insert(*name, *value);
        }
        for (name, value) in headers {
            action.headers_mut().insert(*name, *value);
        }
        let url = action.sign(Duration::from_secs(60));
        let http = reqwest::Client::new();
        let request = match A::METHOD {
            Method::Put => http.put(url).body(body.to_owned()),
            Method::Delete => http.delete(url),
            _ => http.get(url),
        };
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request.send().await.unwrap()
    }

    pub async fn put(
        &self,
        key: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: &str,
    ) -> StatusCode {
        let sum = Hash::of(body.as_bytes()).to_string();
        let mut headers = headers.to_vec();
        headers.push(("x-amz-checksum-sha256", &sum));
        let action = PutObject::new(&self.bucket, Some(&self.credentials), key);
        self.send(action, query, &headers, body).await.status()
    }

    pub async fn get(&self, key: &str, query: &[(&str, &str)]) -> Response {
        let action = GetObject::new(&self.bucket, Some(&self.credentials), key);
        let response = self.send(action, query, &[], "").await;
        assert_eq!(response.status(), 200, "{key}");
        response
    }

    pub async fn bytes(&self, key: &str) -> Vec<u8> {
        let response = self.get(&format!("{PREFIX}{key}"), &[]).await;
        response.bytes().await.unwrap().to_vec()
    }

    /// Reads the bucket as a stranger does, from the checkpoint of this size.
    pub async fn verify(&self, stage: &Stage, size: u64) {
        let reader = stage.portal.ledger();
        let key: VerifierKey = reader.vkey().parse().unwrap();
        let note = self.bytes(&format!("checkpoints/{size:020}")).await;
        let checkpoint = SignedCheckpoint::parse(&note)
            .unwrap()
            .verify(&key, reader.origin())
            .unwrap();
        let mut tree = Tree::new();
        for index in 0..size.div_ceil(256) {
            let path = TilePath::entries_in(size, index).unwrap();
            let mut tile = Vec::new();
            for entry in bundle::split(&self.bytes(&path.to_string()).await) {
                let leaf = leaf_hash(entry.unwrap());
                tile.extend_from_slice(leaf.as_bytes());
                tree.push(leaf);
            }
            let path = TilePath::hashes_in(size, 0, index).unwrap();
            assert_eq!(self.bytes(&path.to_string()).await, tile);
        }
        assert_eq!((tree.size(), tree.root()), (size, checkpoint.root()));
    }
}
