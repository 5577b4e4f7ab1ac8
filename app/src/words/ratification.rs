//! What became of an emergency that has to be ratified, in words.

use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::{DebtView, Ratification};

use super::people::any_of;
use super::state::Tone;

/// In a word or two, for lists.
pub fn badge(ratification: Ratification) -> (Tone, &'static str) {
    match ratification {
        Ratification::Waits { .. } => (Tone::Wait, "Waits to be ratified"),
        Ratification::Given { .. } => (Tone::Proof, "Ratified"),
        Ratification::Refused { .. } => (Tone::Glass, "Refused"),
        Ratification::Missed { .. } => (Tone::Glass, "Not ratified in time"),
    }
}

/// A sentence with a moment in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What matters most.
    pub first: &'static str,
    /// What stands before the moment.
    pub before: &'static str,
    /// The moment.
    pub at: UnixMillis,
    /// What stands after it.
    pub after: &'static str,
}

/// Where the access stands of which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Open, or being opened.
    Open,
    /// Over, and nobody has reviewed it.
    Over,
    /// Over and reviewed.
    Reviewed,
}

/// What became of it and what follows, for everybody who sees the access.
pub fn told(ratification: Ratification, access: Access) -> Told {
    let (first, before, at, after) = match (ratification, access) {
        (Ratification::Waits { by_ms }, Access::Open) => (
            "It has to be ratified.",
            "One “no” takes it back at once. The time to ratify it ends ",
            by_ms,
            "; access that is open then is taken back.",
        ),
        (Ratification::Waits { by_ms }, Access::Over | Access::Reviewed) => (
            "It has to be ratified, although it is over.",
            "The time for that ends ",
            by_ms,
            "; nobody reviews it before it is decided.",
        ),
        (Ratification::Given { at_ms }, _) => {
            ("It was ratified.", "The last word was given ", at_ms, ".")
        }
        (Ratification::Refused { at_ms }, Access::Reviewed) => {
            ("It was refused.", "Somebody said no ", at_ms, ".")
        }
        (Ratification::Refused { at_ms }, Access::Open | Access::Over) => (
            "It was refused.",
            "Somebody said no ",
            at_ms,
            ". Until it is reviewed, whoever broke the glass breaks none again.",
        ),
        (Ratification::Missed { at_ms }, Access::Reviewed) => (
            "It was not ratified.",
            "The time for that ran out ",
            at_ms,
            ".",
        ),
        (Ratification::Missed { at_ms }, Access::Open | Access::Over) => (
            "It was not ratified.",
            "The time for that ran out ",
            at_ms,
            ". Until it is reviewed, whoever broke the glass breaks none again.",
        ),
    };
    Told {
        first,
        before,
        at,
        after,
    }
}

/// Why an access keeps its holder from breaking the glass, and what changes that.
pub fn debt(debt: &DebtView) -> String {
    let why = match (debt.why, debt.row.ratification) {
        (Rule::ReviewOwed, _) => "Its review is overdue.",
        (_, Some(Ratification::Refused { .. })) => "Somebody said no to this emergency.",
        _ => "This emergency was not ratified in time.",
    };
    let ask = if debt.open {
        "Once its access has ended, ask"
    } else {
        "Ask"
    };
    format!(
        "{why} {ask} somebody in {} to review it.",
        any_of(&debt.reviewers)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use access::event::{Mode, Urgency};
    use access::view::{PersonView, RequestRow, RequestState};

    use super::*;

    const AT: UnixMillis = UnixMillis::new(1_700_000_000_000);

    /// A refused or silent emergency whose access is open or not.
    fn debt_of(ratification: Ratification, open: bool) -> DebtView {
        let requester = PersonView {
            id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            name: None,
        };
        let row = RequestRow {
            id: "00000000-0000-0000-0000-000000001001".parse().unwrap(),
            mode: Mode::Emergency,
            state: RequestState::Granted,
            resource: "orders-db".parse().unwrap(),
            policy: "orders-admin".parse().unwrap(),
            requester,
            urgency: Urgency::Sev1,
            duration_s: 60,
            reason: None,
            submitted_at_ms: AT,
            lapses_at_ms: AT,
            start_at_ms: None,
            approvals: 0,
            needed: 1,
            ratification: Some(ratification),
        };
        DebtView {
            row,
            open,
            why: Rule::EmergencyRefused,
            reviewers: vec!["leads".parse().unwrap()],
        }
    }

    fn all() -> [Ratification; 4] {
        [
            Ratification::Waits { by_ms: AT },
            Ratification::Given { at_ms: AT },
            Ratification::Refused { at_ms: AT },
            Ratification::Missed { at_ms: AT },
        ]
    }

    #[test]
    fn only_what_waits_is_shown_as_waiting() {
        for ratification in all() {
            let waits = ratification.decided_at().is_none();
            assert_eq!(badge(ratification).0 == Tone::Wait, waits);
            let text = told(ratification, Access::Over);
            assert_eq!(text.first.contains("has to be"), waits, "{text:?}");
        }
    }

    #[test]
    fn what_follows_is_said_until_it_is_reviewed() {
        for ratification in all() {
            let [open, over, reviewed] = [Access::Open, Access::Over, Access::Reviewed]
                .map(|access| told(ratification, access));
            let refused = matches!(
                ratification,
                Ratification::Refused { .. } | Ratification::Missed { .. }
            );
            assert_eq!(open.after.contains("breaks none"), refused);
            assert_eq!(over.after.contains("breaks none"), refused);
            assert!(!reviewed.after.contains("breaks none"));
            assert_eq!(over.at, AT);
        }
    }

    /// It may be given back or expire before its time to be ratified is over.
    #[test]
    fn a_no_takes_back_at_once_and_only_silence_at_a_moment() {
        let told = told(Ratification::Waits { by_ms: AT }, Access::Open);
        assert!(told.before.starts_with("One “no” takes it back at once."));
        assert!(told.before.ends_with("The time to ratify it ends "));
    }

    #[test]
    fn nobody_is_asked_to_review_what_is_open() {
        for open in [true, false] {
            let said = debt(&debt_of(Ratification::Refused { at_ms: AT }, open));
            assert_eq!(said.contains("Once its access has ended, ask"), open);
            assert!(said.starts_with("Somebody said no to this emergency."));
            assert!(said.ends_with("somebody in leads to review it."), "{said}");
        }
    }

    #[test]
    fn one_that_is_over_is_not_taken_back() {
        let waits = Ratification::Waits { by_ms: AT };
        let (open, over) = (told(waits, Access::Open), told(waits, Access::Over));
        assert!(open.after.contains("is open then is taken back"));
        assert!(!over.before.contains("back") && !over.after.contains("back"));
    }
}
