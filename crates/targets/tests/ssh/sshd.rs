//! An sshd of its own for each test, with a throw-away account.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use targets::ssh::{Host, Principal, UserCa};

/// Set where no sshd can run: these tests then pass, and have tried nothing.
const WITHOUT: &str = "BREAKGLASS_TEST_WITHOUT_SSHD";

const SSHD: &str = "/usr/sbin/sshd";

/// Whether this machine can run an sshd that lets other accounts in. Where it cannot, somebody must have said that
/// this is known.
pub fn here() -> bool {
    let usable = rustix::process::geteuid().is_root() && Path::new(SSHD).exists();
    if !usable {
        assert!(
            std::env::var_os(WITHOUT).is_some_and(|set| set == "1"),
            "no sshd can be run here: it takes root and {SSHD} (`cargo xtask setup` brings it), {WITHOUT}=1 leaves these tests out"
        );
        println!("no sshd can be run here: nothing was let in or refused");
    }
    usable
}

/// How the host learns who may not come in any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// By the revocation list alone.
    ByList,
    /// By `breakglass-host` too.
    AtOnce,
}

/// A running sshd. Its folder lies where root alone may write, as sshd wants it.
pub struct Sshd {
    pub folder: PathBuf,
    pub port: u16,
    pub account: Account,
    pub ca: UserCa,
    child: Child,
}

pub const ORIGIN: &str = "portal.test/log";

impl Sshd {
    pub fn start(ends: Ends) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("breakglass-sshd-")
            .tempdir_in("/run")
            .unwrap()
            .keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir_all("/run/sshd").unwrap();
        let ca = UserCa::from_seed(ORIGIN, &[7; 32]);
        fs::write(folder.join("ca.pub"), ca.public_line() + "\n").unwrap();
        fs::write(folder.join("revoked.krl"), "").unwrap();
        run(Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(folder.join("host_key")));
        let port = free_port();
        let mut config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nPidFile none\nHostKey {dir}/host_key\n\
             TrustedUserCAKeys {dir}/ca.pub\nRevokedKeys {dir}/revoked.krl\nAuthorizedKeysFile none\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM yes\nPrintMotd no\n\
             PermitRootLogin forced-commands-only\nMaxStartups 100\nLogLevel VERBOSE\n",
            dir = folder.display(),
        );
        if ends == Ends::AtOnce {
            let script = folder.join("breakglass-host");
            fs::write(&script, host_script(&folder)).unwrap();
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
            config += &format!(
                "AuthorizedPrincipalsCommand {} principals %u %i\nAuthorizedPrincipalsCommandUser root\n",
                script.display()
            );
        }
        fs::write(folder.join("sshd_config"), config).unwrap();
        let child = spawn(&folder);
        let sshd = Self {
            folder,
            port,
            account: Account::make(),
            ca,
            child,
        };
        sshd.wait();
        sshd
    }

    fn wait(&self) {
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(10), "{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The host as the portal has it configured.
    pub fn host(&self) -> Host {
        let key = fs::read_to_string(self.folder.join("host_key.pub")).unwrap();
        Host::new("127.0.0.1", self.port, &key).unwrap()
    }

    pub fn principal(&self) -> Principal {
        Principal::parse(&self.account.0).unwrap()
    }

    /// What sshd said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub fn start_again(&mut self) {
        self.child = spawn(&self.folder);
        self.wait();
    }

    /// Stops taking connections, and lets those be that are there.
    pub fn stop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn spawn(folder: &Path) -> Child {
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"));
    Command::new(SSHD)
        .args(["-D", "-e", "-f"])
        .arg(folder.join("sshd_config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.unwrap())
        .spawn()
        .unwrap()
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// What `examples/ssh-host` has, with folders of the test's own.
fn host_script(folder: &Path) -> String {
    let shipped = include_str!("../../../../examples/ssh-host/breakglass-host");
    let ours = shipped
        .replace(
            "run=/run/breakglass",
            &format!("run={}/run", folder.display()),
        )
        .replace(
            "state=/var/lib/breakglass",
            &format!("state={}/state", folder.display()),
        );
    assert!(!ours.contains("/run/breakglass\n") && !ours.contains("=/var/lib/breakglass"));
    ours
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// An account of this machine, for as long as the test lasts.
pub struct Account(pub String);

impl Account {
    fn make() -> Self {
        let name = format!("bgtest{}", std::process::id());
        // A test that was killed has left its account; another test changes the same files right now.
        patiently(|| {
            Command::new("useradd")
                .args([
                    "--system",
                    "--no-create-home",
                    "--home-dir",
                    "/",
                    "--shell",
                    "/bin/sh",
                ])
                .args(["--password", "*", &name])
                .output()
                .is_ok_and(|done| done.status.success() || done.status.code() == Some(9))
        });
        Self(name)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        patiently(|| {
            Command::new("userdel")
                .args(["--force", &self.0])
                .output()
                .is_ok_and(|done| done.status.success() || done.status.code() == Some(6))
        });
    }
}

fn patiently(mut tried: impl FnMut() -> bool) {
    let start = Instant::now();
    while !tried() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "accounts cannot be changed"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs a program that has to succeed, and returns what it printed.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}
