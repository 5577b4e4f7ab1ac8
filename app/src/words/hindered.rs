//! What stands in somebody's way, and who could instead.

use access::event::Mode;
use access::refusal::Rule;
use access::simulate::GroupRow;
use access::view::Evaluated;

use super::people::count;

/// The broken rules in words, and at the end who could, where that is known; nothing where none is broken.
pub fn sentences(broken: &[Evaluated], mode: Mode, groups: &[GroupRow]) -> Vec<String> {
    let mut all: Vec<_> = broken.iter().map(because).collect();
    if !all.is_empty() && !groups.is_empty() {
        all.push(who_can(mode, groups));
    }
    all
}

/// The groups that may ask, and how many of each the log has seen who could now.
fn who_can(mode: Mode, groups: &[GroupRow]) -> String {
    let could = |row: &GroupRow| match mode {
        Mode::Ordinary => row.ordinary,
        Mode::Emergency => row.emergency,
    };
    let none = groups.iter().all(|row| could(row) == 0);
    let each: Vec<_> = groups
        .iter()
        .map(|row| {
            let (group, known) = (
                &row.group,
                count(u32::try_from(row.known).unwrap_or(u32::MAX)),
            );
            match could(row) {
                _ if none => format!("members of {group} ({known} last seen in it)"),
                could => format!("{could} of {known} last seen in {group}"),
            }
        })
        .collect();
    let each = each.join("; ");
    if none {
        format!("Who can, once all of this is true of them: {each}.")
    } else {
        format!("Who can, signed in as the policy wants it: {each}.")
    }
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
    use super::*;

    fn row(group: &str, known: usize, ordinary: usize, emergency: usize) -> GroupRow {
        GroupRow {
            group: group.parse().expect("a name"),
            known,
            ordinary,
            emergency,
        }
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
        assert!(sentences(&[], Mode::Ordinary, &[]).is_empty());
    }

    #[test]
    fn who_can_is_left_unsaid_where_it_is_not_known() {
        let texts = sentences(&[broken(Rule::ReviewOwed)], Mode::Emergency, &[]);
        assert_eq!(texts, [Rule::ReviewOwed.to_string()]);
    }

    #[test]
    fn what_stands_in_the_way_is_told_with_what_was_compared_and_who_can() {
        let broken = [broken(Rule::NetworkNotAllowed)];
        let groups = [row("developers", 4, 3, 0), row("leads", 1, 0, 0)];
        let texts = sentences(&broken, Mode::Ordinary, &groups);
        assert!(texts[0].contains("none of the networks") && texts[0].contains("10.0.0.0/8"));
        assert_eq!(
            texts[1],
            "Who can, signed in as the policy wants it: 3 of 4 people last seen in developers; 0 of 1 person last seen in leads."
        );
        let texts = sentences(&broken, Mode::Emergency, &groups);
        assert_eq!(
            texts[1],
            "Who can, once all of this is true of them: members of developers (4 people last seen in it); members of leads (1 person last seen in it)."
        );
    }
}
