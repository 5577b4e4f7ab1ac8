//! A portal on a database of its own, the people of the demo, and a target.

use std::str::FromStr as _;
use std::time::Duration;

use access::command::Seen;
use access::event::{Decision, Mode, Urgency};
use access::ids::{GrantId, RequestId};
use access::view::Viewer;
use ledger::{Entry, LogVerifier, SignedCheckpoint, VerifierKey};
use service::settings::{Archive, Settings};
use service::{Error, Identity, Portal, SignOff, Submit, Words};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::settings::prepared;

pub struct Stage {
    pub portal: Portal,
    pub admin: PgPool,
    pub settings: Settings,
    pub data: tempfile::TempDir,
    /// How the portal reaches its database.
    pub way: PgConnectOptions,
    shutdown: CancellationToken,
}

/// For what has to happen by itself, on a machine that does much else: a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A pool that works as the running portal does: as the service's role.
pub async fn service_pool(admin: &PgPool) -> PgPool {
    service_pool_by(&admin.connect_options()).await
}

/// The same, to the database by this way.
pub async fn service_pool_by(way: &PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(8)
        .after_connect(|connection, _| {
            Box::pin(async move {
                use sqlx::Executor as _;

                connection
                    .execute("set role breakglass_service")
                    .await
                    .map(drop)
            })
        })
        .connect_with(way.clone())
        .await
        .unwrap()
}

impl Stage {
    pub async fn new(admin: &PgPool) -> Self {
        Self::with_archive(admin, None).await
    }

    pub async fn with_archive(admin: &PgPool, archive: Option<Archive>) -> Self {
        Self::by_way(admin, archive, (*admin.connect_options()).clone()).await
    }

    /// A portal whose log begins with these policies.
    pub async fn with_policies(admin: &PgPool, policies: Vec<access::policy::Policy>) -> Self {
        let (data, mut settings) = prepared(admin).await;
        settings.seed_policies = policies;
        let way = (*admin.connect_options()).clone();
        Self::on(admin, None, way, (data, settings)).await
    }

    /// A portal that reaches its database by this way.
    pub async fn by_way(admin: &PgPool, archive: Option<Archive>, way: PgConnectOptions) -> Self {
        let prepared = prepared(admin).await;
        Self::on(admin, archive, way, prepared).await
    }

    /// A portal on a data folder with a key.
    pub async fn on(
        admin: &PgPool,
        archive: Option<Archive>,
        way: PgConnectOptions,
        (data, settings): (tempfile::TempDir, Settings),
    ) -> Self {
        let settings = Settings {
            archive,
            ..settings
        };
        let shutdown = CancellationToken::new();
        let portal = Portal::start(
            settings.clone(),
            service_pool_by(&way).await,
            shutdown.clone(),
        )
        .await
        .unwrap();
        Self {
            portal,
            admin: admin.clone(),
            settings,
            data,
            way,
            shutdown,
        }
    }

    /// Stops the portal's background tasks.
    pub fn stop(&self) {
        self.shutdown.cancel();
    }

    /// Stops the portal and starts another on the same database and data folder.
    pub async fn restart(&mut self) {
        self.shutdown.cancel();
        self.shutdown = CancellationToken::new();
        let pool = service_pool_by(&self.way).await;
        self.portal = Portal::start(self.settings.clone(), pool, self.shutdown.clone())
            .await
            .unwrap();
    }

    pub async fn person(&self, subject: &str, groups: &[&str]) -> Viewer {
        sign_in(&self.portal, subject, groups).await
    }

    pub async fn dana(&self) -> Viewer {
        self.person("dana", &["oncall"]).await
    }

    pub async fn ari(&self) -> Viewer {
        self.person("ari", &["leads"]).await
    }

    pub async fn sam(&self) -> Viewer {
        self.person("sam", &["security"]).await
    }

    pub async fn quinn(&self) -> Viewer {
        self.person("quinn", &["auditors"]).await
    }

    /// Breaks the glass and returns the open grant.
    pub async fn break_glass(&self, who: &Viewer, duration_s: u32) -> (RequestId, GrantId) {
        let form = Submit {
            mode: Mode::Emergency,
            words: words_for(duration_s),
            ..form("orders-admin")
        };
        let request = self.portal.submit(who, form).await.unwrap();
        let view = self.portal.request(who, request).await.unwrap();
        (request, view.grant.unwrap().id)
    }

