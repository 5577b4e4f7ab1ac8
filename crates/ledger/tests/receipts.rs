//! Receipts: each entry has one, and it proves that entry at that place and nothing else.
#![allow(clippy::expect_used, reason = "the names and keys here are sound")]

use ledger::policy::Policy;
use ledger::receipt::{NotProved, Receipt, ReceiptError};
use ledger::{Checkpoint, Hash, SignedCheckpoint, SigningKey, leaf_hash, prove_inclusion, root_of};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [1; 32]).expect("a name")
}

fn policy() -> Policy {
    Policy::of_log(key().verifier_key()).expect("a log's key")
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn receipt(size: u64, index: u64) -> Receipt {
    let leaves = leaves(size);
    let origin = ORIGIN.parse().expect("a name");
    let checkpoint = Checkpoint::new(origin, size, root_of(&leaves)).expect("sound");
    let note = checkpoint.sign(&key());
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    let proof = prove_inclusion(&leaves, index).expect("the leaf is there");
    Receipt::new(index, proof, checkpoint).expect("a short proof")
}

#[test]
fn every_leaf_of_small_logs_has_a_receipt() {
    for size in 1..20 {
        for index in 0..size {
            let receipt = receipt(size, index);
            for (other, leaf) in (0..size).zip(leaves(size)) {
                let proved = receipt.verify_leaf(&leaf, &policy());
                assert_eq!(
                    proved.is_ok(),
                    other == index,
                    "{other} as {index} of {size}"
                );
            }
        }
    }
}

#[test]
fn what_is_proved_names_size_and_signers() {
    let proved = receipt(9, 4)
        .verify_leaf(&leaves(9)[4], &policy())
        .expect("sound");
    assert_eq!(proved.checkpoint.size(), 9);
    assert_eq!(proved.evaluation.logs(), [key().verifier_key()]);
}

#[test]
fn no_extra_data_are_no_line() {
    let bare = receipt(9, 4);
    assert_eq!(bare.clone().with_extra(Vec::new()), bare);
    assert_eq!(bare.extra(), None);
    let more = bare.with_extra(b"policy 3".to_vec());
    let read = Receipt::parse(more.to_string().as_bytes()).expect("just written");
    assert_eq!(read.extra(), Some(&b"policy 3"[..]));
    assert_eq!((read.index(), read.proof().len()), (4, 4));
}

#[test]
fn a_receipt_of_64_hashes_is_not_made() {
    let made = Receipt::new(
        0,
        vec![Hash::of(b"x"); 64],
        receipt(9, 4).checkpoint().clone(),
    );
    assert!(matches!(made, Err(ReceiptError::ProofLines(_))));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(size in 1_u64..200, at in any::<prop::sample::Index>(), extra: Vec<u8>) {
        let receipt = receipt(size, at.index(size as usize) as u64).with_extra(extra);
        let text = receipt.to_string();
        prop_assert_eq!(Receipt::parse(text.as_bytes()), Ok(receipt));
    }

    /// Only the extra data can change unnoticed.
    #[test]
    fn a_changed_byte_proves_nothing(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let mut bytes = receipt(9, 4).to_string().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(receipt) = Receipt::parse(&bytes) {
            prop_assert!(receipt.verify_leaf(&leaves(9)[4], &policy()).is_err());
        }
    }

    #[test]
    fn another_place_is_not_proved(index in 0_u64..20) {
        let right = receipt(9, 4);
        let moved = Receipt::new(index, right.proof().to_vec(), right.checkpoint().clone()).expect("short");
        let proved = moved.verify_leaf(&leaves(9)[4], &policy());
        match proved {
            Ok(_) => prop_assert_eq!(index, 4),
            Err(error) => prop_assert!(matches!(error, NotProved::Inclusion(_))),
        }
    }
}
