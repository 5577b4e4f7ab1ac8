//! The kinds of entry, to filter by.

/// Every kind, in the order in which things happen.
pub const KINDS: &[&str] = &[
    "ledger.opened",
    "key.rotated",
    "server.started",
    "server.failed",
    "policy.proposed",
    "retirement.proposed",
    "proposal.endorsed",
    "proposal.withdrawn",
    "policy.activated",
    "policy.retired",
    "resource.configured",
    "resource.removed",
    "roles.configured",
    "person.registered",
    "person.linked",
    "delegation.set",
    "delegation.ended",
    "session.opened",
    "session.closed",
    "request.submitted",
    "request.edited",
    "request.viewed",
    "request.escalated",
    "signoff.given",
    "stage.completed",
    "request.ratified",
    "request.approved",
    "request.denied",
    "request.withdrawn",
    "request.lapsed",
    "grant.intended",
    "grant.opened",
    "grant.failed",
    "target.answered",
    "credential.shown",
    "certificate.issued",
    "recording.started",
    "action.intended",
    "action.refused",
    "action.finished",
    "recording.chunk",
    "recording.gap",
    "recording.ended",
    "extension.asked",
    "extension.denied",
    "grant.extended",
    "grant.ended",
    "orphan.removed",
    "review.recorded",
    "ledger.read",
    "opening.disclosed",
    "erasure.ordered",
    "erasure.confirmed",
    "opening.erased",
    "command.refused",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The variants of `access::event::Event` name their kinds here and nowhere else.
    const EVENTS: &str = include_str!("../../../../crates/access/src/event.rs");

    #[test]
    fn every_kind_can_be_filtered_by() {
        let known: BTreeSet<&str> = EVENTS
            .split("rename = \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|name| name.contains('.'))
            .collect();
        assert_eq!(known, super::KINDS.iter().copied().collect());
    }
}
