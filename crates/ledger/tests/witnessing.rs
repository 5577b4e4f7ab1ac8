//! A witness and the log that asks it: histories never fork, and answers fit the checkpoint.
#![allow(clippy::expect_used, reason = "the names and keys here are sound")]

use ledger::witness::{
    Accepted, AddCheckpoint, AnswerError, CosignTimeError, Refusal, RequestError, Witness,
    checkpoint_path, follows, read_answer, read_conflict,
};
use ledger::{
    Checkpoint, CosigningKey, Hash, NoteError, Origin, SignedCheckpoint, SigningKey, TreeHead,
    leaf_hash, prove_consistency, root_of,
};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log";

fn origin() -> Origin {
    ORIGIN.parse().expect("a name")
}

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [1; 32]).expect("a name")
}

fn witness_key() -> CosigningKey {
    CosigningKey::from_seed("witness.example", [2; 32]).expect("a name")
}

fn witness() -> Witness {
    Witness::new([log_key().verifier_key()])
}

/// Leaves of one of two histories that part at leaf 7.
fn leaves(history: bool, size: usize) -> Vec<Hash> {
    let leaf = |n: usize| leaf_hash(&[n as u8, u8::from(history && n >= 7)]);
    (0..size).map(leaf).collect()
}

fn signed(leaves: &[Hash]) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(origin(), leaves.len() as u64, root_of(leaves));
    let note = checkpoint.expect("sound").sign(&log_key());
    SignedCheckpoint::parse(note.as_bytes()).expect("just written")
}

fn request(old: u64, leaves: &[Hash]) -> AddCheckpoint {
    // Where there is no proof, the witness must say so.
    let proof = prove_consistency(leaves, old).unwrap_or_default();
    AddCheckpoint::new(old, proof, signed(leaves)).expect("a short proof")
}

fn accepted(leaves: &[Hash]) -> Accepted {
    witness()
        .decide(&request(0, leaves), None)
        .expect("the first")
}

/// The request that tlog-witness shows.
#[test]
fn the_request_of_the_specification_is_read() {
    let text = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let request = AddCheckpoint::parse(text.as_bytes()).expect("well-formed");
    assert_eq!((request.old_size(), request.proof().len()), (20_852_014, 4));
    assert_eq!(request.head().size, 20_852_163);
    assert_eq!(request.origin().as_str(), "example.com/behind-the-sofa");
    assert_eq!(request.to_string(), text);
}

#[test]
fn a_conflict_answers_with_the_size_and_nothing_else() {
    let remembered = TreeHead {
        size: 7,
        root: root_of(&leaves(false, 7)),
    };
    let refusal = witness().decide(&request(5, &leaves(false, 9)), Some(remembered));
    let refusal = refusal.expect_err("another size is remembered");
    assert_eq!(refusal, Refusal::Conflict { remembered: 7 });
    assert_eq!(
        (refusal.status(), refusal.content_type()),
        (409, "text/x.tlog.size")
    );
    assert_eq!(refusal.body(), "7\n");
    assert_eq!(read_conflict(refusal.body().as_bytes()), Some(7));
    for bad in ["7", "07\n", "7\n\n", "", "\n", " 7\n", "-7\n"] {
        assert_eq!(read_conflict(bad.as_bytes()), None, "{bad:?}");
    }
}

