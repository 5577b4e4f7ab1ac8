//! One policy, each rule in words.

use access::policy::PolicyVersion;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::policy::policy;
use crate::components::loaded::Loaded;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::words::{policy as words, url};

/// A policy's address.
pub fn address(name: &str) -> String {
    format!("/policies/{}", url::encode(name))
}

/// One policy.
#[component]
pub fn ShowPolicy() -> impl IntoView {
    let params = use_params_map();
    let data = Resource::new(
        move || params.with(|params| params.get("name")).unwrap_or_default(),
        policy,
    );
    view! {
        <Loaded data=data draw=|version: PolicyVersion| {
            let name = version.policy.name.to_string();
            view! {
                <Title text=format!("Policy {name}")/>
                <div class="page-narrow stack">
                    <p class="small">
                        <a href="/policies">"All policies"</a>
                    </p>
                    <div class="stack stack-tight">
                        <h1>{name}</h1>
                        <p class="lede">{version.policy.description.clone()}</p>
                    </div>
                    <section class="card" aria-labelledby="rules">
                        <h2 class="card-title" id="rules">"Its rules"</h2>
                        <Sentences items=words::rules(&version.policy)/>
                    </section>
                    <section class="card" aria-labelledby="version">
                        <h2 class="card-title" id="version">{format!("Version {}", version.version)}</h2>
                        <p class="soft">
                            "Every request and every sign-off names this version by its digest. A change makes a new version; \
                             what was asked under this one is judged by this one."
                        </p>
                        <p>
                            "SHA-256 " <span class="hash">{version.sha256.to_string()}</span>
                        </p>
                    </section>
                </div>
            }
                .erase()
        }/>
    }
    .erase()
}
