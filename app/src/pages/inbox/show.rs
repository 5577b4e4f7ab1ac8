//! Sign-offs: what waits for the viewer's word, what is open that they may end, what they have to review.

use access::event::Mode;
use access::view::{ErasureView, GrantView, InboxView, RequestRow};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::grant::EndGrant;
use crate::api::inbox::inbox;
use crate::components::empty::Empty;
use crate::components::field::FormFault;
use crate::components::grant::GrantCard;
use crate::components::loaded::Loaded;
use crate::components::moment::Moment;
use crate::components::proposals::proposals;
use crate::components::request::RequestRows;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::live::use_live;
use crate::pages::request;
use crate::words::people;
use crate::words::sealed::order;

/// Sign-offs.
#[component]
pub fn Inbox() -> impl IntoView {
    let live = use_live();
    let end = ServerAction::<EndGrant>::new();
    let data = Resource::new(move || (live.count(), end.version().get()), |_| inbox());
    let fault = Signal::derive(move || end.value().get().and_then(Result::err));
    view! {
        <Title text="Sign-offs"/>
        <Loaded data=data draw=move |inbox: InboxView| {
            let (emergencies, waiting): (Vec<_>, Vec<_>) =
                inbox.waiting.into_iter().partition(|row| row.mode == Mode::Emergency);
            view! {
                <div class="stack stack-wide">
                    <div class="page-head">
                        <h1>"Sign-offs"</h1>
                        <p class="lede">
                            "What waits for your word, the most urgent first. This page goes on by itself. "
                            <a href="/delegation" rel="external">"Going away?"</a>
                        </p>
                    </div>
                    <FormFault fault=fault fields=&[]/>
                    <Open grants=inbox.open end=end/>
                    {to_ratify(emergencies)}
                    {more_time(inbox.extensions)}
                    <ToSign rows=waiting/>
                    <ToReview rows=inbox.reviews/>
                    {proposals("Policies that wait for a second word", inbox.proposals)}
                    {to_confirm(inbox.erasures)}
                    {decided(inbox.decided)}
                </div>
            }
                .erase()
        }/>
    }
    .erase()
}

#[component]
fn ToSign(
    /// Requests that wait for the viewer.
    rows: Vec<RequestRow>,
) -> impl IntoView {
    view! {
        <section aria-labelledby="to-sign">
            <div class="section-head">
                <h2 id="to-sign">"Waiting for your sign-off"</h2>
            </div>
            {if rows.is_empty() {
                view! {
                    <Empty title="Nothing waits for your sign-off.">{view! {
                        <p>
                            "Requests come here when a policy names one of your groups as approvers. You see the exact \
                             statement, say yes or no, and prove once more who you are."
                        </p>
                    }.erase()}</Empty>
                }
                    .erase()
            } else {
                view! { <RequestRows rows=rows label="Requests that wait for your sign-off"/> }.erase()
            }}
        </section>
    }
    .erase()
}

#[component]
fn Open(
    /// Open grants that the viewer may revoke.
    grants: Vec<GrantView>,
    /// Ends one.
    end: ServerAction<EndGrant>,
) -> impl IntoView {
    (!grants.is_empty()).then(|| {
        // Broken glass first; among equals the order is the service's.
        let mut grants = grants;
        grants.sort_by_key(|grant| grant.mode != Mode::Emergency);
        let cards: Vec<_> = grants
            .into_iter()
            .map(|grant| view! { <GrantCard grant=grant held=false end=end/> })
            .collect();
        view! {
            <section aria-labelledby="open">
                <div class="section-head">
                    <h2 id="open">"Open now, and yours to end"</h2>
                </div>
                <div class="grid">{cards}</div>
            </section>
        }
    })
}

#[component]
fn ToReview(
    /// Requests whose access ended and that wait for the viewer's review.
    rows: Vec<RequestRow>,
) -> impl IntoView {
    view! {
        <section aria-labelledby="to-review">
            <div class="section-head">
                <h2 id="to-review">"Waiting for your review"</h2>
            </div>
            {if rows.is_empty() {
                view! {
                    <Empty title="Nothing waits for your review.">{view! {
                        <p>"Every access owes a review after it ended, by somebody who neither asked for it nor signed it off."</p>
                    }.erase()}</Empty>
                }
                    .erase()
            } else {
                view! { <RequestRows rows=rows label="Requests that wait for your review"/> }.erase()
            }}
        </section>
    }
    .erase()
}

/// Emergencies that wait to be ratified, open or over; nothing where there are none.
fn to_ratify(rows: Vec<RequestRow>) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        let list = view! { <RequestRows rows=rows label="Emergencies that wait to be ratified"/> };
        section("to-ratify", "Emergencies to ratify", list.erase())
    })
}

/// Accesses whose holder asks for more time.
fn more_time(grants: Vec<GrantView>) -> Option<AnyView> {
    let rows: Vec<_> = grants
        .into_iter()
        .map(|grant| {
            view! {
                <li class="row">
                    <div class="row-main">
                        <a class="row-title" href=request::show::address(grant.request)>
                            {format!("{} on {}", people::name(&grant.holder), grant.resource)}
                        </a>
                        <p class="row-note">"It ends " <Moment at=grant.expires_at_ms/></p>
                    </div>
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let list = view! { <ul class="rows" role="list">{rows}</ul> };
        section("more-time", "More time is asked for", list.erase())
    })
}

/// What was decided lately, by others or by silence.
fn decided(rows: Vec<RequestRow>) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        let list = view! { <RequestRows rows=rows label="Requests that were decided lately"/> };
        section("decided", "Decided lately", list.erase())
    })
}

/// Erasures that wait for a second custodian; nothing for everybody else.
fn to_confirm(erasures: Vec<ErasureView>) -> Option<AnyView> {
    let rows: Vec<_> = erasures.into_iter().map(erasure).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="to-confirm">
                <div class="section-head">
                    <h2 id="to-confirm">"Erasures that wait for a second word"</h2>
                </div>
                <ul class="rows" role="list">{rows}</ul>
            </section>
        }
        .erase()
    })
}

fn erasure(erasure: ErasureView) -> AnyView {
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-title">
                    <a href=request::show::address(erasure.request)>
                        {format!("{} of the request for {}", order(&erasure), erasure.resource)}
                    </a>
                </p>
                <p class="row-note">
                    {format!("Ordered by {} ", people::name(&erasure.by))}
                    <Moment at=erasure.at_ms/>
                    {(!erasure.may_confirm).then_some("; somebody else confirms it")}
                </p>
            </div>
        </li>
    }
    .erase()
}
