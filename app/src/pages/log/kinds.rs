//! The kinds of entry, to filter by.

/// Every kind, in the order in which things happen.
pub const KINDS: &[&str] = &[
    "ledger.opened",
    "key.rotated",
    "server.started",
    "server.failed",
    "policy.activated",
    "roles.configured",
    "person.registered",
    "session.opened",
    "session.closed",
    "request.submitted",
    "signoff.given",
    "request.approved",
    "request.denied",
    "request.withdrawn",
    "request.lapsed",
    "grant.intended",
    "grant.opened",
    "grant.failed",
    "credential.shown",
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
