//! What happened to a request, oldest first.

use access::view::TimelineItem;
use leptos::prelude::*;

use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::people;

/// What happened, and in the last line what is missing.
#[component]
pub fn Timeline(
    /// Oldest first.
    items: Vec<TimelineItem>,
    /// What is still to come, if anything is.
    next: Option<String>,
) -> impl IntoView {
    let items: Vec<_> = items.into_iter().map(item).collect();
    view! {
        <ol class="timeline" role="list" aria-label="What happened">
            {items}
            {next
                .map(|next| {
                    view! {
                        <li class="timeline-item" data-tone="next">
                            <p>{next}</p>
                        </li>
                    }
                })}
        </ol>
    }
    .erase()
}

fn item(item: TimelineItem) -> impl IntoView {
    let who = item
        .person
        .as_ref()
        .map_or_else(|| "The portal".to_owned(), people::name);
    view! {
        <li class="timeline-item" data-tone=tone(&item.kind) data-kind=item.kind>
            <p>
                <strong>{who}</strong>
                " "
                {item.text}
            </p>
            <p class="timeline-meta">
                <Moment at=item.at_ms/>
                <span>{format!("entry {}", item.seq)}</span>
            </p>
        </li>
    }
    .erase()
}

fn tone(kind: &str) -> &'static str {
    match kind {
        "grant.opened" | "request.approved" | "review.recorded" => "good",
        "grant.failed" | "command.refused" => "glass",
        "request.submitted" | "signoff.given" => "act",
        _ => "plain",
    }
}
