//! One policy: each rule in words, its versions, what is proposed for it.

use access::diff::{Change, diff};
use access::policy::PolicyVersion;
use access::view::{ProposalRow, Role};
use leptos::prelude::*;
use leptos_meta::Title;

use super::changes::{difference, summary};
use crate::api::ApiError;
use crate::components::alert::{Alert, AlertKind};
use crate::components::proposals::proposals;
use crate::components::sentences::Sentences;
use crate::erase::Erase as _;
use crate::office::page::{asked, known, page, part};
use crate::words::{policy as words, url};

/// A policy with its history.
#[derive(Debug, Clone)]
struct Shown {
    /// The version that is shown.
    version: PolicyVersion,
    /// All versions, newest first, each with what it changed against the one before it; the first one changed
    /// nothing.
    versions: Vec<(u32, Option<Vec<Change>>)>,
    in_force: Option<u32>,
    waiting: Vec<ProposalRow>,
    may_write: bool,
    /// Whether the viewer may see who could open it.
    may_try: bool,
}

/// One policy.
#[component]
pub fn ShowPolicy() -> impl IntoView {
    let (name, wanted) = (part("name"), asked("version"));
    page(
        move |portal, viewer| {
            let name = known(&name);
            let wanted = wanted.clone();
            async move {
                let name = name?;
                let (mut history, in_force) = portal.policy_history(&name).await?;
                let mut versions = versions(&history);
                versions.reverse();
                history.reverse();
                let number = match wanted.as_str() {
                    "" => None,
                    number => Some(known(number)?),
                };
                let fits =
                    |version: &&PolicyVersion| number.is_none_or(|n: u32| version.version == n);
                let version = history
                    .iter()
                    .find(fits)
                    .cloned()
                    .ok_or(ApiError::NotFound)?;
                let waiting = portal.proposals(&viewer, Some(name)).await?;
                Ok(Shown {
                    version,
                    versions,
                    in_force,
                    waiting: waiting.into_iter().map(|one| one.row).collect(),
                    may_write: viewer.roles.contains(&Role::Author),
                    may_try: portal.may_simulate(&viewer),
                })
            }
        },
        draw,
    )
}

/// Each version with what it changed, oldest first.
fn versions(history: &[PolicyVersion]) -> Vec<(u32, Option<Vec<Change>>)> {
    let before = [None].into_iter().chain(history.iter().map(Some));
    history
        .iter()
        .zip(before)
        .map(|(version, before)| {
            let changes = before.map(|before| diff(Some(&before.policy), &version.policy));
            (version.version, changes)
        })
        .collect()
}

fn draw(shown: Shown) -> AnyView {
    let PolicyVersion {
        version,
        sha256,
        policy,
    } = shown.version;
    let name = policy.name.to_string();
    let proposed = proposals("Proposed", shown.waiting);
    let changes = shown.may_write.then(|| steps(&name, shown.in_force));
    let tried = shown.may_try.then(|| {
        let address = format!("{}/simulate", url::policy(&name));
        view! { <p><a href=address>"Who could open this, and what it would have made of earlier requests"</a></p> }
    });
    let versions: Vec<_> = shown
        .versions
        .iter()
        .map(|(number, changes)| {
            let in_force = shown.in_force == Some(*number);
            line(
                &name,
                *number,
                changes.as_deref(),
                (*number == version, in_force),
            )
        })
        .collect();
    view! {
        <Title text=format!("Policy {name}")/>
        <div class="page-narrow stack stack-wide">
            <p class="small">
                <a href="/policies">"All policies"</a>
            </p>
            <div class="stack stack-tight">
                <h1>{name.clone()}</h1>
                <p class="lede">{policy.description.clone()}</p>
            </div>
            {standing(version, shown.in_force)}
            {changes}
            {tried}
            {proposed}
            <section class="card" aria-labelledby="rules">
                <h2 class="card-title" id="rules">"Its rules"</h2>
                <Sentences items=words::rules(&policy)/>
            </section>
            <section class="card" aria-labelledby="version">
                <h2 class="card-title" id="version">{format!("Version {version}")}</h2>
                <p class="soft">
                    "Every request and every sign-off names this version by its digest. A change makes a new version; \
                     what was asked under this one is judged by this one."
                </p>
                <p>
                    "SHA-256 " <span class="hash">{sha256.to_string()}</span>
                </p>
            </section>
            <section class="card" aria-labelledby="versions">
                <h2 class="card-title" id="versions">"What each version changed"</h2>
                <ul class="stack stack-tight" role="list">{versions}</ul>
            </section>
        </div>
    }
    .erase()
}

/// Says so where the version on the page is not the one that requests are held against now.
fn standing(version: u32, in_force: Option<u32>) -> Option<AnyView> {
    let title = match in_force {
        None => "This policy was retired. Nobody can ask under it any more.".to_owned(),
        Some(number) if number != version => {
            format!("Version {number} is in force. This is an older one.")
        }
        Some(_) => return None,
    };
    Some(view! { <Alert kind=AlertKind::Note title=title/> }.erase())
}

/// What a policy author may begin here. Another author ends it.
fn steps(name: &str, in_force: Option<u32>) -> AnyView {
    let retire = in_force.map(|_| {
        view! {
            <form method="post" action="/api/propose_retirement">
                <input type="hidden" name="policy" value=name.to_owned()/>
                <button type="submit" class="button button-quiet">"Propose retirement"</button>
            </form>
        }
    });
    view! {
        <div class="actions">
            <a class="button button-primary" href=format!("{}/edit", url::policy(name))>"Propose a change"</a>
            {retire}
        </div>
    }
    .erase()
}

/// One version, with what it changed to unfold.
fn line(
    name: &str,
    number: u32,
    changes: Option<&[Change]>,
    (shown, in_force): (bool, bool),
) -> AnyView {
    let marks = [(in_force, ", in force"), (shown, ", on this page")];
    let marks: String = marks
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, mark)| *mark)
        .collect();
    let told = changes.map_or("the first".to_owned(), summary);
    let changed = match changes {
        Some(changes) => difference(changes, "Nothing: it says what the version before it said."),
        None => view! { <p class="soft">"Nothing stood before it."</p> }.erase(),
    };
    let address = format!("{}?version={number}", url::policy(name));
    let link = (!shown).then(|| {
        view! { <p class="small"><a href=address>{format!("All rules of version {number}")}</a></p> }
    });
    view! {
        <li>
            <details class="disclosure">
                <summary>{format!("Version {number}{marks}: {told}")}</summary>
                {changed}
                {link}
            </details>
        </li>
    }
    .erase()
}
