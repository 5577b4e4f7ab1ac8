//! A terminal on a real SSH host, through the portal: what is typed is in the log, and it ends with access.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use access::event::{EndCause, Mode, RecordingEnd, Way};
use access::policy::Connector;
use access::view::RecordedWhat;
use service::settings::Reach;
use service::{Error, Submit};
use sqlx::PgPool;

use crate::settings::prepared;
use crate::sshd::{self, Ends, Sshd};
use crate::stage::{PATIENCE, Stage, eventually, form};

#[sqlx::test(migrations = "../../migrations")]
async fn a_terminal_is_recorded_watched_and_ends_with_access(admin: PgPool) {
    if !sshd::here() {
        return;
    }
    let host = Sshd::start(Ends::ByList);
    let (data, mut settings) = prepared(&admin).await;
    // The host trusts this key.
    let seed = data.path().join("keys/ssh-ca.seed");
    fs::write(&seed, [7; 32]).unwrap();
    fs::set_permissions(&seed, fs::Permissions::from_mode(0o600)).unwrap();
    settings.resources[0].reach = Reach::Ssh {
        host: "127.0.0.1".into(),
        port: host.port,
        host_keys: fs::read_to_string(host.folder.join("host_key.pub")).unwrap(),
        ends_by: None,
    };
    for policy in &mut settings.seed_policies {
        policy.grant.connector = Connector::Ssh;
        policy.grant.role = host.account.0.clone();
        policy.grant.recording = access::policy::Recording::Required;
    }
    let way = (*admin.connect_options()).clone();
    let stage = Stage::on(&admin, None, way, (data, settings)).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let emergency = Submit {
        mode: Mode::Emergency,
        ..form("orders-admin")
    };
    let request = stage.portal.submit(&dana, emergency).await.unwrap();
    let grant = stage
        .portal
        .request(&dana, request)
        .await
        .unwrap()
        .grant
        .unwrap();
    // The console is for databases.
    assert!(matches!(
        stage.portal.open_console(&dana, grant.id).await,
        Err(Error::NotFound)
    ));
    let work = stage
        .portal
        .open_terminal(&dana, grant.id, (80, 24))
        .await
        .unwrap();
    assert!(matches!(
        stage.portal.show_terminal(&ari, work.recording).await,
        Err(Error::NotFound)
    ));
    let mut line = stage
        .portal
        .show_terminal(&dana, work.recording)
        .await
        .unwrap();
    let keyboard = line.keyboard();
    assert!(keyboard.type_text("echo to$((40+2))be\r").await);
    let mut shown = String::new();
    while !shown.contains("to42be") {
        let bytes = line.next().await.expect("it goes on");
        shown.push_str(&String::from_utf8_lossy(&bytes));
    }
    // Who signs off sees it as it happens: what was typed, and what was shown.
    let seen = async || {
        let some = stage
            .portal
            .recorded(&ari, work.recording, 0)
            .await
            .unwrap();
        let lines = some.into_iter().filter_map(|entry| match entry.what {
            RecordedWhat::Chunk { lines, .. } => lines,
            _ => None,
        });
        lines.collect::<String>()
    };
    eventually(PATIENCE, || async { seen().await.contains("to42be") }).await;
    assert!(
        seen().await.contains(r#""i","echo to$((40+2))be"#),
        "{}",
        seen().await
    );

    let start = Instant::now();
    stage
        .portal
        .end(&ari, grant.id, EndCause::Revoked)
        .await
        .unwrap();
    while line.next().await.is_some() {}
    assert_eq!(line.ended().await, RecordingEnd::AccessEnded);
    assert!(start.elapsed().as_secs() < 1, "{:?}", start.elapsed());
    eventually(PATIENCE, || async {
        let view = stage.portal.recording(&dana, work.recording).await.unwrap();
        view.way == Way::Terminal
            && view
                .ended
                .is_some_and(|(_, cause, _)| cause == RecordingEnd::AccessEnded)
    })
    .await;
    let again = stage.portal.open_terminal(&dana, grant.id, (80, 24)).await;
    assert!(matches!(again, Err(Error::NotFound | Error::Refused(_))));
    stage.verified_entries().await;
    assert_eq!(stage.portal.unlawful(), []);
}
