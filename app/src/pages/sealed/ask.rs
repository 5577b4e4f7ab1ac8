//! The form by which somebody says which text they mean, and why. It is a form of the browser's: what it brings is a
//! page that shows something else.

use access::ids::RequestId;
use access::view::{OpeningState, OpeningView};
use leptos::prelude::*;

use crate::api::forms::{ALL, SealedForm};
use crate::api::keep::Draft;
use crate::components::field::{Fault, FieldError, FormFault, TextArea, described_by, refused};
use crate::erase::Erase as _;
use crate::words::sealed::{Deed, title};

/// The form.
#[component]
pub fn Ask(
    /// What is asked for.
    deed: &'static Deed,
    /// Of which request.
    request: RequestId,
    /// All its texts.
    texts: Memo<Vec<OpeningView>>,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<SealedForm>>,
) -> impl IntoView {
    // What comes back refused is not to be looked for.
    let again = draft.is_some();
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    let values = values.unwrap_or_default();
    let fault: Fault = Signal::stored(error);
    let [why, which] = deed.fields;
    let missing = refused(fault, which);
    // Nothing is erased that nobody chose: not even all.
    let first = deed.all.map(|all| {
        let chosen = values.opening == ALL;
        view! {
            <option value="" disabled=true selected=!chosen>"Choose a text"</option>
            <option value=ALL selected=chosen>{all}</option>
        }
        .erase()
    });
    view! {
        <details class="disclosure" open=again>
            <summary>{deed.title}</summary>
            <form method="post" action="/api/sealed_text" class="form" novalidate=true>
                <FormFault fault=fault fields=&deed.fields/>
                <input type="hidden" name="form[request]" value=request.to_string()/>
                <input type="hidden" name="form[deed]" value=deed.word/>
                <div class="field">
                    <label class="label" for=which>{deed.which}</label>
                    <select
                        class="input"
                        id=which
                        name="form[opening]"
                        aria-describedby=move || described_by(which, false, missing.get().is_some())
                        aria-invalid=move || missing.get().map(|_| "true")
                    >
                        {first}
                        {move || options(deed, &texts.get(), &values.opening)}
                    </select>
                    <FieldError name=which refused=missing/>
                </div>
                <TextArea
                    name=why
                    form_name="form[why]"
                    label=deed.why
                    hint=deed.hint
                    value=values.why
                    fault=fault
                />
                <div class="actions">
                    <button type="submit" class="button">{deed.button}</button>
                </div>
            </form>
        </details>
    }
    .erase()
}

/// The texts that may be meant.
fn options(deed: &Deed, texts: &[OpeningView], chosen: &str) -> Vec<AnyView> {
    let fits = |text: &&OpeningView| match text.state {
        OpeningState::Erased => false,
        OpeningState::Sealed => true,
        _ => deed.all.is_some(),
    };
    texts
        .iter()
        .filter(fits)
        .map(|text| {
            let value = format!("{}:{}", text.seq, text.field.word());
            let selected = value == chosen;
            view! { <option value=value selected=selected>{title(text)}</option> }.erase()
        })
        .collect()
}
