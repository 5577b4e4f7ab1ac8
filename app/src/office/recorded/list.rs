//! The recordings of an access, in a list.

use access::event::Way;
use access::ids::{RequestId, ResourceName};
use access::view::RecordingView;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::badge::Badge;
use crate::components::empty::Empty;
use crate::components::moment::ExactMoment;
use crate::erase::Erase as _;
use crate::pages::request::show::address as request_address;
use crate::words::recorded;

/// A recording's address.
pub fn address(recording: &RecordingView) -> String {
    format!("/recordings/{}", recording.id)
}

/// The page of a request's recordings, for what lives in the browser and does not carry them.
pub fn draw(
    request: RequestId,
    resource: &ResourceName,
    list: &[RecordingView],
    direct: bool,
) -> AnyView {
    let title = format!("What was done on {resource}");
    view! {
        <Title text=title.clone()/>
        <div class="stack stack-wide">
            <div class="page-head">
                <p class="small"><a href=request_address(request)>"Back to the request"</a></p>
                <h1>{title}</h1>
                <p class="lede">"Each session of this access that was recorded, with all that was done in it."</p>
            </div>
            <div class="stack">{recordings(list, direct)}</div>
        </div>
    }
    .erase()
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
