//! Grants: what is open, how long still, and how to end it.

use access::event::Mode;
use access::ids::{GrantId, RequestId};
use access::policy::Connector;
use access::view::{GrantState, GrantView};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::grant::EndGrant;
use crate::components::badge::{EmergencyBadge, grant_badge};
use crate::components::button::{ButtonKind, Submit};
use crate::components::moment::Countdown;
use crate::erase::Erase as _;
use crate::pages::{credential, request};
use crate::words::people;

/// A grant as a card: for its holder with the way in, for others with who holds it.
#[component]
pub fn GrantCard(
    /// The grant.
    grant: GrantView,
    /// Whether the viewer holds it; somebody else may only take it away.
    held: bool,
    /// Ends it.
    end: ServerAction<EndGrant>,
) -> impl IntoView {
    let class = if grant.mode == Mode::Emergency {
        "card card-glass"
    } else {
        "card card-proof"
    };
    // Who cannot be shown one is told so on the request's page.
    let way_in = held
        && grant.connector != Connector::Ssh
        && matches!(
            grant.state,
            GrantState::Active {
                credential_shown: false
            }
        );
    let badge = grant_badge(&grant.state);
    view! {
        <article class=class aria-label=format!("Access to {}", grant.resource)>
            <div class="card-head">
                <h3 class="card-title">
                    <a href=request::show::address(grant.request)>{grant.resource.to_string()}</a>
                </h3>
                <span class="cluster">
                    <EmergencyBadge mode=grant.mode/>
                    {badge}
                </span>
            </div>
            <p class="row-note">
                {if held {
                    format!("As {}", grant.role)
                } else {
                    format!("{} holds it, as {}", people::name(&grant.holder), grant.role)
                }}
            </p>
            <p><Countdown until=grant.expires_at_ms/></p>
            <div class="actions">
                {held.then(|| recorded_way_in(&grant))}
                {way_in.then(|| view! { <ShowCredential grant=grant.id/> })}
                <EndForm grant=grant.id request=grant.request held=held end=end/>
            </div>
        </article>
    }
    .erase()
}

/// The button that shows the way in. A form of its own, not a link: being shown is an act, and an entry.
#[component]
pub fn ShowCredential(
    /// Which grant.
    grant: GrantId,
) -> impl IntoView {
    view! {
        <form method="post" action=credential::show::address(grant)>
            <button type="submit" class="button">"Show the way in, once"</button>
        </form>
    }
    .erase()
}

/// The recorded way in that goes with the kind of target, for its holder. It has a page of its own.
pub fn recorded_way_in(grant: &GrantView) -> Option<AnyView> {
    let (place, label) = match grant.connector {
        Connector::Postgresql => ("console", "Open the console"),
        Connector::Ssh => ("terminal", "Open a terminal"),
        Connector::Webhook => return None,
    };
    let href = format!("/grants/{}/{place}", grant.id);
    Some(view! { <a class="button button-primary" href=href rel="external">{label}</a> }.erase())
}

/// Where it stands what was done.
pub fn recordings_link(request: RequestId) -> AnyView {
    let href = format!("{}/recordings", request::show::address(request));
    view! { <a class="button button-quiet" href=href rel="external">"What was done"</a> }.erase()
}

/// The button that ends access.
#[component]
pub fn EndForm(
    /// Which grant.
    grant: GrantId,
    /// Its request.
    request: RequestId,
    /// Whether the viewer holds it.
    held: bool,
    /// Ends it.
    end: ServerAction<EndGrant>,
) -> impl IntoView {
    let (cause, label) = if held {
        ("returned", "End access")
    } else {
        ("revoked", "Revoke access")
    };
    view! {
        <ActionForm action=end>{view! {
            <input type="hidden" name="grant" value=grant.to_string()/>
            <input type="hidden" name="request" value=request.to_string()/>
            <input type="hidden" name="cause" value=cause/>
            <Submit kind=ButtonKind::Plain label=label busy_label="Ending…" busy=Signal::derive(move || end.pending().get())/>
        }.erase()}</ActionForm>
    }
    .erase()
}
