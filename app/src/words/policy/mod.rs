//! A policy's rules, each as one sentence.

use access::event::StatementClass;
use access::policy::{Connector, Debt, Policy, Recording};

use super::people::{any_of, count};
use super::sentence::Sentence;
use super::time::span;
use crate::components::icon::Glyph;

mod asking;
mod stages;

pub use asking::{hours, ticket_example};

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
    all.extend(asking::conditions(&policy.conditions));
    all.extend(stages::ordinary(policy));
    all.extend(stages::delegation(policy));
    all.extend(emergency(policy));
    all.push(review(policy));
    all.extend(drill(policy));
    all.push(work(policy));
    all
}

/// What the person who asks in the ordinary way should know before they do.
pub fn before_asking(policy: &Policy) -> Vec<Sentence> {
    let mut all = stages::ordinary(policy);
    all.extend(asking::windows(&policy.conditions));
    all.push(sentence(Glyph::Key, format!("You get {}.", given(policy))));
    all.push(work(policy));
    all.push(review(policy));
    all.push(recorded());
    all
}

/// What the person who breaks the glass should know before they do.
pub fn before_breaking(policy: &Policy) -> Vec<Sentence> {
    let most = policy.emergency.as_ref().map_or(0, |e| e.max_duration_s);
    let mut all = vec![
        sentence(
            Glyph::Glass,
            format!(
                "Who is alarmed: {}. It stands on top of their pages at once. Those who sign off or review can end your \
                 access.",
                alarmed(policy)
            ),
        ),
        sentence(
            Glyph::Clock,
            format!(
                "It lasts at most {}, then it ends by itself, open sessions included.",
                span(most)
            ),
        ),
    ];
    all.extend(ratification(policy));
    all.push(sentence(Glyph::Key, format!("You get {}.", given(policy))));
    all.push(work(policy));
    all.push(sentence(
        Glyph::Eye,
        format!(
            "You owe a review: somebody in {}, not you, says within {} after the end what this was.{}",
            any_of(&policy.review.groups),
            span(policy.review.within_s),
            match policy.review.debt {
                Debt::Allow => "",
                Debt::Block => " While it is overdue you break no glass.",
            }
        ),
    ));
    all.push(recorded());
    all
}

/// Everyone who is told at once when the glass is broken.
fn alarmed(policy: &Policy) -> String {
    let signing = policy.approval.groups();
    let more = policy.emergency.iter().flat_map(|e| &e.alarm);
    let mut groups: Vec<String> = Vec::new();
    for group in signing.into_iter().chain(more).map(ToString::to_string) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let everyone: Vec<_> = groups
        .iter()
        .map(|group| format!("everyone in {group}"))
        .collect();
    match everyone.as_slice() {
        [] => "those whom the policy names".into(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

fn emergency(policy: &Policy) -> Vec<Sentence> {
    let Some(emergency) = &policy.emergency else {
        return vec![sentence(
            Glyph::Glass,
            "The glass cannot be broken under this policy.",
        )];
    };
    let mut all = vec![sentence(
        Glyph::Glass,
        format!(
            "The glass may be broken: access at once, without sign-off, for at most {}. Alarmed at once: {}.",
            span(emergency.max_duration_s),
            alarmed(policy)
        ),
    )];
    all.extend(ratification(policy));
    all
}

fn ratification(policy: &Policy) -> Option<Sentence> {
    let within_s = policy.emergency.as_ref()?.ratify_within_s?;
    Some(sentence(
        Glyph::People,
        format!(
            "Within {} after it was broken {} must ratify it, open or given back; otherwise, or after one “no”, the access is taken back, and whose it was breaks no glass until it is reviewed.",
            span(within_s),
            count(policy.approval.needed())
        ),
    ))
}

fn review(policy: &Policy) -> Sentence {
    let debt = match policy.review.debt {
        Debt::Allow => "",
        Debt::Block => " While it is overdue, the one whose access it was breaks no glass.",
    };
    sentence(
        Glyph::Eye,
        format!(
            "Afterwards somebody in {} reviews it within {}; never the one who asked or signed off.{debt}",
            any_of(&policy.review.groups),
            span(policy.review.within_s)
        ),
    )
}

fn drill(policy: &Policy) -> Option<Sentence> {
    let days = policy.drill.as_ref()?.every_days;
    let every = match days {
        1 => "every day".to_owned(),
        n => format!("every {n} days"),
    };
    Some(sentence(
        Glyph::Glass,
        format!(
            "Breaking the glass is exercised {every}: an emergency that its review calls a drill."
        ),
    ))
}

fn recorded() -> Sentence {
    sentence(
        Glyph::Log,
        "Recorded for good: who asked, when, for what and how long, each decision, each opening and ending. Your \
         reason and names are sealed: they can be erased later, that they were given cannot.",
    )
}

/// What is recorded of the work itself.
fn work(policy: &Policy) -> Sentence {
    let grant = &policy.grant;
    let ways = match (grant.connector, grant.recording) {
        (Connector::Webhook, _) => {
            "What is done with it is not recorded here, unless a tool reports it."
        }
        (_, Recording::Required) => "All work is recorded: there is no other way in.",
        (_, Recording::Optional) => {
            "Work is recorded in the browser and through the portal; on the direct way in nothing is."
        }
    };
    let refused: Vec<&str> = grant
        .refuse
        .iter()
        .map(|class| statements(*class))
        .collect();
    let refused = match refused.is_empty() {
        true => String::new(),
        false => format!(" Refused there: {}.", refused.join("; ")),
    };
    sentence(Glyph::Log, format!("{ways}{refused}"))
}

/// What statements of a class do.
pub fn statements(class: StatementClass) -> &'static str {
    match class {
        StatementClass::SetRole => "taking on another role (SET ROLE)",
        StatementClass::CopyProgram => "programs and files of the server (COPY … PROGRAM)",
        StatementClass::Code => "code that its text does not tell (DO)",
        StatementClass::Listen => "listening for others (LISTEN)",
        StatementClass::Export => "taking many rows away at once (COPY … TO STDOUT)",
    }
}

fn given(policy: &Policy) -> String {
    match policy.grant.connector {
        Connector::Postgresql => {
            format!(
                "an account of your own in PostgreSQL with the rights of {}",
                policy.grant.role
            )
        }
        Connector::Ssh => format!("a login as {} on the machine", policy.grant.role),
        Connector::Webhook => format!(
            "{}, which the target gives when it is asked",
            policy.grant.role
        ),
    }
}

#[cfg(test)]
mod tests;
