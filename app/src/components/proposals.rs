//! What is proposed, in a list.

use access::view::ProposalRow;
use leptos::prelude::*;

use crate::components::moment::Moment;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::words::people;
use crate::words::proposal::{address, waits_for, what};

/// Proposals, a line each; nothing where there are none. Oldest first.
pub fn proposals(title: &'static str, rows: Vec<ProposalRow>) -> Option<AnyView> {
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        let list = view! { <ul class="rows" role="list" aria-label="Proposals">{rows}</ul> };
        section("proposed", title, list.erase())
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
                <a class="row-title" href=address(row.seq) rel="external">{what(&row)}</a>
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
