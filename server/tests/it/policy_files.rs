//! `breakglass policy` as an author at a shell runs it.

use sqlx::PgPool;
use tempfile::TempDir;

use crate::command::{breakglass, configured, text};
use crate::stage::Stage;

fn file(folder: &TempDir, name: &str, policy: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, policy).unwrap();
    path.to_str().unwrap().to_owned()
}

fn template() -> String {
    let template = breakglass(&["policy", "template"]);
    assert!(template.status.success());
    text(&template.stdout).to_owned()
}

#[test]
fn what_is_wrong_is_told_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(&folder, "good.toml", &template());
    let checked = breakglass(&["policy", "check", &good]);
    assert!(checked.status.success(), "{checked:?}");
    let bad = template().replace("\nn = ", "\nn = 0 # ");
    let line = bad
        .lines()
        .position(|line| line.starts_with("n = 0"))
        .unwrap()
        + 1;
    let bad = file(&folder, "bad.toml", &bad);
    let checked = breakglass(&["policy", "check", &good, &bad]);
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stdout);
    assert!(said.contains(&format!("bad.toml: line {line}, ")), "{said}");
    let gone = breakglass(&["policy", "check", "no-such-file.toml"]);
    assert_eq!(gone.status.code(), Some(2));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_is_planned_proposed_and_written_out(pool: PgPool) {
    use sqlx::ConnectOptions as _;

    let url = pool.connect_options().to_url_lossy().to_string();
    let stage = Stage::new(pool).await;
    // Somebody has signed in: from here on a policy takes two authors.
    stage.browser().sign_in("dana", "oncall").await;
    let data = tempfile::tempdir().unwrap();
    let config = configured(&data, "breakglass.test/log", &url, "");
    let run = |arguments: Vec<String>| async move {
        let run = move || breakglass(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let policy = |what: &str, rest: &str| -> Vec<String> {
        ["policy", what, "--config", &config, rest]
            .map(str::to_owned)
            .into()
    };
    let exported = run(policy("export", "orders-read")).await;
    assert!(exported.status.success(), "{exported:?}");
    let there = text(&exported.stdout).to_owned();
    let same = file(&data, "same.toml", &there);
    let planned = run(policy("plan", &same)).await;
    assert!(
        text(&planned.stdout).contains("version 1 says the same"),
        "{planned:?}"
    );

    let longer = file(
        &data,
        "longer.toml",
        &there.replace("max_s = 3600", "max_s = 7200"),
    );
    let planned = run(policy("plan", &longer)).await;
    assert!(text(&planned.stdout).contains("[looser]"), "{planned:?}");
    let applied = run(policy("apply", &longer)).await;
    let said = text(&applied.stdout);
    assert!(
        applied.status.success() && said.contains("proposed as entry"),
        "{applied:?}"
    );
    let mut ada = stage.browser();
    ada.sign_in("ada", "authors").await;
    let seq = said
        .split("/proposals/")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let page = ada.get(&format!("/proposals/{seq}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().await.contains("The configuration"));
}
