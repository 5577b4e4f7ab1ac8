//! Saying a request anew.

use access::event::Mode;
use access::view::{Action, RequestView};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::ApiError;
use crate::api::forms::RequestForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::components::alert::{Alert, AlertKind};
use crate::components::field::{Fault, FormFault};
use crate::erase::Erase as _;
use crate::office::ask::choices::Terms;
use crate::office::ask::choices::terms;
use crate::office::ask::form::{FIELDS, RequestFields};
use crate::office::page::{known, page, part};
use crate::pages::request::show::address;
use crate::words::state::URGENCIES;
use crate::words::time;

/// A request, what its policy asks for now, and what was typed before.
type Edited = (RequestView, Terms, Option<Draft<RequestForm>>);

/// Changing one's own request.
#[component]
pub fn EditRequest() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = known(&id);
            async move {
                let request = portal.request(&viewer, id?).await?;
                if !request.actions.contains(&Action::Edit) {
                    return Err(ApiError::NotFound);
                }
                // It is held against the version that is in force by then.
                let now = portal.policy(&request.row.policy).await?;
                let draft = take_draft(Form::Edit(request.row.id)).await;
                Ok((request, terms(&now.policy, Mode::Ordinary), draft))
            }
        },
        draw,
    )
}

fn draw((request, terms, draft): Edited) -> AnyView {
    let row = &request.row;
    let signed = request.sign_offs.iter().filter(|given| !given.void).count();
    let back = address(row.id);
    let title = format!("Change the request for {}", row.resource);
    let lost = match signed {
        0 => "Nobody has signed it yet. Whoever looked at it is asked anew.".to_owned(),
        1 => "The sign-off that it has becomes void: others have to sign what it says then."
            .to_owned(),
        n => format!(
            "The {n} sign-offs that it has become void: others have to sign what it says then."
        ),
    };
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    let values = values.unwrap_or_else(|| said(&request));
    let fault: Fault = Signal::stored(error);
    view! {
        <Title text=title.clone()/>
        <div class="page-narrow stack stack-wide">
            <div class="stack stack-tight">
                <p class="small">
                    <a href=back.clone()>"Back to the request"</a>
                </p>
                <h1>{title}</h1>
                <p class="lede">
                    {format!("Under {}, by the version that is in force now. What it is for stays as it is.", row.policy)}
                </p>
            </div>
            <Alert kind=AlertKind::Wait title=lost/>
            <form method="post" action="/api/edit_request" class="card form" novalidate=true>
                <FormFault fault=fault fields=FIELDS/>
                <RequestFields values=values terms=terms fault=fault/>
                <div class="actions">
                    <button type="submit" class="button button-primary">"Change the request"</button>
                    <a class="button button-quiet" href=back>"Leave it as it is"</a>
                </div>
            </form>
        </div>
    }
    .erase()
}

/// What the request says now.
fn said(request: &RequestView) -> RequestForm {
    let row = &request.row;
    let urgency = URGENCIES.iter().find(|known| known.0 == row.urgency);
    RequestForm {
        request: row.id.to_string(),
        resource: row.resource.to_string(),
        policy: row.policy.to_string(),
        reason: row.reason.clone().unwrap_or_default(),
        ticket: request.ticket.clone().unwrap_or_default(),
        incident: request.incident.clone().unwrap_or_default(),
        start: row.start_at_ms.map(time::field).unwrap_or_default(),
        urgency: urgency.map_or("", |known| known.1).to_owned(),
        duration: (row.duration_s / 60).to_string(),
        confirmed: String::new(),
    }
}
