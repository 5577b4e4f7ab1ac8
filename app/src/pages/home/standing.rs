//! What concerns the viewer beside what they ask for: emergencies that are open, reviews that they owe, drills that are
//! due, and who signs in their place.

use access::event::Mode;
use access::view::{DelegateView, DrillView, GrantView, RequestRow};
use leptos::prelude::*;

use crate::components::alert::{Alert, AlertKind};
use crate::components::moment::{Countdown, Moment};
use crate::components::request::RequestRows;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::pages::request::show::address;
use crate::words::{people, url};

/// Emergencies that are open now and that the viewer is told of; nothing where there are none.
pub(super) fn alarms(grants: Vec<GrantView>) -> Option<AnyView> {
    let cards: Vec<_> = grants.into_iter().map(alarm).collect();
    (!cards.is_empty()).then(|| {
        let list = view! { <ul class="grid" role="list">{cards}</ul> };
        section("alarms", "The glass is broken", list.erase())
    })
}

fn alarm(grant: GrantView) -> AnyView {
    debug_assert_eq!(grant.mode, Mode::Emergency, "alarms are about emergencies");
    let ratify = grant.ratify_by_ms.map(|by| {
        view! { <p class="row-note">"It has to be ratified; otherwise it is taken back " <Moment at=by/> "."</p> }
    });
    view! {
        <li class="card card-glass">
            <a class="card-title" href=address(grant.request)>
                {format!("{} on {}", people::name(&grant.holder), grant.resource)}
            </a>
            <p><Countdown until=grant.expires_at_ms/></p>
            {ratify}
        </li>
    }
    .erase()
}

/// Accesses of the viewer's own whose review is overdue.
pub(super) fn debts(rows: Vec<RequestRow>) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        let body = view! {
            <Alert kind=AlertKind::Wait title="Until these are reviewed you break no glass. Ask one of their reviewers."/>
            <RequestRows rows=rows label="Accesses of yours whose review is overdue"/>
        };
        section("debts", "Reviews that you owe", body.erase())
    })
}

/// Drills that are due, or will be soon.
pub(super) fn drills(drills: Vec<DrillView>) -> Option<AnyView> {
    let items: Vec<_> = drills
        .into_iter()
        .map(|drill| {
            let policy = drill.policy.to_string();
            view! {
                <li>
                    <a href=url::policy(&policy) rel="external">{policy.clone()}</a>
                    " · due "
                    <Moment at=drill.due_at_ms/>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        let body = view! {
            <p class="soft">"Break the glass as if it were real, end the access, and have its review call it an exercise."</p>
            <ul class="bullets">{items}</ul>
        };
        section("drills", "Drills", body.erase())
    })
}

/// Who signs in the viewer's place, if somebody does.
pub(super) fn delegate(delegate: Option<DelegateView>) -> Option<AnyView> {
    delegate.map(|delegate| {
        let title = format!("{} signs in your place.", people::name(&delegate.to));
        view! {
            <Alert kind=AlertKind::Note title=title>{view! {
                <p>
                    "Until " <Moment at=delegate.until_ms/> ". "
                    <a href="/delegation" rel="external">"Change that"</a>
                </p>
            }.erase()}</Alert>
        }
        .erase()
    })
}
