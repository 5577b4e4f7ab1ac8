//! Logs in which every hash and signature is right and that are unlawful all the same: found offline, and by
//! each server that starts on one.

use std::collections::{BTreeSet, HashMap};

use access::Violation;
use ledger::{Origin, SigningKey};
use serde_json::Value;
use service::Portal;
use service::fsck::{Files, ReadError, check_tiles};
use service::restore::restore;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::forged::{logs, signed};
use crate::settings::prepared;
use crate::stage::service_pool;

/// A copy of a log as files, of fewer entries than fill a tile.
struct Copy(HashMap<String, Vec<u8>>);

impl Files for Copy {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(name).cloned())
    }
}

/// Holds what was found first against what the log says of itself.
fn named(log: &Value, found: &[Violation]) {
    let (name, first) = (&log["name"], &found[0]);
    assert_eq!(Some(first.seq), log["seq"].as_u64(), "{name}");
    assert_eq!(Some(first.rule.name()), log["rule"].as_str(), "{name}");
    assert_eq!(
        Some(first.expected.as_str()),
        log["expected"].as_str(),
        "{name}"
    );
    assert_eq!(Some(first.found.as_str()), log["found"].as_str(), "{name}");
}

#[tokio::test]
async fn fsck_names_the_entry_that_was_not_allowed() {
    let origin: Origin = "forged.test/log".parse().unwrap();
    let key = SigningKey::from_seed(origin.as_str(), [5; 32]).unwrap();
    for log in logs() {
        let copy = Copy(signed(&log, &origin, &key));
        let report = check_tiles(&copy, &origin, &key.verifier_key())
            .await
            .unwrap();
        assert!(
            report.faults.is_empty(),
            "{}: {:?}",
            log["name"],
            report.faults
        );
        named(&log, &report.unlawful);
    }
}

/// A database that the log was put into, and a server that starts on it.
async fn start_finds(name: &str, admin: &PgPool) {
    let (data, settings) = prepared(admin).await;
    let key = service::key::load(data.path(), &settings.origin).unwrap();
    let log = logs().into_iter().find(|log| log["name"] == name).unwrap();
    let copy = Copy(signed(&log, &settings.origin, &key));
    let pool = service_pool(admin).await;
    restore(&pool, &copy, &settings.origin, &key.verifier_key())
        .await
        .unwrap();
    let shutdown = CancellationToken::new();
    let portal = Portal::start(settings, pool, shutdown.clone())
        .await
        .unwrap();
    named(&log, portal.unlawful());
    shutdown.cancel();
}

/// A test for each of these logs, with a database of its own.
macro_rules! a_server_names_it_at_its_start {
    ($($log:ident)+) => {
        const STARTED_ON: &[&str] = &[$(stringify!($log)),+];

        mod a_server_names_it_at_its_start {
            $(
                #[sqlx::test(migrations = "../../migrations")]
                async fn $log(admin: sqlx::PgPool) {
                    super::start_finds(stringify!($log), &admin).await;
                }
            )+
        }
    };
}

a_server_names_it_at_its_start! {
    grant_without_quorum
    self_approval_through_two_identities
    activation_outside_the_window
    overlong_grant
    review_by_the_requester
    policy_activated_by_its_author
    unratified_emergency_kept_open
    extension_beyond_the_limit
    extension_asked_for_after_a_no
    delegate_without_delegation
    ladder_step_too_early
    policy_activated_in_an_old_session
    emergency_after_a_refused_one
    action_after_the_end_of_access
    action_by_somebody_else
    outcome_without_an_intent
    missing_action
    missing_piece_of_a_terminal
    refused_statement_that_was_sent
    way_in_shown_where_all_is_recorded
    recording_that_tells_of_less
}

#[test]
fn a_server_was_started_on_each_of_them() {
    let logs = logs();
    let all: BTreeSet<&str> = logs.iter().filter_map(|log| log["name"].as_str()).collect();
    assert_eq!(all, STARTED_ON.iter().copied().collect());
}
