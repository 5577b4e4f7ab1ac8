//! Revocation lists as `ssh-keygen` and sshd read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use access::time::UnixMillis;
use targets::ssh::{Order, Revision, UserCa, revocation_list};

use crate::person::{Person, an_order, now};
use crate::sshd::{Ends, ORIGIN, Sshd, here, run};

fn list(ca: &UserCa, number: u64, serials: &[u64]) -> Vec<u8> {
    let revision = Revision { number, at: now() };
    revocation_list(
        ca,
        revision,
        &serials.iter().copied().collect::<BTreeSet<_>>(),
    )
}

/// What `ssh-keygen -Q` says of a certificate.
fn revoked(list: &Path, certificate: &Path) -> bool {
    let done = Command::new("ssh-keygen")
        .arg("-Q")
        .arg("-f")
        .args([list, certificate])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(said.contains("REVOKED"), !done.status.success(), "{said}");
    assert!(
        said.contains("REVOKED") || said.contains(": ok"),
        "{done:?}"
    );
    !done.status.success()
}

#[test]
fn ssh_keygen_reads_what_is_revoked_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let krl = folder.path().join("krl");
    let (ours, theirs) = (
        UserCa::from_seed(ORIGIN, &[7; 32]),
        UserCa::from_seed(ORIGIN, &[8; 32]),
    );
    fs::write(&krl, list(&ours, 90, &[4711, 3, u64::MAX])).unwrap();
    let shown = run(Command::new("ssh-keygen")
        .args(["-Q", "-l", "-f"])
        .arg(&krl));
    for line in [
        "# KRL version 90",
        "serial: 3\n",
        "serial: 4711\n",
        &format!("serial: {}\n", u64::MAX),
        "# Comment: breakglass",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let person = Person::new();
    let principal = targets::ssh::Principal::parse("deploy").unwrap();
    for (ca, serial, is) in [
        (&ours, 4711, true),
        (&ours, 3, true),
        (&ours, u64::MAX, true),
        (&ours, 4, false),
        (&theirs, 4711, false),
    ] {
        let order = Order {
            serial,
            ..an_order(&principal)
        };
        let certificate = ca.issue(&person.key(), &order).unwrap();
        let file = folder.path().join("x-cert.pub");
        fs::write(&file, certificate.to_openssh().unwrap()).unwrap();
        assert_eq!(revoked(&krl, &file), is, "{serial}");
    }
    // A list of nothing is a list as well.
    fs::write(&krl, list(&ours, 91, &[])).unwrap();
    assert!(!revoked(&krl, &folder.path().join("x-cert.pub")));
    // And a list of many.
    let many: Vec<u64> = (1..20_000).map(|n| n * 3).collect();
    let revision = Revision {
        number: 7,
        at: UnixMillis::new(0),
    };
    let bytes = revocation_list(&ours, revision, &many.iter().copied().collect());
    fs::write(&krl, &bytes).unwrap();
    let shown = run(Command::new("ssh-keygen")
        .args(["-Q", "-l", "-f"])
        .arg(&krl));
    // `ssh-keygen` prints neighbours as ranges; none are neighbours here.
    assert_eq!(shown.matches("serial: ").count(), many.len());
}

#[test]
fn sshd_refuses_what_is_on_the_list() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    person.certify(&sshd, &an_order(&principal));
    person.is_let_in(&sshd);
    let krl = sshd.folder.join("revoked.krl");
    fs::write(&krl, list(&sshd.ca, 5, &[4710, 4712])).unwrap();
    person.is_let_in(&sshd);
    fs::write(&krl, list(&sshd.ca, 6, &[4710, 4711])).unwrap();
    person.is_refused(&sshd, &sshd.account.0, "revoked by file");
}

/// The host brings a list to where sshd reads it, and never goes back.
#[test]
fn a_host_fetches_newer_lists_alone() {
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/ssh-host/breakglass-host"
    );
    let (served, kept) = (folder.path().join("served"), folder.path().join("kept"));
    let ca = UserCa::from_seed(ORIGIN, &[7; 32]);
    let fetch = |bytes: &[u8]| {
        fs::write(&served, bytes).unwrap();
        let url = format!("file://{}", served.display());
        let fetched = Command::new("sh")
            .args([script, "fetch", &url])
            .arg(&kept)
            .output();
        fetched.unwrap().status.success()
    };
    let (old, new) = (list(&ca, 9, &[3]), list(&ca, 10, &[3, 4]));
    assert!(fetch(&old) && fetch(&old) && fetch(&new));
    assert_eq!(fs::read(&kept).unwrap(), new);
    assert!(!fetch(&old) && !fetch(b"<html>") && !fetch(b"") && !fetch(&new[..40]));
    assert_eq!(fs::read(&kept).unwrap(), new);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
