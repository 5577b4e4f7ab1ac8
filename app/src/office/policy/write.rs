//! Writing a policy's next version, or a new policy: its file, and beside it a form that says the same, where the
//! browser runs the editor. What is sent is the file.

use access::file;
use access::policy::PolicyVersion;
use access::refusal::Rule;
use access::view::Role;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

use super::fields::{fields, found};
use crate::api::ApiError;
use crate::api::forms::PolicyForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::components::field::{Fault, FieldError, FormFault, described_by, refused};
use crate::erase::Erase as _;
use crate::office::page::{known, page, part};
use crate::words::url;

/// The editor's script, which loads the rest of it from beside itself.
const EDITOR: &str = "/policy-editor/editor.js";

/// What is written, and what was typed before.
type Writing = (Option<PolicyVersion>, Option<Draft<PolicyForm>>);

/// A new policy.
#[component]
pub fn NewPolicy() -> impl IntoView {
    page(
        |_, viewer| async move {
            may_write(&viewer.roles)?;
            Ok((None, take_draft(Form::Policy).await))
        },
        draw,
    )
}

/// A policy's next version.
#[component]
pub fn EditPolicy() -> impl IntoView {
    let name = part("name");
    page(
        move |portal, viewer| {
            let name = known(&name);
            async move {
                may_write(&viewer.roles)?;
                let (history, _) = portal.policy_history(&name?).await?;
                let newest = history.into_iter().last();
                let draft = take_draft::<PolicyForm>(Form::Policy).await;
                // What was typed for another policy is not for this one.
                let name = newest.as_ref().map(|newest| newest.policy.name.to_string());
                Ok((
                    newest,
                    draft.filter(|draft| Some(&draft.values.name) == name.as_ref()),
                ))
            }
        },
        draw,
    )
}

/// The form is no use to others; whether somebody may is decided when it is sent.
fn may_write(roles: &[Role]) -> Result<(), ApiError> {
    let author = roles.contains(&Role::Author);
    author.then_some(()).ok_or(ApiError::Forbidden)
}

fn draw((newest, draft): Writing) -> AnyView {
    let version = newest.as_ref().map_or(0, |newest| newest.version);
    let policy = newest.map(|newest| newest.policy);
    let name = policy.as_ref().map(|policy| policy.name.to_string());
    let title = match &name {
        Some(name) => format!("Change {name}"),
        None => "A new policy".to_owned(),
    };
    let back = name.as_deref().map_or("/policies".to_owned(), url::policy);
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    // A draft goes on from what was on the page when it was begun, until its author was told of another.
    let told = error
        .as_ref()
        .is_some_and(|error| error.is_by(Rule::ProposalStale));
    let begun = values.as_ref().filter(|_| !told);
    let follows = begun.map_or(version, |values: &PolicyForm| values.follows);
    let typed = values.map(|values| values.toml);
    let text = typed.unwrap_or_else(|| policy.as_ref().map_or_else(file::template, file::write));
    let old = policy.and_then(|policy| serde_json::to_string(&policy).ok());
    view! {
        <Title text=title.clone()/>
        <div class="stack stack-wide">
            <div class="page-head">
                <h1>{title}</h1>
                <p class="lede">"What you write is proposed. Another policy author reads what it changes, and puts it in force or not."</p>
            </div>
            {form((name.unwrap_or_default(), follows), old, text, back, Signal::stored(error))}
            {zones()}
            {script()}
        </div>
    }
    .erase()
}

fn form(
    (name, follows): (String, u32),
    old: Option<String>,
    text: String,
    back: String,
    fault: Fault,
) -> AnyView {
    let wrong = refused(fault, "toml");
    view! {
        <form
            method="post"
            action="/api/propose_policy"
            class="card form"
            novalidate=true
            data-policy-form=""
            data-policy-old=old
        >
            <FormFault fault=fault fields=&["toml"]/>
            <input type="hidden" name="form[name]" value=name/>
            <input type="hidden" name="form[follows]" value=follows/>
            {fields()}
            <div class="field">
                <label class="label" for="toml">"The policy as a file"</label>
                <p class="hint" id="toml-hint">"TOML. Each member is explained where it stands first."</p>
                <textarea
                    class="input mono"
                    id="toml"
                    name="form[toml]"
                    rows="30"
                    wrap="off"
                    spellcheck="false"
                    autocapitalize="off"
                    autofocus=wrong.get_untracked().is_some()
                    data-policy-toml=""
                    aria-describedby=described_by("toml", true, wrong.get_untracked().is_some())
                    aria-invalid=wrong.get_untracked().map(|_| "true")
                >
                    {text}
                </textarea>
                <FieldError name="toml" refused=wrong/>
            </div>
            {found()}
            <div class="actions">
                <button type="submit" class="button button-primary">"Propose it"</button>
                <a class="button button-quiet" href=back>"Leave it"</a>
            </div>
        </form>
    }
    .erase()
}

/// The zones that the portal knows, for the form and for the editor's own reading.
fn zones() -> AnyView {
    let zones: Vec<_> = service::zones::all()
        .map(|(zone, rule)| view! { <option value=zone data-rule=rule></option> })
        .collect();
    view! { <datalist id="zones" data-policy-zones="">{zones}</datalist> }.erase()
}

fn script() -> AnyView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    view! { <script type="module" src=EDITOR nonce=nonce></script> }.erase()
}
