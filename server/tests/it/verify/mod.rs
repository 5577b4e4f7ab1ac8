//! `breakglass verify` as a person or a script runs it: what it says of a log, and how it ends.

mod hostile;
mod places;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::log_file::Head;
use ledger::{CosigningKey, SignedCheckpoint, SigningKey};
use serde_json::{Value, json};
use tempfile::TempDir;
use verify::{LogKey, Purpose, Replay, Session};

use crate::forged::{logs, signed};
use crate::fsck::{Log, text};

fn verify(place: &str, vkey: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(["verify", place, "--vkey", vkey])
        .args(arguments)
        .output()
        .unwrap()
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The report as JSON, and how the command ended.
fn report(place: &str, vkey: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let done = verify(place, vkey, &[&["--json"], arguments].concat());
    let said = serde_json::from_slice(&done.stdout);
    (
        done.status.code(),
        said.unwrap_or_else(|_| panic!("{}", text(&done.stderr))),
    )
}

fn kinds(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let kinds = findings
        .iter()
        .map(|finding| finding["kind"].as_str().unwrap());
    kinds.collect()
}

/// The files of a folder that follow each other.
fn joined(folder: &Path, names: &[&str]) -> Vec<u8> {
    let read = |name: &&str| std::fs::read(folder.join(name)).unwrap();
    names.iter().flat_map(read).collect()
}

const BUNDLES: [&str; 2] = ["tile/entries/000", "tile/entries/001.p/44"];

/// The log of a folder as one file.
fn as_file(folder: &Path, tiles: &[&str], bundles: &[&str]) -> Vec<u8> {
    let note = joined(folder, &["checkpoint"]);
    let leaves = joined(folder, tiles);
    let head = Head::new(note.len() as u64, leaves.len() as u64 / 32).unwrap();
    let head = head.encode().into_bytes();
    [head, note, leaves, joined(folder, bundles)].concat()
}

/// The same beside the folder's other files.
fn written(log: &Log) -> PathBuf {
    let folder = log.folder.path();
    let file = as_file(folder, &["tile/0/000", "tile/0/001.p/44"], &BUNDLES);
    log.write("all.breakglass-log", &file);
    folder.join("all.breakglass-log")
}

#[test]
fn a_lawful_log_is_proven_in_a_folder_and_in_a_file() {
    let log = Log::new();
    for place in [log.folder.path().to_owned(), written(&log)] {
        let done = verify(shown(&place), &log.vkey, &[]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        let out = text(&done.stdout);
        let verdict = "Proven. All 300 entries of fsck.example/log are as they were signed under the key you hold, and keep the rules.\n";
        assert!(out.starts_with(verdict), "{out}");
        assert!(
            out.contains("\nholds        Tree: The entries give exactly"),
            "{out}"
        );
        assert!(
            out.contains("\nnot checked  Memory: This log has not"),
            "{out}"
        );
    }
}

#[test]
fn an_unlawful_log_is_not_proven_and_its_entry_and_rule_are_named() {
    let key = SigningKey::from_seed("forged.test/log", [5; 32]).unwrap();
    let vkey = key.verifier_key().to_string();
    for log in logs() {
        let name = &log["name"];
        let folder = tempfile::tempdir().unwrap();
        let files = signed(&log, &"forged.test/log".parse().unwrap(), &key);
        for (path, bytes) in &files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let part = |start: &str| files.keys().find(|path| path.starts_with(start)).unwrap();
        let file = as_file(folder.path(), &[part("tile/0")], &[part("tile/entries")]);
        let file_at = folder.path().join("one.breakglass-log");
        std::fs::write(&file_at, file).unwrap();
        for place in [folder.path(), &file_at] {
            let (code, report) = report(shown(place), &vkey, &[]);
            assert_eq!(code, Some(1), "{name}");
            let first = &report["findings"][0];
            assert_eq!(first["seq"], log["seq"], "{name}: {first}");
            assert_eq!(first["rule"], log["rule"], "{name}: {first}");
        }
    }
}

#[test]
fn an_altered_entry_is_named_with_what_was_expected() {
    let log = Log::new();
    log.tamper();
    for place in [log.folder.path().to_owned(), written(&log)] {
        let (code, report) = report(shown(&place), &log.vkey, &[]);
        assert_eq!(code, Some(1));
        assert_eq!(kinds(&report), ["altered"]);
        assert_eq!(report["findings"][0]["seq"], 270);
        let done = verify(shown(&place), &log.vkey, &[]);
        let out = text(&done.stdout);
        assert!(
            out.starts_with("NOT PROVEN. Entry 270 was altered"),
            "{out}"
        );
        assert!(out.contains("\nOne finding:\n\n#270 "), "{out}");
        assert!(out.contains("\n  expected  "), "{out}");
    }
}

#[test]
fn a_tail_that_was_cut_off_is_a_finding() {
    let log = Log::new();
    let whole = std::fs::read(written(&log)).unwrap();
    let file = log.folder.path().join("cut.breakglass-log");
    for missing in [1, 2000] {
        std::fs::write(&file, &whole[..whole.len() - missing]).unwrap();
        let (code, report) = report(shown(&file), &log.vkey, &[]);
        assert_eq!((code, &report["proven"]), (Some(1), &json!(false)));
        assert!(report["findings_total"].as_u64() > Some(0));
    }
    std::fs::write(&file, [&whole[..], b"\0"].concat()).unwrap();
    let (code, _) = report(shown(&file), &log.vkey, &[]);
    assert_eq!(code, Some(1), "one byte too many");
    // Without any entry nothing can be said about the log.
    std::fs::write(&file, &whole[..1000]).unwrap();
    let done = verify(shown(&file), &log.vkey, &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        text(&done.stderr).contains("it was cut off"),
        "{}",
        text(&done.stderr)
    );
}

#[test]
fn a_missing_bundle_is_a_finding_about_its_entries() {
    let log = Log::new();
    std::fs::remove_file(log.folder.path().join(BUNDLES[0])).unwrap();
    let (code, report) = report(shown(log.folder.path()), &log.vkey, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(report["broken_ranges"][0][0], 0, "{report}");
    // The entries after it are known by the signed leaf hashes.
    assert_eq!(report["proven_ranges"], json!([[256, 300]]), "{report}");
}

#[test]
fn a_history_that_was_rewritten_contradicts_what_is_remembered() {
    let (log, other) = (Log::new(), Log::new());
    let folder = TempDir::new().unwrap();
    let memory = folder.path().join("seen.json");
    let remembered = ["--remembered", shown(&memory)];
    let check = |log: &Log| report(shown(log.folder.path()), &log.vkey, &remembered);
    assert_eq!(check(&log).0, Some(0));
    let kept = std::fs::read(&memory).unwrap();
    let (code, again) = check(&log);
    assert_eq!(code, Some(0));
    assert_eq!(again["remembered"][0]["size"], 300);
    let (code, report) = check(&other);
    assert_eq!(code, Some(1));
    assert_eq!(kinds(&report), ["fork"]);
    // The memory is of the history that was seen first.
    let seen: Value = serde_json::from_slice(&kept).unwrap();
    let now: Value = serde_json::from_slice(&std::fs::read(&memory).unwrap()).unwrap();
    let root = |memory: &Value| memory["logs"]["fsck.example/log"]["root"].clone();
    assert_eq!(root(&now), root(&seen));
    assert_eq!(check(&log).0, Some(0));
    // One that cannot be read is not taken for none.
    std::fs::write(&memory, "{").unwrap();
    let done = verify(shown(log.folder.path()), &log.vkey, &remembered);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("move it away to begin anew"));
}

#[test]
fn a_wrong_key_ends_in_its_sentence() {
    let log = Log::new();
    let place = shown(log.folder.path());
    let done = verify(place, "nonsense", &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("This is not a log's key"));
    let other = SigningKey::from_seed("fsck.example/log", [4; 32]).unwrap();
    let done = verify(place, &other.verifier_key().to_string(), &[]);
    assert_eq!(done.status.code(), Some(1));
    let verdict = "NOT PROVEN. The checkpoint does not bear a good signature of the key you hold";
    assert!(text(&done.stdout).starts_with(verdict));
}

#[test]
fn what_cannot_be_checked_ends_with_2_and_says_what_to_do() {
    let log = Log::new();
    let empty = TempDir::new().unwrap();
    log.write("text", b"no log at all");
    let no_log = log.folder.path().join("text");
    let bare = TempDir::new().unwrap();
    std::fs::copy(
        log.folder.path().join("checkpoint"),
        bare.path().join("checkpoint"),
    )
    .unwrap();
    for (place, said) in [
        (
            "/nonexistent",
            "neither an address, nor a folder, nor a file",
        ),
        (shown(empty.path()), "There is no checkpoint in"),
        (shown(bare.path()), "There is no bundle of entries"),
        (shown(&no_log), "Choose the file that the portal gave you"),
        (
            "http://127.0.0.1:1",
            "Check the address, and that the portal runs",
        ),
    ] {
        let done = verify(place, &log.vkey, &[]);
        assert_eq!(done.status.code(), Some(2), "{place}");
        let why = text(&done.stderr);
        assert!(why.contains(said), "{place}: {why}");
        assert!(done.stdout.is_empty(), "{place}");
    }
}

#[test]
fn the_json_is_what_the_browsers_session_says() {
    let log = Log::new();
    for tampered in [false, true] {
        if tampered {
            log.tamper();
        }
        let folder = log.folder.path();
        let mut session = Session::new(LogKey::parse(&log.vkey).unwrap(), Vec::new());
        while let Some(request) = session.request() {
            let bytes = match request.purpose {
                Purpose::Stream => joined(folder, &BUNDLES),
                Purpose::Show => joined(folder, &BUNDLES[1..]),
                _ => joined(folder, &[&request.path]),
            };
            session.feed(&bytes);
            if request.purpose == Purpose::Stream {
                let mut replay = Replay::new(session.size());
                replay.feed(&bytes);
                session.replayed(replay.end());
            }
            session.end();
        }
        let wanted = serde_json::to_value(session.report().unwrap()).unwrap();
        for place in [folder.to_owned(), written(&log)] {
            let (_, said) = report(shown(&place), &log.vkey, &[]);
            assert_eq!(said, wanted);
        }
    }
}

#[test]
fn a_trust_policy_is_asked_who_has_signed() {
    let log = Log::new();
    let witness = CosigningKey::from_seed("witness.example", [2; 32]).unwrap();
    let policy = format!(
        "log {}\nwitness w {}\nquorum w\n",
        log.vkey,
        witness.verifier_key()
    );
    log.write("policy", policy.as_bytes());
    let policy = log.folder.path().join("policy");
    let policy = ["--policy", shown(&policy)];
    let place = shown(log.folder.path());
    let (code, without) = report(place, &log.vkey, &policy);
    assert_eq!((code, kinds(&without)), (Some(1), vec!["quorum_missing"]));
    // A cosignature stands in the file `witnessed` as a portal hands it out, or in the checkpoint itself.
    let note = String::from_utf8(joined(log.folder.path(), &["checkpoint"])).unwrap();
    let bare = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let cosigned = note + &bare.note().cosignature(&witness, 1_763_852_645);
    log.write("witnessed", cosigned.as_bytes());
    assert_eq!(report(place, &log.vkey, &policy).0, Some(0));
    std::fs::remove_file(log.folder.path().join("witnessed")).unwrap();
    log.write("checkpoint", cosigned.as_bytes());
    let done = verify(place, &log.vkey, &policy);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("\nholds        Witnesses: Enough witnesses have signed"));
    log.write("policy", b"log\n");
    let done = verify(place, &log.vkey, &policy);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("Correct that line"));
}
