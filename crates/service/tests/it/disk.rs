//! A disk that fails under the server's own memory of the log, call by call. `strace` makes the system's
//! answers wrong, or ends the process there.
#![allow(
    clippy::print_stdout,
    reason = "the trials are counted where people see it"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use access::ids::{GrantId, RequestId};
use ledger::VerifierKey;
use service::archive::ArchivedLog;
use service::fsck::{Fault, check_tiles};
use service::settings::Settings;
use sqlx::PgPool;

use crate::archive::in_folder;
use crate::process::{Orders, Part, Process, Said, fresh_folder};
use crate::stage::Stage;
use crate::sweep::{entries_of, sound};

/// The first memory of a folder is written beside and renamed; later ones go into the file that is there.
/// Which call, how it fails, and from which of its kind on.
const TRIALS: [(&str, &str, &str); 24] = [
    ("write", "error=EIO", "1"),
    ("write", "error=ENOSPC", "1"),
    ("write", "signal=KILL", "1"),
    ("fsync", "error=EIO", "1"),
    ("fsync", "error=ENOSPC", "2"),
    ("fsync", "signal=KILL", "1"),
    ("fsync", "signal=KILL", "2"),
    ("/^rename", "error=EIO", "1"),
    ("/^rename", "signal=KILL", "1"),
    ("pwrite64", "error=EIO", "1"),
    ("pwrite64", "error=EIO", "7"),
    ("pwrite64", "error=ENOSPC", "2"),
    ("pwrite64", "error=ENOSPC", "9+"),
    ("pwrite64", "signal=KILL", "1"),
    ("pwrite64", "signal=KILL", "4"),
    ("pwrite64", "signal=KILL", "9"),
    ("fdatasync", "error=EIO", "1"),
    ("fdatasync", "error=EIO", "8"),
    ("fdatasync", "error=ENOSPC", "3"),
    ("fdatasync", "error=ENOSPC", "10+"),
    ("fdatasync", "signal=KILL", "1"),
    ("fdatasync", "signal=KILL", "2"),
    ("fdatasync", "signal=KILL", "5"),
    ("fdatasync", "signal=KILL", "11"),
];

/// Set where no disk can be made to fail: these tests then pass, and have tried nothing.
const WITHOUT: &str = "BREAKGLASS_TEST_WITHOUT_STRACE";

/// Whether this machine has strace, and lets it work. Where it does not, somebody must have said that this is known.
fn strace_works() -> bool {
    let mut probe = Command::new("strace");
    probe.args(["-qq", "-o", "/dev/null", "true"]);
    let works = probe.stderr(Stdio::null()).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        assert!(
            std::env::var_os(WITHOUT).is_some_and(|set| set == "1"),
            "strace is not here or may not trace: `cargo xtask setup` brings it, {WITHOUT}=1 leaves these tests out"
        );
        println!("strace is not here or may not trace: no disk was made to fail");
    }
    works
}

/// `strace` that breaks a call on these files; on any file where none is named.
/// What it did stands in `log`.
fn breaking(call: &str, how: &str, nth: &str, files: &[PathBuf], log: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(log);
    for file in files {
        strace.arg("-P").arg(file);
    }
    strace.arg("-e").arg(format!("trace={call}"));
    strace
        .arg("-e")
        .arg(format!("inject={call}:{how}:when={nth}"));
    strace
}

/// What one process said, sorted.
#[derive(Debug, Default)]
struct Heard {
    acknowledged: Vec<RequestId>,
    refused: Vec<RequestId>,
    open: Vec<GrantId>,
    ended: Vec<GrantId>,
    halted: Option<String>,
}

fn heard(said: Vec<Said>) -> Heard {
    let mut heard = Heard::default();
    for one in said {
        match one {
            Said::Acknowledged(request) => heard.acknowledged.push(request),
            Said::Refused(request, _) => heard.refused.push(request),
            Said::Open(grant) => heard.open.push(grant),
            Said::Ended(grant, ended) => {
                ended.unwrap();
                heard.ended.push(grant);
            }
            Said::Halted(halted) => heard.halted = halted,
            // The disk failed while the first entries were written.
            Said::DidNotStart(why) => heard.halted = Some(why),
            Said::Started { .. } | Said::Asking(..) => {}
        }
    }
    heard
}

/// Runs a process whose disk fails, on a folder of its own, and looks at what it left.
async fn trial(stage: &Stage, (call, how, nth): (&str, &str, &str), everywhere: bool) -> Heard {
    let folder = fresh_folder(stage.data.path());
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        ..stage.settings.clone()
    };
    let state = folder.path().join("state");
    let files = [state.join("memory"), state.join("memory.new"), state];
    let files = if everywhere { &[][..] } else { &files[..] };
    let proxy = crate::proxy::Proxy::to(&stage.admin.connect_options());
    let part = Part::UntilTheDiskFails { requests: 30 };
    let orders = Orders::new(&proxy.options(), &settings, part);
    let strace = breaking(call, how, nth, files, Path::new("/dev/null"));
    let process = Process::start(&orders, Some(strace));
    let said = tokio::task::spawn_blocking(|| process.rest()).await;
    let heard = heard(said.unwrap());
    left_sound(stage, folder.path(), &heard).await;
    heard
}

