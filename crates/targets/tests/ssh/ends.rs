//! The end of access on a host that has `breakglass-host`: nobody gets in, and every session is gone.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::ids::GrantId;
use targets::ssh::{self, Order, SshTarget, Tested, UserCa};
use targets::{Access, Connector as _, Standing, TargetError};

use crate::person::{Person, a_grant, an_order, now};
use crate::sshd::{Ends, ORIGIN, Sshd, here};

fn target(sshd: &Sshd) -> SshTarget {
    portal(sshd, ORIGIN)
}

fn portal(sshd: &Sshd, origin: &str) -> SshTarget {
    let command = sshd.folder.join("breakglass-host").display().to_string();
    let ca = Arc::new(UserCa::from_seed(origin, &[7; 32]));
    SshTarget::new(sshd.host(), ca, ssh::Ends::AtOnce { command })
}

fn access(grant: GrantId, sshd: &Sshd) -> Access {
    Access {
        grant,
        intended_seq: 4711,
        role: sshd.account.0.clone(),
        expires_at: now().plus_seconds(600),
    }
}

/// Somebody with a certificate of this grant.
fn holder(sshd: &Sshd, grant: GrantId) -> Person {
    let (person, principal) = (Person::new(), sshd.principal());
    let order = Order {
        grant,
        ..an_order(&principal)
    };
    person.certify(sshd, &order);
    person
}

/// A session of their own client that does this.
fn session(sshd: &Sshd, person: &Person, arguments: &[&str]) -> Child {
    let mut ssh = person.ssh(sshd, &sshd.account.0);
    let ssh = ssh.args(arguments).stdin(Stdio::piped());
    ssh.stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn stands(target: &SshTarget, grant: GrantId, standing: Standing) {
    let start = Instant::now();
    loop {
        let found = target.inspect(grant).await.unwrap();
        if found == standing {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Processes with this in their arguments.
fn running(what: &str) -> usize {
    let found = Command::new("pgrep")
        .args(["-f", "-c", what])
        .output()
        .unwrap();
    String::from_utf8(found.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn check_43_every_session_is_gone_within_a_second_of_the_end() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::AtOnce);
    let (target, grant) = (target(&sshd), a_grant());
    let person = holder(&sshd, grant);
    assert_eq!(target.test().await.unwrap(), Tested::EndsAtOnce);
    target.open(&access(grant, &sshd)).await.unwrap();
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Open(0));
    let nap = |kind: u32| format!("sleep 97531{kind}.{}", std::process::id());
    let plain = nap(1);
    // A shell that has rubbed out its environment, and one that left a process behind that no longer descends from it.
    let rubbed = format!("exec env -i {}", nap(2));
    let left = format!(
        "setsid sh -c '{} & exit' >/dev/null 2>&1 </dev/null; {}",
        nap(3),
        nap(4)
    );
    let mut sessions: Vec<Child> = [
        &[plain.as_str()][..],
        &[&rubbed],
        &["-t", "-t", &left],
        &["-N"],
    ]
    .iter()
    .map(|arguments| session(&sshd, &person, arguments))
    .collect();
    // Another grant of the same account goes on.
    let other = a_grant();
    target.open(&access(other, &sshd)).await.unwrap();
    let colleague = holder(&sshd, other);
    let mut bystander = session(&sshd, &colleague, &[&nap(5)]);
    stands(&target, grant, Standing::Open(4)).await;
    stands(&target, other, Standing::Open(1)).await;
    let (naps, started) = (
        format!("^sleep 97531[1234].{}", std::process::id()),
        Instant::now(),
    );
    while running(&naps) < 4 {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{}",
            running(&naps)
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut swept = target.sweep().await.unwrap();
    swept.sort();
    let mut both = vec![grant.account(), other.account()];
    both.sort();
    assert_eq!(swept, both);

    let ending = Instant::now();
    let cut = target.end(grant).await.unwrap();
    let told = ending.elapsed();
    for ssh in &mut sessions {
        ssh.wait().unwrap();
    }
    println!(
        "{cut} sessions cut: told after {told:?}, all clients gone after {:?}",
        ending.elapsed()
    );
    assert!(ending.elapsed() < Duration::from_secs(1));
    assert_eq!(cut, 4);
    assert_eq!(running(&naps), 0);
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Absent);
    // Their certificates are still valid, on no list, and refused.
    person.is_refused(
        &sshd,
        &sshd.account.0,
        "does not contain an authorized principal",
    );
    // Ending it again finds nothing; what is swept is what lives.
    assert_eq!(target.end(grant).await.unwrap(), 0);
    assert_eq!(target.sweep().await.unwrap(), [other.account()]);
    assert!(bystander.try_wait().unwrap().is_none());
    assert_eq!(target.remove(&other.account()).await.unwrap(), 1);
    bystander.wait().unwrap();
    assert_eq!(running(&format!("^sleep 975315.{}", std::process::id())), 0);
}

/// Somebody who signs in again and again while access ends: whoever gets in is cut, and in the end nobody is there.
#[tokio::test]
async fn nobody_slips_in_while_access_ends() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::AtOnce);
    let (target, grant) = (target(&sshd), a_grant());
    let person = holder(&sshd, grant);
    let nap = format!("sleep 86420.{}", std::process::id());
    target.open(&access(grant, &sshd)).await.unwrap();
    let mut sessions = Vec::new();
    for _ in 0..16 {
        sessions.push(session(&sshd, &person, &[&nap]));
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let cut = target.end(grant).await.unwrap();
    for ssh in &mut sessions {
        ssh.wait().unwrap();
    }
    println!("{cut} of 16 had come so far");
    assert_eq!(running(&format!("^{nap}")), 0);
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Absent);
}

#[tokio::test]
async fn two_portals_on_one_host_leave_each_other_alone() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::AtOnce);
    let (ours, theirs) = (target(&sshd), portal(&sshd, "another.test/log"));
    let grant = a_grant();
    let person = holder(&sshd, grant);
    ours.open(&access(grant, &sshd)).await.unwrap();
    let mut ssh = session(&sshd, &person, &["sleep 60"]);
    stands(&ours, grant, Standing::Open(1)).await;
    assert_eq!(theirs.sweep().await.unwrap(), Vec::<String>::new());
    assert_eq!(ours.sweep().await.unwrap(), [grant.account()]);
    // Not even by name.
    assert!(matches!(
        theirs.remove(&grant.account()).await,
        Err(TargetError::Refused(_))
    ));
    stands(&ours, grant, Standing::Open(1)).await;
    ours.end(grant).await.unwrap();
    ssh.wait().unwrap();
}

