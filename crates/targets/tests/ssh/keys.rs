//! Which keys get a certificate, as OpenSSH's own tools make them.

use std::fs;
use std::process::Command;

use targets::ssh::{BadKey, PersonKey};

use crate::sshd::run;

/// Makes a pair and returns both halves.
fn pair(arguments: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    run(Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-f"])
        .arg(&file)
        .args(arguments));
    let public = fs::read_to_string(folder.path().join("key.pub")).unwrap();
    (fs::read_to_string(file).unwrap(), public)
}

#[test]
fn strong_keys_are_taken_and_named_by_the_digest_that_openssh_shows() {
    for arguments in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "3072"],
    ] {
        let (_, public) = pair(arguments);
        let key = PersonKey::parse(&public).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pub");
        fs::write(&file, &public).unwrap();
        let shown = run(Command::new("ssh-keygen").arg("-l").arg("-f").arg(&file));
        let ours = key.digest().to_string();
        assert!(
            shown.contains(&format!("SHA256:{} ", ours.trim_end_matches('='))),
            "{shown} {ours}"
        );
        // Neither the comment nor the key itself is in what is logged.
        assert_eq!(format!("{key:?}"), format!("PersonKey({ours})"));
    }
}

#[test]
fn weak_keys_are_refused_by_name() {
    let (_, short) = pair(&["-t", "rsa", "-b", "2048"]);
    assert_eq!(PersonKey::parse(&short), Err(BadKey::ShortRsa(2048)));
    // OpenSSH 9.2 still makes them; later ones do not, so the bytes are our own: ssh-dss, p, q, g, y.
    let mut blob = Vec::new();
    for part in [
        &b"ssh-dss"[..],
        &[0x7f; 128],
        &[0x7f; 20],
        &[0x7f; 128],
        &[0x7f; 128],
    ] {
        blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend(part);
    }
    let dsa = format!("ssh-dss {}", base64(&blob));
    assert_eq!(PersonKey::parse(&dsa), Err(BadKey::Dsa));
}

#[test]
fn a_private_key_is_refused_and_not_repeated() {
    let (private, public) = pair(&["-t", "ed25519"]);
    for text in [
        private.clone(),
        format!("{public}\n{private}"),
        private.lines().nth(1).unwrap().to_owned(),
    ] {
        let refused = PersonKey::parse(&text).unwrap_err();
        assert_eq!(refused, BadKey::Private);
        let said = format!("{refused} {refused:?}");
        assert!(said.contains("not kept"), "{said}");
        let secrets = private.lines().filter(|line| !line.starts_with('-'));
        assert!(secrets.into_iter().all(|line| !said.contains(line)));
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding as _};
    Base64::encode_string(bytes)
}
