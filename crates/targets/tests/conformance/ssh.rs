//! A host with `breakglass-host` under the trials.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use access::ids::GrantId;
use async_trait::async_trait;
use targets::Connector;
use targets::ssh::{self, Host, Order, SshTarget, UserCa};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::person::{Person, an_order};
use crate::sshd::{self, Ends, ORIGIN, Sshd};
use crate::suite::{self, Live, Seen, Trial};

struct SshHost {
    sshd: Sshd,
}

impl SshHost {
    fn marker(&self, key_id: &str) -> std::path::PathBuf {
        self.sshd.folder.join("state/open").join(key_id)
    }
}

#[async_trait]
impl Trial for SshHost {
    fn name(&self) -> &str {
        "ssh"
    }

    fn role(&self) -> String {
        self.sshd.account.0.clone()
    }

    fn address(&self) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], self.sshd.port)))
    }

    async fn connector(&self, address: Option<SocketAddr>) -> Box<dyn Connector> {
        let key = std::fs::read_to_string(self.sshd.folder.join("host_key.pub")).unwrap();
        let port = address.map_or(self.sshd.port, |address| address.port());
        let host = Host::new("127.0.0.1", port, &key).unwrap();
        let command = self.sshd.folder.join("breakglass-host");
        let command = command.display().to_string();
        let ca = Arc::new(UserCa::from_seed(ORIGIN, &[7; 32]));
        Box::new(SshTarget::new(host, ca, ssh::Ends::AtOnce { command }))
    }

    async fn seen(&self, grant: GrantId) -> Seen {
        // Each session's shell bears the grant's name as an argument.
        let mut pgrep = Command::new("pgrep");
        pgrep.args(["-c", "-u", &self.sshd.account.0, "-f", &grant.account()]);
        let found = String::from_utf8(pgrep.output().unwrap().stdout).unwrap();
        let sessions: u32 = found.trim().parse().unwrap();
        let stands = self.marker(&self.sshd.ca.key_id(grant)).exists();
        if stands || sessions > 0 {
            Seen::Stands(sessions)
        } else {
            Seen::Nothing
        }
    }

    async fn get_in(&self, grant: GrantId) -> Option<Box<dyn Live>> {
        let (person, principal) = (Person::new(), self.sshd.principal());
        let order = Order {
            grant,
            ..an_order(&principal)
        };
        person.certify(&self.sshd, &order);
        let mut ssh = person.ssh(&self.sshd, principal.as_str());
        ssh.arg(format!("exec sh -s {}", grant.account()));
        ssh.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = tokio::process::Command::from(ssh)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut session = Session {
            stdin: child.stdin.take().unwrap(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            _child: child,
            _person: person,
        };
        session
            .works()
            .await
            .then(|| Box::new(session) as Box<dyn Live>)
    }

    /// The certificate does: its end is tried in the tests of certificates, where the suite's grants are over as soon as
    /// one is asked for.
    fn tells_time(&self) -> bool {
        false
    }

    async fn stranger(&self) -> Option<String> {
        let grant = crate::person::a_grant();
        let theirs = UserCa::from_seed("another.example/log", &[8; 32]).key_id(grant);
        std::fs::create_dir_all(self.sshd.folder.join("state/open")).unwrap();
        std::fs::write(self.marker(&theirs), "").unwrap();
        Some(grant.account())
    }

    async fn stranger_stands(&self, name: &str) -> bool {
        let grant = GrantId::from_account(name).unwrap();
        let theirs = UserCa::from_seed("another.example/log", &[8; 32]).key_id(grant);
        self.marker(&theirs).exists()
    }
}

struct Session {
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
    _person: Person,
}

#[async_trait]
impl Live for Session {
    async fn works(&mut self) -> bool {
        let asking = async {
            self.stdin.write_all(b"echo here\n").await.ok()?;
            self.lines.next_line().await.ok().flatten()
        };
        let answer = tokio::time::timeout(Duration::from_secs(10), asking).await;
        answer.is_ok_and(|line| line.as_deref() == Some("here"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ssh_conforms() {
    if !sshd::here() {
        return;
    }
    let sshd = Sshd::start(Ends::AtOnce);
    suite::run(&SshHost { sshd }).await;
}