#[test]
fn the_answer_is_a_line_for_the_checkpoint() {
    let leaves = leaves(false, 9);
    let answer = accepted(&leaves)
        .cosign(&witness_key(), 1_795_388_645)
        .expect("a time");
    let known = [witness_key().verifier_key()];
    let lines = read_answer(&signed(&leaves), answer.as_bytes(), &known).expect("good");
    assert_eq!(lines, std::slice::from_ref(&answer));
    // Two lines of one key are one; a stranger's line is passed over.
    let stranger = CosigningKey::from_seed("stranger.example", [3; 32]).expect("a name");
    let more = accepted(&leaves).cosign(&stranger, 5).expect("a time");
    let double = format!("{more}{answer}{answer}");
    assert_eq!(
        read_answer(&signed(&leaves), double.as_bytes(), &known),
        Ok(lines)
    );
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    let (nine, ten) = (leaves(false, 9), leaves(false, 10));
    let known = [witness_key().verifier_key()];
    let read = |answer: &str| read_answer(&signed(&nine), answer.as_bytes(), &known);
    let answer = accepted(&nine)
        .cosign(&witness_key(), 1_795_388_645)
        .expect("a time");
    let other = accepted(&ten)
        .cosign(&witness_key(), 1_795_388_645)
        .expect("a time");
    assert!(matches!(
        read(&other),
        Err(AnswerError::Note(NoteError::BadSignature { .. }))
    ));
    let signed_nine = signed(&nine);
    let no_time = signed_nine.note().cosignature(&witness_key(), 0);
    assert_eq!(
        read(&no_time),
        Err(AnswerError::NoTime("witness.example".to_owned()))
    );
    for bad in [
        "",
        "\n",
        "x\n",
        &answer[..answer.len() - 1],
        &format!("x\n\n{answer}"),
        &format!("\n{answer}"),
    ] {
        assert!(read(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_cosignature_has_a_time() {
    let accepted = accepted(&leaves(false, 9));
    for bad in [0, 1 << 63, u64::MAX] {
        assert_eq!(accepted.cosign(&witness_key(), bad), Err(CosignTimeError));
    }
    assert!(accepted.cosign(&witness_key(), i64::MAX as u64).is_ok());
}

#[test]
fn monitors_see_the_lines_that_were_checked() {
    let leaves = leaves(false, 9);
    let stranger = SigningKey::from_seed(ORIGIN, [9; 32]).expect("a name");
    let text = signed(&leaves).note().text().to_owned();
    let note = ledger::Note::sign(&text, &[&stranger, &log_key()]).expect("two keys");
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    let request = AddCheckpoint::new(0, Vec::new(), checkpoint).expect("no proof");
    let accepted = witness().decide(&request, None).expect("the log signed");
    let line = accepted
        .cosign(&witness_key(), 1_795_388_645)
        .expect("a time");
    let expected = format!("{}{line}", signed(&leaves).note());
    assert_eq!(accepted.served(&line), expected);
}

/// What a log's own signer is shown bears a submitter's signature, and the log's in the end.
#[test]
fn a_signer_signs_what_a_submitter_brings_and_nothing_else() {
    let leaves = leaves(false, 9);
    let submitter = SigningKey::from_seed("portal.example", [4; 32]).expect("a name");
    let signer = Witness::signer(&origin(), [submitter.verifier_key()]);
    let checkpoint = Checkpoint::new(origin(), 9, root_of(&leaves)).expect("sound");
    let brought = |key: &SigningKey| {
        let note = checkpoint.sign(key);
        let brought = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
        AddCheckpoint::new(0, Vec::new(), brought).expect("no proof")
    };
    let accepted = signer.decide(&brought(&submitter), None).expect("known");
    let line = accepted.sign(&log_key());
    assert_eq!(accepted.served(&line), checkpoint.sign(&log_key()));
    // Neither a stranger nor the log's key submits, and a submitter is not asked for by witnesses.
    let stranger = SigningKey::from_seed("portal.example", [5; 32]).expect("a name");
    for key in [&stranger, &log_key()] {
        let refused = signer.decide(&brought(key), None);
        assert!(matches!(refused, Err(Refusal::Signature(_))));
    }
    let refused = witness().decide(&brought(&submitter), None);
    assert!(matches!(refused, Err(Refusal::Signature(_))));
}

#[test]
fn the_path_for_monitors_is_the_origins_hash() {
    let path = "d2ddd66899fd15bead08af77cf16e1fda92ebeaacf1c56f97d32388910e8f991/checkpoint";
    assert_eq!(checkpoint_path(&origin()), path);
}

#[test]
fn a_request_of_64_hashes_is_not_made() {
    let proof = vec![Hash::of(b"x"); 64];
    let request = AddCheckpoint::new(0, proof, signed(&leaves(false, 9)));
    assert!(matches!(request, Err(RequestError::ProofLines(_))));
}

proptest! {
    /// Whatever is asked in whatever order, each accepted checkpoint extends all that were accepted
    /// before it: the size never falls, and there is one history.
    #[test]
    fn histories_never_fork(asked in prop::collection::vec((0_u64..20, any::<bool>(), 0_usize..20), 1..30)) {
        let mut remembered: Option<TreeHead> = None;
        let mut accepted: Vec<TreeHead> = Vec::new();
        for (old, history, size) in asked {
            let leaves = leaves(history, size);
            // Half of those who ask know what is remembered.
            let old = if old % 2 == 0 { remembered.map_or(0, |head| head.size) } else { old };
            let request = request(old, &leaves);
            let followed = follows(remembered, request.old_size(), request.proof(), request.head());
            match witness().decide(&request, remembered) {
                Ok(step) => {
                    prop_assert_eq!(followed, Ok(()));
                    remembered = Some(step.head());
                    accepted.push(step.head());
                }
                Err(refusal) => prop_assert_eq!(followed, Err(refusal)),
            }
        }
        prop_assert!(accepted.is_sorted_by_key(|head| head.size));
        let one_history = |history| accepted.iter().all(|head| head.root == root_of(&leaves(history, head.size as usize)));
        prop_assert!(one_history(false) || one_history(true));
    }

    /// An honest log is never turned away.
    #[test]
    fn growth_is_accepted(old in 0_usize..60, more in 0_usize..60) {
        let (old_leaves, leaves) = (leaves(false, old), leaves(false, old + more));
        let remembered = TreeHead { size: old as u64, root: root_of(&old_leaves) };
        prop_assert!(witness().decide(&request(old as u64, &leaves), Some(remembered)).is_ok());
    }
}
