//! The text of a checkpoint.

use ledger::{Checkpoint, CheckpointError, Hash, Note, empty_root};

use crate::known::Difference;
use crate::random::Random;
use crate::{Comparison, seeds};

/// Origin, size, root.
type Read = (String, u64, [u8; 32]);

fn ours(bytes: &[u8]) -> Result<Read, Option<Difference>> {
    let text = std::str::from_utf8(bytes).map_err(|_| None)?;
    let read = Checkpoint::parse_body(text).map_err(|error| match error {
        CheckpointError::Size => Some(Difference::Size),
        CheckpointError::OriginLine(_) => Some(Difference::OriginName),
        CheckpointError::EmptyRoot => Some(Difference::EmptyRoot),
        _ => None,
    })?;
    Ok((
        read.origin().to_string(),
        read.size(),
        *read.root().as_bytes(),
    ))
}

fn theirs(bytes: &[u8]) -> Option<Read> {
    let read = tlog_tiles::Checkpoint::from_bytes(bytes).ok()?;
    Some((read.origin().to_owned(), read.size(), read.hash().0))
}

#[test]
fn checkpoints() {
    let (mut random, mut comparison) = (Random::new(), Comparison::default());
    let sizes = [0, 1, 9, 70_000, u64::MAX >> 1, 1 << 63, u64::MAX];
    let origins = [
        "example.org/log",
        "ключ",
        "two words",
        "plus+sign",
        "\u{7f}",
    ];
    let mut texts = Vec::new();
    for round in 0..500_u32 {
        let size = *random.choose(&sizes);
        let root = if size == 0 && round % 2 == 0 {
            empty_root()
        } else {
            Hash::of(&round.to_be_bytes())
        };
        let further = *random.choose(&[
            "",
            "",
            "one more\n",
            "two\nmore\n",
            "\n",
            "a\n\nb\n",
            "no end",
        ]);
        let text = format!("{}\n{size}\n{root}\n{further}", random.choose(&origins));
        if let Ok(checkpoint) = Checkpoint::parse_body(&text) {
            let (origin, root) = (checkpoint.origin().as_str(), checkpoint.root());
            let theirs =
                tlog_tiles::Checkpoint::new(origin, size, tlog_tiles::Hash(*root.as_bytes()), "");
            assert_eq!(
                theirs.expect("sound").to_bytes(),
                checkpoint.body().as_bytes()
            );
        }
        texts.push(text.into_bytes());
    }
    for note in seeds::of(&["checkpoint", "trust", "handover"]) {
        texts.extend(Note::parse(&note).map(|note| note.text().as_bytes().to_vec()));
    }
    for text in &texts {
        comparison.compare(&String::from_utf8_lossy(text), ours(text), theirs(text));
    }
    for _ in 0..20_000 {
        let text = random.mutation(&texts);
        comparison.compare(&String::from_utf8_lossy(&text), ours(&text), theirs(&text));
    }
    use Difference::{EmptyRoot, OriginName, Size};
    comparison.finish((300, 10_000), &[EmptyRoot, OriginName, Size]);
}
