//! Entries: writing and reading are inverse, nothing else is read, and `serde_json` agrees.
#![allow(clippy::expect_used, reason = "what the strategies make is valid")]

use ledger::{
    Draft, EncodeError, Entry, Hash, MAX_ENTRY_LEN, ParseError, Timestamp, encode, leaf_hash,
    prev_of,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::{Builder, Uuid};

const SAFE: i64 = (1 << 53) - 1;

/// A JSON object without floating-point numbers.
fn object() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-SAFE..=SAFE).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x20\"\\\\/a]{0,9}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 6, |inner| {
        let objects = prop::collection::btree_map("\\PC{0,4}", inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            objects.prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(any::<String>(), value, 0..20)
        .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()).to_string())
}

fn random_id() -> impl Strategy<Value = Uuid> {
    any::<[u8; 16]>().prop_map(|bytes| Builder::from_random_bytes(bytes).into_uuid())
}

fn small() -> Vec<u8> {
    let id = Builder::from_random_bytes([7; 16]).into_uuid();
    let actor = r#"{"person":"p\n\"1\"","groups":["a","b"]}"#;
    let body = r#"{"duration_s":1800,"reason":{"c":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","n":0},"ä":null}"#;
    let draft = Draft {
        id,
        kind: "request.submitted",
        actor,
        body,
    };
    encode(
        &Hash::new([3; 32]),
        41,
        Timestamp::new(1_795_388_645_123),
        &draft,
    )
    .expect("valid")
}

/// What is accepted here, `serde_json` reads, and it writes the same again: equal but for the order
/// of members, which it sorts. A second member of one name would be lost, and the length with it.
fn assert_oracle_agrees(bytes: &[u8]) {
    let oracle: Value = serde_json::from_slice(bytes).expect("accepted, so JSON");
    assert_eq!(oracle.to_string().len(), bytes.len());
}

fn draft_with<'a>(actor: &'a str, body: &'a str) -> Draft<'a> {
    Draft {
        id: Builder::from_random_bytes([1; 16]).into_uuid(),
        kind: "k",
        actor,
        body,
    }
}

fn encode_draft(draft: &Draft<'_>) -> Result<Vec<u8>, EncodeError> {
    encode(&Hash::new([0; 32]), 0, Timestamp::new(0), draft)
}

proptest! {
    // Objects of random texts are slow to make.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parse_after_encode_finds_the_same_values(
        prev: [u8; 32], seq in 0..=SAFE as u64, ms in -62_167_219_200_000..=253_402_300_799_999_i64,
        id in random_id(), kind in "[a-z0-9_-]{1,20}(\\.[a-z0-9_-]{1,20}){0,2}",
        actor in object(), body in object(),
    ) {
        let (prev, time) = (Hash::new(prev), Timestamp::new(ms));
        let draft = Draft { id, kind: &kind, actor: &actor, body: &body };
        let bytes = encode(&prev, seq, time, &draft).expect("all values are permitted");
        prop_assert_eq!(prev_of(&bytes), Ok(prev));
        let entry = Entry::parse(&bytes).expect("what was encoded is an entry");
        prop_assert_eq!((entry.prev(), entry.seq(), entry.id(), entry.time()), (prev, seq, id, time));
        prop_assert_eq!((entry.kind(), entry.actor(), entry.body()), (&*kind, &*actor, &*body));
        // The oracle: the bytes are what serde_json writes, members in their order.
        let oracle: Value = serde_json::from_slice(&bytes).expect("an entry is JSON");
        prop_assert_eq!(&oracle["seq"], &json!(seq));
        prop_assert_eq!(oracle["body"].to_string(), body);
    }
}

