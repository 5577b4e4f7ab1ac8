//! Keys, notes and checkpoints: writing and reading are inverse, and known answers from elsewhere.
#![allow(clippy::expect_used, reason = "the names and keys here are sound")]

use ledger::{
    Checkpoint, CheckpointError, CosigningKey, Hash, KeyKind, Note, NoteError, Origin,
    SignedCheckpoint, SigningKey, TilePath, VerifierKey, empty_root,
};
use proptest::prelude::*;

const NAME: &str = "example.org/log";

fn log_key() -> SigningKey {
    SigningKey::from_seed(NAME, [1; 32]).expect("a name")
}

fn witness() -> CosigningKey {
    CosigningKey::from_seed("witness.example", [2; 32]).expect("a name")
}

fn origin() -> Origin {
    NAME.parse().expect("a name")
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(origin(), 9, Hash::of(b"root")).expect("sound")
}

/// The example in the documentation of Go's golang.org/x/mod/sumdb/note.
#[test]
fn the_note_of_the_go_documentation_verifies() {
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifierKey = key.parse().expect("a key");
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\
                \n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let note = Note::parse(note.as_bytes()).expect("a note");
    let verified = note
        .verify(std::slice::from_ref(&key))
        .expect("signed by it");
    assert_eq!(verified.signatures()[0].key(), &key);
    assert_eq!(verified.signatures()[0].unix_seconds(), None);
}

#[test]
fn the_key_of_the_go_checksum_database_is_read() {
    let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let key: VerifierKey = text.parse().expect("a key");
    assert_eq!((key.name(), key.key_id()), ("sum.golang.org", 0x033d_e0ae));
    assert_eq!(
        (key.kind(), key.to_string()),
        (KeyKind::Ed25519, text.to_owned())
    );
}

#[test]
fn a_signed_checkpoint_verifies_and_says_what_was_signed() {
    let note = checkpoint().sign(&log_key());
    let signed = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    assert_eq!(signed.claimed(), &checkpoint());
    let verified = signed
        .verify(&log_key().verifier_key(), &origin())
        .expect("just signed");
    assert_eq!((verified.size(), verified.root()), (9, Hash::of(b"root")));
    assert_eq!(verified.origin(), &origin());
}

#[test]
fn a_witness_is_heard_beside_the_log_and_counted_once() {
    let mut text = checkpoint().sign(&log_key());
    let note = Note::parse(text.as_bytes()).expect("a note");
    text += &note.cosignature(&witness(), 1_795_388_645);
    text += &note.cosignature(&witness(), 1_795_388_646);
    let signed = || SignedCheckpoint::parse(text.as_bytes()).expect("a checkpoint");
    let (log, witness) = (log_key().verifier_key(), witness().verifier_key());

    let others = std::slice::from_ref(&witness);
    let (_, note) = signed()
        .verify_note(&log, &origin(), others)
        .expect("both signed");
    let signers: Vec<_> = note
        .signatures()
        .iter()
        .map(|s| (s.key().kind(), s.unix_seconds()))
        .collect();
    assert_eq!(
        signers,
        [
            (KeyKind::Ed25519, None),
            (KeyKind::CosignatureV1, Some(1_795_388_645))
        ]
    );

    // A witness alone does not speak for the log.
    let stranger = SigningKey::from_seed(NAME, [3; 32])
        .expect("a name")
        .verifier_key();
    let refused = signed().verify_note(&stranger, &origin(), others);
    assert_eq!(
        refused,
        Err(CheckpointError::Note(NoteError::NoKnownSignature))
    );
}

