//! What was done in a recording, action by action.

use access::event::Way;
use access::view::{ActionEnd, ActionView, RecordingPage};
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::moment::ExactMoment;
use crate::erase::Erase as _;
use crate::words::recorded;

/// The list. Where the recording is played back too, each action leads to its moment.
pub fn actions(page: &RecordingPage) -> AnyView {
    let recording = &page.recording;
    let over = recording.ended.is_some();
    let none = page.actions.is_empty();
    let rows: Vec<_> = page
        .actions
        .iter()
        .map(|action| row(page, action, over))
        .collect();
    let gaps: Vec<_> = page.gaps.iter().map(|(from, to)| gap(*from, *to)).collect();
    let empty = match (recording.way, over) {
        (_, false) => "Nothing yet. What is done appears here as it happens.",
        (_, true) => "Nothing was done in this session.",
    };
    view! {
        {gaps}
        <p class="soft" data-no-actions="" hidden=!none>{empty}</p>
        <div class="table-frame" data-actions-frame="" hidden=none>
            <table class="table action-table">
                <thead>
                    <tr>
                        <th scope="col">"Number"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col" class="number">"Took"</th>
                    </tr>
                </thead>
                <tbody data-actions="">{rows}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn row(page: &RecordingPage, action: &ActionView, over: bool) -> AnyView {
    let (tone, words) = recorded::outcome(action.end, over);
    let (rows, took) = match action.end {
        Some(ActionEnd::Finished {
            rows, duration_ms, ..
        }) => (rows, Some(recorded::took(duration_ms))),
        Some(ActionEnd::Refused { .. }) | None => (None, None),
    };
    let text = match recorded::text(action) {
        Ok(text) => view! { <pre class="action-text">{text}</pre> }.erase(),
        Err(why) => view! { <p class="soft">{why}</p> }.erase(),
    };
    let classes: Vec<_> = action
        .classes
        .iter()
        .map(|class| view! { <span class="badge">{recorded::class(*class)}</span> })
        .collect();
    let after = action.at_ms.millis() - page.recording.started_at_ms.millis();
    let jump = (page.recording.way == Way::Reported && page.recording.chunks > 0 && over).then(|| {
        let seconds = format!("{}.{:03}", after / 1_000, after % 1_000);
        view! { <button type="button" class="button button-small" data-jump=seconds>"Show this moment"</button> }
    });
    view! {
        <tr data-number=action.number.to_string()>
            <td data-label="Number">
                {u64::from(action.number) + 1}
                <span class="soft small">{format!("entry {}", action.seq)}</span>
            </td>
            <td data-label="When"><ExactMoment at=action.at_ms/></td>
            <td data-label="What">
                {text}
                <span class="cluster">{classes} {jump}</span>
            </td>
            <td data-label="Outcome"><Badge tone=tone text=words/></td>
            <td data-label="Rows" class="number">{rows.map(|rows| rows.to_string())}</td>
            <td data-label="Took" class="number">{took}</td>
        </tr>
    }
    .erase()
}

/// `to` is the one behind the last.
fn gap(from: u32, to: u32) -> AnyView {
    let (from, to) = (u64::from(from) + 1, u64::from(to));
    let which = if from == to {
        format!("Action {from} was never reported")
    } else {
        format!("Actions {from} to {to} were never reported")
    };
    view! {
        <p class="alert alert-wait">{format!("{which}: whoever reports skipped their numbers, or could not reach the portal.")}</p>
    }
    .erase()
}
