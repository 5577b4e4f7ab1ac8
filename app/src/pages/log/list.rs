//! The log, entry by entry, in words and in bytes.

use access::view::{LogRow, LogView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::api::log::log;
use crate::components::empty::Empty;
use crate::components::loaded::Loaded;
use crate::components::moment::ExactMoment;
use crate::erase::Erase as _;
use crate::pages::log::kinds::KINDS;
use crate::pages::log::witnesses::{unsigned, witnesses};
use crate::pages::request;
use crate::words::people;

/// The page's address, with its filter and the place from which it reads.
fn address(kind: &str, before: Option<u64>) -> String {
    match (kind, before) {
        ("", None) => "/log".into(),
        (kind, None) => format!("/log?kind={kind}"),
        ("", Some(before)) => format!("/log?before={before}"),
        (kind, Some(before)) => format!("/log?kind={kind}&before={before}"),
    }
}

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    before: Option<u64>,
    kind: String,
}

/// The log.
#[component]
pub fn Log() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query.with(|query| Wanted {
            before: query.get("before").and_then(|before| before.parse().ok()),
            // A kind that is none filters nothing.
            kind: query
                .get("kind")
                .filter(|kind| KINDS.contains(&kind.as_str()))
                .unwrap_or_default(),
        })
    });
    let data = Resource::new(
        move || wanted.get(),
        |wanted| {
            log(
                wanted.before,
                Some(wanted.kind).filter(|kind| !kind.is_empty()),
            )
        },
    );
    view! {
        <Title text="Log"/>
        <Loaded data=data draw=move |log: LogView| {
            let wanted = wanted.get_untracked();
            draw(log, wanted)
        }/>
    }
    .erase()
}

fn draw(log: LogView, wanted: Wanted) -> AnyView {
    let options: Vec<_> = KINDS
        .iter()
        .map(|kind| view! { <option value=*kind selected=wanted.kind == *kind>{*kind}</option> })
        .collect();
    let older = log.older.map(|before| address(&wanted.kind, Some(before)));
    let newest = wanted.before.map(|_| address(&wanted.kind, None));
    let empty = log.rows.is_empty();
    let rows: Vec<_> = log.rows.into_iter().map(row).collect();
    view! {
        <div class="page-head">
            <h1>"Log"</h1>
            <p class="lede">
                {format!("{} entries of ", log.size)}
                <span class="mono">{log.origin}</span>
                " are covered by its newest signed checkpoint. "
                <a href="/verify" rel="external">"Let your browser prove them"</a>
            </p>
        </div>
        <div class="stack">
            {unsigned(log.unsigned_for_s)}
            {witnesses(log.witnesses, log.witnessed)}
            <form class="search" method="get" action="/log" role="search">
                <div class="field">
                    <label class="label" for="kind">"Kind of entry"</label>
                    <select class="input" id="kind" name="kind">
                        <option value="" selected=wanted.kind.is_empty()>"All kinds"</option>
                        {options}
                    </select>
                </div>
                <button type="submit" class="button">"Show"</button>
            </form>
            {if empty {
                view! {
                    <Empty title="No such entries.">{view! {
                        <p>
                            "No entry of this kind stands in the log, or none that old. "
                            <a href="/log">"Show all entries"</a>
                        </p>
                    }.erase()}</Empty>
                }
                    .erase()
            } else {
                view! {
                    <div class="table-frame">
                        <table class="table log-table">
                            <caption class="visually-hidden">"Entries, newest first. Times are UTC."</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Entry"</th>
                                    <th scope="col">"Time"</th>
                                    <th scope="col">"Kind"</th>
                                    <th scope="col">"What happened"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                    .erase()
            }}
            <nav class="pager" aria-label="Pages of the log">
                {newest.map(|newest| view! { <a class="button button-small" href=newest>"Newest"</a> })}
                {older.map(|older| view! { <a class="button button-small push-end" href=older>"Older"</a> })}
            </nav>
        </div>
    }
    .erase()
}

fn row(row: LogRow) -> impl IntoView {
    let who = row
        .person
        .as_ref()
        .map_or_else(|| "The portal".to_owned(), people::name);
    view! {
        <tr id=format!("entry-{}", row.seq)>
            <th scope="row" data-label="Entry">{row.seq}</th>
            <td data-label="Time">
                <ExactMoment at=row.at_ms/>
            </td>
            <td data-label="Kind">
                <span class="mono">{row.kind}</span>
            </td>
            <td class="log-entry">
                <p>
                    <strong>{who}</strong>
                    " "
                    {row.text}
                </p>
                {row
                    .request
                    .map(|id| {
                        view! {
                            <p class="small">
                                <a href=request::show::address(id)>
                                    "Its request"
                                    <span class="visually-hidden">{format!(", from entry {}", row.seq)}</span>
                                </a>
                            </p>
                        }
                    })}
                <details class="disclosure small">
                    <summary>
                        "Bytes"
                        <span class="visually-hidden">{format!(" of entry {}", row.seq)}</span>
                    </summary>
                    <pre class="code-block">{row.bytes}</pre>
                    <p>
                        "Leaf hash " <span class="hash">{row.leaf_hash.to_string()}</span>
                    </p>
                    <p>
                        <a href=format!("/ledger/receipt/{}", row.seq) rel="external" download>
                            "Receipt"
                            <span class="visually-hidden">{format!(" of entry {}", row.seq)}</span>
                        </a>
                        ": the proof that these bytes are in the signed log."
                    </p>
                </details>
            </td>
        </tr>
    }
    .erase()
}
