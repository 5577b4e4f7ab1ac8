//! Changes as they are found.

use core::fmt::Display;

use super::Change;

/// What was found so far.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) all: Vec<Change>,
}

impl Changes {
    pub(super) fn tell(&mut self, at: &str, looser: Option<bool>, words: impl Into<String>) {
        let (at, words) = (at.to_owned(), words.into());
        self.all.push(Change { at, words, looser });
    }

    pub(super) fn text<T: PartialEq + ?Sized>(
        &mut self,
        at: &str,
        old: &T,
        new: &T,
        words: impl FnOnce(&T, &T) -> String,
    ) {
        if old != new {
            self.tell(at, None, words(old, new));
        }
    }

    /// `more` says whether a greater number makes the policy looser, where it makes a difference.
    pub(super) fn number<T: Ord + Copy>(
        &mut self,
        at: &str,
        (old, new): (T, T),
        more: Option<bool>,
        words: impl FnOnce(T, T) -> String,
    ) {
        if old != new {
            let looser = more.map(|more| more == (new > old));
            self.tell(at, looser, words(old, new));
        }
    }

    /// `yes` says whether a yes makes the policy looser.
    pub(super) fn flag(
        &mut self,
        at: &str,
        (old, new): (bool, bool),
        yes: bool,
        words: impl FnOnce(bool) -> &'static str,
    ) {
        if old != new {
            self.tell(at, Some(yes == new), words(new));
        }
    }

    /// Names that were added and names that were taken away, each a change. `more` says whether one more
    /// makes the policy looser; the words take the name, and whether it was added.
    pub(super) fn names<T: PartialEq + Display>(
        &mut self,
        at: &str,
        (old, new): (&[T], &[T]),
        more: bool,
        words: impl Fn(&str, bool) -> String,
    ) {
        let before = self.all.len();
        for (names, others, added) in [(new, old, true), (old, new, false)] {
            for name in names.iter().filter(|name| !others.contains(name)) {
                let words = words(&format!("`{name}`"), added);
                self.tell(at, Some(added == more), words);
            }
        }
        if old != new && self.all.len() == before {
            self.tell(
                at,
                None,
                format!("The names in `{at}` are the same, written otherwise."),
            );
        }
    }
}
