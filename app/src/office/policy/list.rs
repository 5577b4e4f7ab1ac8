//! All policies in force, and what is proposed.

use access::policy::PolicyVersion;
use access::view::{ProposalRow, Role};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::empty::Empty;
use crate::components::proposals::proposals;
use crate::erase::Erase as _;
use crate::office::page::page;
use crate::words::people::{any_of, count};
use crate::words::time::span;
use crate::words::url;

/// All policies, what is proposed, and whether the viewer writes them.
#[derive(Debug, Clone)]
struct All {
    policies: Vec<PolicyVersion>,
    waiting: Vec<ProposalRow>,
    may_write: bool,
}

/// All policies.
#[component]
pub fn Policies() -> impl IntoView {
    page(
        |portal, viewer| async move {
            let waiting = portal.proposals(&viewer, None).await?;
            Ok(All {
                policies: portal.policies().await?,
                waiting: waiting.into_iter().map(|one| one.row).collect(),
                may_write: viewer.roles.contains(&Role::Author),
            })
        },
        draw,
    )
}

fn draw(all: All) -> AnyView {
    let All {
        policies,
        waiting,
        may_write,
    } = all;
    let proposed = proposals("Proposed", waiting);
    let rows: Vec<_> = policies.into_iter().map(row).collect();
    view! {
        <Title text="Policies"/>
        <div class="stack stack-wide">
            <div class="page-head">
                <h1>"Policies"</h1>
                <p class="lede">"Who may open what, for how long, and who has a say. Every request is held against one of these."</p>
                {may_write
                    .then(|| {
                        view! {
                            <p class="actions">
                                <a class="button button-primary" href="/new-policy">"Propose a new policy"</a>
                            </p>
                        }
                    })}
            </div>
            {proposed}
            <section aria-labelledby="in-force">
                <div class="section-head">
                    <h2 id="in-force">"In force"</h2>
                </div>
                {if rows.is_empty() { nothing() } else { view! { <ul class="rows" role="list" aria-label="Policies in force">{rows}</ul> }.erase() }}
            </section>
        </div>
    }
    .erase()
}

fn nothing() -> AnyView {
    view! {
        <Empty title="No policy is in force.">{view! {
            <p>
                "Without a policy nobody can ask for anything. Whoever runs the portal puts the first ones in its \
                 configuration; after that one policy author proposes them and another puts them in force."
            </p>
        }.erase()}</Empty>
    }
    .erase()
}

fn row(version: PolicyVersion) -> impl IntoView {
    let policy = version.policy;
    let name = policy.name.to_string();
    let resources: Vec<_> = policy.resources.iter().map(ToString::to_string).collect();
    let emergency = policy.emergency.is_some();
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=url::policy(&name)>{name.clone()}</a>
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
