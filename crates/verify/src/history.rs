//! Whether the log continues what was seen of it earlier: all of it, checkpoint by checkpoint.
//!
//! - *grown*: it extends each checkpoint that was seen;
//! - *fork*: of a size that was seen it has another root now, and both cannot be true;
//! - *rollback*: fewer entries are signed than were seen, and what is left is the history that was seen;
//! - a *cut tail* is none of these: the signature covers entries that are not served (the tree says so).

use ledger::{Hash, Tree, root_of};

use crate::checks::entries;
use crate::judge::Located;
use crate::report::{Contradiction, Finding, Outcome, Remembered, Subject};
use crate::verdict::Basis;

/// How one checkpoint that was seen stands to the signed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// The signed log begins with it.
    Within,
    /// It has more entries than are signed now.
    Beyond,
    /// The signed log has another root at its size.
    Against,
    /// The entries of that time could not be told from altered ones.
    Untold,
}

/// What all that was seen of a log says about the checkpoint of now. Of each kind the newest is named.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct History<'a> {
    /// How many were seen.
    seen: usize,
    /// The largest that the signed log begins with.
    within: Option<&'a Remembered>,
    /// The largest of those that have more entries than are signed now.
    beyond: Option<&'a Remembered>,
    /// The smallest that the signed log contradicts: up to there the two histories may be one.
    against: Option<&'a Remembered>,
    /// One that nothing could be said about.
    untold: Option<&'a Remembered>,
}

/// Compares the signed tree, not what was served, with what was seen: an altered entry does not
/// make the log's owner a liar.
pub(crate) fn history<'a>(basis: &Basis<'a>) -> History<'a> {
    let mut seen: Vec<&Remembered> = basis.remembered.iter().collect();
    seen.sort_by_key(|seen| seen.size);
    let signed = signed_leaves(basis);
    let mut history = History {
        seen: seen.len(),
        ..History::default()
    };
    // One tree grows past all of them: each entry is hashed once, however much was seen.
    let (mut tree, mut at) = (Tree::new(), 0);
    for seen in seen {
        match stands(basis, seen, |size| {
            let Some(more) = signed.get(at..usize::try_from(size).ok()?) else {
                return served_root(basis, size);
            };
            tree.extend(more);
            at += more.len();
            Some(tree.root())
        }) {
            Stands::Within => history.within = Some(seen),
            Stands::Beyond => history.beyond = Some(seen),
            Stands::Against => history.against = history.against.or(Some(seen)),
            Stands::Untold => history.untold = Some(seen),
        }
    }
    history
}

/// The root over the first `size` of the signed entries; `None` where they are not known.
pub(crate) fn root_then(basis: &Basis<'_>, size: u64) -> Option<Hash> {
    if size == basis.checkpoint.size() {
        return Some(basis.checkpoint.root());
    }
    let signed = signed_leaves(basis);
    let leaves = signed.get(..usize::try_from(size).ok()?);
    leaves.map(root_of).or_else(|| served_root(basis, size))
}

/// The same where the log was read in blocks and no leaf hash was kept.
fn served_root(basis: &Basis<'_>, size: u64) -> Option<Hash> {
    (basis.located == Located::NotNeeded)
        .then(|| basis.pass.root_at(size))
        .flatten()
}

/// The leaf hashes that were signed, as far as they are known.
fn signed_leaves<'a>(basis: &Basis<'a>) -> &'a [Hash] {
    match basis.located {
        Located::NotNeeded => basis.pass.log.leaves(),
        Located::ByTiles => basis.signed,
        Located::ByChainAlone => &[],
    }
}

fn stands(
    basis: &Basis<'_>,
    seen: &Remembered,
    mut root_at: impl FnMut(u64) -> Option<Hash>,
) -> Stands {
    let (size, root) = (basis.checkpoint.size(), basis.checkpoint.root());
    if seen.size > size {
        return Stands::Beyond;
    }
    let then = if seen.size == size {
        Some(root)
    } else if seen.size == 0 {
        Some(Tree::new().root())
    } else {
        root_at(seen.size)
    };
    match then {
        Some(then) if then == seen.root => Stands::Within,
        Some(_) => Stands::Against,
        None => Stands::Untold,
    }
}

