//! Whether the log continues what this browser saw of it earlier.

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
    let (size, root) = (basis.checkpoint.size(), basis.checkpoint.root());
    if seen.size > size {
        return History::Shrunk;
    }
    let then = if seen.size == size {
        Some(root)
    } else {
        let among = |signed: &[Hash]| {
            let size = usize::try_from(seen.size).ok()?;
            signed.get(..size).map(root_of)
        };
        match basis.located {
            Located::NotNeeded => basis.pass.root_at(seen.size),
            Located::ByTiles => among(basis.signed),
            Located::ByChainAlone => None,
        }
    };
    match then {
        Some(then) if then == seen.root => History::Consistent,
        Some(_) => History::Rewritten,
        None if seen.size == 0 => History::Consistent,
        None => History::Untold,
    }
}

/// What is wrong with it, if something is.
pub(crate) fn history_finding(basis: &Basis<'_>, history: History) -> Option<Finding> {
    let seen = basis.remembered?;
    let (size, root) = (basis.checkpoint.size(), basis.checkpoint.root());
    let (kind, sentence) = match history {
        History::Shrunk => (
            "shrunk",
            format!(
                "The log shrank: on {} this browser saw {}, now {size} are signed.",
                seen.at,
                entries(seen.size)
            ),
        ),
        History::Rewritten => (
            "rewritten",
            format!(
                "The log was rewritten: its first {} are not those that this browser saw on {}.",
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
            "This browser has not seen this log before.".to_owned(),
        );
    };
    let was = format!(
        "what this browser saw on {}: {} under root {}",
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