#[test]
fn a_known_key_that_cannot_be_checked_counts_for_nothing() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/vectors/vkey-valid-ml-dsa-44.txt"
    ));
    let text = text.expect("the vector is there");
    let key: VerifierKey = text
        .split("\n\n")
        .last()
        .expect("its content")
        .parse()
        .expect("a key");
    assert_eq!(key.kind(), KeyKind::MlDsa44);
    let mut note = checkpoint().sign(&log_key());
    let line = |id: u32| {
        use base64ct::{Base64, Encoding as _};
        let payload = Base64::encode_string(&[&id.to_be_bytes()[..], &[0; 2428]].concat());
        format!("\u{2014} {} {payload}\n", key.name())
    };
    note += &line(key.key_id());
    let note = Note::parse(note.as_bytes()).expect("a note");
    let alone = note.verify(std::slice::from_ref(&key));
    assert_eq!(alone, Err(NoteError::NoKnownSignature));
    let both = note
        .verify(&[key.clone(), log_key().verifier_key()])
        .expect("the log signed");
    assert_eq!((both.signatures().len(), both.not_checked().len()), (1, 1));
    assert_eq!(both.not_checked()[0].name(), key.name());
}

#[test]
fn texts_that_no_note_can_have_are_not_signed() {
    let key = log_key();
    assert_eq!(Note::sign("", &[&key]), Err(NoteError::TextEnd));
    assert_eq!(Note::sign("a", &[&key]), Err(NoteError::TextEnd));
    assert_eq!(
        Note::sign("a\r\n", &[&key]),
        Err(NoteError::ControlCharacter(b'\r'))
    );
    assert_eq!(Note::sign("a\n", &[]), Err(NoteError::NoSigner));
    assert_eq!(
        Note::sign("a\n", &[&key; 65]),
        Err(NoteError::TooManySignatures)
    );
    let large = "a\n".repeat(1 << 18);
    assert!(matches!(
        Note::sign(&large, &[&key]),
        Err(NoteError::TooLong(_))
    ));
}

#[test]
fn checkpoints_of_impossible_trees_are_not_made() {
    assert_eq!(
        Checkpoint::new(origin(), 0, Hash::of(b"x")),
        Err(CheckpointError::EmptyRoot)
    );
    assert_eq!(
        Checkpoint::new(origin(), 1 << 63, Hash::of(b"x")),
        Err(CheckpointError::Size)
    );
    assert!(Checkpoint::new(origin(), 0, empty_root()).is_ok());
}

#[test]
fn nothing_prints_a_secret() {
    let seed = [0x5a; 32];
    let key = SigningKey::from_seed(NAME, seed).expect("a name");
    let printed = format!("{key:?} {:?}", CosigningKey::from_seed(NAME, seed));
    assert!(
        !printed.contains("90, 90") && !printed.contains("5a5a") && !printed.contains("WlpaWl")
    );
}

proptest! {
    #[test]
    fn any_text_that_can_be_signed_reads_back(text in "[^\\x00-\\x1f]{0,9}(\n{1,3}[^\\x00-\\x1f]{0,9}){0,4}\n") {
        let key = log_key();
        let note = Note::sign(&text, &[&key]).expect("a text of a note");
        let parsed = Note::parse(note.as_bytes()).expect("just written");
        prop_assert_eq!(parsed.text(), &*text);
        prop_assert!(parsed.verify(&[key.verifier_key()]).is_ok());
    }

    #[test]
    fn a_changed_byte_never_verifies(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let key = log_key().verifier_key();
        let mut note = checkpoint().sign(&log_key()).into_bytes();
        let at = at.index(note.len());
        prop_assume!(note[at] != byte);
        note[at] = byte;
        let verified = SignedCheckpoint::parse(&note).and_then(|signed| signed.verify(&key, &origin()));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text: String) {
        prop_assert!(Note::parse(&bytes).is_err());
        prop_assert!(SignedCheckpoint::parse(&bytes).is_err());
        let _ = (text.parse::<VerifierKey>(), text.parse::<TilePath>(), Checkpoint::parse_body(&text));
        let spliced = format!("{text}\n\n\u{2014} {text}\n");
        let _ = Note::parse(spliced.as_bytes());
    }
}
