//! Breaking the glass: access at once, seen by everyone who has a say, reviewed afterwards.

use access::view::Openable;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::forms::RequestForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::api::request::{BreakGlass as BreakGlassAction, NewRequestView, new_request};
use crate::components::button::{ButtonKind, Submit};
use crate::components::empty::Empty;
use crate::components::field::{Fault, FormFault};
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::Loaded;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::pages::request::form::{FIELDS, Picker, RequestFields, choose};
use crate::pages::request::new::wanted;
use crate::words::time::span;
use crate::words::{policy, url};

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
            let new = new_request().await?;
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
            let NewRequestView { id, mut home } = new;
            home.openable.retain(|one| one.policy.policy.emergency.is_some());
            let nothing = home.openable.is_empty();
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
                    {move || match choose(home.clone(), &wanted.get()) {
                        Ok(chosen) => {
                            let most = chosen.policy.policy.emergency.as_ref().map_or(0, |e| e.max_duration_s);
                            let fresh = RequestForm {
                                request: id.to_string(),
                                duration: (chosen.policy.policy.duration.default_s.min(most) / 60).to_string(),
                                ..RequestForm::default()
                            };
                            view! { <Chosen chosen=chosen fresh=fresh most_s=most draft=draft.clone() submit=submit/> }
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
                                        note=note
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

fn note(one: &Openable) -> String {
    let policy = &one.policy.policy;
    let most = policy.emergency.as_ref().map_or(0, |e| e.max_duration_s);
    format!(
        "As {}, at once, for at most {}",
        policy.grant.role,
        span(most)
    )
}

#[component]
fn Chosen(
    /// What is to be opened, under which policy.
    chosen: Openable,
    /// A form nobody has typed in yet.
    fresh: RequestForm,
    /// The longest time that will do, in seconds.
    most_s: u32,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<RequestForm>>,
    /// Sends the form.
    submit: ServerAction<BreakGlassAction>,
) -> impl IntoView {
    let terms = chosen.policy.policy;
    let resource = chosen.resource.to_string();
    let name = terms.name.to_string();
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
                <p class="soft">{chosen.resource_description}</p>
                <ActionForm action=submit attr:class="form" attr:novalidate=true>{view! {
                    <FormFault fault=fault fields=FIELDS/>
                    <RequestFields values=values min_reason=terms.conditions.min_reason_chars most_s=most_s fault=fault/>
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
                <Sentences items=policy::before_breaking(&terms)/>
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
