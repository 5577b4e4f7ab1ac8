//! What is known of a request: who, what, under which policy, who has signed.

use access::event::Field;
use access::time::UnixMillis;
use access::view::{OpeningView, RequestState, ReviewView};
use leptos::prelude::*;

use crate::api::request::RequestView;
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::pages::request::signed::signed;
use crate::words::people::name;
use crate::words::sealed::{instead, text_instead};
use crate::words::{state, time};

/// What changes in the page's aside.
pub(super) fn facts(request: RequestView) -> impl IntoView {
    let ticket = request
        .ticket
        .clone()
        .or_else(|| instead(&request, Field::Ticket))
        .unwrap_or_else(|| "none".into());
    let reason = request
        .row
        .reason
        .clone()
        .or_else(|| instead(&request, Field::Reason));
    let incident = request
        .incident
        .clone()
        .or_else(|| instead(&request, Field::Incident));
    let signed = signed(&request);
    let (row, texts) = (request.row, request.openings);
    let policy = row.policy.to_string();
    view! {
            <section class="card" aria-labelledby="about">
                <h2 class="card-title" id="about">"The request"</h2>
                <dl class="facts">
                    <div>
                        <dt>"Asked by"</dt>
                        <dd>{name(&row.requester)}</dd>
                    </div>
                    <div>
                        <dt>"Resource"</dt>
                        <dd>{row.resource.to_string()}</dd>
                    </div>
                    <div>
                        <dt>"Policy"</dt>
                        <dd>
                            <a href=crate::words::url::policy(&policy) rel="external">{policy.clone()}</a>
                            {format!(", version {}", request.policy.version)}
                        </dd>
                    </div>
                    <div>
                        <dt>"Mode"</dt>
                        <dd>{state::mode(row.mode)}</dd>
                    </div>
                    <div>
                        <dt>"Duration"</dt>
                        <dd>{time::span(row.duration_s)}</dd>
                    </div>
                    <div>
                        <dt>"Ticket"</dt>
                        <dd>{ticket}</dd>
                    </div>
                    {incident.map(|incident| fact("Incident", incident.erase()))}
                    <div>
                        <dt>"Asked"</dt>
                        <dd>
                            <Moment at=row.submitted_at_ms/>
                        </dd>
                    </div>
                    {row.start_at_ms.map(|start| moment("Not before", start))}
                    {matches!(row.state, RequestState::Submitted | RequestState::Approved)
                        .then(|| moment("Lapses", row.lapses_at_ms))}
                    {request.review_due_at_ms.map(|due| moment("Review due", due))}
                </dl>
                <h3>"Reason"</h3>
                <p class="said">{reason}</p>
            </section>
            {signed}
            {request.review.map(|given| review(given, &texts))}
    }
    .erase()
}

fn fact(name: &'static str, what: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{what}</dd>
        </div>
    }
    .erase()
}

fn moment(name: &'static str, at: UnixMillis) -> AnyView {
    fact(name, view! { <Moment at=at/> }.erase())
}

fn review(review: ReviewView, texts: &[OpeningView]) -> AnyView {
    let by = &review.person;
    let note = review.note.or_else(|| text_instead(texts, Field::Note, by));
    let findings = review
        .findings
        .or_else(|| text_instead(texts, Field::Findings, by));
    view! {
        <section class="card" aria-labelledby="reviewed">
            <h2 class="card-title" id="reviewed">"Review"</h2>
            <p>
                <strong>{state::verdict(review.verdict)}</strong>
            </p>
            <p class="row-note">
                {format!("{} · ", name(&review.person))}
                <Moment at=review.at_ms/>
            </p>
            {findings
                .map(|findings| {
                    view! {
                        <h3>"Findings"</h3>
                        <p class="said">{findings}</p>
                        <h3>"Closing word"</h3>
                    }
                })}
            {note.map(|note| view! { <p class="said">{note}</p> })}
        </section>
    }
    .erase()
}
