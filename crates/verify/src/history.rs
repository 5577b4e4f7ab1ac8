//! Whether the log continues what was seen of it earlier.

use ledger::{Hash, root_of};

use crate::checks::entries;
use crate::judge::Located;
use crate::report::{Finding, Outcome, Subject};
use crate::verdict::Basis;

/// What the memory of an earlier check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    FirstSeen,
    Consistent,
    Shrunk,
    Rewritten,
    /// The entries of that time could not be told from altered ones.
    Untold,
}

/// Compares the signed tree, not what was served, with what was seen: an altered entry does not
/// make the log's owner a liar.
pub(crate) fn history(basis: &Basis<'_>) -> History {
    let Some(seen) = basis.remembered else {
        return History::FirstSeen;
    };
    if seen.size > basis.checkpoint.size() {
        return History::Shrunk;
    }
    match root_then(basis, seen.size) {
        Some(then) if then == seen.root => History::Consistent,
        Some(_) => History::Rewritten,
        None if seen.size == 0 => History::Consistent,
        None => History::Untold,
    }
}

/// The root over the first `size` of the signed entries; `None` where they are not known.
pub(crate) fn root_then(basis: &Basis<'_>, size: u64) -> Option<Hash> {
    if size == basis.checkpoint.size() {
        return Some(basis.checkpoint.root());
    }
    let signed = match basis.located {
        Located::NotNeeded => basis.pass.log.leaves(),
        Located::ByTiles => basis.signed,
        Located::ByChainAlone => &[],
    };
    let size = usize::try_from(size).ok()?;
    signed.get(..size).map(root_of)
}

/// What is wrong with it, if something is.
pub(crate) fn history_finding(basis: &Basis<'_>, history: History) -> Option<Finding> {
    let seen = basis.remembered?;
    let (size, root) = (basis.checkpoint.size(), basis.checkpoint.root());
    let (kind, sentence) = match history {
        History::Shrunk => (
            "shrunk",
            format!(
                "The log shrank: it had {} when it was seen on {}, now {size} are signed.",
                entries(seen.size),
                seen.at
            ),
        ),
        History::Rewritten => (
            "rewritten",
            format!(
                "The log was rewritten: its first {} are not those that were seen on {}.",
                entries(seen.size),
                seen.at
            ),
        ),
        History::FirstSeen | History::Consistent | History::Untold => return None,
    };
    let was = format!("{} under root {}", entries(seen.size), seen.root);
    Some(
        Finding::of_log(Subject::Memory, kind, sentence)
            .values(was, format!("{} under root {root}", entries(size))),
    )
}

/// The same as a check.
pub(crate) fn memory(basis: &Basis<'_>, history: History) -> (Outcome, String) {
    let Some(seen) = basis.remembered else {
        return (
            Outcome::Unknown,
            "This log has not been seen here before.".to_owned(),
        );
    };
    let was = format!(
        "what was seen on {}: {} under root {}",
        seen.at,
        entries(seen.size),
        seen.root
    );
    match history {
        History::FirstSeen | History::Consistent => {
            (Outcome::Passed, format!("Consistent with {was}."))
        }
        History::Shrunk | History::Rewritten => {
            (Outcome::Failed, format!("This contradicts {was}."))
        }
        History::Untold => (
            Outcome::Unknown,
            format!("The signed leaf hashes could not be had, so nothing can be said about {was}."),
        ),
    }
}
