//! Requests in lists.

use access::view::{RequestRow, RequestState};
use leptos::prelude::*;

use crate::components::badge::{EmergencyBadge, UrgencyBadge, request_badge};
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::pages::request::show;
use crate::words::{people, time};

/// Requests, a line each.
#[component]
pub fn RequestRows(
    /// The requests, in the order in which they are shown.
    rows: Vec<RequestRow>,
    /// What the list holds, for assistive technology.
    label: &'static str,
) -> impl IntoView {
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    view! { <ul class="rows" role="list" aria-label=label>{rows}</ul> }
}

fn row(row: RequestRow) -> impl IntoView {
    let badge = request_badge(&row);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=show::address(row.id)>
                    {format!("{} under {}", row.resource, row.policy)}
                </a>
                <p class="row-note">
                    {format!("{} · {} · ", people::name(&row.requester), time::span(row.duration_s))}
                    <Moment at=row.submitted_at_ms/>
                </p>
                {row.reason.map(|reason| view! { <p class="row-note">{reason}</p> })}
            </div>
            <div class="row-side">
                <EmergencyBadge mode=row.mode/>
                <UrgencyBadge urgency=row.urgency/>
                {(row.state == RequestState::Submitted)
                    .then(|| view! { <span class="small soft">{format!("{} of {} signed", row.approvals, row.needed)}</span> })}
                {badge}
            </div>
        </li>
    }
    .erase()
}
