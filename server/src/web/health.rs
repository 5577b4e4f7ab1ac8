//! `GET /healthz`: whether this process answers, whether the log goes on, how far the archive is, and what
//! the witnesses signed.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use service::Portal;
use service::archive::ArchiveStatus;
use service::cosign::WitnessState;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<Archive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnesses: Option<Witnesses>,
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

/// A halted log is no reason to take the server away: what is open must still be ended through it. Nor is an archive that
/// is behind.
pub(super) async fn health(State(portal): State<Portal>) -> Json<Health> {
    Json(Health {
        status: if portal.halted().is_some() {
            "halted"
        } else {
            "ok"
        },
        archive: portal.archive_status().map(|status| archive(&status)),
        witnesses: witnesses(&portal.witnesses()),
    })
}

fn witnesses(states: &[WitnessState]) -> Option<Witnesses> {
    let mut counts = Witnesses::default();
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
