//! Saying what an access was, after it ended: what was asked, what was allowed and what was done, side by side.

use access::event::Field;
use access::view::{Action, GrantState, GrantView, RequestView};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::ApiError;
use crate::api::forms::ReviewForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::components::field::{Choice, Choices, Fault, FormFault, TextArea};
use crate::components::grant::recordings_link;
use crate::components::moment::ExactMoment;
use crate::components::sentences::Sentences;
use crate::components::timeline::Timeline;
use crate::erase::Erase as _;
use crate::office::page::{known, page, part};
use crate::pages::request::show::address;
use crate::words::people::name;
use crate::words::sealed::instead;
use crate::words::state::{self, VERDICTS};
use crate::words::{policy, time, url};

/// Reviewing one access.
#[component]
pub fn ReviewAccess() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = known(&id);
            async move {
                let request = portal.request(&viewer, id?).await?;
                let draft = take_draft(Form::Review(request.row.id)).await;
                if !request.actions.contains(&Action::Review) {
                    return Err(ApiError::NotFound);
                }
                Ok((request, draft))
            }
        },
        draw,
    )
}

fn draw((request, draft): (RequestView, Option<Draft<ReviewForm>>)) -> AnyView {
    let row = &request.row;
    let title = format!("Review: {} for {}", row.resource, name(&row.requester));
    view! {
        <Title text=title.clone()/>
        <div class="stack stack-wide">
            <div class="page-head">
                <p class="small">
                    <a href=address(row.id)>"Back to the request"</a>
                </p>
                <h1>{title}</h1>
                <p class="lede">"Hold what was done against what was asked and allowed, and say what it was. It stands for good."</p>
            </div>
            <div class="grid">
                {asked(&request)}
                {allowed(&request)}
                {done(&request)}
            </div>
            {form(&request, draft)}
        </div>
    }
    .erase()
}

fn asked(request: &RequestView) -> AnyView {
    let row = &request.row;
    let said = |text: &Option<String>, field| text.clone().or_else(|| instead(request, field));
    let reason = said(&row.reason, Field::Reason);
    let line = |name: &'static str, what: Option<String>| {
        what.map(|what| view! { <div><dt>{name}</dt><dd>{what}</dd></div> })
    };
    let start = row.start_at_ms.map(time::utc);
    view! {
        <section class="card" aria-labelledby="asked">
            <h2 class="card-title" id="asked">"What was asked"</h2>
            <dl class="facts">
                {line("By", Some(name(&row.requester)))}
                {line("Mode", Some(state::mode(row.mode).to_owned()))}
                {line("Urgency", Some(state::urgency(row.urgency).to_owned()))}
                {line("Duration", Some(time::span(row.duration_s)))}
                {line("Not before", start)}
                {line("Ticket", said(&request.ticket, Field::Ticket))}
                {line("Incident", said(&request.incident, Field::Incident))}
                <div>
                    <dt>"Asked"</dt>
                    <dd><ExactMoment at=row.submitted_at_ms/></dd>
                </div>
            </dl>
            <h3>"Reason"</h3>
            <p class="said">{reason}</p>
        </section>
    }
    .erase()
}

/// The policy of the version it was asked under, which may not be the one in force now.
fn allowed(request: &RequestView) -> AnyView {
    let version = &request.policy;
    let address = url::policy(version.policy.name.as_str());
    let title = format!("{}, version {}", version.policy.name, version.version);
    view! {
        <section class="card" aria-labelledby="allowed">
            <h2 class="card-title" id="allowed">"What was allowed"</h2>
            <p>
                <a href=format!("{address}?version={}", version.version)>{title}</a>
            </p>
            <Sentences items=policy::rules(&version.policy)/>
        </section>
    }
    .erase()
}

/// What touches the access itself; what was said before stands on the request's page.
fn done(request: &RequestView) -> AnyView {
    let items: Vec<_> = request
        .timeline
        .iter()
        .filter(|item| {
            [
                "grant.",
                "credential.",
                "certificate.",
                "recording.",
                "target.",
                "extension.",
            ]
            .iter()
            .any(|of| item.kind.starts_with(of))
        })
        .cloned()
        .collect();
    view! {
        <section class="card" aria-labelledby="done">
            <h2 class="card-title" id="done">"What was done"</h2>
            {request.grant.as_ref().map(|grant| view! { <p>{held(grant)}</p> })}
            <Timeline items=items next=None/>
            <p class="actions">{recordings_link(request.row.id)}</p>
        </section>
    }
    .erase()
}

/// For how long it was open, and how it ended.
fn held(grant: &GrantView) -> String {
    let GrantState::Ended {
        at_ms,
        sessions_cut,
        ..
    } = grant.state
    else {
        return state::grant(&grant.state).1.to_owned();
    };
    let open = grant.opened_at_ms.map_or_else(String::new, |opened| {
        let seconds = at_ms.millis().saturating_sub(opened.millis()) / 1_000;
        let seconds = u32::try_from(seconds).unwrap_or_default();
        format!("Open for {}. ", time::span(seconds))
    });
    let longer = match grant.extensions {
        0 => String::new(),
        1 => "Made longer once. ".to_owned(),
        n => format!("Made longer {n} times. "),
    };
    let cut = match sessions_cut {
        0 => "No session was open then.".to_owned(),
        1 => "1 open session was cut.".to_owned(),
        n => format!("{n} open sessions were cut."),
    };
    format!("{open}{longer}{}. {cut}", state::grant(&grant.state).1)
}

fn form(request: &RequestView, draft: Option<Draft<ReviewForm>>) -> AnyView {
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    let values = values.unwrap_or_default();
    let fault: Fault = Signal::stored(error);
    let verdicts = VERDICTS
        .iter()
        .map(|&(_, value, title, hint)| Choice { value, title, hint })
        .collect::<Vec<_>>();
    view! {
        <section class="card card-accent" aria-labelledby="review">
            <h2 class="card-title" id="review">"Your review"</h2>
            <form method="post" action="/api/record_review" class="form" novalidate=true>
                <FormFault fault=fault fields=&["verdict", "findings", "note"]/>
                <input type="hidden" name="form[request]" value=request.row.id.to_string()/>
                <Choices
                    name="verdict"
                    form_name="form[verdict]"
                    label="Verdict"
                    choices=verdicts
                    value=values.verdict
                    fault=fault
                />
                <TextArea
                    name="findings"
                    form_name="form[findings]"
                    label="Findings"
                    hint="What does not fit together, and what follows from it. Leave it empty where all fits."
                    value=values.findings
                    fault=fault
                    optional=true
                />
                <TextArea
                    name="note"
                    form_name="form[note]"
                    label="Closing word"
                    hint="In a sentence: what you looked at, and what it was."
                    value=values.note
                    fault=fault
                />
                <div class="actions">
                    <button type="submit" class="button button-primary">"Record review"</button>
                </div>
            </form>
        </section>
    }
    .erase()
}
