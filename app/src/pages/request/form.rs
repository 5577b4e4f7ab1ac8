//! What an ordinary request and breaking the glass have in common: choosing what to open, and the fields.

use access::view::{HomeView, Openable};
use leptos::prelude::*;

use crate::api::forms::RequestForm;
use crate::components::field::{Choice, Choices, Fault, MinutesField, TextArea, TextField};
use crate::erase::Erase as _;
use crate::words::state::URGENCIES;

/// The fields that say for themselves what is wrong with them.
pub const FIELDS: &[&str] = &["reason", "ticket", "urgency", "duration", "confirmed"];

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

/// The one choice that is meant, if it is clear which; otherwise all that fit, those asked for lately first.
pub fn choose(home: HomeView, wanted: &Wanted) -> Result<Openable, Vec<Openable>> {
    let fits = |one: &Openable| {
        wanted
            .resource
            .as_deref()
            .is_none_or(|name| one.resource.as_str() == name)
            && wanted
                .policy
                .as_deref()
                .is_none_or(|name| one.policy.policy.name.as_str() == name)
    };
    let lately: Vec<_> = home
        .requests
        .iter()
        .chain(&home.past)
        .map(|row| &row.resource)
        .collect();
    let mut fitting: Vec<_> = home.openable.into_iter().filter(fits).collect();
    if fitting.len() == 1 && wanted.search.is_empty() {
        return Ok(fitting.remove(0));
    }
    fitting.retain(|one| {
        let haystack = format!(
            "{} {} {}",
            one.resource, one.resource_description, one.policy.policy.name
        );
        haystack
            .to_lowercase()
            .contains(&wanted.search.to_lowercase())
    });
    fitting.sort_by_key(|one| {
        lately
            .iter()
            .position(|name| **name == one.resource)
            .unwrap_or(usize::MAX)
    });
    Err(fitting)
}

/// Several things to choose from, a link each.
#[component]
pub fn Picker(
    /// The choices.
    choices: Vec<Openable>,
    /// The page's own address, for the search.
    page: &'static str,
    /// What was searched for.
    search: String,
    /// A choice's address.
    address: fn(&str, &str) -> String,
    /// What to say of a choice besides its name.
    note: fn(&Openable) -> String,
) -> impl IntoView {
    let searchable = choices.len() >= SEARCH_FROM || !search.is_empty();
    let none = choices.is_empty();
    let choices: Vec<_> = choices
        .into_iter()
        .map(|one| {
            let policy = one.policy.policy.name.to_string();
            let note = note(&one);
            view! {
                <li>
                    <a class="pick" href=address(one.resource.as_str(), &policy)>
                        <span class="pick-title">{format!("{} under {policy}", one.resource)}</span>
                        <p>{one.resource_description}</p>
                        <p class="row-note">{note}</p>
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

/// Reason, ticket, urgency, duration, and the hidden fields: which request, what, under which policy.
#[component]
pub fn RequestFields(
    /// What stands in the fields at first.
    values: RequestForm,
    /// The shortest reason that will do, in characters.
    min_reason: u32,
    /// The longest time that will do, in seconds.
    most_s: u32,
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
            hint=format!("What is wrong, and what you will do about it. At least {min_reason} characters.")
            value=values.reason
            fault=fault
        />
        <TextField
            name="ticket"
            form_name="form[ticket]"
            label="Ticket or incident"
            hint="Its number or address, so that a reviewer can follow."
            value=values.ticket
            fault=fault
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
            most=most_s / 60
            value=values.duration
            fault=fault
        />
    }
    .erase()
}
