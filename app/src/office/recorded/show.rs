//! A recording's page: a session that runs, watched; one that is over, with all that was done in it.

use access::event::Way;
use access::view::{RecordingPage, RecordingView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::actions::actions;
use super::player::player;
use super::{palette, script};
use crate::components::badge::Badge;
use crate::components::moment::ExactMoment;
use crate::erase::Erase as _;
use crate::pages::request::show::address as request;
use crate::words::people::name;
use crate::words::recorded;

/// The page.
pub fn draw(page: &RecordingPage) -> AnyView {
    let recording = &page.recording;
    let over = recording.ended.is_some();
    let title = format!(
        "{} on {}: {}",
        name(&recording.holder),
        recording.resource,
        recorded::way(recording.way)
    );
    let (tone, words) = recorded::badge(recording);
    // A terminal has no actions but what it shows.
    let listed = recording.way != Way::Terminal || !page.actions.is_empty();
    let shown = recording.chunks > 0 || matches!(recording.way, Way::Terminal);
    view! {
        {shown.then(palette)}
        <Title text=title.clone()/>
        <div
            class="stack stack-wide recording"
            data-recording=recording.id.to_string()
            data-state=if over { "over" } else { "running" }
            data-began=recording.started_at_ms.millis().to_string()
            data-chunks=recording.chunks.to_string()
        >
            <div class="page-head">
                <p class="small"><a href=request(recording.request)>"Back to the request"</a></p>
                <h1>{title}</h1>
                <div class="standing">
                    <span data-badge-box=""><Badge tone=tone text=words/></span>
                    <span role="status" tabindex="-1" data-standing="">{recorded::standing(recording)}</span>
                </div>
            </div>
            <div class="split">
                <div class="stack stack-wide">
                    {shown.then(live)}
                    {shown.then(player)}
                    {listed.then(|| section(page))}
                </div>
                <aside class="stack" aria-label="About this session">
                    {facts(recording)}
                    {(recording.may_cut && !over).then(|| cut(recording))}
                </aside>
            </div>
        </div>
        {script("record.js")}
    }
    .erase()
}

fn section(page: &RecordingPage) -> AnyView {
    view! {
        <section class="stack" aria-labelledby="done">
            <h2 id="done">"What was done"</h2>
            {actions(page)}
        </section>
    }
    .erase()
}

fn live() -> AnyView {
    view! {
        <section class="stack stack-tight" aria-labelledby="live" data-live="" hidden=true>
            <h2 id="live">"As it happens"</h2>
            <div class="terminal">
                <div
                    class="terminal-screen terminal-fitted"
                    data-live-screen=""
                    role="group"
                    aria-label="Screen, as it is now"
                    tabindex="0"
                ></div>
            </div>
        </section>
    }
    .erase()
}

fn facts(recording: &RecordingView) -> AnyView {
    let fact =
        |name: &'static str, what: AnyView| view! { <div><dt>{name}</dt><dd>{what}</dd></div> };
    let ended = recording.ended.as_ref().map(|(at, ..)| *at);
    let amount = recorded::amount(recording);
    let cast = (recording.chunks > 0).then(|| {
        let address = format!("/recordings/{}/cast", recording.id);
        view! {
            <p class="small">
                <a href=address download=format!("{}.cast", recording.id)>"Take the recording along"</a>
                " (asciicast v2, as asciinema plays it)"
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="about">
            <h2 class="card-title" id="about">"The session"</h2>
            <dl class="facts">
                {fact("Who", name(&recording.holder).into_any())}
                {fact("On", recording.resource.to_string().into_any())}
                {fact("How", recorded::way(recording.way).into_any())}
                {fact("Began", view! { <ExactMoment at=recording.started_at_ms/> }.into_any())}
                {ended.map(|at| fact("Ended", view! { <ExactMoment at=at/> }.into_any()))}
                {recorded::lasted(recording).map(|lasted| fact("Lasted", lasted.into_any()))}
                {(!amount.is_empty()).then(|| fact("Recorded", amount.into_any()))}
                {fact("First entry", recording.seq.to_string().into_any())}
            </dl>
            {cast}
        </section>
    }
    .erase()
}

/// Two steps, so that nobody cuts by a slip of the hand; it works without script.
fn cut(recording: &RecordingView) -> AnyView {
    let address = format!("/recordings/{}/cut", recording.id);
    view! {
        <section class="card card-glass" aria-labelledby="cut" data-cut="">
            <h2 class="card-title" id="cut">"Cut this session"</h2>
            <details class="disclosure">
                <summary>"Cut it …"</summary>
                <form method="post" action=address class="form">
                    <p>
                        {format!(
                            "{} is thrown out at once, and what is under way is broken off; a transaction that is open is rolled back. The access stays open: revoke it on the request's page to end it.",
                            name(&recording.holder),
                        )}
                    </p>
                    <div class="actions">
                        <button type="submit" class="button button-danger">"Cut this session now"</button>
                    </div>
                </form>
            </details>
        </section>
    }
    .erase()
}
