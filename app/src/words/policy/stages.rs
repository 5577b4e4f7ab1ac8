//! Who signs off, in which order, and for how long it is good.

use access::policy::{Extend, Policy, Stage};

use super::{Sentence, sentence};
use crate::components::icon::Glyph;
use crate::words::people::{any_of, count};
use crate::words::time::span;

/// Stages and durations.
pub(super) fn ordinary(policy: &Policy) -> Vec<Sentence> {
    let stages = &policy.approval.stages;
    let several = stages.len() > 1;
    let mut all: Vec<Sentence> = stages
        .iter()
        .enumerate()
        .map(|(number, stage)| {
            let when = match (several, number) {
                (false, _) => "",
                (true, 0) => "First, ",
                (true, _) => "Then ",
            };
            sentence(Glyph::People, format!("{when}{}", asked(stage)))
        })
        .collect();
    all.push(sentence(
        Glyph::Cross,
        "Never the one who asks, nobody twice, each with a fresh sign-in. One “no” is enough to deny.",
    ));
    all.push(sentence(
        Glyph::Clock,
        format!(
            "It lasts {} unless you say otherwise, and at most {}. Without its sign-offs a request lapses after {}.",
            span(policy.duration.default_s),
            span(policy.duration.max_s),
            span(policy.approval.within_s)
        ),
    ));
    all.extend(policy.duration.extend.as_ref().map(extension));
    all
}

/// Whether approvers may have others sign in their place.
pub(super) fn delegation(policy: &Policy) -> Option<Sentence> {
    policy.approval.delegation.then(|| {
        sentence(
            Glyph::Person,
            "An approver who is away may let somebody else sign in their place.",
        )
    })
}

/// Who is asked at one stage.
fn asked(stage: &Stage) -> String {
    let named = match stage.people.len() {
        0 => None,
        1 => Some("one person whom the policy names".to_owned()),
        n => Some(format!("{n} people whom the policy names")),
    };
    let who = match (stage.groups.is_empty(), named) {
        (true, Some(named)) => format!("of {named}"),
        (false, Some(named)) => format!("in {}, or of {named},", any_of(&stage.groups)),
        (_, None) => format!("in {}", any_of(&stage.groups)),
    };
    let distinct = if stage.distinct_groups {
        ", each for another group,"
    } else {
        ""
    };
    let mut text = format!(
        "{} {who}{distinct} must approve.",
        count(u32::from(stage.n))
    );
    for step in &stage.ladder {
        text.push_str(&format!(
            " After {} without enough answers {} may too.",
            span(step.after_s),
            any_of(&step.groups)
        ));
    }
    text
}

fn extension(extend: &Extend) -> Sentence {
    let often = match extend.times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    };
    let word = if extend.approval {
        ", each time with an approver's word"
    } else {
        ""
    };
    sentence(
        Glyph::Clock,
        format!(
            "While it is open it can be made longer by {}, {often}{word}. An emergency cannot.",
            span(extend.by_s)
        ),
    )
}
