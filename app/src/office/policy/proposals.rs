//! What is proposed, in a list.

use access::view::ProposalRow;
use leptos::prelude::*;

use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::people;
use crate::words::proposal::{address, waits_for, what};

/// Proposals, a line each; nothing where there are none.
#[component]
pub fn Proposals(
    /// Oldest first.
    rows: Vec<ProposalRow>,
) -> impl IntoView {
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="proposed">
                <div class="section-head">
                    <h2 id="proposed">"Proposed"</h2>
                </div>
                <ul class="rows" role="list" aria-label="Proposals">{rows}</ul>
            </section>
        }
        .erase()
    })
}

fn row(row: ProposalRow) -> AnyView {
    let by = row
        .by
        .as_ref()
        .map_or_else(|| "The configuration".to_owned(), people::name);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=address(row.seq)>{what(&row)}</a>
                <p class="row-note">{format!("{by}, ")} <Moment at=row.at_ms/></p>
                <p class="row-note">{waits_for(&row)}</p>
            </div>
            <div class="row-side">
                <span class="badge badge-wait">"Not in force"</span>
            </div>
        </li>
    }
    .erase()
}