    /// Asks for ordinary access.
    pub async fn ask(&self, who: &Viewer, policy: &str) -> RequestId {
        self.portal.submit(who, form(policy)).await.unwrap()
    }

    pub async fn sign(
        &self,
        who: &Viewer,
        request: RequestId,
        decision: Decision,
    ) -> Result<(), Error> {
        let statement = self.portal.request(who, request).await?.statement_sha256;
        self.portal
            .check_sign_off(who, request, None, (decision, statement), None)
            .await?;
        let auth_time_s = time::OffsetDateTime::now_utc().unix_timestamp();
        let form = SignOff {
            request,
            on_behalf_of: None,
            decision,
            statement,
            auth_time_s,
            id_token: "header.claims.signature".into(),
            nonce_salt: [7; 32],
            note: Some("Looked at the ticket.".into()),
        };
        self.portal.sign_off(who, form).await
    }

    /// Every entry of the newest checkpoint, which is verified on the way: chain, tree, signature.
    pub async fn verified_entries(&self) -> Vec<(String, serde_json::Value)> {
        verified_entries(&self.portal).await
    }

    /// Connects to the target as a holder would.
    pub async fn log_in(
        &self,
        credential: &access::view::Credential,
    ) -> Result<sqlx::PgConnection, sqlx::Error> {
        let options: PgConnectOptions = (*self.admin.connect_options()).clone();
        options
            .username(&credential.account)
            .password(&credential.password)
            .connect()
            .await
    }

    pub async fn account_stands(&self, grant: GrantId) -> bool {
        sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(grant.account())
            .fetch_one(&self.admin)
            .await
            .unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Somebody as the identity provider tells of them.
pub fn identity(subject: &str, groups: &[&str]) -> Identity {
    Identity {
        issuer: "https://idp.example".into(),
        subject: subject.into(),
        name: format!("{subject} of the tests"),
        groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        auth_time_s: Some(time::OffsetDateTime::now_utc().unix_timestamp()),
    }
}

pub async fn sign_in(portal: &Portal, subject: &str, groups: &[&str]) -> Viewer {
    portal
        .register_sign_in(identity(subject, groups))
        .await
        .unwrap()
}

/// What a form says.
pub fn words() -> Words {
    Words {
        duration_s: 60,
        urgency: Urgency::Sev2,
        reason: "Orders are stuck and customers wait.".into(),
        ticket: Some("INC-7".into()),
        incident: None,
        start_at_ms: None,
        seen: Seen::default(),
    }
}

/// The same for so many seconds.
pub fn words_for(duration_s: u32) -> Words {
    Words {
        duration_s,
        ..words()
    }
}

pub fn form(policy: &str) -> Submit {
    Submit {
        request: RequestId::new(Uuid::new_v4()),
        mode: Mode::Ordinary,
        resource: "orders-db".parse().unwrap(),
        policy: policy.parse().unwrap(),
        words: words(),
        confirmed: true,
    }
}

pub async fn verified_entries(portal: &Portal) -> Vec<(String, serde_json::Value)> {
    use futures::TryStreamExt as _;

    let reader = portal.ledger();
    let (size, note) = reader.checkpoint().await.unwrap();
    let key = VerifierKey::from_str(&reader.vkey()).unwrap();
    let checkpoint = SignedCheckpoint::parse(note.as_bytes())
        .unwrap()
        .verify(&key, reader.origin())
        .unwrap();
    let pieces: Vec<Vec<u8>> = reader.stream(0, size).try_collect().await.unwrap();
    let bytes = pieces.concat();
    let mut verifier = LogVerifier::new(reader.origin().clone());
    let mut entries = Vec::new();
    for entry in ledger::bundle::split(&bytes) {
        let entry = entry.unwrap();
        verifier.push(entry);
        let parsed = Entry::parse(entry).unwrap();
        entries.push((
            parsed.kind().to_owned(),
            serde_json::from_slice(entry).unwrap(),
        ));
    }
    verifier.finish(&checkpoint);
    assert_eq!(verifier.findings(), []);
    entries
}

/// Waits until `done` says so, at most `limit`.
pub async fn eventually<F>(limit: Duration, mut done: impl FnMut() -> F) -> Duration
where
    F: Future<Output = bool>,
{
    let start = std::time::Instant::now();
    while !done().await {
        assert!(
            start.elapsed() < limit,
            "it did not happen within {limit:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    start.elapsed()
}
