//! Somebody with a key of their own and Debian's `ssh`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

use access::ids::GrantId;
use access::time::UnixMillis;
use targets::ssh::{Order, PersonKey, Principal};
use tempfile::TempDir;
use uuid::Uuid;

use crate::sshd::{Sshd, run};

pub struct Person {
    pub home: TempDir,
}

impl Person {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let person = Self { home };
        run(Command::new("ssh-keygen")
            .args([
                "-q",
                "-t",
                "ed25519",
                "-C",
                "ida.lind@example.org",
                "-N",
                "",
                "-f",
            ])
            .arg(person.key_file()));
        person
    }

    fn key_file(&self) -> PathBuf {
        self.home.path().join("id")
    }

    pub fn key(&self) -> PersonKey {
        let line = fs::read_to_string(self.home.path().join("id.pub")).unwrap();
        PersonKey::parse(&line).unwrap()
    }

    /// Has a certificate issued and keeps it.
    pub fn certify(&self, sshd: &Sshd, order: &Order<'_>) {
        let certificate = sshd.ca.issue(&self.key(), order).unwrap();
        let line = certificate.to_openssh().unwrap();
        assert!(!line.contains("ida"), "{line}");
        fs::write(self.home.path().join("id-cert.pub"), line + "\n").unwrap();
    }

    /// `ssh`, up to the command to run there.
    pub fn ssh(&self, sshd: &Sshd, account: &str) -> Command {
        let known = self.home.path().join("known_hosts");
        fs::write(&known, sshd.host().known_hosts()).unwrap();
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
        ])
        .args(["-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=5"])
        .arg("-o")
        .arg(format!("UserKnownHostsFile={}", known.display()))
        .arg("-o")
        .arg(format!(
            "CertificateFile={}",
            self.home.path().join("id-cert.pub").display()
        ))
        .arg("-i")
        .arg(self.key_file())
        .args([
            "-p",
            &sshd.port.to_string(),
            &format!("{account}@127.0.0.1"),
        ]);
        ssh
    }

    /// Runs `id -un` there.
    pub fn enter(&self, sshd: &Sshd, account: &str) -> Output {
        self.ssh(sshd, account)
            .args(["id", "-un"])
            .output()
            .unwrap()
    }

    pub fn is_let_in(&self, sshd: &Sshd) {
        let done = self.enter(sshd, &sshd.account.0);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}\n{}", sshd.log());
        assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), sshd.account.0);
    }

    /// Refused, and sshd says why in such words.
    pub fn is_refused(&self, sshd: &Sshd, account: &str, why: &str) {
        let before = sshd.log().len();
        let done = self.enter(sshd, account);
        assert_eq!(done.status.code(), Some(255), "{done:?}");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(said.contains("Permission denied"), "{said}");
        let log = sshd.log();
        assert!(
            log[before..].contains(why),
            "{why:?} is not in\n{}",
            &log[before..]
        );
    }
}

pub fn a_grant() -> GrantId {
    GrantId::new(Uuid::new_v4())
}

pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixMillis::new(since.as_millis().try_into().unwrap())
}

/// A certificate for an hour.
pub fn an_order(principal: &Principal) -> Order<'_> {
    Order {
        grant: a_grant(),
        serial: 4711,
        principal,
        source: None,
        until: now().plus_seconds(3600),
        longest_s: 3600,
        now: now(),
        forwarding: &[],
    }
}
