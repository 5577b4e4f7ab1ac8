//! What is proposed, in words.

use access::refusal::Rule;
use access::view::ProposalRow;

/// A proposal's page. The server alone draws it.
pub fn address(seq: u64) -> String {
    format!("/proposals/{seq}")
}

/// What would become of which policy.
pub fn what(row: &ProposalRow) -> String {
    match (row.retires, row.replaces) {
        (true, _) => format!("Retire {}", row.policy),
        (false, 0) => format!("New policy {}", row.policy),
        (false, replaces) => format!("Version {} of {}", replaces + 1, row.policy),
    }
}

/// Whose word it waits for, as the viewer should know it.
pub fn waits_for(row: &ProposalRow) -> String {
    match row.refused {
        None => "It waits for you: you may put it in force.".into(),
        Some(Rule::NotEndorsed) if row.may_endorse => {
            "It waits for an author to make it theirs. You may; somebody else then puts it in force.".into()
        }
        Some(Rule::NotEndorsed) => "It waits for an author to make it theirs.".into(),
        Some(Rule::SelfActivation) => {
            "It is your own. Another policy author puts it in force.".into()
        }
        Some(Rule::NotAuthor) => "It waits for a second policy author.".into(),
        Some(rule) => rule.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use access::time::UnixMillis;

    use super::*;

    fn row(retires: bool, replaces: u32, refused: Option<Rule>) -> ProposalRow {
        ProposalRow {
            seq: 7,
            policy: "orders-admin".parse().expect("a name"),
            retires,
            replaces,
            by: None,
            at_ms: UnixMillis::new(0),
            refused,
            may_endorse: false,
            may_withdraw: false,
        }
    }

    #[test]
    fn a_proposal_says_what_becomes_of_its_policy() {
        assert_eq!(what(&row(false, 0, None)), "New policy orders-admin");
        assert_eq!(what(&row(false, 2, None)), "Version 3 of orders-admin");
        assert_eq!(what(&row(true, 2, None)), "Retire orders-admin");
    }

    #[test]
    fn everybody_is_told_whose_word_is_missing() {
        assert!(waits_for(&row(false, 0, None)).contains("you may"));
        let own = waits_for(&row(false, 0, Some(Rule::SelfActivation)));
        assert!(own.contains("Another policy author"));
        let stale = waits_for(&row(false, 0, Some(Rule::ProposalStale)));
        assert_eq!(stale, Rule::ProposalStale.to_string());
    }
}
