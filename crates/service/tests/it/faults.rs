//! Parts that fail while they are needed: the database's connections, a target that hangs.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use access::event::{Mode, SessionEnd};
use service::{Error, Submit};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::settings::postgresql;
use crate::stage::{PATIENCE, Stage, eventually, form, words_for};
use crate::wire::Server;

/// Every answer is true: what was acknowledged is in the log, what was refused is not, and the log
/// goes on by itself.
#[sqlx::test(migrations = "../../migrations")]
async fn connections_that_die_at_any_moment_lose_nothing(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let before = stage.portal.ledger().checkpoint().await.unwrap().0;
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (portal, dana) = (stage.portal.clone(), dana.clone());
            tokio::spawn(async move {
                let mut written = 0_u64;
                for _ in 0..40 {
                    match portal.sign_out(&dana, SessionEnd::SignedOut).await {
                        Ok(()) => written += 1,
                        Err(Error::Unavailable { .. }) => {}
                        Err(fault) => panic!("{fault}"),
                    }
                }
                written
            })
        })
        .collect();
    let mut cut = 0;
    while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
        cut += cut_connections(&admin).await;
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    assert!(cut > 0, "no connection was cut: nothing was tested");
    let mut written = 0;
    for caller in callers {
        written += caller.await.unwrap();
    }
    assert_eq!(stage.portal.halted(), None);
    stage
        .portal
        .sign_out(&dana, SessionEnd::SignedOut)
        .await
        .unwrap();
    let entries = stage.verified_entries().await;
    assert_eq!(entries.len() as u64, before + written + 1);
}

/// Ends every connection of the portal to the test's database; the test's own stay.
pub async fn cut_connections(admin: &PgPool) -> i64 {
    sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and query ~ 'ledger_|commit|pg_notify'",
    )
    .fetch_one(admin)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_target_that_hangs_keeps_no_other_targets_access_open(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let relay = Relay::to(&admin.connect_options());
    let mut stuck = stage.settings.resources[0].clone();
    stuck.name = "stuck-db".parse().unwrap();
    stuck.reach = postgresql(relay.url(&admin.connect_options()));
    stage.settings.resources.push(stuck);
    let mut policy = stage.settings.seed_policies[1].clone();
    policy.name = "stuck-admin".parse().unwrap();
    policy.resources = vec!["stuck-db".parse().unwrap()];
    stage.settings.seed_policies.push(policy);
    stage.restart().await;

    let dana = stage.dana().await;
    let hangs = Submit {
        mode: Mode::Emergency,
        resource: "stuck-db".parse().unwrap(),
        words: words_for(2),
        ..form("stuck-admin")
    };
    let request = stage.portal.submit(&dana, hangs).await.unwrap();
    let hanging = stage.portal.request(&dana, request).await.unwrap();
    let hanging = hanging.grant.unwrap().id;
    let (_, grant) = stage.break_glass(&dana, 3).await;
    assert!(stage.account_stands(hanging).await && stage.account_stands(grant).await);

    relay.freeze();
    let late = eventually(Duration::from_secs(6), || async {
        !stage.account_stands(grant).await
    })
    .await;
    assert!(late < Duration::from_secs(4), "ended after {late:?}");
    assert!(
        stage.account_stands(hanging).await,
        "the relay let it through"
    );
    relay.thaw();
    eventually(PATIENCE, || async { !stage.account_stands(hanging).await }).await;
}

/// A way to the server that can be made to hang, as a dead network does: nothing arrives, nothing
/// is refused.
struct Relay {
    port: u16,
    frozen: Arc<AtomicBool>,
}

impl Relay {
    fn to(options: &PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let frozen = Arc::new(AtomicBool::new(false));
        let (options, hangs) = (options.clone(), frozen.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (to_client, from_client) = (client.try_clone().unwrap(), client);
                let server = Server::connect(&options).unwrap();
                pass_on(from_client, server.write, hangs.clone());
                pass_on(server.read, to_client, hangs.clone());
            }
        });
        Self { port, frozen }
    }

    fn url(&self, options: &PgConnectOptions) -> String {
        format!(
            "postgres://{}@127.0.0.1:{}/{}?sslmode=disable",
            options.get_username(),
            self.port,
            options.get_database().unwrap()
        )
    }

    fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    fn thaw(&self) {
        self.frozen.store(false, Ordering::SeqCst);
    }
}

/// Copies until an end closes; holds everything back while frozen.
fn pass_on(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    frozen: Arc<AtomicBool>,
) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            while frozen.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
    });
}
