//! One proposal: what it changes, what its author should know, and whose word it waits for.

use access::diff::diff;
use access::view::ProposalRow;
use leptos::prelude::*;
use leptos_meta::Title;
use service::Proposed;

use super::changes::difference;
use crate::components::alert::{Alert, AlertKind};
use crate::components::moment::Moment;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::office::page::{known, page, part};
use crate::words::proposal::{waits_for, what};
use crate::words::{people, policy as words, url};

/// A proposal's page.
#[component]
pub fn ShowProposal() -> impl IntoView {
    let seq = part("seq");
    page(
        move |portal, viewer| {
            let seq = known::<u64>(&seq);
            async move {
                Ok((
                    portal.proposal(&viewer, seq?).await?,
                    portal.may_simulate(&viewer),
                ))
            }
        },
        draw,
    )
}

fn draw((proposed, may_try): (Proposed, bool)) -> AnyView {
    let row = proposed.row;
    let title = what(&row);
    let by = row
        .by
        .as_ref()
        .map_or_else(|| "The configuration".to_owned(), people::name);
    let warnings: Vec<_> = proposed
        .warnings
        .into_iter()
        .map(|warning| view! { <Alert kind=AlertKind::Wait title=warning/> })
        .collect();
    let trial = proposed.policy.as_ref().filter(|_| may_try).map(|policy| {
        let name = url::policy(policy.name.as_str());
        let address = format!("{name}/simulate?proposal={}", row.seq);
        view! { <p class="small"><a href=address>"Try it: who could open what, and what it would have changed"</a></p> }
    });
    let changes = match &proposed.policy {
        Some(policy) => {
            let changes = diff(proposed.before.as_ref(), policy);
            difference(&changes, "Nothing: it says what is in force already.")
        }
        None => view! {
            <p>"Nobody could ask under it any more. What was asked under it goes on by its rules."</p>
        }
        .erase(),
    };
    let whole = proposed.policy.map(|policy| {
        let file = access::file::write(&policy);
        view! {
            <section class="card" aria-labelledby="rules">
                <h2 class="card-title" id="rules">"All its rules"</h2>
                <Sentences items=words::rules(&policy)/>
                <details class="disclosure">
                    <summary>"The same as a file"</summary>
                    <pre class="code-block" tabindex="0">{file}</pre>
                </details>
            </section>
        }
        .erase()
    });
    view! {
        <Title text=title.clone()/>
        <div class="page-narrow stack stack-wide">
            <div class="stack stack-tight">
                <p class="small">
                    <a href="/policies">"All policies"</a>
                    {proposed
                        .before
                        .is_some()
                        .then(|| view! { " · " <a href=url::policy(row.policy.as_str())>"What is in force now"</a> })}
                </p>
                <h1>{title}</h1>
                <p class="lede">{format!("Proposed by {by}, ")} <Moment at=row.at_ms/> {format!(", in entry {}.", row.seq)}</p>
            </div>
            <section class="card card-accent" aria-labelledby="next">
                <h2 class="card-title" id="next">"Two policy authors"</h2>
                <p>{waits_for(&row)}</p>
                {steps(&row)}
                {trial}
            </section>
            {warnings}
            <section class="card" aria-labelledby="changes">
                <h2 class="card-title" id="changes">"What it changes"</h2>
                {changes}
            </section>
            {whole}
        </div>
    }
    .erase()
}

/// What the viewer may do about it.
fn steps(row: &ProposalRow) -> AnyView {
    let button = |may: bool, step: &'static str, class: &'static str, label: &'static str| {
        may.then(
            || view! { <button type="submit" name="step" value=step class=class>{label}</button> },
        )
    };
    view! {
        <form method="post" action="/api/settle_proposal" class="actions">
            <input type="hidden" name="proposal" value=row.seq.to_string()/>
            <input type="hidden" name="policy" value=row.policy.to_string()/>
            {button(row.refused.is_none(), "activate", "button button-primary", "Put in force")}
            {button(row.may_endorse, "endorse", "button button-primary", "Make it mine")}
            {button(row.may_withdraw, "withdraw", "button button-quiet", "Take it off the table")}
        </form>
    }
    .erase()
}
