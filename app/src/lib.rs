//! The pages: shell, route table, components and server functions (ssr and hydrate).
//!
//! Pages fetch, components take typed data, server functions call one use case each. Everything works before the
//! WebAssembly arrives: forms are forms, links are links.
#![recursion_limit = "256"]

pub mod api;
pub mod clock;
pub mod components;
pub mod erase;
pub mod focus;
pub mod live;
#[cfg(feature = "ssr")]
pub mod office;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod words;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::clock::Clock;
use crate::components::frame::Frame;
use crate::pages::{credential, home, inbox, log, missing, request};

pub use crate::api::ApiError;
pub use crate::api::grant::{PENDING_EXTENSION, PendingExtension};
pub use crate::api::keep::{FLASH, Flash};
pub use crate::api::sealed::{PENDING_ERASURE, PendingErasure};
pub use crate::api::sign_off::{PENDING_SIGN_OFF, PendingSignOff};
pub use crate::components::alert::AlertKind;
#[cfg(feature = "ssr")]
pub use crate::office::Office;
#[cfg(feature = "ssr")]
pub use crate::pages::credential::show::CredentialOutcome;
#[cfg(feature = "ssr")]
pub use crate::shell::{FormTargets, office_shell, shell};

/// The app that lives in the browser: the frame, and the page that the address names. Pages that nobody watches are
/// drawn by the server alone (`office`).
///
/// Pages are rendered whole before the first byte leaves ([`SsrMode::Async`]): they need their status code, may change
/// the session (a draft is taken out of it), and must read well without script.
#[component]
#[allow(clippy::must_use_candidate, reason = "called by the view macro")]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Clock::start();
    view! {
        <Title formatter=title/>
        <Router>
            <Frame>
                <Routes fallback=missing::Missing>
                    <Route path=path!("/") view=home::show::Home ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id") view=request::show::Request ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/credential") view=credential::show::ShowCredential ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/gateway") view=credential::show::ShowCredential ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/certificate") view=credential::show::ShowCredential ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/report-token") view=credential::show::ShowCredential ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=inbox::show::Inbox ssr=SsrMode::Async/>
                    <Route path=path!("/log") view=log::list::Log ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}

/// What stands in the browser's tab.
pub(crate) fn title(page: String) -> String {
    if page.is_empty() {
        "Breakglass".into()
    } else {
        format!("{page} · Breakglass")
    }
}

/// Makes the page that the server drew interactive; called by the page's own script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    hydrate_body(App);
}
