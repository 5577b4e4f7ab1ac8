//! `breakglass fsck` on logs in which every hash and signature is right and that are unlawful all the same.

use std::process::Command;

use ledger::{Origin, SigningKey};
use serde_json::Value;

use crate::forged::{logs, signed};

#[test]
fn the_command_line_names_the_entry_and_the_rule_of_each_unlawful_log() {
    let origin: Origin = "forged.test/log".parse().unwrap();
    let key = SigningKey::from_seed(origin.as_str(), [5; 32]).unwrap();
    for log in logs() {
        let name = &log["name"];
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in signed(&log, &origin, &key) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let done = Command::new(env!("CARGO_BIN_EXE_breakglass"))
            .arg("fsck")
            .arg(folder.path())
            .args(["--vkey", &key.verifier_key().to_string(), "--json"])
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(1), "{name}");
        let said: Vec<Value> = String::from_utf8(done.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (first, summary) = (&said[0], said.last().unwrap());
        assert_eq!(summary["sound"], true, "{name}: {summary}");
        assert_eq!(summary["lawful"], false, "{name}: {summary}");
        assert_eq!(first["seq"], log["seq"], "{name}: {first}");
        for part in ["rule", "expected", "found"] {
            assert_eq!(first["violation"][part], log[part], "{name}: {first}");
        }
    }
}
