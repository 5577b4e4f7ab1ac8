//! Several servers over one database.

use std::collections::BTreeMap;
use std::time::Duration;

use access::event::SessionEnd;
use access::view::Viewer;
use ledger::{Hash, SignedCheckpoint, Tree, leaf_hash};
use service::Portal;
use service::settings::Settings;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::another_hand::stored;
use crate::process::{Orders, Part, Process, Said, fresh_folder, kill};
use crate::proxy::Proxy;
use crate::stage::{Stage, service_pool, verified_entries};
use crate::sweep::{asked_for, sound};

/// Four who sign out again and again, at least 25 times each, until they are to stop. How often they did.
fn load(portal: &Portal, dana: &Viewer, stop: &CancellationToken) -> Vec<JoinHandle<usize>> {
    let one = |_| {
        let (portal, dana, stop) = (portal.clone(), dana.clone(), stop.clone());
        tokio::spawn(async move {
            let mut done = 0;
            while done < 25 || !stop.is_cancelled() {
                portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
                done += 1;
            }
            done
        })
    };
    (0..4).map(one).collect()
}

/// The root of each size that was signed, which is that of the entries.
async fn one_root_per_size(admin: &PgPool, stage: &Stage) -> usize {
    let mut roots = BTreeMap::<u64, Hash>::new();
    let mut tree = Tree::new();
    for bytes in stored(admin).await {
        tree.push(leaf_hash(&bytes));
        roots.insert(tree.size(), tree.root());
    }
    let notes: Vec<(i64, String)> = sqlx::query_as("select size, note from ledger_checkpoint")
        .fetch_all(admin)
        .await
        .unwrap();
    let key = stage.portal.ledger().vkey().parse().unwrap();
    for (size, note) in &notes {
        let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
        let signed = signed.verify(&key, stage.portal.ledger().origin()).unwrap();
        assert_eq!(signed.size(), u64::try_from(*size).unwrap());
        assert_eq!(Some(&signed.root()), roots.get(&signed.size()));
    }
    notes.len()
}

/// Four portals, and a fifth that is killed while it writes as fast as it can.
#[sqlx::test(migrations = "../../migrations")]
async fn four_replicas_make_one_chain(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let shutdown = CancellationToken::new();
    let mut replicas = vec![stage.portal.clone()];
    let mut folders = Vec::new();
    for _ in 0..3 {
        let folder = fresh_folder(stage.data.path());
        let settings = Settings {
            data_dir: folder.path().to_owned(),
            ..stage.settings.clone()
        };
        folders.push(folder);
        let pool = service_pool(&admin).await;
        let replica = Portal::start(settings, pool, shutdown.clone()).await;
        replicas.push(replica.unwrap());
    }
    let proxy = Proxy::to(&admin.connect_options());
    let folder = fresh_folder(stage.data.path());
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        ..stage.settings.clone()
    };
    let orders = Orders::new(&proxy.options(), &settings, Part::Burst);
    let mut process = Process::start(&orders, None);
    let killed = tokio::task::spawn_blocking(move || {
        let (mut said, mut acknowledged) = (Vec::new(), 0);
        while let Some(one) = process.next() {
            acknowledged += usize::from(matches!(one, Said::Acknowledged(_)));
            said.push(one);
            // In the middle of its second burst, or where nothing comes of its bursts.
            if acknowledged == 700 || said.len() == 20_000 {
                kill(process.id());
            }
        }
        (said, acknowledged)
    });
    let alone = CancellationToken::new();
    let work: Vec<_> = replicas
        .iter()
        .flat_map(|one| load(one, &dana, &alone))
        .collect();
    let killed = tokio::time::timeout(Duration::from_secs(240), killed).await;
    let (said, acknowledged) = killed.expect("it was not killed").unwrap();
    assert!(acknowledged >= 700, "{acknowledged} of {said:?}");
    assert!(said.contains(&Said::Started { halted: None }));
    // What the killed one left committed and unsigned is signed with whatever comes next.
    alone.cancel();
    let mut signed_out = 0;
    for done in work {
        signed_out += done.await.unwrap();
    }
    signed_out += 25 * 4;
    for done in load(&replicas[1], &dana, &alone) {
        assert_eq!(done.await.unwrap(), 25);
    }

    let found = asked_for(&admin).await;
    for one in &said {
        if let Said::Acknowledged(request) = one {
            assert_eq!(found.get(request), Some(&1), "it was acknowledged");
        }
    }
    for portal in &replicas {
        assert_eq!(portal.halted(), None);
        let entries = verified_entries(portal).await;
        let closed = entries.iter().filter(|(kind, _)| kind == "session.closed");
        assert_eq!(closed.count(), signed_out);
    }

    shutdown.cancel();
    let checkpoints = one_root_per_size(&admin, &stage).await;
    assert!(checkpoints > 20, "{checkpoints} checkpoints");
    let key = stage.portal.ledger().vkey().parse().unwrap();
    let origin = stage.portal.ledger().origin();
    let mut memories = vec![stage.data.path(), folder.path()];
    memories.extend(folders.iter().map(|folder| folder.path()));
    for memory in memories {
        let report = sound(&admin, origin, &key, Some(memory)).await;
        assert_eq!(report.signed, report.size);
    }
}
