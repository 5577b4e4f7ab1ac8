//! What somebody may ask for, with all that they should know before they do, in words.

use crate::api::server::seen;
use crate::words::people::{any_of, count};
use crate::words::sentence::Sentence;
use crate::words::time::span;
use crate::words::{hindered, policy as words};
use access::event::Mode;
use access::policy::Policy;
use access::view::{Openable, Viewer};
use service::{Error, Hindrance, Portal};

/// One resource under one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    /// What.
    pub resource: String,
    /// What it is, in a few words.
    pub about: String,
    /// Under which policy.
    pub policy: String,
    /// What that is for.
    pub purpose: String,
    /// What one gets and how, in a line.
    pub note: String,
    /// What the form asks for.
    pub terms: Terms,
    /// Whether the glass may be broken too.
    pub emergency: bool,
    /// What to know before.
    pub before: Vec<Sentence>,
    /// What stands in the way now, whatever the form says; and who could. Empty where nothing does.
    pub hindered: Vec<String>,
}

/// What a form under a policy asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The shortest reason that will do, in characters.
    pub min_reason: u32,
    /// What a ticket looks like, where one is needed.
    pub ticket: Option<String>,
    /// Whether an incident has to be named.
    pub incident: bool,
    /// Whether it may say when to begin.
    pub start: bool,
    /// What stands in the form at first, in minutes.
    pub default_min: u32,
    /// The longest time that will do, in minutes.
    pub most_min: u32,
}

pub(crate) async fn choices(
    portal: &Portal,
    viewer: &Viewer,
    glass: bool,
) -> Result<Vec<ChoiceView>, Error> {
    let home = portal.home(viewer).await?;
    let lately: Vec<_> = home.requests.iter().chain(&home.past).collect();
    let mut openable = home.openable;
    openable.retain(|one| !glass || one.policy.policy.emergency.is_some());
    openable.sort_by_key(|one| {
        let asked = lately.iter().position(|row| row.resource == one.resource);
        asked.unwrap_or(usize::MAX)
    });
    let mode = if glass {
        Mode::Emergency
    } else {
        Mode::Ordinary
    };
    let hindrances = portal
        .hindrances(viewer, seen(), mode, openable.clone())
        .await?;
    let choices = openable.into_iter().zip(hindrances);
    Ok(choices
        .map(|(one, hindrance)| choice(one, mode, &hindrance))
        .collect())
}

fn choice(one: Openable, mode: Mode, hindrance: &Hindrance) -> ChoiceView {
    let policy = &one.policy.policy;
    ChoiceView {
        resource: one.resource.to_string(),
        about: one.resource_description,
        policy: policy.name.to_string(),
        purpose: policy.description.clone(),
        note: note(policy, mode),
        terms: terms(policy, mode),
        emergency: policy.emergency.is_some(),
        before: match mode {
            Mode::Ordinary => words::before_asking(policy),
            Mode::Emergency => words::before_breaking(policy),
        },
        hindered: hindered::sentences(&hindrance.broken, mode, &hindrance.groups),
    }
}

pub(crate) fn note(policy: &Policy, mode: Mode) -> String {
    let role = &policy.grant.role;
    match mode {
        Mode::Ordinary => format!(
            "As {role}, up to {}, after {} of {}",
            span(policy.duration.max_s),
            count(policy.approval.needed()),
            any_of(&policy.approval.groups())
        ),
        Mode::Emergency => {
            let most = policy.emergency.as_ref().map_or(0, |e| e.max_duration_s);
            format!("As {role}, at once, for at most {}", span(most))
        }
    }
}

pub(crate) fn terms(policy: &Policy, mode: Mode) -> Terms {
    let most_s = match mode {
        Mode::Ordinary => policy.duration.max_s,
        Mode::Emergency => policy.emergency.as_ref().map_or(0, |e| e.max_duration_s),
    };
    let conditions = &policy.conditions;
    Terms {
        min_reason: conditions.min_reason_chars,
        ticket: conditions.ticket.as_ref().map(words::ticket_example),
        incident: conditions.incident,
        start: mode == Mode::Ordinary,
        default_min: policy.duration.default_s.min(most_s) / 60,
        most_min: most_s / 60,
    }
}
