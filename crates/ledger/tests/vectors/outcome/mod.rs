//! What the crate says of a vector, in the words of its header `expect`: of its content as it is, and of
//! any other content. The same code is compiled for the browser.

mod log;
mod rotation;
mod trust;
mod vector;
mod witness;

use std::fmt::Debug;

use ledger::{Entry, Hash, Note, SignedCheckpoint, TilePath, VerifierKey, prev_of};
pub(crate) use vector::Vector;

/// What came of a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// In the words of `expect`.
    pub(crate) words: String,
    /// Everything that was read, or everything about the error.
    pub(crate) detail: String,
}

impl Outcome {
    /// `Ok`, or the error's variant.
    fn of<T: Debug, E: Debug>(result: &Result<T, E>) -> Self {
        let words = match result {
            Ok(_) => "Ok".to_owned(),
            Err(error) => first_word(error),
        };
        Self::new(words, result)
    }

    fn new(words: String, detail: &impl Debug) -> Self {
        let detail = format!("{detail:?}");
        Self { words, detail }
    }

    /// Both on one line: the detail as its hash.
    #[allow(dead_code, reason = "the test of the vectors asks for the words alone")]
    pub(crate) fn verdict(&self) -> String {
        format!("{} {}", self.words, Hash::of(self.detail.as_bytes()))
    }
}

impl Vector {
    /// Whatever its content is; a panic is a fault of the crate, or of a header.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.name.split('-').next() {
            Some("entry") => {
                let parsed = Entry::parse(&self.content);
                if let Ok(entry) = &parsed {
                    assert_eq!(prev_of(&self.content), Ok(entry.prev()), "{}", self.name);
                }
                Outcome::of(&parsed)
            }
            Some("note") => {
                let note = Note::parse(&self.content);
                Outcome::of(&note.and_then(|note| note.verify(&self.keys())))
            }
            Some("checkpoint") => {
                let signed = SignedCheckpoint::parse(&self.content);
                let verify =
                    |signed: SignedCheckpoint| signed.verify(&self.keys()[0], &self.origin());
                Outcome::of(&signed.and_then(verify))
            }
            Some("vkey") => self.word::<VerifierKey>(),
            Some("tile") => self.word::<TilePath>(),
            Some("log") => log::outcome(self),
            Some("policy") => trust::policy(self),
            Some("trust") => trust::checkpoint(self),
            Some("receipt") => trust::receipt(self),
            Some("rotation") => rotation::body(self),
            Some("handover") => rotation::checkpoint(self),
            Some("witness") => witness::request(self),
            _ => panic!("{}: no such kind of vector", self.name),
        }
    }

    /// Something that is one word, and has one form.
    fn word<T>(&self) -> Outcome
    where
        T: std::str::FromStr<Err: Debug> + Debug + ToString,
    {
        let Some(text) = self.text() else {
            return Outcome::new("NoText".to_owned(), &self.content);
        };
        let word = text.parse::<T>();
        if let Ok(word) = &word {
            assert_eq!(word.to_string(), text);
        }
        Outcome::of(&word)
    }
}

/// The name of an enum's variant.
fn first_word(value: &impl Debug) -> String {
    let debug = format!("{value:?}");
    debug
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}
