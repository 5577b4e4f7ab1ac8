//! What a witness remembers, when it is killed and when many ask at once.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{ORIGIN, another_history, command, free_port, leaves, log_key, post, request, start};

/// What the witness remembers, as its file has it.
fn remembered(data: &TempDir) -> Option<Vec<u8>> {
    let path = ledger::witness::checkpoint_path(&ORIGIN.parse().unwrap());
    let folder = data.path().join("logs").join(path);
    std::fs::read(folder.parent().unwrap().join("memory")).ok()
}

/// Killed as soon as it has written what it signs, whether or not anybody heard: that is never contradicted afterwards.
#[tokio::test]
async fn a_witness_killed_between_remembering_and_answering_has_signed() {
    let data = TempDir::new().unwrap();
    let mut keys = Vec::new();
    for signed in [0, 5, 10, 15, 20, 25] {
        let size = signed + 5;
        let witness = start(&data);
        let before = remembered(&data);
        let url = format!("{}/add-checkpoint", witness.url);
        let body = request(signed, &leaves(size));
        // Nobody listens to the answer.
        let asking = tokio::spawn(reqwest::Client::new().post(url).body(body).send());
        let start_s = Instant::now();
        while remembered(&data) == before {
            assert!(
                start_s.elapsed() < Duration::from_secs(10),
                "it remembers nothing"
            );
            tokio::task::yield_now().await;
        }
        // Dropped: killed.
        drop(witness);
        asking.abort();

        let witness = start(&data);
        keys.push(witness.key.to_string());
        // Right in itself, with a proof that holds: only a memory of the first history refuses it.
        let fork = another_history(size + 5);
        for old in [0, signed, size] {
            let answer = post(&witness, request(old, &fork)).await;
            let expected = if old == size { 422 } else { 409 };
            assert_eq!(answer.status, expected, "{old}: {}", answer.body);
        }
        let again = post(&witness, request(signed, &leaves(size))).await;
        assert_eq!((again.status, again.body), (409, format!("{size}\n")));
        let again = post(&witness, request(size, &leaves(size))).await;
        assert_eq!(again.status, 200, "the same is signed again");
    }
    keys.dedup();
    assert_eq!(keys.len(), 1, "one key, made once");

    // And one that never saw the first history takes the other: the fork is a good log.
    let elsewhere = TempDir::new().unwrap();
    let stranger = start(&elsewhere);
    for (old, size) in [(0, 30), (30, 35)] {
        let answer = post(&stranger, request(old, &another_history(size))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// Two processes would each believe their own memory.
#[test]
fn a_second_witness_on_one_folder_does_not_start() {
    let data = TempDir::new().unwrap();
    let _first = start(&data);
    let second = command(&data)
        .args(["--log", &log_key().verifier_key().to_string()])
        .args(["--listen", &format!("127.0.0.1:{}", free_port())])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = std::str::from_utf8(&second.stderr).unwrap();
    assert!(said.contains("another process works with"), "{said}");
}

/// Two forks of one log, shown to the witness at the same time from many sides: one of them wins.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_forks_at_once_one_is_signed() {
    let data = TempDir::new().unwrap();
    let witness = start(&data);
    let one = request(0, &leaves(10));
    let other = request(0, &another_history(10));
    // As many as it takes at a time.
    let asked: Vec<_> = (0..16)
        .map(|turn| {
            let body = if turn % 2 == 0 {
                one.clone()
            } else {
                other.clone()
            };
            let url = format!("{}/add-checkpoint", witness.url);
            tokio::spawn(async move {
                let sent = reqwest::Client::new().post(url).body(body).send().await;
                (turn % 2, sent.unwrap().status().as_u16())
            })
        })
        .collect();
    let mut signed = Vec::new();
    for answer in asked {
        let (which, status) = answer.await.unwrap();
        match status {
            200 => signed.push(which),
            409 => {}
            other => panic!("an answer {other}"),
        }
    }
    assert_eq!(signed.len(), 1, "old 0 is right once");
}
