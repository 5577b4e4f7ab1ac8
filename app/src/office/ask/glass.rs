//! Breaking the glass: access at once, seen by everyone who has a say, reviewed afterwards.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form::{FIELDS, Hindered, Picker, RequestFields, choose};
use super::{Asking, asking, fresh};
use crate::api::forms::RequestForm;
use crate::api::keep::Draft;
use crate::components::empty::Empty;
use crate::components::field::{Fault, FieldError, FormFault, described_by, refused};
use crate::components::icon::{Glyph, Icon};
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::office::ask::choices::ChoiceView;
use crate::words::url;

/// Breaking the glass.
#[component]
pub fn BreakGlass() -> impl IntoView {
    asking(true, draw)
}

fn draw(asking: Asking) -> AnyView {
    let Asking {
        choices,
        wanted,
        draft,
    } = asking;
    let body = if choices.is_empty() {
        view! {
            <Empty title="There is no glass that you may break.">{view! {
                <p>
                    "A policy says for which groups and resources there is emergency access. "
                    <a href="/policies">"Read the policies"</a> ", or "
                    <a href="/request">"request access"</a> " in the ordinary way."
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
                    <Picker choices=choices page="/break-glass" search=wanted.search address=url::glass/>
                </section>
            }
            .erase(),
        }
    };
    view! {
        <Title text="Break glass"/>
        <div class="stack stack-wide">
            <div class="glass-banner">
                <h1>
                    <Icon glyph=Glyph::Glass/>
                    "Break glass"
                </h1>
                <p>
                    <strong>"Access at once, without anybody’s sign-off."</strong>
                    " For when production is on fire and waiting does harm. Everyone who has a say sees it, and you answer for \
                     it afterwards."
                </p>
            </div>
            {body}
        </div>
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
            <section class="card card-glass" aria-labelledby="form-title">
                <div class="card-head">
                    <h2 class="card-title" id="form-title">{format!("{resource} under {name}")}</h2>
                    <a class="small" href="/break-glass">"Choose something else"</a>
                </div>
                <p class="soft">{chosen.about}</p>
                <Hindered why=chosen.hindered/>
                <form method="post" action="/api/break_glass" class="form" novalidate=true>
                    <FormFault fault=fault fields=FIELDS/>
                    <RequestFields values=values terms=chosen.terms fault=fault/>
                    <Confirmation fault=fault/>
                    <div class="actions">
                        <button type="submit" class="button button-danger">"Break the glass"</button>
                        <a class="button button-quiet" href=url::request(&resource, &name)>
                            "It can wait: request access"
                        </a>
                    </div>
                </form>
            </section>
            <aside class="card" aria-label="Before you break the glass">
                <h2 class="card-title">"What follows"</h2>
                <Sentences items=chosen.before/>
                <p class="small">
                    <a href=url::policy(&name)>"Read the whole policy"</a>
                </p>
            </aside>
        </div>
    }
    .erase()
}

/// The second confirmation. Never ticked beforehand, not even where the rest of the form comes back as it was typed.
#[component]
fn Confirmation(
    /// What was wrong with the form.
    fault: Fault,
) -> impl IntoView {
    let missing = refused(fault, "confirmed");
    view! {
        <div class="glass-confirm">
            <label class="choice choice-glass" for="confirmed">
                <input
                    type="checkbox"
                    id="confirmed"
                    name="form[confirmed]"
                    value="yes"
                    required
                    aria-invalid=move || missing.get().map(|_| "true")
                    aria-describedby=move || described_by("confirmed", false, missing.get().is_some())
                />
                <span class="choice-text">
                    <span class="choice-title">"I break the glass."</span>
                    <span class="hint">"Others are alarmed now, and I owe a review afterwards."</span>
                </span>
            </label>
            <FieldError name="confirmed" refused=missing/>
        </div>
    }
    .erase()
}
