//! Breaking the glass: access at once, seen by everyone who has a say, reviewed afterwards.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::choices::{ChoiceView, NewRequestView, new_request};
use crate::api::forms::RequestForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::api::request::BreakGlass as BreakGlassAction;
use crate::components::button::{ButtonKind, Submit};
use crate::components::empty::Empty;
use crate::components::field::{Fault, FormFault};
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::Loaded;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::pages::request::form::{FIELDS, Hindered, Picker, RequestFields, choose};
use crate::pages::request::new::wanted;
use crate::words::url;

/// The page's address with resource and policy chosen.
pub fn address(resource: &str, policy: &str) -> String {
    format!(
        "/break-glass?resource={}&policy={}",
        url::encode(resource),
        url::encode(policy)
    )
}

/// Breaking the glass.
#[component]
pub fn BreakGlass() -> impl IntoView {
    let wanted = wanted();
    let submit = ServerAction::<BreakGlassAction>::new();
    // One resource for both: what is awaited inside of what is drawn may be missing from the page.
    let data = Resource::new(
        || (),
        |()| async {
            let new = new_request(true).await?;
            Ok((new, take_draft::<RequestForm>(Form::BreakGlass).await))
        },
    );
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(Ok(next)) = submit.value().get() {
            navigate(&next.0, NavigateOptions::default());
        }
    });
    view! {
        <Title text="Break glass"/>
        <Loaded data=data draw=move |(new, draft): (NewRequestView, Option<Draft<RequestForm>>)| {
            let NewRequestView { id, choices } = new;
            let nothing = choices.is_empty();
            view! {
                <div class="stack stack-wide">
                    <div class="glass-banner">
                        <h1>
                            <Icon glyph=Glyph::Glass/>
                            "Break glass"
                        </h1>
                        <p>
                            <strong>"Access at once, without anybody’s sign-off."</strong>
                            " For when production is on fire and waiting does harm. Everyone who has a say sees it, and you \
                              answer for it afterwards."
                        </p>
                    </div>
                    {move || match choose(choices.clone(), &wanted.get()) {
                        Ok(chosen) => {
                            let fresh = RequestForm {
                                request: id.to_string(),
                                duration: chosen.terms.default_min.to_string(),
                                ..RequestForm::default()
                            };
                            view! { <Chosen chosen=chosen fresh=fresh draft=draft.clone() submit=submit/> }
                                .erase()
                        }
                        Err(_) if nothing => {
                            view! {
                                <Empty title="There is no glass that you may break.">{view! {
                                    <p>
                                        "A policy says for which groups and resources there is emergency access. "
                                        <a href="/policies" rel="external">"Read the policies"</a> ", or "
                                        <a href="/request">"request access"</a> " in the ordinary way."
                                    </p>
                                }.erase()}</Empty>
                            }
                                .erase()
                        }
                        Err(choices) => {
                            view! {
                                <section class="stack" aria-labelledby="pick">
                                    <h2 id="pick">"What do you need?"</h2>
                                    <Picker
                                        choices=choices
                                        page="/break-glass"
                                        search=wanted.get().search
                                        address=address
                                    />
                                </section>
                            }
                                .erase()
                        }
                    }}
                </div>
            }
                .erase()
        }/>
    }
    .erase()
}

#[component]
fn Chosen(
    /// What is to be opened, under which policy.
    chosen: ChoiceView,
    /// A form nobody has typed in yet.
    fresh: RequestForm,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<RequestForm>>,
    /// Sends the form.
    submit: ServerAction<BreakGlassAction>,
) -> impl IntoView {
    let (resource, name) = (chosen.resource, chosen.policy);
    let ordinary = crate::pages::request::new::address(&resource, &name);
    let whole_policy = url::policy(&name);
    let refused = draft.as_ref().map(|draft| draft.error.clone());
    let values = RequestForm {
        resource: resource.clone(),
        policy: name.clone(),
        ..draft.map_or(fresh, |draft| draft.values)
    };
    let fault: Fault = Signal::derive(move || match submit.value().get() {
        Some(answer) => answer.err(),
        None => refused.clone(),
    });
    view! {
        <div class="split">
            <section class="card card-glass" aria-labelledby="form-title">
                <div class="card-head">
                    <h2 class="card-title" id="form-title">{format!("{resource} under {name}")}</h2>
                    <a class="small" href="/break-glass">"Choose something else"</a>
                </div>
                <p class="soft">{chosen.about}</p>
                <Hindered why=chosen.hindered/>
                <ActionForm action=submit attr:class="form" attr:novalidate=true>{view! {
                    <FormFault fault=fault fields=FIELDS/>
                    <RequestFields values=values terms=chosen.terms fault=fault/>
                    <Confirmation fault=fault/>
                    <div class="actions">
                        <Submit
                            kind=ButtonKind::Danger
                            label="Break the glass"
                            busy_label="Opening…"
                            busy=Signal::derive(move || submit.pending().get())
                        />
                        <a class="button button-quiet" href=ordinary>
                            "It can wait: request access"
                        </a>
                    </div>
                }.erase()}</ActionForm>
            </section>
            <aside class="card" aria-label="Before you break the glass">
                <h2 class="card-title">"What follows"</h2>
                <Sentences items=chosen.before/>
                <p class="small">
                    <a href=whole_policy rel="external">"Read the whole policy"</a>
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
    let missing = Memo::new(move |_| {
        fault.with(|fault| {
            fault
                .as_ref()
                .filter(|error| error.field() == Some("confirmed"))
                .map(ToString::to_string)
        })
    });
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
                    aria-describedby=move || missing.get().map(|_| "confirmed-error")
                />
                <span class="choice-text">
                    <span class="choice-title">"I break the glass."</span>
                    <span class="hint">"Others are alarmed now, and I owe a review afterwards."</span>
                </span>
            </label>
            {move || {
                missing
                    .get()
                    .map(|reason| {
                        view! {
                            <p class="error" id="confirmed-error">
                                <Icon glyph=Glyph::Warning/>
                                <span>{reason}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
    .erase()
}
