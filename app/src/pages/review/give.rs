//! Saying what an access was, after it ended.

use access::ids::RequestId;
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::forms::ReviewForm;
use crate::api::keep::Draft;
use crate::api::review::RecordReview;
use crate::components::button::{ButtonKind, Submit};
use crate::components::field::{Choice, Choices, Fault, FormFault, TextArea};
use crate::erase::Erase as _;
use crate::words::state::VERDICTS;

/// The form by which a reviewer says what it was.
#[component]
pub fn GiveReview(
    /// Of which request.
    request: RequestId,
    /// Records it.
    act: ServerAction<RecordReview>,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<ReviewForm>>,
) -> impl IntoView {
    let refused = draft.as_ref().map(|draft| draft.error.clone());
    let values = draft.map(|draft| draft.values).unwrap_or_default();
    let fault: Fault = Signal::derive(move || match act.value().get() {
        Some(answer) => answer.err(),
        None => refused.clone(),
    });
    let verdicts = VERDICTS
        .iter()
        .map(|&(_, value, title, hint)| Choice { value, title, hint })
        .collect::<Vec<_>>();
    view! {
        <section class="card card-accent" aria-labelledby="review">
            <h2 class="card-title" id="review">"Your review"</h2>
            <p>"Look at what was asked and what was done, and say what it was. It stands for good."</p>
                        <ActionForm action=act attr:class="form" attr:novalidate=true>{view! {
                            <FormFault fault=fault fields=&["verdict", "note"]/>
                            <input type="hidden" name="form[request]" value=request.to_string()/>
                            <Choices
                                name="verdict"
                                form_name="form[verdict]"
                                label="Verdict"
                                choices=verdicts
                                value=values.verdict
                                fault=fault
                            />
                            <TextArea
                                name="note"
                                form_name="form[note]"
                                label="Findings"
                                hint="What you looked at, what you found, what follows."
                                value=values.note
                                fault=fault
                            />
                            <div class="actions">
                                <Submit
                                    kind=ButtonKind::Primary
                                    label="Record review"
                                    busy_label="Recording…"
                                    busy=Signal::derive(move || act.pending().get())
                                />
                            </div>
                        }.erase()}</ActionForm>
        </section>
    }
    .erase()
}
