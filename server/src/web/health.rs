//! `GET /healthz`: whether this process answers, whether the log goes on, whether its signer answers, how
//! far the archive is, which reads are not told yet, and what the witnesses signed.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use service::archive::ArchiveStatus;
use service::cosign::{WitnessState, Witnessed};
use service::{Portal, ReadsWaiting, SignerState};

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<Signer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<Archive>,
    reads: Reads,
    /// How many entries broke the rules when they were written, as the log stood when the server started.
    #[serde(skip_serializing_if = "is_zero")]
    unlawful_entries: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnesses: Option<Witnesses>,
}

/// Reads of the log that should be entries of it and are none.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Reads {
    waiting: usize,
    oldest_s: u64,
}

/// A signer on another machine.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Signer {
    /// `ok`; `asked` while an answer is under way; `silent` when it has not signed for so long that nothing new is taken.
    status: &'static str,
    /// For how long its signature has been waited for.
    waiting_s: u64,
}

/// How many of the log's witnesses do what.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Witnesses {
    /// Signed when they were asked last, or are being asked for the first time.
    signing: usize,
    /// Did not sign when they were asked last.
    refusing: usize,
    /// Have not signed for a quarter of an hour and more.
    silent: usize,
    /// How many entries enough of them have signed, and how long ago.
    witnessed_entries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnessed_s_ago: Option<u64>,
}

/// Numbers and one word: everybody may ask, and what went wrong in detail stands in the server's log.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Archive {
    /// `ok`, `late` (past the configured limit), or what keeps it from going on.
    status: &'static str,
    entries: u64,
    behind_entries: u64,
    behind_s: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A halted log is no reason to take the server away: what is open must still be ended through it. Nor is an archive that
/// is behind.
pub(super) async fn health(State(portal): State<Portal>) -> Json<Health> {
    Json(Health {
        status: if portal.halted().is_some() {
            "halted"
        } else {
            "ok"
        },
        signer: portal.signer().map(|state| signer(&state)),
        archive: portal.archive_status().map(|status| archive(&status)),
        reads: reads(portal.reads_waiting()),
        unlawful_entries: portal.unlawful().len(),
        witnesses: witnesses(&portal.witnesses(), portal.witnessed()),
    })
}

fn reads(waiting: ReadsWaiting) -> Reads {
    Reads {
        waiting: waiting.count,
        oldest_s: waiting.oldest_s,
    }
}

fn signer(state: &SignerState) -> Signer {
    Signer {
        status: match (state.stalled, state.waiting_s) {
            (true, _) => "silent",
            (false, Some(_)) => "asked",
            (false, None) => "ok",
        },
        waiting_s: state.waiting_s.unwrap_or(0),
    }
}

fn witnesses(states: &[WitnessState], witnessed: Option<Witnessed>) -> Option<Witnesses> {
    let mut counts = Witnesses {
        witnessed_entries: witnessed.map_or(0, |witnessed| witnessed.size),
        witnessed_s_ago: witnessed.map(Witnessed::age_s),
        ..Witnesses::default()
    };
    for state in states {
        match (state.silent, &state.fault) {
            (true, _) => counts.silent += 1,
            (false, Some(_)) => counts.refusing += 1,
            (false, None) => counts.signing += 1,
        }
    }
    (!states.is_empty()).then_some(counts)
}

fn archive(status: &ArchiveStatus) -> Archive {
    Archive {
        status: match &status.trouble {
            Some(trouble) => trouble.kind.word(),
            None if status.late => "late",
            None => "ok",
        },
        entries: status.entries,
        behind_entries: status.behind_entries,
        behind_s: status.behind_s,
    }
}

#[cfg(test)]
mod tests {
    use service::archive::{FaultKind, Trouble};

    use super::*;

    #[test]
    fn a_signer_that_is_silent_is_told_from_one_that_is_asked() {
        let idle = SignerState {
            waiting_s: None,
            fault: None,
            stalled: false,
        };
        assert_eq!(signer(&idle).status, "ok");
        let asked = SignerState {
            waiting_s: Some(1),
            ..idle
        };
        assert_eq!(signer(&asked).status, "asked");
        let silent = SignerState {
            waiting_s: Some(70),
            fault: Some("it cannot be reached".into()),
            stalled: true,
        };
        let told = signer(&silent);
        assert_eq!((told.status, told.waiting_s), ("silent", 70));
    }

    #[test]
    fn witnesses_are_counted_and_their_newest_checkpoint_is_dated() {
        let state = |silent, fault: Option<&str>| WitnessState {
            name: "w".into(),
            size: 7,
            at_s: Some(1),
            fault: fault.map(str::to_owned),
            silent,
        };
        assert_eq!(witnesses(&[], None), None);
        let states = [
            state(false, None),
            state(true, Some("away")),
            state(false, Some("no")),
        ];
        let newest = Witnessed { size: 7, at_s: 1 };
        let counts = witnesses(&states, Some(newest)).expect("there are some");
        assert_eq!((counts.signing, counts.silent, counts.refusing), (1, 1, 1));
        assert_eq!(counts.witnessed_entries, 7);
        assert!(counts.witnessed_s_ago.is_some_and(|ago| ago > 1_000_000));
    }

    #[test]
    fn an_archive_in_trouble_says_one_word() {
        let well = ArchiveStatus {
            entries: 7,
            checkpoint: Some(7),
            behind_entries: 0,
            behind_s: 0,
            late: false,
            trouble: None,
        };
        assert_eq!(archive(&well).status, "ok");
        let late = ArchiveStatus { late: true, ..well };
        assert_eq!(archive(&late).status, "late");
        let trouble = Trouble {
            kind: FaultKind::Contradiction,
            text: "a path and a bucket".into(),
        };
        let told = archive(&ArchiveStatus {
            trouble: Some(trouble),
            ..late
        });
        assert_eq!(told.status, "contradiction");
    }
}
