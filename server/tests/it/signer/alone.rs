//! The signer over HTTP: what it signs, and what it remembers when it is killed.

use std::time::Instant;

use ledger::{
    Checkpoint, Hash, SignedCheckpoint, SigningKey, leaf_hash, prove_consistency, root_of,
};

use super::{Machines, ORIGIN, PATIENCE};

fn leaves(count: u64, history: u8) -> Vec<Hash> {
    (0..count)
        .map(|leaf| leaf_hash(&[&leaf.to_be_bytes()[..], &[history]].concat()))
        .collect()
}

fn submission(key: &SigningKey, old: u64, leaves: &[Hash]) -> String {
    let proof = if old == 0 || old > leaves.len() as u64 {
        Vec::new()
    } else {
        prove_consistency(leaves, old).unwrap()
    };
    let origin = ORIGIN.parse().unwrap();
    let checkpoint = Checkpoint::new(origin, leaves.len() as u64, root_of(leaves)).unwrap();
    let proof: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
    format!("old {old}\n{proof}\n{}", checkpoint.sign(key))
}

async fn post(machines: &Machines, body: String) -> (u16, String) {
    let url = format!("{}/add-checkpoint", machines.url());
    let asked = reqwest::Client::new().post(url).body(body).send();
    let answer = asked.await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn only_a_submitter_has_the_log_signed_and_only_forward() {
    let machines = Machines::new();
    let _signer = machines.start();
    let key = machines.submitting();
    let ten = leaves(10, 0);
    let (status, line) = post(&machines, submission(&key, 0, &ten)).await;
    assert_eq!(status, 200, "{line}");
    let checkpoint = Checkpoint::new(ORIGIN.parse().unwrap(), 10, root_of(&ten)).unwrap();
    let note = format!("{}\n{line}", checkpoint.body());
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let verified = signed.verify(&machines.vkey, &ORIGIN.parse().unwrap());
    assert_eq!(
        verified.unwrap().size(),
        10,
        "a type 0x01 line by the log's key"
    );

    let stranger = SigningKey::from_seed("signed.example/log/submitter", [9; 32]).unwrap();
    let other = SigningKey::from_seed(ORIGIN, [9; 32]).unwrap();
    let forked = leaves(10, 1);
    for (body, expected) in [
        (submission(&stranger, 10, &leaves(12, 0)), 403),
        (submission(&other, 10, &leaves(12, 0)), 403),
        // A second root for one size, a fork that grew, a smaller size, and one from nothing.
        (submission(&key, 10, &forked), 422),
        (submission(&key, 10, &leaves(12, 1)), 422),
        (submission(&key, 5, &leaves(7, 0)), 409),
        (submission(&key, 10, &leaves(7, 0)), 400),
        (submission(&key, 0, &forked), 409),
        ("nonsense".to_owned(), 400),
    ] {
        let (status, text) = post(&machines, body.clone()).await;
        assert_eq!(status, expected, "{body}\n{text}");
        if status == 409 {
            assert_eq!(text, "10\n");
        }
    }
    let (status, _) = post(&machines, submission(&key, 10, &leaves(12, 0))).await;
    assert_eq!(status, 200, "none of it moved the signer");
}

/// Killed as soon as it has written what it signs: that stands, whether or not anybody heard.
#[tokio::test]
async fn a_signer_killed_between_remembering_and_answering_has_signed() {
    let machines = Machines::new();
    let key = machines.submitting();
    let mut heard = 0;
    for round in 1..=6_u64 {
        let signer = machines.start();
        let before = machines.remembered();
        let body = submission(&key, heard, &leaves(round * 3, 0));
        let url = format!("{}/add-checkpoint", machines.url());
        // Nobody listens to the answer.
        let asking = tokio::spawn(reqwest::Client::new().post(url).body(body).send());
        let start = Instant::now();
        while machines.remembered() == before {
            assert!(start.elapsed() < PATIENCE, "it remembers nothing");
            tokio::task::yield_now().await;
        }
        drop(signer);
        asking.abort();

        let _signer = machines.start();
        for old in [heard, round * 3] {
            let other = submission(&key, old, &leaves(round * 3, 1));
            let (status, _) = post(&machines, other).await;
            assert_ne!(status, 200, "another history after the lost answer");
        }
        let (status, text) = post(&machines, submission(&key, heard, &leaves(round * 3, 0))).await;
        assert_eq!((status, text), (409, format!("{}\n", round * 3)));
        heard = round * 3;
        let (status, _) = post(&machines, submission(&key, heard, &leaves(heard, 0))).await;
        assert_eq!(status, 200, "the same is signed again");
    }
}

#[test]
fn a_second_signer_on_one_folder_does_not_start() {
    let machines = Machines::new();
    let _first = machines.start();
    let second = machines.command().output().unwrap();
    assert!(!second.status.success());
    let said = std::str::from_utf8(&second.stderr).unwrap();
    assert!(said.contains("another process works with"), "{said}");
}

#[test]
fn the_logs_own_key_is_no_submitter() {
    let machines = Machines::new();
    let refused = machines
        .command()
        .args(["--submitter", &machines.vkey.to_string()])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = std::str::from_utf8(&refused.stderr).unwrap();
    assert!(said.contains("keygen --submitter"), "{said}");
}
