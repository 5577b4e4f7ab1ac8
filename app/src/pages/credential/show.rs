//! The way in, shown once. The server asks for it when this page's address is posted to, and passes what came of it
//! as context; the page is never kept by a cache (see `shell`), and loading it again shows nothing.

use access::ids::GrantId;
use access::view::{Credential, CredentialKind};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::components::alert::{Alert, AlertKind};
use crate::components::copy::CopyButton;
use crate::components::failed::Failed;
use crate::components::moment::Countdown;
use crate::erase::Erase as _;
use crate::pages::request;

/// What came of asking for the way in. Provided as context by the server when the page's address is posted to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialOutcome(pub Result<Credential, ApiError>);

/// The page's address.
pub fn address(grant: GrantId) -> String {
    format!("/grants/{grant}/credential")
}

/// The way in.
#[component]
pub fn ShowCredential() -> impl IntoView {
    let outcome = SharedValue::new(use_context::<CredentialOutcome>).into_inner();
    let params = use_params_map();
    let known = params
        .with_untracked(|params| params.get("id"))
        .unwrap_or_default()
        .parse::<GrantId>()
        .is_ok();
    match outcome {
        Some(CredentialOutcome(Ok(credential))) => view! { <WayIn credential=credential/> }.erase(),
        Some(CredentialOutcome(Err(error))) => {
            #[cfg(feature = "ssr")]
            crate::api::server::publish(&error);
            view! { <Failed error=error/> }.erase()
        }
        None if known => view! { <ShownOnce/> }.erase(),
        None => view! { <crate::pages::missing::Missing/> }.erase(),
    }
}

#[component]
fn WayIn(
    /// The account, its password, the command.
    credential: Credential,
) -> impl IntoView {
    let Credential {
        request,
        account,
        password,
        command,
        expires_at_ms,
        kind,
        ..
    } = credential;
    let (what, hint) = match kind {
        CredentialKind::Password => (
            "Password",
            "Paste it into a shell; it asks for the password.",
        ),
        CredentialKind::Certificate => (
            "Certificate",
            "Paste it into a shell, then the certificate, then Enter and Ctrl and D.",
        ),
        CredentialKind::Token => (
            "Token",
            "Put the token into a file that only you can read, then run this.",
        ),
    };
    view! {
        <Title text="The way in"/>
        <div class="page-narrow stack">
            <h1>"The way in"</h1>
            <Alert kind=AlertKind::Wait title="This page is shown once.">{view! {
                <p>"Copy it now. Loading the page again does not bring it back."</p>
            }.erase()}</Alert>
            <p>
                <Countdown until=expires_at_ms/>
            </p>
            <div class="card">
                <div class="field">
                    <label class="label" for="command">"Command"</label>
                    <p class="hint" id="command-hint">{hint}</p>
                    <div class="copy-field">
                        <input
                            class="input"
                            id="command"
                            type="text"
                            readonly
                            value=command.clone()
                            aria-describedby="command-hint"
                        />
                        <CopyButton what="command" text=command/>
                    </div>
                </div>
                <div class="field">
                    <label class="label" for="password">{what}</label>
                    <div class="copy-field">
                        <input
                            class="input"
                            id="password"
                            type="text"
                            readonly
                            autocomplete="off"
                            spellcheck="false"
                            value=password.clone()
                        />
                        <CopyButton what=what text=password/>
                    </div>
                </div>
                <div class="field">
                    <label class="label" for="account">"Account"</label>
                    <div class="copy-field">
                        <input class="input" id="account" type="text" readonly value=account.clone()/>
                        <CopyButton what="account" text=account/>
                    </div>
                </div>
            </div>
            <p class="actions">
                <a class="button" href=request::show::address(request)>"Done: back to the request"</a>
            </p>
        </div>
    }
    .erase()
}

#[component]
fn ShownOnce() -> impl IntoView {
    view! {
        <Title text="The way in"/>
        <div class="page-narrow stack">
            <h1>"The way in is shown once"</h1>
            <p class="lede">
                "It was shown when you asked for it, and is kept nowhere. If it is lost, end this access on its request's \
                 page and ask again; if it was never shown, that page has the button."
            </p>
            <p class="actions">
                <a class="button button-primary" href="/">"Go home"</a>
            </p>
        </div>
    }
    .erase()
}
