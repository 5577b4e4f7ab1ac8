//! What stands in somebody's way, and who could instead.

use access::policy::Policy;
use access::refusal::Rule;
use access::view::Evaluated;

use super::people::any_of;

/// The broken rules in words, and at the end who could; nothing where none is broken.
pub fn sentences(policy: &Policy, broken: &[Evaluated]) -> Vec<String> {
    let mut all: Vec<_> = broken.iter().map(because).collect();
    if !all.is_empty() {
        let who = any_of(&policy.eligible);
        all.push(
            if broken
                .iter()
                .all(|one| matches!(one.rule, Rule::ReviewOwed | Rule::EmergencyRefused))
            {
                format!("Who can: others in {who}.")
            } else {
                format!("Who can: members of {who} of whom all of this is true.")
            },
        );
    }
    all
}

/// The rule, with what it compared where that says more.
fn because(one: &Evaluated) -> String {
    match one.rule {
        // The request's number says nothing to a person; home names it.
        Rule::ReviewOwed | Rule::EmergencyRefused => one.rule.to_string(),
        rule => format!("{rule} Asked for: {}; found: {}.", one.expected, one.found),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy() -> Policy {
        serde_json::from_value(json!({
            "name": "orders-admin", "description": "d", "resources": ["orders-db"], "eligible": ["developers"],
            "duration": { "default_s": 1800, "max_s": 7200, "extend": null },
            "approval": { "within_s": 3600, "stages": [{ "n": 1, "groups": ["leads"] }] },
            "emergency": null, "review": { "groups": ["security"], "within_s": 86400 }, "drill": null,
            "grant": { "connector": "postgresql", "role": "orders_admin" },
        }))
        .expect("a policy")
    }

    fn broken(rule: Rule) -> Evaluated {
        Evaluated {
            rule,
            holds: false,
            expected: "an address in one of: 10.0.0.0/8".into(),
            found: "none of them".into(),
        }
    }

    #[test]
    fn nothing_in_the_way_is_not_worth_a_word() {
        assert!(sentences(&policy(), &[]).is_empty());
    }

    #[test]
    fn what_stands_in_the_way_is_told_with_what_was_compared_and_who_can() {
        let texts = sentences(&policy(), &[broken(Rule::NetworkNotAllowed)]);
        assert!(texts[0].contains("none of the networks") && texts[0].contains("10.0.0.0/8"));
        assert!(texts[1].contains("members of developers"), "{texts:?}");
        let owed = sentences(&policy(), &[broken(Rule::ReviewOwed)]);
        assert!(owed[1].contains("others in developers"), "{owed:?}");
    }
}
