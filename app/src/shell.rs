//! The document around the app, and the headers that guard it.

use http::{HeaderName, HeaderValue, header};
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::App;
use crate::erase::Erase as _;
use crate::office::Office;

/// Origins besides the portal's own to which a form may lead: the identity provider's, because browsers hold the
/// redirects of a form against the policy too. The server provides it as context.
#[derive(Debug, Clone, Default)]
pub struct FormTargets(pub Vec<String>);

/// A pane with a crack, as the tab's icon.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' \
stroke='%23c62a2b' stroke-width='2.4' stroke-linejoin='round'%3E%3Cpath d='M4 4h16v16H4z M13 4l-2.5 5.5 4 2-3.5 3 1 5.5 \
M10.5 9.5 4 11 M14.5 11.5 20 9 M11 14.5 4 18'/%3E%3C/svg%3E";

/// The document of every page that lives in the browser.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let scripts = view! { <HydrationScripts options=options.clone()/> };
    document(options, scripts.erase(), view! { <App/> }.erase())
}

/// The document of every page that the server alone draws: without the app's script.
pub fn office_shell(options: LeptosOptions) -> impl IntoView {
    // What pages load stays here: nothing in the browser asks for it.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    document(options, ().erase(), view! { <Office/> }.erase())
}

fn document(options: LeptosOptions, scripts: AnyView, body: AnyView) -> impl IntoView {
    guard();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content="Emergency access to production, signed off, watched and proven."/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#171b23" media="(prefers-color-scheme: dark)"/>
                <meta name="referrer" content="same-origin"/>
                <link rel="icon" href=ICON/>
                <HashedStylesheet options=options id="app-style"/>
                {scripts}
                <MetaTags/>
            </head>
            <body>
                {body}
            </body>
        </html>
    }
}

/// Sets the content security policy, with this response's nonce, and forbids every cache to keep the page.
fn guard() {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    let nonce = use_nonce()
        .map(|nonce| nonce.to_string())
        .unwrap_or_default();
    let targets = use_context::<FormTargets>().unwrap_or_default();
    // A target that cannot stand in a header cannot be allowed either: the policy is then stricter, never absent.
    let policy = HeaderValue::from_str(&content_security_policy(&nonce, &targets.0))
        .or_else(|_| HeaderValue::from_str(&content_security_policy(&nonce, &[])));
    if let Ok(policy) = policy {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ] {
        response.insert_header(name, HeaderValue::from_static(value));
    }
}

fn content_security_policy(nonce: &str, form_targets: &[String]) -> String {
    let mut forms = String::from("'self'");
    for target in form_targets {
        forms.push(' ');
        forms.push_str(target);
    }
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {forms}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_nonce_and_where_forms_may_lead() {
        let policy = content_security_policy("abc", &["https://idp.example".into()]);
        assert!(policy.contains("script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval';"));
        assert!(policy.ends_with("form-action 'self' https://idp.example"));
        for forbidden in [
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "style-src 'self';",
        ] {
            assert!(policy.contains(forbidden), "{forbidden}");
        }
        assert!(!policy.contains("unsafe-inline"));
    }
}
