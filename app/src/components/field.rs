//! Form fields: label, hint, control and, where it was refused, the reason, tied together for assistive technology.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::alert::{Alert, AlertKind};
use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;
use crate::focus::focus_field;

/// What was wrong with a form: from this page's own answer, or from the draft it was redrawn with.
pub type Fault = Signal<Option<ApiError>>;

/// Why one field was refused.
pub fn refused(fault: Fault, name: &'static str) -> Memo<Option<String>> {
    Memo::new(move |_| {
        fault.with(|fault| {
            fault
                .as_ref()
                .filter(|error| error.field() == Some(name))
                .map(ToString::to_string)
        })
    })
}

/// The ids of what is said about a field.
pub fn described_by(name: &str, hint: bool, refused: bool) -> Option<String> {
    match (hint, refused) {
        (false, false) => None,
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-error")),
        (true, true) => Some(format!("{name}-hint {name}-error")),
    }
}

/// The reason why a field was refused, under it.
#[component]
pub fn FieldError(
    /// The field.
    name: &'static str,
    /// Why it was refused, if it was.
    refused: Memo<Option<String>>,
) -> impl IntoView {
    move || {
        refused.get().map(|reason| {
            view! {
                <p class="error" id=format!("{name}-error")>
                    <Icon glyph=Glyph::Warning/>
                    <span>{reason}</span>
                </p>
            }
        })
    }
}

/// What was wrong with a form where it was no field of its own.
#[component]
pub fn FormFault(
    /// What was wrong.
    fault: Fault,
    /// The fields that say for themselves what is wrong with them.
    fields: &'static [&'static str],
) -> impl IntoView {
    Effect::new(move |_| {
        let refused = fault.with(|fault| {
            fault
                .as_ref()
                .and_then(ApiError::field)
                .map(ToOwned::to_owned)
        });
        if let Some(field) = refused.filter(|field| fields.contains(&field.as_str())) {
            focus_field(&field);
        }
    });
    move || {
        fault
            .get()
            .filter(|error| error.field().is_none_or(|field| !fields.contains(&field)))
            // Whoever comes back from proving who they are is told how that went.
            .filter(|error| !error.wants_proof())
            .map(|error| {
                view! {
                    <Alert kind=AlertKind::Fault title=error.to_string()>{view! {
                        {(error == ApiError::SignIn)
                            .then(|| view! { <a href="/sign-in" target="_blank">"Sign in in a new tab"</a> })}
                    }.erase()}</Alert>
                }
            })
    }
}

/// A few lines of text.
#[component]
pub fn TextArea(
    /// Its id, and under which name it is looked for in errors.
    name: &'static str,
    /// Its name in the form.
    form_name: &'static str,
    /// What it asks.
    label: &'static str,
    /// How to answer.
    #[prop(into)]
    hint: String,
    /// What stands in it at first.
    value: String,
    /// What was wrong with the form.
    fault: Fault,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let refused = refused(fault, name);
    view! {
        <div class="field">
            <label class="label" for=name>
                {label}
                {optional.then(|| view! { <span class="optional">" (optional)"</span> })}
            </label>
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
            <textarea
                class="input"
                id=name
                name=form_name
                rows="4"
                maxlength="4000"
                required=!optional
                autofocus=move || refused.get().is_some()
                aria-describedby=move || described_by(name, true, refused.get().is_some())
                aria-invalid=move || refused.get().map(|_| "true")
            >
                {value}
            </textarea>
            <FieldError name=name refused=refused/>
        </div>
    }
    .erase()
}

/// One line of text.
#[component]
pub fn TextField(
    /// Its id, and under which name it is looked for in errors.
    name: &'static str,
    /// Its name in the form.
    form_name: &'static str,
    /// What it asks.
    label: &'static str,
    /// How to answer.
    #[prop(into)]
    hint: String,
    /// What stands in it at first.
    value: String,
    /// What was wrong with the form.
    fault: Fault,
    /// Whether it may not stay empty.
    #[prop(optional)]
    required: bool,
    /// What the browser is to make of it.
    #[prop(default = "text")]
    kind: &'static str,
) -> impl IntoView {
    let refused = refused(fault, name);
    view! {
        <div class="field">
            <label class="label" for=name>
                {label}
                {(!required).then(|| view! { <span class="optional">" (optional)"</span> })}
            </label>
            <input
                class="input"
                type=kind
                autofocus=move || refused.get().is_some()
                required=required
                id=name
                name=form_name
                maxlength="200"
                autocomplete="off"
                value=value
                aria-describedby=move || described_by(name, true, refused.get().is_some())
                aria-invalid=move || refused.get().map(|_| "true")
            />
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
            <FieldError name=name refused=refused/>
        </div>
    }
    .erase()
}

/// A number of minutes.
#[component]
pub fn MinutesField(
    /// Its id, and under which name it is looked for in errors.
    name: &'static str,
    /// Its name in the form.
    form_name: &'static str,
    /// What it asks.
    label: &'static str,
    /// The most that will do.
    most: u32,
    /// What stands in it at first.
    value: String,
    /// What was wrong with the form.
    fault: Fault,
) -> impl IntoView {
    let refused = refused(fault, name);
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            <input
                class="input input-short"
                type="number"
                inputmode="numeric"
                id=name
                name=form_name
                min="1"
                max=most
                step="1"
                required
                autofocus=move || refused.get().is_some()
                value=value
                aria-describedby=move || described_by(name, true, refused.get().is_some())
                aria-invalid=move || refused.get().map(|_| "true")
            />
            <p class="hint" id=format!("{name}-hint")>{format!("At most {most}.")}</p>
            <FieldError name=name refused=refused/>
        </div>
    }
    .erase()
}

/// One of several ways to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its value in the form.
    pub value: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it means.
    pub hint: &'static str,
}

/// One out of several.
#[component]
pub fn Choices(
    /// Its id, and under which name it is looked for in errors.
    name: &'static str,
    /// Its name in the form.
    form_name: &'static str,
    /// What it asks.
    label: &'static str,
    /// The ways to answer.
    choices: Vec<Choice>,
    /// Which is chosen at first, if one is.
    value: String,
    /// What was wrong with the form.
    fault: Fault,
) -> impl IntoView {
    let refused = refused(fault, name);
    let choices: Vec<_> = choices
        .into_iter()
        .map(|choice| {
            let id = format!("{name}-{}", choice.value);
            let label_for = id.clone();
            view! {
                <label class="choice" for=label_for>
                    <input
                        type="radio"
                        id=id
                        name=form_name
                        value=choice.value
                        checked=value == choice.value
                        required
                    />
                    <span class="choice-text">
                        <span class="choice-title">{choice.title}</span>
                        " "
                        <span class="hint">{choice.hint}</span>
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset
            class="field"
            aria-describedby=move || described_by(name, false, refused.get().is_some())
        >
            <legend class="label">{label}</legend>
            <div class="choices">{choices}</div>
            <FieldError name=name refused=refused/>
        </fieldset>
    }
    .erase()
}
