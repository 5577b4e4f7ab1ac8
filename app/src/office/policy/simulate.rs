//! Who could open something under a policy now, and what it would have made of earlier requests.

use access::ids::ResourceName;
use access::policy::Stage;
use access::simulate::{ReplayRow, Replayed, WhoRow};
use access::view::PersonView;
use leptos::prelude::*;
use leptos_meta::Title;
use service::Simulated;

use crate::components::moment::ExactMoment;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::office::page::{asked, known, page, part};
use crate::pages::request::show::address;
use crate::words::simulate::{group, named, outcome, signers, verdict};
use crate::words::{proposal, url};

/// For how long requests are looked back at, unless the address says otherwise, in days.
const DAYS: u16 = 30;

/// Requests that are listed: those that change come first.
const MOST_ROWS: usize = 50;

/// What was asked: the proposal, the days.
type Tried = (Simulated, Option<u64>, u16);

/// What would be.
#[component]
pub fn Simulate() -> impl IntoView {
    let (name, seq) = (part("name"), asked("proposal"));
    let (resource, days) = (asked("resource"), asked("days"));
    page(
        move |portal, viewer| {
            let seq = given(&seq, known::<u64>);
            let (name, resource) = (known(&name), given(&resource, known::<ResourceName>));
            let days = given(&days, known::<u16>);
            async move {
                let (seq, days) = (seq?, days?.unwrap_or(DAYS));
                let tried = portal
                    .simulate(&viewer, &name?, seq, resource?, days)
                    .await?;
                Ok((tried, seq, days))
            }
        },
        draw,
    )
}

/// Reads what the address may leave out.
fn given<T, E>(text: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    (!text.is_empty()).then(|| read(text)).transpose()
}

fn draw((tried, seq, days): Tried) -> AnyView {
    let name = tried.policy.name.to_string();
    let title = format!("What if: {name}");
    let under = match seq {
        Some(seq) => view! { "Under " <a href=proposal::address(seq)>"what is proposed"</a> ", as if it were in force." }.erase(),
        None => view! { "Under the version that is in force." }.erase(),
    };
    let chosen = choose(&tried, seq, days);
    let who = who(&tried);
    let replay = replay(&tried.replayed, &tried.people, days);
    view! {
        <Title text=title.clone()/>
        <div class="stack stack-wide">
            <div class="page-head">
                <p class="small">
                    <a href=url::policy(&name)>"Back to the policy"</a>
                </p>
                <h1>{title}</h1>
                <p class="lede">{under} " By the groups last seen of everybody, and the rules themselves."</p>
            </div>
            {chosen}
            {section("who", "Who could open it now", who)}
            {section("replay", "What it would have made of earlier requests", replay)}
        </div>
    }
    .erase()
}

/// What is held against it: a form that asks for this page again.
fn choose(tried: &Simulated, seq: Option<u64>, days: u16) -> AnyView {
    let options: Vec<_> = tried
        .resources
        .iter()
        .map(|resource| {
            let selected = tried.resource.as_ref() == Some(resource);
            view! { <option value=resource.to_string() selected=selected>{resource.to_string()}</option> }
        })
        .collect();
    view! {
        <form class="search" method="get">
            {seq.map(|seq| view! { <input type="hidden" name="proposal" value=seq.to_string()/> })}
            <div class="field">
                <label class="label" for="resource">"Resource"</label>
                <select class="input" id="resource" name="resource">{options}</select>
            </div>
            <div class="field">
                <label class="label" for="days">"Days back"</label>
                <input class="input input-short" type="number" min="1" max="366" id="days" name="days" value=days.to_string()/>
            </div>
            <button type="submit" class="button">"Look"</button>
        </form>
    }
    .erase()
}

fn who(tried: &Simulated) -> AnyView {
    if tried.resource.is_none() {
        return view! { <p class="soft">"It covers none of the resources of this portal."</p> }
            .erase();
    }
    let rows: Vec<_> = tried
        .who
        .iter()
        .map(|row| person(row, &tried.policy.approval.stages, &tried.people))
        .collect();
    let groups: Vec<_> = tried
        .groups
        .iter()
        .map(|row| view! { <li>{group(row)}</li> })
        .collect();
    let people = table(
        &[
            "Person",
            "Could ask",
            "Could break the glass",
            "Who could sign",
        ],
        rows,
    );
    view! {
        <div class="stack">
            <ul class="bullets" aria-label="Groups that may ask">{groups}</ul>
            {people}
        </div>
    }
    .erase()
}

fn table(heads: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    let heads: Vec<_> = heads
        .iter()
        .map(|head| view! { <th scope="col">{*head}</th> })
        .collect();
    view! {
        <div class="table-frame">
            <table class="table">
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn person(row: &WhoRow, stages: &[Stage], people: &[PersonView]) -> AnyView {
    let stages: Vec<_> = stages
        .iter()
        .zip(&row.stages)
        .map(|(stage, there)| signers(stage, there, people))
        .collect();
    view! {
        <tr>
            <td data-label="Person">{named(row.person, people)}</td>
            <td data-label="Could ask">{verdict(&row.ordinary)}</td>
            <td data-label="Could break the glass">{verdict(&row.emergency)}</td>
            <td data-label="Who could sign">{stages.join(" · ")}</td>
        </tr>
    }
    .erase()
}

fn replay(replayed: &Replayed, people: &[PersonView], days: u16) -> AnyView {
    let summary = format!(
        "{} of {} requests of the last {days} days would have come out otherwise.",
        replayed.changed, replayed.requests
    );
    let moves: Vec<_> = replayed
        .moves
        .iter()
        .map(|moved| {
            let (was, would_be) = (outcome(moved.was), outcome(moved.would_be));
            let text = if moved.was == moved.would_be {
                format!("{}: {was}, as before", moved.requests)
            } else {
                format!("{}: {was} → {would_be}", moved.requests)
            };
            view! { <li>{text}</li> }
        })
        .collect();
    let untold: Vec<_> = replayed
        .untold
        .iter()
        .map(|untold| view! { <li>{untold.clone()}</li> })
        .collect();
    let rows: Vec<_> = replayed
        .rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| request(row, people))
        .collect();
    let list = (!rows.is_empty()).then(|| table(&["Request", "Was", "Would be", "Why"], rows));
    view! {
        <div class="stack">
            <p><strong>{summary}</strong></p>
            <ul class="bullets">{moves}</ul>
            {list}
            <details class="disclosure">
                <summary>"What is not compared"</summary>
                <ul class="bullets">{untold}</ul>
            </details>
        </div>
    }
    .erase()
}

fn request(row: &ReplayRow, people: &[PersonView]) -> AnyView {
    let why: Vec<_> = row
        .why
        .iter()
        .map(|rule| format!("asked for: {}; found: {}", rule.expected, rule.found))
        .collect();
    view! {
        <tr>
            <td data-label="Request">
                <a href=address(row.request)>{format!("{} for {}", row.resource, named(row.requester, people))}</a>
                <br/>
                <span class="small soft"><ExactMoment at=row.submitted_at_ms/></span>
            </td>
            <td data-label="Was">{outcome(row.was)}</td>
            <td data-label="Would be">{outcome(row.would_be)}</td>
            <td data-label="Why">{why.join(". ")}</td>
        </tr>
    }
    .erase()
}
