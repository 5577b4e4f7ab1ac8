//! A whole portal over a fresh database, and browsers before it.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use leptos::prelude::LeptosOptions;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Value, json};
use server::config::{SessionLimits, TileAccess};
use server::session::{self, Sessions};
use server::web::{AppState, Flood, Hashes, Outside, OwnOrigin, Transport, TrustedProxies, router};
use service::Portal;
use service::settings::{Reach, Resource, RoleGroups, Settings};
use service::store::session_index::SessionIndex;
use sqlx::{ConnectOptions as _, PgPool};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt as _;
use url::Url;

use crate::id_token::changed;
use crate::keys::{Key, token};
use crate::provider::{CLIENT, Provider, query};

/// The portal's origin.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// One portal.
pub(crate) struct Stage {
    pub(crate) provider: Provider,
    pub(crate) pool: PgPool,
    router: Router,
    folders: [TempDir; 2],
    /// How many browsers there are.
    browsers: AtomicU8,
    _stop: DropGuard,
}

/// One browser: a cookie.
pub(crate) struct Browser<'a> {
    stage: &'a Stage,
    /// Each has an address of its own: so many sign-ins come from one, and no more.
    address: IpAddr,
    pub(crate) cookie: Option<String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Stage {
    pub(crate) async fn new(pool: PgPool) -> Self {
        let provider = Provider::start().await;
        let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let settings = settings(&folders[0]);
        service::key::generate(folders[0].path(), &settings.origin).unwrap();
        Self::on(provider, pool, folders, settings, TileAccess::Public).await
    }

    /// A portal whose resource is the tests' own database, so that access to it opens: under `orders-open`, which an
    /// approver makes longer once.
    pub(crate) async fn that_opens(pool: PgPool) -> Self {
        let provider = Provider::start().await;
        let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let mut settings = settings(&folders[0]);
        let target = pool.connect_options().to_url_lossy().to_string();
        settings.resources[0].reach = postgresql(target);
        settings
            .seed_policies
            .push(serde_json::from_value(orders_open()).unwrap());
        // Roles are of the cluster, and another test may be making the same one.
        let made = sqlx::raw_sql(&format!("create role {READER} nologin"))
            .execute(&pool)
            .await;
        drop(made);
        service::key::generate(folders[0].path(), &settings.origin).unwrap();
        Self::on(provider, pool, folders, settings, TileAccess::Public).await
    }

    /// The same portal, started anew after an operator changed who the auditors are, with hash tiles for
    /// them alone.
    pub(crate) async fn with_auditors(self, group: &str) -> Self {
        let Self {
            provider,
            pool,
            folders,
            ..
        } = self;
        let mut settings = settings(&folders[0]);
        settings.roles.auditor = vec![group.parse().unwrap()];
        Self::on(provider, pool, folders, settings, TileAccess::Auditors).await
    }

    async fn on(
        provider: Provider,
        pool: PgPool,
        folders: [TempDir; 2],
        settings: Settings,
        tiles: TileAccess,
    ) -> Self {
        let stop = CancellationToken::new();
        let limits = SessionLimits::new(1_800, 28_800).unwrap();
        let state = AppState {
            portal: Portal::start(settings, pool.clone(), stop.clone())
                .await
                .unwrap(),
            oidc: Arc::new(provider.client(&[CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])),
            sessions: Sessions::new(SessionIndex::new(pool.clone()), limits),
            tiles,
            proxies: TrustedProxies(Vec::new().into()),
            leptos: LeptosOptions::builder().output_name("app").build(),
            stop: stop.clone(),
        };
        let outside = Outside {
            site: folders[1].path(),
            own: OwnOrigin(ORIGIN.into()),
            transport: Transport::Plain,
            flood: Flood::default(),
            hashes: Hashes::default(),
        };
        let router = router(state, session::layer(pool.clone(), limits), outside);
        Self {
            provider,
            pool,
            router,
            folders,
            browsers: AtomicU8::new(1),
            _stop: stop.drop_guard(),
        }
    }

    /// Where the portal keeps what is not in its database.
    pub(crate) fn data(&self) -> &Path {
        self.folders[0].path()
    }

    /// Where the files of the build would lie.
    pub(crate) fn site(&self) -> &Path {
        self.folders[1].path()
    }

    /// What answers.
    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        let number = self.browsers.fetch_add(1, Ordering::Relaxed);
        Browser {
            stage: self,
            address: [198, 51, 100, number].into(),
            cookie: None,
        }
    }

    /// Claims of a good ID token, now.
    pub(crate) fn claims(&self, subject: &str, group: &str, nonce: &str) -> Value {
        let now_s = OffsetDateTime::now_utc().unix_timestamp();
        json!({
            "iss": self.provider.issuer, "aud": CLIENT, "sub": subject, "nonce": nonce, "name": subject,
            "iat": now_s, "exp": now_s + 300, "auth_time": now_s, "sid": format!("session-of-{subject}"), "groups": [group],
        })
    }

    /// The next token that the provider gives out.
    pub(crate) fn gives(&self, claims: &Value) {
        let header = json!({ "alg": "RS256", "kid": "key-1" });
        *self.provider.says.token.lock().unwrap() = token(&header, claims, Key::Right);
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(
            Request::get(path).header(header::ACCEPT, "text/html"),
            Body::empty(),
        )
        .await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.into()).await
    }

    /// The status of a form that script sends.
    pub(crate) async fn api(&mut self, path: &str, form: &[(&str, String)]) -> u16 {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path)
            .header(header::ACCEPT, "application/json")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.into()).await.status.as_u16()
    }

    /// What script fetches.
    pub(crate) async fn fetch(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "application/json");
        self.send(request, Body::empty()).await
    }

    /// Signs in with a proof that is three seconds old, and says what the callback answered.
    pub(crate) async fn sign_in(&mut self, subject: &str, group: &str) -> Answer {
        let proven_s = OffsetDateTime::now_utc().unix_timestamp() - 3;
        let changes = json!({ "auth_time": proven_s });
        let callback = self
            .go_to_provider("/auth/start?next=/inbox", subject, group, changes)
            .await;
        self.get(&callback).await
    }

    /// Goes to the provider by this path, proves to be this person with these changes to the claims, and says where the
    /// provider sends the browser.
    pub(crate) async fn go_to_provider(
        &mut self,
        path: &str,
        subject: &str,
        group: &str,
        changes: Value,
    ) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let url = Url::parse(answer.location()).unwrap();
        self.stage.gives(&changed(
            self.stage.claims(subject, group, &query(&url, "nonce")),
            changes,
        ));
        format!("/auth/callback?code=code&state={}", query(&url, "state"))
    }

    /// Whether the portal knows who this is.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("/inbox").await.status == StatusCode::OK
    }

    async fn send(&mut self, request: http::request::Builder, body: Body) -> Answer {
        let request = request.extension(ConnectInfo(SocketAddr::from((self.address, 40_000))));
        let request = match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, format!("__Host-breakglass={cookie}")),
            None => request,
        };
        let response = self
            .stage
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let value = set
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .strip_prefix("__Host-breakglass=")
                .unwrap();
            self.cookie = (!value.is_empty()).then(|| value.to_owned());
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    pub(crate) async fn text(self) -> String {
        String::from_utf8(self.bytes().await).unwrap()
    }

    pub(crate) async fn bytes(self) -> Vec<u8> {
        to_bytes(self.body, usize::MAX).await.unwrap().to_vec()
    }
}

