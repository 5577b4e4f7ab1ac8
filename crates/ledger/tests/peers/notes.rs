//! Notes: read, verified, signed.

use std::fs;

use base64ct::{Base64, Encoding as _};
use ledger::{KeyKind, Note, NoteError, SigningKey, VerifierKey};
use signed_note::{StandardSigner, StandardVerifier, Verifier, VerifierList};

use crate::Comparison;
use crate::known::Difference;
use crate::random::Random;
use crate::vector::Vector;

const NAMES: [&str; 3] = ["example.org/log", "b", "ключ"];

/// A text, and the whole note as it is written again.
type Read = (String, Vec<u8>);

/// The point of order 1.
const IDENTITY: [u8; 32] = {
    let mut point = [0; 32];
    point[0] = 1;
    point
};

/// Who has signed.
type Signers = Vec<(String, u32)>;

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(name, [name.len() as u8; 32]).expect("a name")
}

/// The peer's form of the same key.
fn signer(name: &str) -> StandardSigner {
    let id = key(name).verifier_key().key_id();
    let secret = Base64::encode_string(&[&[1][..], &[name.len() as u8; 32]].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id:08x}+{secret}")).expect("a key")
}

fn verifier(key: &VerifierKey) -> Box<dyn Verifier> {
    Box::new(StandardVerifier::new(&key.to_string()).expect("a key"))
}

fn known(name: &str) -> (VerifierKey, Box<dyn Verifier>) {
    let key = key(name).verifier_key();
    let theirs = verifier(&key);
    (key, theirs)
}

fn parse(bytes: &[u8]) -> Result<Note, Option<Difference>> {
    Note::parse(bytes).map_err(|error| match error {
        NoteError::TooLong(_) => Some(Difference::LongNote),
        NoteError::TooManySignatures => Some(Difference::ManySignatures),
        _ => None,
    })
}

fn ours(bytes: &[u8]) -> Result<Read, Option<Difference>> {
    let note = parse(bytes)?;
    Ok((note.text().to_owned(), note.to_string().into_bytes()))
}

fn theirs(bytes: &[u8]) -> Option<Read> {
    let note = signed_note::Note::from_bytes(bytes).ok()?;
    let text = String::from_utf8(note.text().to_vec()).expect("notes are UTF-8");
    Some((text, note.to_bytes()))
}

fn our_signers(bytes: &[u8], known: &[VerifierKey]) -> Result<Signers, Option<Difference>> {
    let note = parse(bytes)?;
    let verified = note.verify(known).map_err(|error| match error {
        NoteError::BadSignature { name, .. } => {
            let lines = note.signatures().iter().filter(|line| line.name() == name);
            let lines: Vec<&[u8]> = lines.map(|line| line.bytes()).collect();
            match lines[..] {
                [signature] => signature
                    .starts_with(&IDENTITY)
                    .then_some(Difference::SmallOrderCommitment),
                // They did not look at the second.
                _ => Some(Difference::SecondLine),
            }
        }
        _ => None,
    })?;
    let signers = verified.signatures().iter().map(|s| s.key());
    Ok(signers
        .map(|key| (key.name().to_owned(), key.key_id()))
        .collect())
}

fn their_signers(bytes: &[u8], known: &VerifierList) -> Option<Signers> {
    let note = signed_note::Note::from_bytes(bytes).ok()?;
    let (verified, _) = note.verify(known).ok()?;
    Some(
        verified
            .iter()
            .map(|s| (s.name().to_owned(), s.id()))
            .collect(),
    )
}

fn compare(comparison: &mut Comparison, bytes: &[u8]) {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned();
    comparison.compare(&shown, ours(bytes), theirs(bytes));
    if ours(bytes).is_ok() {
        // The third key is nobody's.
        let (ours, theirs) = NAMES[..2]
            .iter()
            .map(|name| known(name))
            .collect::<(Vec<_>, Vec<_>)>();
        let theirs = their_signers(bytes, &VerifierList::new(theirs));
        comparison.compare(&shown, our_signers(bytes, &ours), theirs);
    }
}

/// Both sign the same bytes.
fn sign(text: &str, names: &[&str]) -> Vec<u8> {
    let keys: Vec<SigningKey> = names.iter().map(|name| key(name)).collect();
    let ours = Note::sign(text, &keys.iter().collect::<Vec<_>>()).expect("a text");
    let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).expect("a text");
    let signers: Vec<StandardSigner> = names.iter().map(|name| signer(name)).collect();
    let signers: Vec<&dyn signed_note::Signer> = signers.iter().map(|s| s as _).collect();
    theirs.add_sigs(&signers).expect("they can sign");
    assert_eq!(ours.as_bytes(), theirs.to_bytes());
    ours.into_bytes()
}

#[test]
fn notes() {
    let (mut random, mut comparison) = (Random::new(), Comparison::default());
    let lines = [
        "",
        "a line",
        "\u{2014} b AAAAAAAA",
        "ü\u{85}\u{7f}",
        "example.org/log",
        "0",
    ];
    let mut notes = Vec::new();
    for _ in 0..60 {
        let text: String = (0..=random.below(5))
            .map(|_| format!("{}\n", random.choose(&lines)))
            .collect();
        let signers = &NAMES[random.below(3)..];
        let mut note = sign(&text, signers);
        compare(&mut comparison, &note);
        // Somebody's second line, of another text.
        if random.below(2) == 0 {
            let other = sign("other\n", &NAMES[random.below(3)..]);
            note.extend_from_slice(&other["other\n\n".len()..]);
            compare(&mut comparison, &note);
        }
        notes.push(note);
    }
    for _ in 0..4_000 {
        compare(&mut comparison, &random.mutation(&notes));
    }
    let line = "\u{2014} other AAAAAAAA\n";
    for count in [63, 64, 99, 100] {
        let note = [sign("text\n", &NAMES[..1]), line.repeat(count).into_bytes()].concat();
        compare(&mut comparison, &note);
    }
    for length in [1 << 17, 1 << 18, 999_000, 1_000_000] {
        let note = [format!("{}\n\n", "x".repeat(length)), line.to_owned()].concat();
        compare(&mut comparison, note.as_bytes());
    }
    use Difference::{LongNote, ManySignatures, SecondLine};
    comparison.finish((400, 3_000), &[LongNote, ManySignatures, SecondLine]);
}

/// Under the keys that each vector names, where they are such as the peer knows.
#[test]
fn vectors_of_notes() {
    let mut comparison = Comparison::default();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");
    for file in fs::read_dir(folder).expect("the vectors are there") {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if !(name.starts_with("note-") || name.starts_with("checkpoint-")) {
            continue;
        }
        let vector = Vector::parse(&name, &fs::read(&path).expect("the file is there"));
        let keys = vector.keys();
        if keys.iter().any(|key| key.kind() != KeyKind::Ed25519) {
            continue;
        }
        let bytes = &vector.content;
        comparison.compare(&name, ours(bytes), theirs(bytes));
        let known = keys.iter().map(|key| verifier(key)).collect();
        let theirs = their_signers(bytes, &VerifierList::new(known));
        comparison.compare(&name, our_signers(bytes, &keys), theirs);
    }
    use Difference::{ManySignatures, SecondLine, SmallOrderCommitment};
    comparison.finish(
        (60, 30),
        &[ManySignatures, SecondLine, SmallOrderCommitment],
    );
}
