//! Several servers over one database.

use access::event::SessionEnd;
use service::Portal;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, service_pool, verified_entries};

#[sqlx::test(migrations = "../../migrations")]
async fn four_replicas_make_one_chain(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let shutdown = CancellationToken::new();
    let mut replicas = vec![stage.portal.clone()];
    let mut folders = Vec::new();
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        std::fs::create_dir(&keys).unwrap();
        std::fs::copy(
            stage.data.path().join("keys/log.seed"),
            keys.join("log.seed"),
        )
        .unwrap();
        let mut settings = stage.settings.clone();
        settings.data_dir = folder.path().to_owned();
        folders.push(folder);
        let pool = service_pool(&admin).await;
        replicas.push(
            Portal::start(settings, pool, shutdown.clone())
                .await
                .unwrap(),
        );
    }
    let before = replicas[0].ledger().checkpoint().await.unwrap().0;
    let work: Vec<_> = replicas
        .iter()
        .flat_map(|portal| {
            (0..4).map(|_| {
                let (portal, dana) = (portal.clone(), dana.clone());
                tokio::spawn(async move {
                    for _ in 0..25 {
                        portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
                    }
                })
            })
        })
        .collect();
    for done in work {
        done.await.unwrap();
    }
    for portal in &replicas {
        assert_eq!(portal.halted(), None);
        let entries = verified_entries(portal).await;
        assert_eq!(entries.len() as u64, before + 400);
    }
    shutdown.cancel();
}
