//! Key texts.

use base64ct::{Base64, Encoding as _};
use ledger::{Hash, KeyError, KeyKind, SigningKey, VerifierKey};
use signed_note::{StandardVerifier, Verifier as _};

use crate::known::Difference;
use crate::random::Random;
use crate::{Comparison, seeds};

/// What a peer says, as far as it lets us see: name and key id.
type Seen = (String, u32);

fn ours(text: &str) -> Result<(Seen, KeyKind), Option<Difference>> {
    let key = text.parse::<VerifierKey>().map_err(|error| match error {
        KeyError::KeyIdText => Some(Difference::KeyIdText),
        KeyError::Name(_) => Some(Difference::KeyName),
        KeyError::SmallOrder => Some(Difference::SmallOrder),
        KeyError::Point => Some(Difference::OtherPoint),
        _ => None,
    })?;
    Ok(((key.name().to_owned(), key.key_id()), key.kind()))
}

fn theirs(text: &str) -> Option<Seen> {
    let key = StandardVerifier::new(text).ok()?;
    Some((key.name().to_owned(), key.key_id()))
}

fn compare(comparison: &mut Comparison, text: &str) {
    match ours(text) {
        Ok((_, KeyKind::CosignatureV1 | KeyKind::MlDsa44)) if theirs(text).is_none() => {
            comparison.differs(Difference::OtherKeyType);
        }
        ours => comparison.compare(&text, ours.map(|(seen, _)| seen), theirs(text)),
    }
}

/// A key text whose id fits, whatever the name and the bytes are.
fn text(name: &str, bytes: &[u8]) -> String {
    let id = Hash::of(&[name.as_bytes(), b"\n", bytes].concat());
    let [a, b, c, d, ..] = *id.as_bytes();
    format!(
        "{name}+{:08x}+{}",
        u32::from_be_bytes([a, b, c, d]),
        Base64::encode_string(bytes)
    )
}

/// Points of small order, one of them in both of its forms, and a point with y = 2^255 − 18: 1, reduced.
const ODD_POINTS: [[u8; 32]; 4] = [
    odd_point(0x01, 0x00, 0x00),
    odd_point(0xec, 0xff, 0x7f),
    odd_point(0x00, 0x00, 0x00),
    odd_point(0xf0, 0xff, 0x7f),
];

const fn odd_point(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut point = [between; 32];
    (point[0], point[31]) = (first, last);
    point
}

#[test]
fn key_texts() {
    let (mut random, mut comparison) = (Random::new(), Comparison::default());
    let long = "n".repeat(256);
    let names = [
        "example.org/log",
        "a",
        "\u{e9}\u{2028}",
        "ключ",
        &long[..255],
        &long,
        "a b",
        "a\u{85}",
        "a\u{7}",
        "",
    ];
    let mut texts = Vec::new();
    for round in 0..600_usize {
        let seed = *Hash::of(&round.to_be_bytes()).as_bytes();
        let key = SigningKey::from_seed("k", seed)
            .expect("a name")
            .verifier_key();
        let mut bytes = key.key_bytes().to_vec();
        match round % 8 {
            0 => bytes = random.choose(&ODD_POINTS).to_vec(),
            1 => bytes = seed.to_vec(),
            2 => bytes.truncate(random.below(32)),
            3 => bytes.push(0),
            _ => {}
        }
        bytes.insert(0, *random.choose(&[1, 1, 1, 1, 4, 2, 0xff]));
        let name = random.choose(&names);
        texts.push(text(name, &bytes));
    }
    texts.push(text("example.org/log", &[&[6][..], &[7; 1312]].concat()));
    texts.push(text("example.org/log", &[]));
    for text in &texts {
        compare(&mut comparison, text);
        let parts: Vec<&str> = text.splitn(3, '+').collect();
        if let [name, id, key] = parts[..] {
            compare(
                &mut comparison,
                &format!("{name}+{}+{key}", id.to_uppercase()),
            );
            compare(&mut comparison, &format!("{name}++{}+{key}", &id[1..]));
        }
    }
    let seeds: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    for text in seeds::of(&["vkey"]) {
        compare(&mut comparison, std::str::from_utf8(&text).expect("text"));
    }
    for _ in 0..6_000 {
        if let Ok(text) = String::from_utf8(random.mutation(&seeds)) {
            compare(&mut comparison, &text);
        }
    }
    use Difference::{KeyIdText, KeyName, OtherKeyType, OtherPoint, SmallOrder};
    comparison.finish(
        (80, 6_000),
        &[KeyIdText, KeyName, OtherKeyType, OtherPoint, SmallOrder],
    );
}
