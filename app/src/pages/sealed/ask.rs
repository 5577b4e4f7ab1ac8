//! The form by which somebody says which text they mean, and why.

use access::ids::RequestId;
use access::view::{OpeningState, OpeningView};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::forms::SealedForm;
use crate::api::keep::Draft;
use crate::api::sealed::SealedText;
use crate::components::button::{ButtonKind, Submit};
use crate::components::field::{Fault, FormFault, TextArea};
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
    /// Does it.
    act: ServerAction<SealedText>,
    /// What was typed before, and why it was refused.
    draft: Resource<Option<Draft<SealedForm>>>,
) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let draft = draft.await;
                let refused = draft.as_ref().map(|draft| draft.error.clone());
                // What comes back refused is not to be looked for.
                let again = refused.is_some();
                let values = draft.map(|draft| draft.values).unwrap_or_default();
                let fault: Fault = Signal::derive(move || match act.value().get() {
                    Some(answer) => answer.err(),
                    None => refused.clone(),
                });
                let select = format!("{}-which", deed.word);
                view! {
                    <details class="disclosure" open=again>
                        <summary>{deed.title}</summary>
                        <ActionForm action=act attr:class="form" attr:novalidate=true>{view! {
                            <FormFault fault=fault fields=&[]/>
                            <input type="hidden" name="form[request]" value=request.to_string()/>
                            <input type="hidden" name="form[deed]" value=deed.word/>
                            <div class="field">
                                <label class="label" for=select.clone()>{deed.which}</label>
                                <select class="input" id=select name="form[opening]">
                                    {deed.all.map(|all| view! { <option value="">{all}</option> })}
                                    {move || options(deed, &texts.get(), &values.opening)}
                                </select>
                            </div>
                            <TextArea
                                name=deed.field
                                form_name="form[why]"
                                label=deed.why
                                hint=deed.hint
                                value=values.why
                                fault=fault
                            />
                            <div class="actions">
                                <Submit
                                    kind=ButtonKind::Plain
                                    label=deed.button
                                    busy_label=deed.busy
                                    busy=Signal::derive(move || act.pending().get())
                                />
                            </div>
                        }.erase()}</ActionForm>
                    </details>
                }
            })}
        </Suspense>
    }
    .erase()
}

/// The texts that may be meant.
fn options(deed: &Deed, texts: &[OpeningView], chosen: &str) -> Vec<AnyView> {
    let fits = |text: &&OpeningView| match text.state {
        OpeningState::Erased { .. } => false,
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
