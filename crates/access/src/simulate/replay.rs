//! The requests that there were, under a draft.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::under::Under;
use crate::event::Mode;
use crate::ids::{PersonId, RequestId, ResourceName};
use crate::policy::Policy;
use crate::state::{Request, State};
use crate::time::UnixMillis;
use crate::view::Evaluated;

/// One request, and what the draft would have made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRow {
    /// Which.
    pub request: RequestId,
    /// Who asked.
    pub requester: PersonId,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// What was to be opened.
    pub resource: ResourceName,
    /// When it was asked.
    pub submitted_at_ms: UnixMillis,
    /// What became of it.
    pub was: Outcome,
    /// What would have become of it.
    pub would_be: Outcome,
    /// The rules that make the difference; empty where the outcome is the same.
    pub why: Vec<Evaluated>,
}

/// How many requests moved from one outcome to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// What became of them.
    pub was: Outcome,
    /// What would have become of them.
    pub would_be: Outcome,
    /// How many.
    pub requests: u32,
}

/// What a draft would have made of the requests under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// How many requests there were.
    pub requests: u32,
    /// How many of them would have come out otherwise.
    pub changed: u32,
    /// Counts, by outcome; those that stay the same are among them.
    pub moves: Vec<Moved>,
    /// What entries do not tell, and so is not compared, in sentences.
    pub untold: Vec<String>,
    /// All requests: those that change first, then the newest first.
    pub rows: Vec<ReplayRow>,
}

/// Holds every request that was asked under the policy of this name since a moment against a draft of it.
/// One pass over the requests; what each comes to is found by its id.
pub fn replay_under(state: &State, draft: &Policy, since: UnixMillis, now: UnixMillis) -> Replayed {
    let now = state.moment(now);
    let of_policy = |request: &&Request| {
        request.submitted_at >= since && request.policy.policy.name == draft.name
    };
    let under = Under::new(state, draft, now);
    let mut rows: Vec<ReplayRow> = state
        .requests()
        .filter(of_policy)
        .map(|request| under.row(request))
        .collect();
    let changes = |row: &ReplayRow| row.was != row.would_be;
    rows.sort_by_key(|row| {
        (
            !changes(row),
            core::cmp::Reverse(row.submitted_at_ms),
            row.request,
        )
    });
    let mut moves: BTreeMap<(Outcome, Outcome), u32> = BTreeMap::new();
    for row in &rows {
        *moves.entry((row.was, row.would_be)).or_default() += 1;
    }
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    Replayed {
        requests: count(rows.len()),
        changed: count(rows.iter().filter(|row| changes(row)).count()),
        moves: moves
            .into_iter()
            .map(|((was, would_be), requests)| Moved {
                was,
                would_be,
                requests,
            })
            .collect(),
        untold: untold(draft),
        rows,
    }
}

fn untold(draft: &Policy) -> Vec<String> {
    let conditions = &draft.conditions;
    let seen =
        !(conditions.networks.is_empty() && conditions.acr.is_empty() && conditions.amr.is_empty());
    let all = [
        (
            true,
            "Groups are those last seen of each person; what they were at the time may differ.",
        ),
        (
            true,
            "Who would have asked or signed under the draft and did not before is not known.",
        ),
        (
            seen,
            "From where and how somebody was signed in is not compared.",
        ),
        (
            conditions.ticket.is_some(),
            "Whether a ticket has the form is not compared: tickets are sealed.",
        ),
        (
            conditions.min_reason_chars > 0,
            "Reasons are sealed: their length is compared in bytes.",
        ),
    ];
    let said = all.into_iter().filter(|(applies, _)| *applies);
    said.map(|(_, words)| words.to_owned()).collect()
}
