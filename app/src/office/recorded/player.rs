//! The player of a recording, empty: the script fills it with what it has proven.

use leptos::prelude::*;

use crate::erase::Erase as _;

/// How fast it may be played.
const SPEEDS: [&str; 5] = ["0.5", "1", "2", "4", "8"];

pub(super) fn player() -> AnyView {
    view! {
        <section class="stack" aria-labelledby="playback" data-player="" hidden=true>
            <h2 id="playback">"Playback"</h2>
            <div class="card proof" data-proof="" data-state="run">
                <p role="status" class="standing">
                    <span class="badge" data-proof-badge="">"Proving"</span>
                    <span data-proof-words="">"Reading the recording …"</span>
                </p>
                <ul class="bullets" role="list" data-unproven=""></ul>
                <p class="small soft">
                    "Only what fits its entry is played. That the entries themselves are those of the log, "
                    <a href="/verify">"a check of the log"</a>
                    " proves."
                </p>
            </div>
            <div class="terminal">
                <div
                    class="terminal-screen terminal-fitted"
                    data-screen=""
                    role="group"
                    aria-label="Recorded screen"
                    aria-describedby="player-keys"
                    tabindex="0"
                ></div>
            </div>
            {controls()}
            <div class="split">
                {search()}
                <aside class="card" data-marks-box="" hidden=true aria-labelledby="marks">
                    <h3 class="card-title" id="marks">"What was typed"</h3>
                    <p class="small soft">"The keys that were sent, which also show what the screen did not. What the shell completed, only the screen shows."</p>
                    <ol class="history" role="list" data-marks=""></ol>
                </aside>
            </div>
            <details class="disclosure" data-all="">
                <summary>"All output as text"</summary>
                <pre class="code-block terminal-text" data-text="" tabindex="0" role="region" aria-label="All output as text"></pre>
            </details>
        </section>
    }
    .erase()
}

fn controls() -> AnyView {
    let speeds: Vec<_> = SPEEDS
        .iter()
        .map(|speed| view! { <option value=*speed selected=*speed == "1">{format!("{speed} ×")}</option> })
        .collect();
    view! {
        <div class="player-controls" role="group" aria-label="Player">
            <button type="button" class="button button-primary" data-play="" data-control="" disabled=true>
                <span data-play-label="">"Play"</span>
            </button>
            <label class="player-seek">
                <span class="visually-hidden">"Position"</span>
                <input type="range" min="0" max="0" step="0.1" value="0" data-seek="" data-control="" disabled=true/>
            </label>
            <span class="player-time mono" data-time="">"0:00 / 0:00"</span>
            <label class="player-speed">
                "Speed "
                <select class="input" data-speed="" data-control="" disabled=true>{speeds}</select>
            </label>
            <label class="check">
                <input type="checkbox" checked=true data-skip="" data-control="" disabled=true/>
                " Skip pauses over 2 s"
            </label>
            <p class="visually-hidden" role="status" data-play-status=""></p>
        </div>
        <p class="small soft" id="player-keys">
            "On the screen: " <kbd>"Space"</kbd> " plays and pauses, " <kbd>"←"</kbd> " and " <kbd>"→"</kbd>
            " go 5 s, " <kbd>"Home"</kbd> " and " <kbd>"End"</kbd> " to the ends, " <kbd>"/"</kbd> " to the search, "
            <kbd>"n"</kbd> " and " <kbd>"N"</kbd> " to the next place and the one before."
        </p>
    }
    .erase()
}

fn search() -> AnyView {
    view! {
        <div class="stack stack-tight">
            <form class="search" role="search" data-search-form="">
                <div class="field">
                    <label class="label" for="search">"Search in the output"</label>
                    <input class="input" id="search" type="search" autocomplete="off" data-search="" data-control="" disabled=true/>
                </div>
                <button type="submit" class="button" data-control="" disabled=true>"Search"</button>
                <button type="button" class="button" data-previous="" disabled=true>
                    "Before"
                </button>
                <button type="button" class="button" data-next="" disabled=true>
                    "Next"
                </button>
            </form>
            <p role="status" class="small soft" data-found=""></p>
            <ol class="history" role="list" aria-label="Places" data-hits=""></ol>
        </div>
    }
    .erase()
}
