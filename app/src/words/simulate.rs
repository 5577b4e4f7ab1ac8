//! What would be under a policy, in words.

use access::ids::PersonId;
use access::simulate::{Outcome, Signers, Verdict};
use access::view::PersonView;

use super::people::name;

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

/// Who could sign at a stage: "2 of Sam, Ari; later Lee".
pub fn signers(stage: &Signers, people: &[PersonView]) -> String {
    let at_once = names(&stage.at_once, people);
    let mut text = format!("{} of {at_once}", stage.n);
    if !stage.later.is_empty() {
        text.push_str("; later ");
        text.push_str(&names(&stage.later, people));
    }
    if !stage.enough {
        text.push_str(": too few");
    }
    text
}

fn names(ids: &[PersonId], people: &[PersonView]) -> String {
    if ids.is_empty() {
        return "nobody known".into();
    }
    let all: Vec<_> = ids.iter().map(|id| named(*id, people)).collect();
    all.join(", ")
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
        let stage = Signers {
            n: 2,
            at_once: vec![id],
            later: Vec::new(),
            enough: false,
        };
        assert_eq!(signers(&stage, &people), "2 of Sam: too few");
    }
}
