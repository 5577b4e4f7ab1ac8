//! Asking for access that others sign off.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{FIELDS, Hindered, Picker, RequestFields, choose};
use super::{Asking, asking, fresh};
use crate::api::forms::RequestForm;
use crate::api::keep::Draft;
use crate::components::empty::Empty;
use crate::components::field::{Fault, FormFault};
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::office::ask::choices::ChoiceView;
use crate::words::url;

/// Asking for access.
#[component]
pub fn NewRequest() -> impl IntoView {
    asking(false, draw)
}

fn draw(asking: Asking) -> AnyView {
    let Asking {
        choices,
        wanted,
        draft,
    } = asking;
    let body = if choices.is_empty() {
        view! {
            <Empty title="None of your groups may ask for anything.">{view! {
                <p>
                    "A policy says which groups may ask for what. "
                    <a href="/policies">"Read the policies"</a> " to see who may."
                </p>
            }.erase()}</Empty>
        }
        .erase()
    } else {
        match choose(choices, &wanted) {
            Ok(chosen) => form(chosen, draft),
            Err(choices) => view! {
                <section class="stack" aria-labelledby="pick">
                    <h2 id="pick">"What do you need?"</h2>
                    <Picker choices=choices page="/request" search=wanted.search address=url::request/>
                </section>
            }
            .erase(),
        }
    };
    view! {
        <Title text="Request access"/>
        <div class="page-head">
            <h1>"Request access"</h1>
            <p class="lede">"Others sign it off, then you open it. It ends by itself."</p>
        </div>
        {body}
    }
    .erase()
}

fn form(chosen: ChoiceView, draft: Option<Draft<RequestForm>>) -> AnyView {
    let fault: Fault = Signal::stored(draft.as_ref().map(|draft| draft.error.clone()));
    let fresh = fresh(&chosen);
    let (resource, name) = (chosen.resource, chosen.policy);
    let values = RequestForm {
        resource: resource.clone(),
        policy: name.clone(),
        ..draft.map_or(fresh, |draft| draft.values)
    };
    view! {
        <div class="split">
            <section class="card" aria-labelledby="form-title">
                <div class="card-head">
                    <h2 class="card-title" id="form-title">{format!("{resource} under {name}")}</h2>
                    <a class="small" href="/request">"Choose something else"</a>
                </div>
                <p class="soft">{chosen.about}</p>
                <Hindered why=chosen.hindered/>
                <form method="post" action="/api/submit_request" class="form" novalidate=true>
                    <FormFault fault=fault fields=FIELDS/>
                    <RequestFields values=values terms=chosen.terms fault=fault/>
                    <div class="actions">
                        <button type="submit" class="button button-primary">"Send request"</button>
                    </div>
                </form>
            </section>
            <aside class="stack" aria-label="Before you ask">
                <div class="card">
                    <h2 class="card-title">"What happens then"</h2>
                    <p>{chosen.purpose}</p>
                    <Sentences items=chosen.before/>
                    <p class="small">
                        <a href=url::policy(&name)>"Read the whole policy"</a>
                    </p>
                </div>
                {chosen
                    .emergency
                    .then(|| {
                        view! {
                            <p class="small">
                                "No time to wait for others? "
                                <a href=url::glass(&resource, &name)>"Break the glass"</a>
                            </p>
                        }
                    })}
            </aside>
        </div>
    }
    .erase()
}
