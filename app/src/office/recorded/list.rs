//! The recordings of an access, in a list.

use access::event::Way;
use access::view::RecordingView;
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::empty::Empty;
use crate::components::moment::ExactMoment;
use crate::erase::Erase as _;
use crate::words::recorded;

/// A recording's address.
pub fn address(recording: &RecordingView) -> String {
    format!("/recordings/{}", recording.id)
}

/// What was done: one line a session, oldest first. `direct` says that there was a way in on which nothing is
/// recorded, so that nobody takes the list for all there is.
pub fn recordings(list: &[RecordingView], direct: bool) -> AnyView {
    let direct = direct.then(|| {
        view! {
            <p class="soft small">"The way in was shown too: what was done with it directly is not recorded here. The target's own log may have it."</p>
        }
    });
    if list.is_empty() {
        return view! {
            <Empty title="No recorded session.">
                <p>"Once somebody works in the console, through the gateway or in a terminal, each session stands here with what was done in it."</p>
            </Empty>
            {direct}
        }
        .erase();
    }
    let rows: Vec<_> = list.iter().map(row).collect();
    view! {
        <ul class="rows" role="list" aria-label="Recorded sessions">{rows}</ul>
        {direct}
    }
    .erase()
}

fn row(recording: &RecordingView) -> AnyView {
    let (tone, words) = recorded::badge(recording);
    let lasted = recorded::lasted(recording).map(|lasted| format!(" · {lasted}"));
    let amount = match recorded::amount(recording) {
        amount if amount.is_empty() => String::new(),
        amount => format!(" · {amount}"),
    };
    let leads_to = match (recording.way, recording.ended.is_some()) {
        (_, false) => "Watch",
        (Way::Terminal, true) => "Play back",
        (_, true) => "See what was done",
    };
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=address(recording) rel="external">
                    {format!("{leads_to}: {}", recorded::way(recording.way))}
                </a>
                <p class="row-note"><ExactMoment at=recording.started_at_ms/> {lasted} {amount}</p>
            </div>
            <div class="row-side"><Badge tone=tone text=words/></div>
        </li>
    }
    .erase()
}
