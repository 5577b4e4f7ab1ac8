//! Whom a real sshd lets in by our certificates, and whom it does not.

use std::process::Command;
use std::time::Duration;

use access::time::UnixMillis;
use targets::ssh::{CaError, Forwarding, Invitation, Order, Principal, UserCa};

use crate::person::{Person, a_grant, an_order, now};
use crate::sshd::{Ends, Sshd, here, run};

#[test]
fn a_certificate_lets_its_holder_in_and_nobody_else() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    let order = an_order(&principal);
    person.certify(&sshd, &order);
    person.is_let_in(&sshd);
    // sshd's own log names the grant, and nobody.
    let entered = format!("ID {} (serial 4711) CA", sshd.ca.key_id(order.grant));
    assert!(sshd.log().contains(&entered), "{}", sshd.log());
    // The same certificate in other hands, with another key.
    let thief = Person::new();
    let certificate = person.home.path().join("id-cert.pub");
    std::fs::copy(certificate, thief.home.path().join("id-cert.pub")).unwrap();
    thief.is_refused(&sshd, principal.as_str(), "Failed publickey");
}

#[test]
fn another_principal_is_refused() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (other, person) = (Principal::parse("deploy").unwrap(), Person::new());
    person.certify(&sshd, &an_order(&other));
    let why = "name is not a listed principal";
    person.is_refused(&sshd, &sshd.account.0, why);
    person.is_refused(&sshd, "root", why);
}

#[test]
fn another_address_is_refused() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    let mut order = an_order(&principal);
    order.source = Some("127.0.0.0/8".parse().unwrap());
    person.certify(&sshd, &order);
    person.is_let_in(&sshd);
    order.source = Some("192.0.2.1/32".parse().unwrap());
    person.certify(&sshd, &order);
    person.is_refused(
        &sshd,
        &sshd.account.0,
        "not from a permitted source address",
    );
}

#[test]
fn a_certificate_is_over_at_its_end() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    let mut order = an_order(&principal);
    order.until = now().plus_seconds(3);
    person.certify(&sshd, &order);
    person.is_let_in(&sshd);
    let left = order.until.millis() - now().millis();
    std::thread::sleep(Duration::from_millis(left.max(0).try_into().unwrap()));
    person.is_refused(&sshd, &sshd.account.0, "Certificate invalid: expired");
}

#[test]
fn nothing_is_forwarded_unless_that_was_asked_for() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    // Two ports forwarded: one to our own sshd, which answers with its banner.
    let forwarded = |order: &Order<'_>| {
        person.certify(&sshd, order);
        let mut ssh = person.ssh(&sshd, principal.as_str());
        let done = ssh
            .args(["-W", &format!("127.0.0.1:{}", sshd.port)])
            .output()
            .unwrap();
        String::from_utf8_lossy(&done.stdout).contains("SSH-2.0-OpenSSH")
    };
    assert!(!forwarded(&an_order(&principal)));
    let mut order = an_order(&principal);
    order.forwarding = &[Forwarding::Ports];
    assert!(forwarded(&order));
}

/// CHECK 47: one principal, the source address, and a TTL that is no longer than the policy says.
#[test]
fn check_47_a_certificate_says_one_principal_the_source_and_no_longer_than_the_policy() {
    let ca = UserCa::from_seed("portal.test/log", &[7; 32]);
    let (principal, person) = (Principal::parse("deploy").unwrap(), Person::new());
    let moment = UnixMillis::new(1_900_000_000_400);
    for (until_s, longest_s, ends_s) in [
        (3600, 600, 600),
        (300, 600, 300),
        (600, 600, 600),
        (1, 600, 1),
    ] {
        let order = Order {
            grant: a_grant(),
            serial: 4711,
            principal: &principal,
            source: Some("198.51.100.0/24".parse().unwrap()),
            until: moment.plus_seconds(until_s),
            longest_s,
            now: moment,
            forwarding: &[],
        };
        let certificate = ca.issue(&person.key(), &order).unwrap();
        assert_eq!(certificate.valid_before(), 1_900_000_000 + ends_s);
        assert_eq!(certificate.valid_after(), 1_900_000_000 - 30);
        // In the words of OpenSSH itself.
        let file = person.home.path().join("shown-cert.pub");
        std::fs::write(&file, certificate.to_openssh().unwrap()).unwrap();
        let shown = run(Command::new("ssh-keygen")
            .arg("-L")
            .arg("-f")
            .arg(&file)
            .env("TZ", "UTC"));
        let said: Vec<&str> = shown.lines().map(str::trim).collect();
        for line in [
            "Type: ssh-ed25519-cert-v01@openssh.com user certificate",
            &format!("Key ID: \"{}\"", ca.key_id(order.grant)),
            "Serial: 4711",
        ] {
            assert!(said.contains(&line), "{line}: {shown}");
        }
        let rest = said
            .iter()
            .skip_while(|line| !line.starts_with("Principals:"));
        let rest: Vec<&str> = rest.copied().collect();
        assert_eq!(
            rest,
            [
                "Principals:",
                "deploy",
                "Critical Options:",
                "source-address 198.51.100.0/24",
                "Extensions:",
                "permit-pty"
            ],
            "{shown}"
        );
    }
}

#[test]
fn nothing_is_issued_for_access_that_is_over_or_cannot_be_revoked() {
    let ca = UserCa::from_seed("portal.test/log", &[7; 32]);
    let (principal, person) = (Principal::parse("deploy").unwrap(), Person::new());
    let mut order = an_order(&principal);
    order.until = order.now;
    assert!(matches!(
        ca.issue(&person.key(), &order),
        Err(CaError::Over)
    ));
    let mut order = an_order(&principal);
    order.longest_s = 0;
    assert!(matches!(
        ca.issue(&person.key(), &order),
        Err(CaError::Over)
    ));
    let mut order = an_order(&principal);
    order.serial = 0;
    assert!(matches!(
        ca.issue(&person.key(), &order),
        Err(CaError::NoSerial)
    ));
}

#[test]
fn accounts_with_other_characters_are_none() {
    for name in [
        "",
        "-l",
        ".x",
        "a b",
        "a,b",
        "root\n",
        "a/b",
        "ü",
        &"a".repeat(33),
    ] {
        assert!(Principal::parse(name).is_err(), "{name:?}");
    }
    assert!(Principal::parse("www-data_2.x").is_ok());
}

/// The line that a person is shown works as it stands, once the files are saved where it says.
#[test]
fn the_line_to_paste_works() {
    if !here() {
        return;
    }
    let sshd = Sshd::start(Ends::ByList);
    let (principal, person) = (sshd.principal(), Person::new());
    let order = an_order(&principal);
    let certificate = sshd.ca.issue(&person.key(), &order).unwrap();
    let shown = Invitation::new(order.grant, &sshd.host(), &principal, &certificate).unwrap();
    let home = person.home.path();
    std::fs::write(home.join(&shown.file_name), &shown.certificate).unwrap();
    std::fs::write(home.join(&shown.known_hosts_name), &shown.known_hosts).unwrap();
    let line = shown.command.replace("~/.ssh/id_ed25519", "id");
    let script = format!("{line} -F none -o BatchMode=yes id -un");
    let told = run(Command::new("sh").args(["-c", &script]).current_dir(home));
    assert_eq!(told.trim(), principal.as_str());
}