/// A portal that opens nothing for nobody.
pub(crate) fn bare(origin: &str, data: &Path) -> Settings {
    Settings {
        origin: origin.parse().unwrap(),
        data_dir: data.to_owned(),
        roles: RoleGroups::default(),
        read_window: Duration::from_secs(300),
        resources: Vec::new(),
        seed_policies: Vec::new(),
        signer: None,
        archive: None,
        trust: None,
        gateway: None,
        verifier: None,
    }
}

/// A portal with one resource, which no test opens, and one policy.
pub(crate) fn settings(data: &TempDir) -> Settings {
    Settings {
        roles: RoleGroups {
            auditor: vec!["auditors".parse().unwrap()],
            operator: vec!["operators".parse().unwrap()],
            custodian: vec!["custodians".parse().unwrap()],
            author: vec!["authors".parse().unwrap()],
        },
        resources: vec![Resource {
            name: "orders-db".parse().unwrap(),
            description: "Orders".to_owned(),
            labels: Default::default(),
            reach: postgresql("postgres://nobody@127.0.0.1:1/orders".to_owned()),
        }],
        seed_policies: vec![
            serde_json::from_value(orders_read()).unwrap(),
            serde_json::from_value(json!({
                "name": "orders-glass", "description": "Read them at once.", "resources": ["orders-db"],
                "eligible": ["oncall"], "duration": { "default_s": 600, "max_s": 3600 },
                "approval": { "within_s": 3600, "stages": [{ "n": 1, "groups": ["leads"] }] },
                "emergency": { "max_duration_s": 600 },
                "review": { "groups": ["reviewers"], "within_s": 3600 },
                "grant": { "connector": "postgresql", "role": "orders_read" },
            }))
            .unwrap(),
        ],
        ..bare("breakglass.test/log", data.path())
    }
}

/// The first of the policies that the portal begins with.
/// The target's role whose rights are given under `orders-open`.
const READER: &str = "breakglass_test_reader";

fn orders_open() -> Value {
    json!({
        "name": "orders-open", "description": "Read the orders for a while.", "resources": ["orders-db"],
        "eligible": ["oncall"], "conditions": { "min_reason_chars": 5 },
        "duration": {
            "default_s": 600, "max_s": 3600, "extend": { "times": 1, "by_s": 600, "approval": true },
        },
        "approval": { "within_s": 3600, "stages": [{ "n": 1, "groups": ["leads"] }] },
        "review": { "groups": ["reviewers"], "within_s": 3600 },
        "grant": { "connector": "postgresql", "role": READER },
    })
}

pub(crate) fn orders_read() -> Value {
    json!({
        "name": "orders-read", "description": "Read the orders.", "resources": ["orders-db"],
        "eligible": ["oncall"], "conditions": { "min_reason_chars": 5 },
        "duration": { "default_s": 600, "max_s": 3600 },
        "approval": { "within_s": 3600, "stages": [{ "n": 1, "groups": ["leads"] }] },
        "review": { "groups": ["reviewers"], "within_s": 3600 },
        "grant": { "connector": "postgresql", "role": "orders_read" },
    })
}

/// A PostgreSQL server at this address.
fn postgresql(admin_url: String) -> Reach {
    Reach::Postgresql {
        admin_url: admin_url.into(),
        command: "psql user={account}".to_owned(),
    }
}
