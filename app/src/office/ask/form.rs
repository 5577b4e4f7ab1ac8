//! What an ordinary request and breaking the glass have in common: choosing what to open, and the fields.

use leptos::prelude::*;

use crate::api::forms::RequestForm;
use crate::components::alert::{Alert, AlertKind};
use crate::components::field::{Choice, Choices, Fault, MinutesField, TextArea, TextField};
use crate::erase::Erase as _;
use crate::office::ask::choices::{ChoiceView, Terms};
use crate::words::state::URGENCIES;

/// The fields that say for themselves what is wrong with them.
pub const FIELDS: &[&str] = &[
    "reason",
    "ticket",
    "incident",
    "urgency",
    "duration",
    "start",
    "confirmed",
];

/// Beyond so many choices a page offers a search.
const SEARCH_FROM: usize = 7;

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Which resource, if one is chosen.
    pub resource: Option<String>,
    /// Under which policy, if one is chosen.
    pub policy: Option<String>,
    /// What was searched for.
    pub search: String,
}

/// The one choice that is meant, if it is clear which; otherwise all that fit.
pub fn choose(choices: Vec<ChoiceView>, wanted: &Wanted) -> Result<ChoiceView, Vec<ChoiceView>> {
    let is = |wanted: &Option<String>, name: &String| wanted.as_ref().is_none_or(|one| one == name);
    let fits =
        |one: &ChoiceView| is(&wanted.resource, &one.resource) && is(&wanted.policy, &one.policy);
    let mut fitting: Vec<_> = choices.into_iter().filter(fits).collect();
    if fitting.len() == 1 && wanted.search.is_empty() {
        return Ok(fitting.remove(0));
    }
    fitting.retain(|one| {
        let haystack = format!("{} {} {}", one.resource, one.about, one.policy);
        haystack
            .to_lowercase()
            .contains(&wanted.search.to_lowercase())
    });
    Err(fitting)
}

/// Several things to choose from, a link each.
#[component]
pub fn Picker(
    /// The choices.
    choices: Vec<ChoiceView>,
    /// The page's own address, for the search.
    page: &'static str,
    /// What was searched for.
    search: String,
    /// A choice's address.
    address: fn(&str, &str) -> String,
) -> impl IntoView {
    let searchable = choices.len() >= SEARCH_FROM || !search.is_empty();
    let none = choices.is_empty();
    let choices: Vec<_> = choices
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <a class="pick" href=address(&one.resource, &one.policy)>
                        <span class="pick-title">{format!("{} under {}", one.resource, one.policy)}</span>
                        <p>{one.about}</p>
                        <p class="row-note">{one.note}</p>
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        {searchable
            .then(|| {
                view! {
                    <form class="search" method="get" action=page role="search">
                        <div class="field">
                            <label class="label" for="q">"Search"</label>
                            <input class="input" type="search" id="q" name="q" value=search/>
                        </div>
                        <button type="submit" class="button">"Search"</button>
                    </form>
                }
            })}
        {none.then(|| view! { <p class="soft">"Nothing that you may open has that in its name."</p> })}
        <ul class="grid" role="list" aria-label="What you may open">{choices}</ul>
    }
    .erase()
}

/// What stands in the way now, whatever is typed; nothing where nothing does.
#[component]
pub fn Hindered(
    /// In words.
    why: Vec<String>,
) -> impl IntoView {
    (!why.is_empty()).then(|| {
        let why: Vec<_> = why
            .into_iter()
            .map(|why| view! { <li>{why}</li> })
            .collect();
        view! {
            <Alert kind=AlertKind::Wait title="As it stands you cannot open this.">{view! {
                <ul class="bullets">{why}</ul>
            }.erase()}</Alert>
        }
    })
}

/// Reason, ticket, incident, urgency, duration, start, and the hidden fields: which request, what, under which policy.
#[component]
pub fn RequestFields(
    /// What stands in the fields at first.
    values: RequestForm,
    /// What the policy asks for.
    terms: Terms,
    /// What was wrong with the form.
    fault: Fault,
) -> impl IntoView {
    let urgencies = URGENCIES
        .iter()
        .map(|&(_, value, title, hint)| Choice { value, title, hint })
        .collect::<Vec<_>>();
    view! {
        <input type="hidden" name="form[request]" value=values.request/>
        <input type="hidden" name="form[resource]" value=values.resource/>
        <input type="hidden" name="form[policy]" value=values.policy/>
        <TextArea
            name="reason"
            form_name="form[reason]"
            label="Reason"
            hint=format!("What is wrong, and what you will do about it. At least {} characters.", terms.min_reason)
            value=values.reason
            fault=fault
        />
        <TextField
            name="ticket"
            form_name="form[ticket]"
            label="Ticket"
            hint=match &terms.ticket {
                Some(form) => format!("Such as {form}."),
                None => "Its number or address, so that a reviewer can follow.".to_owned(),
            }
            value=values.ticket
            fault=fault
            required=terms.ticket.is_some()
        />
        <TextField
            name="incident"
            form_name="form[incident]"
            label="Incident"
            hint="Where the people who work on it talk to each other."
            value=values.incident
            fault=fault
            required=terms.incident
        />
        <Choices
            name="urgency"
            form_name="form[urgency]"
            label="Urgency"
            choices=urgencies
            value=values.urgency
            fault=fault
        />
        <MinutesField
            name="duration"
            form_name="form[duration]"
            label="Duration in minutes"
            most=terms.most_min
            value=values.duration
            fault=fault
        />
        {terms
            .start
            .then(|| {
                view! {
                    <TextField
                        name="start"
                        form_name="form[start]"
                        kind="datetime-local"
                        label="Not before, in UTC"
                        hint="For planned work: it can be opened from then on. Within 30 days."
                        value=values.start
                        fault=fault
                    />
                }
            })}
    }
    .erase()
}