#[tokio::test]
async fn a_host_that_is_away_at_the_end_is_asked_again() {
    if !here() {
        return;
    }
    let mut sshd = Sshd::start(Ends::AtOnce);
    let (target, grant) = (target(&sshd), a_grant());
    let person = holder(&sshd, grant);
    target.open(&access(grant, &sshd)).await.unwrap();
    let mut ssh = session(&sshd, &person, &["sleep 60"]);
    stands(&target, grant, Standing::Open(1)).await;
    sshd.stop();
    // As a portal that has just started: the connection that this one keeps would outlive sshd.
    let target = self::target(&sshd);
    // Its sessions are there as before: that is neither an end nor a no.
    assert!(matches!(
        target.end(grant).await,
        Err(TargetError::Unknown(_))
    ));
    assert!(matches!(
        target.open(&access(grant, &sshd)).await,
        Err(TargetError::Refused(_))
    ));
    assert!(ssh.try_wait().unwrap().is_none());
    sshd.start_again();
    assert_eq!(target.end(grant).await.unwrap(), 1);
    ssh.wait().unwrap();
}

#[tokio::test]
async fn a_host_without_the_command_says_that_sessions_go_on() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let ca = Arc::new(UserCa::from_seed(ORIGIN, &[7; 32]));
    let listed = SshTarget::new(sshd.host(), ca, ssh::Ends::ByList);
    let tested = listed.test().await.unwrap();
    assert_eq!(tested, Tested::EndsByList);
    assert!(
        tested
            .to_string()
            .contains("goes on after the end of access")
    );
    assert!(!listed.cuts_sessions());
    assert_eq!(listed.end(a_grant()).await.unwrap(), 0);
    // The same host, configured as if it had it: the test says what is missing.
    let missing = target(&sshd).test().await.unwrap_err();
    let TargetError::Refused(why) = missing else {
        panic!("{missing:?}");
    };
    assert!(why.to_string().contains("breakglass-host"), "{why}");
}

/// What the portal's own certificate opens is the command, and of that five words.
#[test]
fn the_command_does_nothing_else_for_the_portal() {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/ssh-host/breakglass-host"
    );
    for words in [
        "",
        "sh",
        "fetch https://x /etc/passwd",
        "principals root bg_x",
        "end",
        "end bg_x",
        "end ../../etc",
        "end bg_0123456789abcdef0123456789abcdef",
        "open bg_0123456789abcdef0123456789abcdef.0123456789abcdef x",
        "inspect *",
        "hello hello",
    ] {
        let done = Command::new("sh")
            .arg(script)
            .env("SSH_ORIGINAL_COMMAND", words)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2), "{words}: {done:?}");
        assert!(done.stdout.is_empty());
    }
}