proptest! {
    #[test]
    fn what_parses_encodes_to_the_same_bytes(at in any::<prop::sample::Index>(), edit in 0..3, byte in "[ -~]") {
        let mut bytes = small();
        let (at, byte) = (at.index(bytes.len()), byte.as_bytes()[0]);
        match edit {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        if let Ok(entry) = Entry::parse(&bytes) {
            let draft = Draft { id: entry.id(), kind: entry.kind(), actor: entry.actor(), body: entry.body() };
            prop_assert_eq!(encode(&entry.prev(), entry.seq(), entry.time(), &draft), Ok(bytes.clone()));
            assert_oracle_agrees(&bytes);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0_usize..300) {
        prop_assert!(Entry::parse(&bytes).is_err());
        let mut spliced = small();
        spliced.truncate(cut);
        spliced.extend_from_slice(&bytes);
        let _ = (Entry::parse(&spliced), prev_of(&spliced));
    }

    /// What this scanner accepts, `serde_json` reads and writes again as the same bytes; what
    /// `serde_json` writes without floats, this scanner accepts.
    #[test]
    fn the_scanner_agrees_with_serde_json(body in "\\{(\"[ab\\\\nu0\"]{0,3}\":[-0-9ea.\\[\\]{}\", tru]{1,6},?){0,3}\\}") {
        match encode_draft(&draft_with("{}", &body)) {
            Ok(_) => assert_oracle_agrees(body.as_bytes()),
            Err(_) => {
                let same = serde_json::from_str::<Value>(&body).is_ok_and(|oracle| oracle.to_string().as_str() == body);
                prop_assert!(!same || body.contains(['.', 'e']), "{body}");
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_refused_or_changes_the_leaf_hash() {
    let bytes = small();
    let leaf = leaf_hash(&bytes);
    let mut accepted = 0;
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(leaf_hash(&flipped), leaf);
        if Entry::parse(&flipped).is_ok() {
            assert_oracle_agrees(&flipped);
            accepted += 1;
        }
    }
    // Letters of texts can change into other letters; the structure cannot.
    assert!(
        accepted < bytes.len() * 4,
        "{accepted} of {} flips were accepted",
        bytes.len() * 8
    );
}

#[test]
fn every_cut_is_refused() {
    let bytes = small();
    for end in 0..bytes.len() {
        assert!(Entry::parse(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn the_limit_is_65_535_bytes() {
    let fixed = encode_draft(&draft_with("{}", r#"{"t":""}"#))
        .expect("valid")
        .len();
    let body = |length: usize| format!(r#"{{"t":"{}"}}"#, "x".repeat(length));
    let longest = body(MAX_ENTRY_LEN - fixed);
    let bytes = encode_draft(&draft_with("{}", &longest)).expect("it just fits");
    assert_eq!(bytes.len(), MAX_ENTRY_LEN);
    assert!(Entry::parse(&bytes).is_ok());

    let too_long = body(MAX_ENTRY_LEN - fixed + 1);
    assert_eq!(
        encode_draft(&draft_with("{}", &too_long)),
        Err(EncodeError::TooLong(65_536))
    );
    let far_too_long = body(1 << 20);
    let error = Err(EncodeError::Body(ParseError::TooLong));
    assert_eq!(encode_draft(&draft_with("{}", &far_too_long)), error);
    assert_eq!(
        Entry::parse(&[b' '; MAX_ENTRY_LEN + 1]),
        Err(ParseError::TooLong)
    );
}

#[test]
fn drafts_without_a_permitted_form_are_refused() {
    let draft = draft_with("{}", "{}");
    assert_eq!(
        encode_draft(&Draft {
            kind: "Has.Capitals",
            ..draft
        }),
        Err(EncodeError::Kind)
    );
    assert_eq!(
        encode_draft(&Draft {
            id: Uuid::nil(),
            ..draft
        }),
        Err(EncodeError::Id(Uuid::nil()))
    );
    let seq = 1 << 53;
    let result = encode(&Hash::new([0; 32]), seq, Timestamp::new(0), &draft);
    assert_eq!(result, Err(EncodeError::Seq(seq)));
    for bad in [
        "",
        "[]",
        "{} ",
        " {}",
        "{\"a\":1.5}",
        "{}{}",
        "{},\"body\":{}",
    ] {
        assert!(
            matches!(
                encode_draft(&draft_with(bad, "{}")),
                Err(EncodeError::Actor(_))
            ),
            "{bad}"
        );
        assert!(
            matches!(
                encode_draft(&draft_with("{}", bad)),
                Err(EncodeError::Body(_))
            ),
            "{bad}"
        );
    }
}

#[test]
fn a_double_among_thousands_of_members_is_found() {
    // As many members as fit: names are sorted, not compared pair by pair. The last one is the first
    // one's double.
    let mut names: Vec<String> = (0..6_500).map(|n| format!(r#""{n:x}":1"#)).collect();
    let body = format!("{{{}}}", names.join(","));
    assert!(encode_draft(&draft_with("{}", &body)).is_ok());
    names.push(r#""0":2"#.to_owned());
    let body = format!("{{{}}}", names.join(","));
    let at = body.len() - 5;
    let error = EncodeError::Body(ParseError::DuplicateMember { at });
    assert_eq!(encode_draft(&draft_with("{}", &body)), Err(error));
}
