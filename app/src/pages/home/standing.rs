//! What concerns the viewer beside what they ask for: emergencies that they are told of, reviews that they owe, drills
//! that are due, and who signs in their place.

use access::event::Mode;
use access::view::{AlarmView, DebtView, DelegateView, DrillView, GrantState};
use leptos::prelude::*;

use crate::components::alert::{Alert, AlertKind};
use crate::components::badge::request_badge;
use crate::components::moment::{Countdown, Moment};
use crate::components::ratification::ratification;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::pages::request::show::address;
use crate::words::{people, ratification as words, state, url};

/// Emergencies that the viewer is told of; nothing where there are none.
pub(super) fn alarms(alarms: Vec<AlarmView>) -> Option<AnyView> {
    let cards: Vec<_> = alarms.into_iter().map(alarm).collect();
    (!cards.is_empty()).then(|| {
        let list = view! { <ul class="grid" role="list">{cards}</ul> };
        section("alarms", "The glass is broken", list.erase())
    })
}

fn alarm(alarm: AlarmView) -> AnyView {
    let grant = alarm.grant;
    debug_assert_eq!(grant.mode, Mode::Emergency, "alarms are about emergencies");
    let became = alarm
        .ratification
        .map(|became| ratification(became, &grant.state, false, "row-note"));
    let stands = match &grant.state {
        GrantState::Intended | GrantState::Active { .. } => {
            view! { <p><Countdown until=grant.expires_at_ms/></p> }.erase()
        }
        GrantState::Failed { .. } => view! { <p>"Access did not open."</p> }.erase(),
        ended @ GrantState::Ended { at_ms, .. } => {
            let (_, how) = state::grant(ended);
            let at = *at_ms;
            view! { <p>{how} " " <Moment at=at/> "."</p> }.erase()
        }
    };
    view! {
        <li class="card card-glass">
            <a class="card-title" href=address(grant.request)>
                {format!("{} on {}", people::name(&grant.holder), grant.resource)}
            </a>
            {stands}
            {became}
        </li>
    }
    .erase()
}

/// Accesses of the viewer's own that keep them from breaking the glass: which, why, and what changes that.
pub(super) fn debts(debts: Vec<DebtView>) -> Option<AnyView> {
    let items: Vec<_> = debts.into_iter().map(debt).collect();
    (!items.is_empty()).then(|| {
        let body = view! {
            <Alert
                kind=AlertKind::Wait
                title="Until these are reviewed you break no glass. Ordinary access is still open to you."
            />
            <ul class="rows" role="list" aria-label="Accesses of yours that wait for their review">{items}</ul>
        };
        section("debts", "Reviews that you owe", body.erase())
    })
}

fn debt(debt: DebtView) -> AnyView {
    let why = words::debt(&debt);
    let badge = request_badge(&debt.row);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=address(debt.row.id)>
                    {format!("{} under {}", debt.row.resource, debt.row.policy)}
                </a>
                <p class="row-note">{why}</p>
            </div>
            <div class="row-side">{badge}</div>
        </li>
    }
    .erase()
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
