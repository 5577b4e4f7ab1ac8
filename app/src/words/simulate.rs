//! What would be under a policy, in words.

use access::ids::PersonId;
use access::policy::Stage;
use access::simulate::{GroupRow, Outcome, Signers, Verdict};
use access::view::PersonView;

use super::people::{any_of, count, name};

/// What became of a request, or would have.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "could not be asked",
        Outcome::Waiting => "waits for sign-off",
        Outcome::Approved => "approved",
        Outcome::Denied => "denied",
        Outcome::Withdrawn => "withdrawn",
        Outcome::Lapsed => "lapsed",
        Outcome::Opened => "opened",
        Outcome::Unratified => "opened, and taken back: not ratified",
        Outcome::ToRatify => "opened, to be ratified",
    }
}

/// Whether somebody could, and if not, why not.
pub fn verdict(verdict: &Verdict) -> String {
    if verdict.may_ask && verdict.now {
        return "Yes".into();
    }
    let broken = verdict.rules.iter().filter(|rule| !rule.holds);
    let why: Vec<_> = broken
        .map(|rule| format!("asked for: {}; found: {}", rule.expected, rule.found))
        .collect();
    let head = if verdict.may_ask { "Not now" } else { "No" };
    format!("{head} ({})", why.join(". "))
}

/// How many of a group could: "leads, 3 people last seen: 2 could ask and open it now, 1 could break the glass".
pub fn group(row: &GroupRow) -> String {
    let GroupRow {
        group,
        known,
        ordinary,
        emergency,
    } = row;
    let known = people_last_seen(*known);
    format!(
        "{group}, {known}: {ordinary} could ask and open it now, {emergency} could break the glass"
    )
}

/// Who could sign at a stage: "2 of leads or security (2 people last seen: Ari, Sam); later operators (1 person last
/// seen: Lee)".
pub fn signers(stage: &Stage, signers: &Signers, people: &[PersonView]) -> String {
    let named = !stage.people.is_empty();
    let whom: Vec<_> = (stage.groups.iter().map(ToString::to_string))
        .chain(named.then(|| "people named one by one".to_owned()))
        .collect();
    let at_once = seen(&signers.at_once, people);
    let mut text = format!("{} of {} ({at_once})", signers.n, any_of(&whom));
    let later: Vec<_> = stage.ladder.iter().flat_map(|step| &step.groups).collect();
    if !later.is_empty() {
        let seen = seen(&signers.later, people);
        text.push_str(&format!("; later {} ({seen})", any_of(&later)));
    }
    if !signers.enough {
        text.push_str(": too few");
    }
    text
}

/// How many, and who.
fn seen(ids: &[PersonId], people: &[PersonView]) -> String {
    let count = people_last_seen(ids.len());
    if ids.is_empty() {
        return count;
    }
    let all: Vec<_> = ids.iter().map(|id| named(*id, people)).collect();
    format!("{count}: {}", all.join(", "))
}

fn people_last_seen(n: usize) -> String {
    format!("{} last seen", count(u32::try_from(n).unwrap_or(u32::MAX)))
}

/// Their name, as far as it is known.
pub fn named(id: PersonId, people: &[PersonView]) -> String {
    match people.iter().find(|person| person.id == id) {
        Some(person) => name(person),
        None => name(&PersonView { id, name: None }),
    }
}

#[cfg(test)]
mod tests {
    use access::refusal::Rule;
    use access::view::Evaluated;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn why_not_stands_beside_the_no() {
        let rule = Evaluated {
            rule: Rule::NotEligible,
            holds: false,
            expected: "one of developers".into(),
            found: "leads".into(),
        };
        let no = Verdict {
            may_ask: false,
            now: false,
            rules: vec![rule],
        };
        assert_eq!(
            verdict(&no),
            "No (asked for: one of developers; found: leads)"
        );
        let yes = Verdict {
            may_ask: true,
            now: true,
            rules: Vec::new(),
        };
        assert_eq!(verdict(&yes), "Yes");
    }

    #[test]
    fn a_stage_names_who_could_sign_and_says_when_they_are_too_few() {
        let id = PersonId::new(Uuid::from_u128(1));
        let people = [PersonView {
            id,
            name: Some("Sam".into()),
        }];
        let stage: Stage = serde_json::from_value(serde_json::json!({
            "n": 2, "groups": ["leads", "security"], "ladder": [{ "after_s": 60, "groups": ["operators"] }],
        }))
        .expect("a stage");
        let there = Signers {
            n: 2,
            at_once: vec![id],
            later: Vec::new(),
            enough: false,
        };
        assert_eq!(
            signers(&stage, &there, &people),
            "2 of leads or security (1 person last seen: Sam); later operators (0 people last seen): too few"
        );
    }

    #[test]
    fn a_group_says_how_many_of_theirs_could() {
        let row = GroupRow {
            group: "leads".parse().expect("a name"),
            known: 3,
            ordinary: 2,
            emergency: 0,
        };
        assert_eq!(
            group(&row),
            "leads, 3 people last seen: 2 could ask and open it now, 0 could break the glass"
        );
    }
}