impl History<'_> {
    /// Whether nothing that was seen speaks against this log.
    pub(crate) fn may_be_remembered(&self) -> bool {
        self.against.is_none() && self.beyond.is_none() && self.untold.is_none()
    }

    /// What is wrong with it, if something is.
    pub(crate) fn finding(&self, basis: &Basis<'_>) -> Option<Finding> {
        let (size, root) = (basis.checkpoint.size(), basis.checkpoint.root());
        let (kind, sentence, seen) = if let Some(seen) = self.against {
            let sentence = if seen.size == size {
                format!(
                    "The log forked: on {} its {} had another root than now. Both cannot be true.",
                    seen.at,
                    entries(size)
                )
            } else {
                format!(
                    "The log forked: its first {} are not those that were seen on {}. Both cannot be true.",
                    entries(seen.size),
                    seen.at
                )
            };
            ("fork", sentence, seen)
        } else {
            let seen = self.beyond?;
            let rest = match (self.within, self.untold) {
                (Some(older), _) => format!(
                    " What is left begins with the {} that were seen on {}: the newer ones were taken away.",
                    entries(older.size),
                    older.at
                ),
                (None, Some(_)) => {
                    " The signed leaf hashes could not be had, so nothing can be said about what is left."
                        .to_owned()
                }
                (None, None) => {
                    " Nothing smaller was seen, so nothing can be said about what is left.".to_owned()
                }
            };
            let sentence = format!(
                "The log was rolled back: on {} it had {}, now {} are signed.{rest}",
                seen.at,
                entries(seen.size),
                size
            );
            ("rollback", sentence, seen)
        };
        let mut finding = Finding::of_log(Subject::Memory, kind, sentence).values(
            under_root(seen),
            format!("{} under root {root}", entries(size)),
        );
        if let (Some(_), Some(beyond)) = (self.against, self.beyond) {
            finding.notes.push(format!(
                "It also shrank: on {} it had {}.",
                beyond.at,
                entries(beyond.size)
            ));
        }
        if let (Some(_), Some(within)) = (self.against, self.within) {
            finding.notes.push(format!(
                "Up to the {} that were seen on {} the two histories are one.",
                entries(within.size),
                within.at
            ));
        }
        finding.contradiction = (!seen.note.is_empty()).then(|| Contradiction {
            seen_at: seen.at.clone(),
            seen: seen.note.clone(),
            now: basis.note.to_owned(),
        });
        Some(finding)
    }

    /// The same as a check.
    pub(crate) fn check(&self) -> (Outcome, String) {
        let worst = self.against.or(self.beyond);
        if let Some(seen) = worst {
            return (
                Outcome::Failed,
                format!(
                    "This contradicts what was seen on {}: {}.",
                    seen.at,
                    under_root(seen)
                ),
            );
        }
        if let Some(seen) = self.untold {
            return (
                Outcome::Unknown,
                format!(
                    "The signed leaf hashes could not be had, so nothing can be said about what was seen on {}: {}.",
                    seen.at,
                    under_root(seen)
                ),
            );
        }
        match self.within {
            None => (
                Outcome::Unknown,
                "This log has not been seen here before.".to_owned(),
            ),
            Some(seen) => {
                let which = match self.seen {
                    1 => "what".to_owned(),
                    count => {
                        format!("each of {count} checkpoints that were seen, the largest of which")
                    }
                };
                let text = format!(
                    "Consistent with {which} was seen on {}: {}.",
                    seen.at,
                    under_root(seen)
                );
                (Outcome::Passed, text)
            }
        }
    }
}

fn under_root(seen: &Remembered) -> String {
    format!("{} under root {}", entries(seen.size), seen.root)
}
