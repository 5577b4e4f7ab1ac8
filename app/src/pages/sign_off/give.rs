//! Approving or denying: the exact statement, a note, and a fresh sign-in.

use access::event::{Field, Mode};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::forms::SignOffForm;
use crate::api::keep::Draft;
use crate::api::request::RequestView;
use crate::api::sign_off::BeginSignOff;
use crate::components::field::{Fault, FormFault, TextArea};
use crate::components::icon::{Glyph, Icon};
use crate::components::statement::Statement;
use crate::erase::Erase as _;
use crate::words::people;
use crate::words::sealed::instead;

/// The form by which an approver says yes or no.
#[component]
pub fn GiveSignOff(
    /// What is to be signed off.
    request: RequestView,
    /// Begins it; it ends after a fresh sign-in.
    act: ServerAction<BeginSignOff>,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<SignOffForm>>,
) -> impl IntoView {
    // The fresh sign-in is a page of the identity provider: the browser itself has to go there.
    Effect::new(move |_| {
        if let Some(Ok(next)) = act.value().get() {
            // A browser that refuses to go leaves the page as it is, with the decision still to be sent.
            let _ = window().location().assign(&next.0);
        }
    });
    let id = request.row.id;
    let asks = format!("{} says why:", people::name(&request.row.requester));
    let reason = request
        .row
        .reason
        .clone()
        .or_else(|| instead(&request, Field::Reason));
    let digest = request.statement_sha256;
    let in_place = in_place(&request);
    let ratifies = request.row.mode == Mode::Emergency;
    let refused = draft.as_ref().map(|draft| draft.error.clone());
    let note = draft.map(|draft| draft.values.note).unwrap_or_default();
    let fault: Fault = Signal::derive(move || match act.value().get() {
        Some(answer) => answer.err(),
        None => refused.clone(),
    });
    let busy = move || act.pending().get();
    view! {
        <section class="card card-accent" aria-labelledby="sign-off">
            <h2 class="card-title" id="sign-off">"Your sign-off"</h2>
            {ratifies
                .then(|| {
                    view! {
                        <p>
                            <strong>"The glass was broken, and this access was opened. "</strong>
                            "Approve ratifies it. Deny takes back at once what is open still, and its holder breaks no glass until it is reviewed."
                        </p>
                    }
                })}
            <p>{asks}</p>
            <p class="said">{reason}</p>
            <p>"Read what you sign. Then you prove once more who you are, and your word stands for good."</p>
            <Statement text=request.statement sha256=digest/>
                        <ActionForm action=act attr:class="form" attr:novalidate=true>{view! {
                            <FormFault fault=fault fields=&["note"]/>
                            <input type="hidden" name="form[request]" value=id.to_string()/>
                            <input type="hidden" name="form[statement]" value=digest.to_string()/>
                            {in_place}
                            <TextArea
                                name="note"
                                form_name="form[note]"
                                label="Note"
                                hint="For the one who asked and for reviewers. A “no” should say why."
                                value=note
                                fault=fault
                                optional=true
                            />
                            <div class="actions">
                                <button
                                    type="submit"
                                    name="form[decision]"
                                    value="approve"
                                    class="button button-primary"
                                    disabled=busy
                                >
                                    <Icon glyph=Glyph::Tick/>
                                    "Approve"
                                </button>
                                <button
                                    type="submit"
                                    name="form[decision]"
                                    value="deny"
                                    class="button"
                                    disabled=busy
                                >
                                    <Icon glyph=Glyph::Cross/>
                                    "Deny"
                                </button>
                            </div>
                        }.erase()}</ActionForm>
        </section>
    }
    .erase()
}

/// The choice in whose name to sign, for who signs in somebody's place as well.
fn in_place(request: &RequestView) -> Option<AnyView> {
    if request.sign_for.is_empty() {
        return None;
    }
    let others: Vec<_> = request
        .sign_for
        .iter()
        .map(|person| {
            view! { <option value=person.id.to_string()>{format!("In place of {}", people::name(person))}</option> }
        })
        .collect();
    Some(
        view! {
            <div class="field">
                <label class="label" for="on-behalf-of">"Sign"</label>
                <select class="input" id="on-behalf-of" name="form[on_behalf_of]">
                    {request.sign_as_self.then(|| view! { <option value="">"As myself"</option> })}
                    {others}
                </select>
            </div>
        }
        .erase(),
    )
}