/// What was acknowledged is there, and the log is what the memory and its signatures say.
async fn left_sound(stage: &Stage, folder: &Path, heard: &Heard) {
    for request in &heard.acknowledged {
        assert_eq!(entries_of(&stage.admin, *request).await, 1);
    }
    let key: VerifierKey = stage.portal.ledger().vkey().parse().unwrap();
    let memory = folder.join("state/memory").exists();
    let data_dir = memory.then_some(folder);
    sound(&stage.admin, &stage.settings.origin, &key, data_dir).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_memory_that_cannot_be_kept_halts_and_signs_nothing_more(admin: PgPool) {
    if !strace_works() {
        return;
    }
    let stage = Stage::new(&admin).await;
    stage.stop();
    let mut ends = BTreeMap::<&str, usize>::new();
    for case in TRIALS {
        let heard = trial(&stage, case, false).await;
        let (_, how, _) = case;
        let end = if how == "signal=KILL" {
            assert_eq!(heard.halted, None, "{case:?}: it was killed");
            "killed"
        } else {
            let why = heard
                .halted
                .unwrap_or_else(|| panic!("{case:?}: not halted"));
            assert!(why.contains("memory") || why.contains("timeline"), "{why}");
            assert_eq!(heard.open, heard.ended, "{case:?}");
            "halted"
        };
        *ends.entry(end).or_default() += 1;
    }
    println!("{} disks failed: {ends:?}", TRIALS.len());
}

/// Every sync, positioned write, rename and link of a portal with an archive, one after the other, until
/// none is left: whatever fails, nothing acknowledged is lost, what was opened is ended, and the archive is
/// a log or has no checkpoint yet.
#[sqlx::test(migrations = "../../migrations")]
async fn each_call_on_the_disk_may_fail(admin: PgPool) {
    if !strace_works() {
        return;
    }
    let stage = Stage::new(&admin).await;
    stage.stop();
    let mut trials = BTreeMap::<String, usize>::new();
    for call in ["fsync", "fdatasync", "pwrite64", "/^(rename|link)"] {
        for how in ["error=EIO", "signal=KILL"] {
            for nth in 1.. {
                if !failed_once(&stage, call, how, nth).await {
                    break;
                }
                *trials.entry(format!("{call} {how}")).or_default() += 1;
            }
        }
    }
    println!(
        "{} calls failed: {trials:?}",
        trials.values().sum::<usize>()
    );
    assert_eq!(trials.len(), 8, "each kind of call failed at least once");
}

/// Whether there was such a call to fail.
async fn failed_once(stage: &Stage, call: &str, how: &str, nth: usize) -> bool {
    let (folder, archive) = (
        fresh_folder(stage.data.path()),
        tempfile::tempdir().unwrap(),
    );
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        ..stage.settings.clone()
    };
    let proxy = crate::proxy::Proxy::to(&stage.admin.connect_options());
    let part = Part::UntilTheDiskFails { requests: 3 };
    let orders = Orders {
        archive: Some(archive.path().to_owned()),
        ..Orders::new(&proxy.options(), &settings, part)
    };
    let log = folder.path().join("strace");
    let strace = breaking(call, how, &nth.to_string(), &[], &log);
    let process = Process::start(&orders, Some(strace));
    let said = tokio::task::spawn_blocking(|| process.rest()).await;
    let heard = heard(said.unwrap());
    left_sound(stage, folder.path(), &heard).await;
    let killed = how == "signal=KILL";
    let case = format!("{call} {how} {nth}");
    if !killed {
        assert_eq!(heard.open, heard.ended, "{case}: {heard:?}");
    }
    let key: VerifierKey = stage.portal.ledger().vkey().parse().unwrap();
    let files = ArchivedLog::at(&in_folder(archive.path()).place).unwrap();
    let archived = check_tiles(&files, &settings.origin, &key).await.unwrap();
    let none = matches!(archived.faults[..], [Fault::NoCheckpoint]);
    assert!(
        none || archived.faults.is_empty(),
        "{case}: {:?}",
        archived.faults
    );
    let log = std::fs::read_to_string(log).unwrap();
    log.contains(if killed {
        "killed by SIGKILL"
    } else {
        "(INJECTED)"
    })
}

/// No room for anything: what is open is ended all the same, and nothing new is opened.
#[sqlx::test(migrations = "../../migrations")]
async fn on_a_full_disk_nothing_is_opened_and_access_still_ends(admin: PgPool) {
    if !strace_works() {
        return;
    }
    let stage = Stage::new(&admin).await;
    stage.stop();
    let calls = "pwrite64,fdatasync,fsync";
    let heard = trial(&stage, (calls, "error=ENOSPC", "20+"), true).await;
    let why = heard.halted.expect("it halts");
    assert!(why.contains("memory"), "{why}");
    let [grant] = heard.open[..] else {
        panic!(
            "one grant was open when the disk was full: {:?}",
            heard.open
        );
    };
    assert_eq!(heard.ended, [grant]);
    assert!(!stage.account_stands(grant).await);
    assert!(heard.refused.len() >= 2, "asking and breaking the glass");
}
