//! Asking for access that others sign off.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api::choices::{ChoiceView, NewRequestView, new_request};
use crate::api::forms::RequestForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::api::request::SubmitRequest;
use crate::components::button::{ButtonKind, Submit};
use crate::components::empty::Empty;
use crate::components::field::{Fault, FormFault};
use crate::components::loaded::Loaded;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::pages::glass;
use crate::pages::request::form::{FIELDS, Hindered, Picker, RequestFields, Wanted, choose};
use crate::words::url;

/// The page's address with resource and policy chosen.
pub fn address(resource: &str, policy: &str) -> String {
    format!(
        "/request?resource={}&policy={}",
        url::encode(resource),
        url::encode(policy)
    )
}

/// What the address of this page, or of the one for breaking the glass, asks for.
pub(crate) fn wanted() -> Memo<Wanted> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| Wanted {
            resource: query.get("resource").filter(|name| !name.is_empty()),
            policy: query.get("policy").filter(|name| !name.is_empty()),
            search: query.get("q").unwrap_or_default(),
        })
    })
}

/// Asking for access.
#[component]
pub fn NewRequest() -> impl IntoView {
    let wanted = wanted();
    let submit = ServerAction::<SubmitRequest>::new();
    // One resource for both: what is awaited inside of what is drawn may be missing from the page.
    let data = Resource::new(
        || (),
        |()| async {
            let new = new_request(false).await?;
            Ok((new, take_draft::<RequestForm>(Form::Request).await))
        },
    );
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(Ok(next)) = submit.value().get() {
            navigate(&next.0, NavigateOptions::default());
        }
    });
    view! {
        <Title text="Request access"/>
        <Loaded data=data draw=move |(new, draft): (NewRequestView, Option<Draft<RequestForm>>)| {
            let NewRequestView { id, choices } = new;
            let nothing = choices.is_empty();
            view! {
                <div class="page-head">
                    <h1>"Request access"</h1>
                    <p class="lede">"Others sign it off, then you open it. It ends by itself."</p>
                </div>
                {move || match choose(choices.clone(), &wanted.get()) {
                    Ok(chosen) => {
                        let form = RequestForm {
                            request: id.to_string(),
                            duration: chosen.terms.default_min.to_string(),
                            ..RequestForm::default()
                        };
                        view! { <Chosen chosen=chosen fresh=form draft=draft.clone() submit=submit/> }
                            .erase()
                    }
                    Err(_) if nothing => {
                        view! {
                            <Empty title="None of your groups may ask for anything.">{view! {
                                <p>
                                    "A policy says which groups may ask for what. "
                                    <a href="/policies" rel="external">"Read the policies"</a> " to see who may."
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
                                    page="/request"
                                    search=wanted.get().search
                                    address=address
                                />
                            </section>
                        }
                            .erase()
                    }
                }}
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
    submit: ServerAction<SubmitRequest>,
) -> impl IntoView {
    let (resource, name) = (chosen.resource, chosen.policy);
    let emergency = chosen.emergency;
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
            <section class="card" aria-labelledby="form-title">
                <div class="card-head">
                    <h2 class="card-title" id="form-title">{format!("{resource} under {name}")}</h2>
                    <a class="small" href="/request">"Choose something else"</a>
                </div>
                <p class="soft">{chosen.about}</p>
                <Hindered why=chosen.hindered/>
                <ActionForm action=submit attr:class="form" attr:novalidate=true>{view! {
                    <FormFault fault=fault fields=FIELDS/>
                    <RequestFields values=values terms=chosen.terms fault=fault/>
                    <div class="actions">
                        <Submit
                            kind=ButtonKind::Primary
                            label="Send request"
                            busy_label="Sending…"
                            busy=Signal::derive(move || submit.pending().get())
                        />
                    </div>
                }.erase()}</ActionForm>
            </section>
            <aside class="stack" aria-label="Before you ask">
                <div class="card">
                    <h2 class="card-title">"What happens then"</h2>
                    <p>{chosen.purpose}</p>
                    <Sentences items=chosen.before/>
                    <p class="small">
                        <a href=url::policy(&name) rel="external">"Read the whole policy"</a>
                    </p>
                </div>
                {emergency
                    .then(|| {
                        view! {
                            <p class="small">
                                "No time to wait for others? "
                                <a href=glass::new::address(&resource, &name)>"Break the glass"</a>
                            </p>
                        }
                    })}
            </aside>
        </div>
    }
    .erase()
}
