//! All policies in force.

use access::policy::PolicyVersion;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::policy::policies;
use crate::components::empty::Empty;
use crate::components::loaded::Loaded;
use crate::erase::Erase as _;
use crate::pages::policy::show;
use crate::words::people::{any_of, count};
use crate::words::time::span;

/// All policies.
#[component]
pub fn Policies() -> impl IntoView {
    let data = Resource::new(|| (), |()| policies());
    view! {
        <Title text="Policies"/>
        <div class="page-head">
            <h1>"Policies"</h1>
            <p class="lede">"Who may open what, for how long, and who has a say. Every request is held against one of these."</p>
        </div>
        <Loaded data=data draw=draw/>
    }
    .erase()
}

fn draw(policies: Vec<PolicyVersion>) -> AnyView {
    if policies.is_empty() {
        return view! {
            <Empty title="No policy is in force.">{view! {
                <p>
                    "Without a policy nobody can ask for anything. Whoever runs the portal puts the first ones in its \
                     configuration."
                </p>
            }.erase()}</Empty>
        }
        .erase();
    }
    let rows: Vec<_> = policies.into_iter().map(row).collect();
    view! { <ul class="rows" role="list" aria-label="Policies in force">{rows}</ul> }.erase()
}

fn row(version: PolicyVersion) -> impl IntoView {
    let policy = version.policy;
    let name = policy.name.to_string();
    let resources: Vec<_> = policy.resources.iter().map(ToString::to_string).collect();
    let emergency = policy.emergency.is_some();
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=show::address(&name)>{name.clone()}</a>
                <p class="row-note">{policy.description}</p>
                <p class="row-note">
                    {format!(
                        "Opens {} for {} after {} of {}, up to {}.",
                        resources.join(", "),
                        any_of(&policy.eligible),
                        count(policy.approval.needed()),
                        any_of(&policy.approval.groups()),
                        span(policy.duration.max_s),
                    )}
                </p>
            </div>
            <div class="row-side">
                {emergency.then(|| view! { <span class="badge badge-glass">"Emergency access"</span> })}
                <span class="badge">{format!("version {}", version.version)}</span>
            </div>
        </li>
    }
    .erase()
}
