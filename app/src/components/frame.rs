//! What stands around every page: the bar with the ways to go, the message from the page before, the foot.

use access::view::{Role, Viewer};
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::api::home::{NavigationView, navigation};
use crate::api::keep::take_flash;
use crate::components::alert::Alert;
use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;
use crate::focus::focus;
use crate::live::Live;

/// The bar, the page, the foot.
#[component]
pub fn Frame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let live = Live::start();
    let frame = Resource::new(
        move || (path.get(), live.count()),
        |_| async {
            navigation().await.unwrap_or(NavigationView {
                viewer: None,
                waiting: 0,
            })
        },
    );
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            live.signed_in(frame.viewer.is_some());
        }
    });
    let moved_on = RwSignal::new(false);
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        // A page that the browser itself loads has its focus from the browser.
        if before.is_some_and(|before| before != path) {
            moved_on.set(true);
            focus("main");
        }
        path
    });
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to the content"</a>
        <div class="site">
            <header class="site-header">
                <div class="site-header-inner">
                    <a class="brand" href="/">
                        <Icon glyph=Glyph::Glass/>
                        "Breakglass"
                    </a>
                    <Transition>
                        {move || Suspend::new(async move { view! { <Nav frame=frame.await/> } })}
                    </Transition>
                </div>
            </header>
            <main class="page" id="main" tabindex="-1">
                <Message moved_on=moved_on/>
                {children()}
            </main>
            <footer class="site-footer">
                <div class="site-footer-inner">
                    <span>"Every act here is an entry in a log that anyone may check."</span>
                    <a href="/verify" rel="external">"Verify the log yourself"</a>
                </div>
            </footer>
        </div>
    }
    .erase()
}

/// The message that the page before left, until the reader goes on.
#[component]
fn Message(
    /// Whether the reader has gone on.
    moved_on: RwSignal<bool>,
) -> impl IntoView {
    let flash = Resource::new(|| (), |()| take_flash());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let flash = flash.await;
                view! {
                    {move || {
                        flash
                            .clone()
                            .filter(|_| !moved_on.get())
                            .map(|flash| view! { <Alert kind=flash.kind title=flash.text/> })
                    }}
                }
            })}
        </Suspense>
    }
    .erase()
}

/// The ways to go, twice: in a line for wide windows, behind a <details> for narrow ones. Styles show one of them.
#[component]
fn Nav(
    /// Who is signed in and how much waits.
    frame: NavigationView,
) -> impl IntoView {
    let sheet = NodeRef::<html::Details>::new();
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        if let Some(sheet) = sheet.get_untracked() {
            // An attribute that is not there needs no removing.
            let _ = sheet.remove_attribute("open");
        }
    });
    view! {
        <div class="nav-wide">
            <nav aria-label="Main">
                <Ways frame=frame.clone()/>
            </nav>
            <Account viewer=frame.viewer.clone()/>
        </div>
        <details class="nav-narrow" node_ref=sheet>
            <summary>
                <Icon glyph=Glyph::Menu/>
                "Menu"
                <Count waiting=frame.waiting/>
            </summary>
            <div class="nav-sheet">
                <nav aria-label="Main">
                    <Ways frame=frame.clone()/>
                </nav>
                <Account viewer=frame.viewer/>
            </div>
        </details>
    }
    .erase()
}

#[component]
fn Ways(
    /// Who is signed in and how much waits.
    frame: NavigationView,
) -> impl IntoView {
    let holds = |role| {
        let viewer = frame.viewer.as_ref();
        viewer.is_some_and(|viewer| viewer.roles.contains(&role))
    };
    let auditor = holds(Role::Auditor);
    let people = auditor || holds(Role::Operator);
    let waiting = frame.waiting;
    view! {
        <ul class="nav-list" role="list">
            {frame
                .viewer
                .is_some()
                .then(|| {
                    view! {
                        <li>
                            <A href="/" exact=true attr:class="nav-link">"Home"</A>
                        </li>
                        <li>
                            <A href="/request" attr:class="nav-link" attr:rel="external">"Request access"</A>
                        </li>
                        <li>
                            <A href="/break-glass" attr:class="nav-link nav-link-glass" attr:rel="external">"Break glass"</A>
                        </li>
                        <li>
                            <A href="/inbox" attr:class="nav-link">
                                "Sign-offs"
                                <Count waiting=waiting/>
                            </A>
                        </li>
                        <li>
                            <A href="/policies" attr:class="nav-link" attr:rel="external">"Policies"</A>
                        </li>
                    }
                })}
            {people
                .then(|| {
                    view! {
                        <li>
                            <A href="/people" attr:class="nav-link" attr:rel="external">"People"</A>
                        </li>
                    }
                })}
            {auditor
                .then(|| {
                    view! {
                        <li>
                            <A href="/log" attr:class="nav-link">"Log"</A>
                        </li>
                    }
                })}
            <li>
                <a class="nav-link" href="/verify" rel="external">"Verify"</a>
            </li>
        </ul>
    }
    .erase()
}

#[component]
fn Count(
    /// How much waits for the viewer.
    waiting: u32,
) -> impl IntoView {
    (waiting > 0).then(|| {
        view! {
            <span class="count">
                {waiting}
                <span class="visually-hidden">" waiting for you"</span>
            </span>
        }
    })
}

#[component]
fn Account(
    /// Who is signed in.
    viewer: Option<Viewer>,
) -> impl IntoView {
    match viewer {
        Some(viewer) => view! {
            <div class="nav-person">
                <span class="nav-name" title=viewer.name.clone()>{viewer.name.clone()}</span>
                <form method="post" action="/auth/sign-out">
                    <button type="submit" class="button button-small">"Sign out"</button>
                </form>
            </div>
        }
        .erase(),
        None => view! {
            <div class="nav-person">
                <a class="button button-small" href="/sign-in" rel="external">"Sign in"</a>
            </div>
        }
        .erase(),
    }
}
