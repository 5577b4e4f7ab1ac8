//! What a portal of the tests is told, and what it finds.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use access::policy::Policy;
use ledger::Origin;
use secrecy::SecretString;
use service::settings::{Reach, Resource, RoleGroups, Settings};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};
use uuid::Uuid;

/// The target's role that grants give. Roles are of the cluster: tests share it.
pub const ROLE: &str = "breakglass_test_reader";

fn policy(name: &str, approvers: u8, emergency: bool) -> Policy {
    let json = serde_json::json!({
        "name": name,
        "description": "A policy.",
        "resources": ["orders-db"],
        "eligible": ["oncall"],
        "conditions": {"min_reason_chars": 5},
        "duration": {"default_s": 60, "max_s": 600},
        "approval": {"within_s": 600, "stages": [{"n": approvers, "groups": ["leads", "security"]}]},
        "emergency": emergency.then(|| serde_json::json!({"max_duration_s": 300})),
        "review": {"groups": ["reviewers"], "within_s": 86400},
        "grant": {"connector": "postgresql", "role": ROLE},
    });
    serde_json::from_value(json).unwrap()
}

pub fn settings(admin: &PgPool, data: &Path, origin: &str) -> Settings {
    settings_by(&admin.connect_options(), data, origin)
}

/// With a target that is reached by this way.
pub fn settings_by(way: &PgConnectOptions, data: &Path, origin: &str) -> Settings {
    let target = way.to_url_lossy().to_string();
    Settings {
        origin: Origin::from_str(origin).unwrap(),
        data_dir: data.to_owned(),
        roles: RoleGroups {
            auditor: vec!["auditors".parse().unwrap()],
            operator: vec!["operators".parse().unwrap()],
            custodian: vec!["custodians".parse().unwrap()],
            author: vec!["authors".parse().unwrap()],
        },
        read_window: Duration::from_secs(300),
        resources: vec![Resource {
            name: "orders-db".parse().unwrap(),
            description: "Orders".into(),
            labels: Default::default(),
            reach: postgresql(target),
        }],
        seed_policies: vec![
            policy("orders-read", 1, false),
            policy("orders-admin", 2, true),
        ],
        signer: None,
        archive: None,
        trust: None,
        gateway: None,
        verifier: None,
    }
}

/// What a portal needs to start: a data folder with a key, its settings, the target's role.
pub async fn prepared(admin: &PgPool) -> (tempfile::TempDir, Settings) {
    // Another test may be making the same role.
    let made = sqlx::raw_sql(&format!("create role {ROLE} nologin"))
        .execute(admin)
        .await;
    drop(made);
    let data = tempfile::tempdir().unwrap();
    let origin = format!("test.example/{}", Uuid::new_v4().simple());
    let settings = settings(admin, data.path(), &origin);
    service::key::generate(data.path(), &settings.origin).unwrap();
    (data, settings)
}

/// A PostgreSQL server at this address.
pub fn postgresql(admin_url: impl Into<SecretString>) -> Reach {
    Reach::Postgresql {
        admin_url: admin_url.into(),
        command: "psql user={account}".into(),
    }
}
