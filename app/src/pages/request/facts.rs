//! What is known of a request: who, what, under which policy, who has signed.

use access::event::{Decision, Field, Mode};
use access::view::{OpeningView, RequestState, RequestView, ReviewView, SignOffView};
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::people::{any_of, count, name};
use crate::words::sealed::{instead, note_instead};
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
    let (row, texts) = (request.row, request.openings);
    let policy = row.policy.to_string();
    let open = row.state == RequestState::Submitted;
    let missing = u32::from(row.needed.saturating_sub(row.approvals));
    let approvers = any_of(&request.policy.policy.approval.groups());
    let approved = match row.mode {
        Mode::Ordinary => format!(
            "{} of {} have approved.",
            row.approvals,
            count(u32::from(row.needed))
        ),
        Mode::Emergency => "Nobody had to: the glass was broken.".to_owned(),
    };
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
                    <div>
                        <dt>"Asked"</dt>
                        <dd>
                            <Moment at=row.submitted_at_ms/>
                        </dd>
                    </div>
                    {matches!(row.state, RequestState::Submitted | RequestState::Approved)
                        .then(|| {
                            view! {
                                <div>
                                    <dt>"Lapses"</dt>
                                    <dd>
                                        <Moment at=row.lapses_at_ms/>
                                    </dd>
                                </div>
                            }
                        })}
                    {request
                        .review_due_at_ms
                        .map(|due| {
                            view! {
                                <div>
                                    <dt>"Review due"</dt>
                                    <dd>
                                        <Moment at=due/>
                                    </dd>
                                </div>
                            }
                        })}
                </dl>
                <h3>"Reason"</h3>
                <p class="said">{reason}</p>
            </section>
            <section class="card" aria-labelledby="sign-offs">
                <h2 class="card-title" id="sign-offs">"Sign-offs"</h2>
                <p class="soft">{approved}</p>
                <ul class="approvals" role="list">
                    {request.sign_offs.into_iter().map(|given| sign_off(given, &texts)).collect::<Vec<_>>()}
                    {(open && missing > 0)
                        .then(|| {
                            view! {
                                <li class="is-open">
                                    <Icon glyph=Glyph::Clock/>
                                    <span>{format!("{missing} more out of {approvers}")}</span>
                                </li>
                            }
                        })}
                </ul>
            </section>
            {request.review.map(|given| review(given, &texts))}
    }
    .erase()
}

fn sign_off(sign_off: SignOffView, texts: &[OpeningView]) -> AnyView {
    let note = sign_off
        .note
        .or_else(|| note_instead(texts, &sign_off.person));
    let (class, glyph, did) = match sign_off.decision {
        Decision::Approve => ("is-yes", Glyph::Tick, "approved"),
        Decision::Deny => ("is-no", Glyph::Cross, "denied"),
    };
    view! {
        <li>
            <span class=class>
                <Icon glyph=glyph/>
            </span>
            <div>
                <p>
                    <strong>{name(&sign_off.person)}</strong>
                    {format!(" {did} ")}
                    <Moment at=sign_off.at_ms/>
                </p>
                {note.map(|note| view! { <p class="said">{note}</p> })}
            </div>
        </li>
    }
    .erase()
}

fn review(review: ReviewView, texts: &[OpeningView]) -> AnyView {
    let note = review.note.or_else(|| note_instead(texts, &review.person));
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
            {note.map(|note| view! { <p class="said">{note}</p> })}
        </section>
    }
    .erase()
}
