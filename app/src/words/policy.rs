//! A policy's rules, each as one sentence.

use access::policy::{Connector, Policy, Stage};

use super::people::{any_of, count};
use super::time::span;
use crate::components::icon::Glyph;

/// One rule: a sign for it, and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What it is about, at a glance.
    pub glyph: Glyph,
    /// In words.
    pub text: String,
}

fn sentence(glyph: Glyph, text: impl Into<String>) -> Sentence {
    Sentence {
        glyph,
        text: text.into(),
    }
}

/// Every rule of the policy, for its page.
pub fn rules(policy: &Policy) -> Vec<Sentence> {
    let resources: Vec<_> = policy.resources.iter().map(ToString::to_string).collect();
    let mut all = vec![
        sentence(
            Glyph::Key,
            format!("It opens {}: {}.", resources.join(", "), given(policy)),
        ),
        sentence(
            Glyph::Person,
            format!("Members of {} may ask.", any_of(&policy.eligible)),
        ),
    ];
    all.extend(ordinary(policy));
    all.push(match &policy.emergency {
        Some(emergency) => sentence(
            Glyph::Glass,
            format!(
                "The glass may be broken: access at once, without sign-off, for at most {}. Its approvers and \
                 reviewers see it at once, and may end it.",
                span(emergency.max_duration_s)
            ),
        ),
        None => sentence(Glyph::Glass, "The glass cannot be broken under this policy."),
    });
    all.push(reason(policy));
    all.push(review(policy));
    all
}

/// What the person who asks in the ordinary way should know before they do.
pub fn before_asking(policy: &Policy) -> Vec<Sentence> {
    let mut all = ordinary(policy);
    all.push(sentence(Glyph::Key, format!("You get {}.", given(policy))));
    all.push(review(policy));
    all.push(recorded());
    all
}

/// What the person who breaks the glass should know before they do.
pub fn before_breaking(policy: &Policy) -> Vec<Sentence> {
    let most = policy.emergency.as_ref().map_or(0, |e| e.max_duration_s);
    vec![
        sentence(
            Glyph::Glass,
            format!(
                "Who is alarmed: everyone in {} and everyone in {}. It stands on top of their sign-offs page at once, \
                 and any of them can end your access.",
                any_of(&policy.approval.groups()),
                any_of(&policy.review.groups)
            ),
        ),
        sentence(
            Glyph::Clock,
            format!(
                "It lasts at most {}, then it ends by itself, open sessions included.",
                span(most)
            ),
        ),
        sentence(Glyph::Key, format!("You get {}.", given(policy))),
        sentence(
            Glyph::Eye,
            format!(
                "You owe a review: somebody in {}, not you, says within {} after the end what this was.",
                any_of(&policy.review.groups),
                span(policy.review.within_s)
            ),
        ),
        recorded(),
    ]
}

fn ordinary(policy: &Policy) -> Vec<Sentence> {
    let stages = policy.approval.stages.iter().enumerate();
    let several = policy.approval.stages.len() > 1;
    let mut all: Vec<Sentence> = stages
        .map(|(number, stage)| {
            let when = match (several, number) {
                (false, _) => "",
                (true, 0) => "First, ",
                (true, _) => "Then ",
            };
            sentence(Glyph::People, capital(&format!("{when}{}", asked(stage))))
        })
        .collect();
    all.push(sentence(
        Glyph::Clock,
        format!(
            "It lasts {} unless you say otherwise, and at most {}. Without its sign-offs a request lapses after {}.",
            span(policy.duration.default_s),
            span(policy.duration.max_s),
            span(policy.approval.within_s)
        ),
    ));
    all
}

/// Who is asked at one stage.
fn asked(stage: &Stage) -> String {
    let distinct = if stage.distinct_groups {
        ", each for another group,"
    } else {
        ""
    };
    let mut text = format!(
        "{} in {}{distinct} must approve, each with a fresh sign-in; never the one who asks. One “no” is enough to deny.",
        count(u32::from(stage.n)),
        any_of(&stage.groups)
    );
    for step in &stage.ladder {
        text.push_str(&format!(
            " If nobody answers, {} are asked too after {}.",
            any_of(&step.groups),
            span(step.after_s)
        ));
    }
    text
}

fn reason(policy: &Policy) -> Sentence {
    sentence(
        Glyph::Pen,
        format!(
            "A request needs a reason of at least {} characters.",
            policy.conditions.min_reason_chars
        ),
    )
}

fn review(policy: &Policy) -> Sentence {
    sentence(
        Glyph::Eye,
        format!(
            "Afterwards somebody in {} reviews it within {}; never the one who asked or signed off.",
            any_of(&policy.review.groups),
            span(policy.review.within_s)
        ),
    )
}

fn recorded() -> Sentence {
    sentence(
        Glyph::Log,
        "Recorded for good: who asked, when, for what and how long, each decision, each opening and ending. Your \
         reason and names are sealed: they can be erased later, that they were given cannot.",
    )
}

fn given(policy: &Policy) -> String {
    match policy.grant.connector {
        Connector::Postgresql => {
            format!(
                "an account of your own in PostgreSQL with the rights of {}",
                policy.grant.role
            )
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
