//! Home: what the viewer holds now, what waits, and what they may open.

use access::view::{GrantView, RequestRow};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::grant::EndGrant;
use crate::api::home::{HomePage, OpenableView, home};
use crate::components::alert::{Alert, AlertKind};
use crate::components::empty::Empty;
use crate::components::field::FormFault;
use crate::components::grant::GrantCard;
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::Loaded;
use crate::components::request::RequestRows;
use crate::erase::Erase as _;
use crate::live::use_live;
use crate::pages::home::standing::{alarms, debts, delegate, drills};
use crate::words::url;

/// Home.
#[component]
pub fn Home() -> impl IntoView {
    let live = use_live();
    let end = ServerAction::<EndGrant>::new();
    let data = Resource::new(move || (live.count(), end.version().get()), |_| home());
    let fault = Signal::derive(move || end.value().get().and_then(Result::err));
    view! {
        <Title text="Home"/>
        <Loaded data=data draw=move |home: HomePage| {
            view! {
                <div class="stack stack-wide">
                    <div class="page-head">
                        <h1>"Home"</h1>
                    </div>
                    <FormFault fault=fault fields=&[]/>
                    {alarms(home.alarms)}
                    {delegate(home.delegate)}
                    <Waiting inbox=home.inbox reviews=home.reviews/>
                    {debts(home.debts)}
                    <Held grants=home.grants.clone() end=end/>
                    <Asked grants=home.grants requests=home.requests/>
                    {drills(home.drills)}
                    <MayOpen openable=home.openable/>
                    <Past rows=home.past/>
                </div>
            }
                .erase()
        }/>
    }
    .erase()
}

#[component]
fn Waiting(
    /// How many requests wait for the viewer's sign-off.
    inbox: u32,
    /// How many reviews wait for the viewer.
    reviews: u32,
) -> impl IntoView {
    let title = match (inbox, reviews) {
        (0, 0) => return ().erase(),
        (n, 0) => format!("{} for your sign-off.", waits(n, "request")),
        (0, n) => format!("{} for you.", waits(n, "review")),
        (n, m) => format!(
            "{} for your sign-off, and {} for you.",
            waits(n, "request"),
            waits(m, "review")
        ),
    };
    view! {
        <Alert kind=AlertKind::Wait title=title>{view! {
            <a href="/inbox">"Go to sign-offs"</a>
        }.erase()}</Alert>
    }
    .erase()
}

fn waits(n: u32, what: &str) -> String {
    if n == 1 {
        format!("1 {what} waits")
    } else {
        format!("{n} {what}s wait")
    }
}

#[component]
fn Held(
    /// What the viewer holds now.
    grants: Vec<GrantView>,
    /// Ends one.
    end: ServerAction<EndGrant>,
) -> impl IntoView {
    view! {
        <section aria-labelledby="held">
            <div class="section-head">
                <h2 id="held">"Open for you now"</h2>
            </div>
            {if grants.is_empty() {
                view! { <p class="soft">"Nothing is open for you."</p> }.erase()
            } else {
                let cards: Vec<_> = grants
                    .into_iter()
                    .map(|grant| view! { <GrantCard grant=grant held=true end=end/> })
                    .collect();
                view! { <div class="grid">{cards}</div> }.erase()
            }}
        </section>
    }
    .erase()
}

#[component]
fn Asked(
    /// What the viewer holds now; its requests stand there already.
    grants: Vec<GrantView>,
    /// The viewer's own requests that are not over.
    requests: Vec<RequestRow>,
) -> impl IntoView {
    let rows: Vec<_> = requests
        .into_iter()
        .filter(|row| !grants.iter().any(|grant| grant.request == row.id))
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="asked">
                <div class="section-head">
                    <h2 id="asked">"You wait for"</h2>
                </div>
                <RequestRows rows=rows label="Your requests that are not over"/>
            </section>
        }
    })
}

#[component]
fn MayOpen(
    /// What the viewer may ask for.
    openable: Vec<OpenableView>,
) -> impl IntoView {
    if openable.is_empty() {
        return view! {
            <section aria-labelledby="openable">
                <div class="section-head">
                    <h2 id="openable">"You may open"</h2>
                </div>
                <Empty title="None of your groups may ask for anything.">{view! {
                    <p>
                        "A policy says which groups may ask for what. "
                        <a href="/policies" rel="external">"Read the policies"</a>
                        " to see who may, or ask whoever runs your identity provider to put you in one of those groups."
                    </p>
                }.erase()}</Empty>
            </section>
        }
        .erase();
    }
    let glass = openable.iter().any(|one| one.emergency);
    let cards: Vec<_> = openable.into_iter().map(card).collect();
    view! {
        <section class="stack" aria-labelledby="openable">
            <h2 id="openable">"You may open"</h2>
            {glass
                .then(|| {
                    view! {
                        <div class="glass-door">
                            <p>
                                <strong>"Is production on fire?"</strong>
                                " Break the glass: access at once, seen by everyone who has a say, reviewed afterwards."
                            </p>
                            <a class="button button-danger" href="/break-glass" rel="external">
                                <Icon glyph=Glyph::Glass/>
                                "Break glass"
                            </a>
                        </div>
                    }
                })}
            <ul class="grid" role="list">{cards}</ul>
        </section>
    }
    .erase()
}

fn card(one: OpenableView) -> impl IntoView {
    let (resource, name) = (one.resource, one.policy);
    view! {
        <li class="card">
            <div class="card-head">
                <h3 class="card-title">{resource.clone()}</h3>
                <a class="small" href=url::policy(&name) rel="external">{name.clone()}</a>
            </div>
            <p>{one.about}</p>
            <p class="row-note">{one.note} "."</p>
            <div class="actions">
                <a class="button button-small" href=url::request(&resource, &name) rel="external">
                    "Request access"
                    <span class="visually-hidden">{format!(" to {resource} under {name}")}</span>
                </a>
                {one.emergency
                    .then(|| {
                        view! {
                            <a class="button button-small button-quiet" href=url::glass(&resource, &name) rel="external">
                                "Break glass"
                                <span class="visually-hidden">{format!(" on {resource} under {name}")}</span>
                            </a>
                        }
                    })}
            </div>
        </li>
    }
    .erase()
}

#[component]
fn Past(
    /// The viewer's own past requests.
    rows: Vec<RequestRow>,
) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="past">
                <div class="section-head">
                    <h2 id="past">"Lately"</h2>
                </div>
                <RequestRows rows=rows label="Your past requests"/>
            </section>
        }
    })
}
