//! Moments and time left.

use access::time::UnixMillis;
use leptos::prelude::*;

use crate::clock::use_clock;
use crate::erase::Erase as _;
use crate::words::time;

/// Below this much time left, in milliseconds, a countdown asks to be noticed: long enough to save one's work.
const ENDING_MS: i64 = 5 * 60 * 1_000;

/// How far away a moment is, with the exact one on hover.
#[component]
pub fn Moment(
    /// When.
    at: UnixMillis,
) -> impl IntoView {
    let clock = use_clock();
    let text = Memo::new(move |_| match clock.now() {
        Some(now) => time::relative(at, now),
        None => time::utc(at),
    });
    view! { <time datetime=time::iso(at) title=time::utc(at)>{move || text.get()}</time> }
}

/// The exact moment, in UTC, for the log.
#[component]
pub fn ExactMoment(
    /// When.
    at: UnixMillis,
) -> impl IntoView {
    view! { <time datetime=time::iso(at)>{time::utc(at)}</time> }
}

/// How much time is left, to the second.
#[component]
pub fn Countdown(
    /// Until when.
    until: UnixMillis,
) -> impl IntoView {
    let clock = use_clock();
    let text = Memo::new(move |_| match clock.now() {
        Some(now) => format!("{} left", time::left(until, now)),
        None => format!("until {}", time::utc(until)),
    });
    let ending = Memo::new(move |_| {
        clock
            .now()
            .is_some_and(|now| until.millis().saturating_sub(now.millis()) < ENDING_MS)
    });
    view! {
        <span
            class="countdown"
            role="timer"
            title=time::utc(until)
            data-ending=move || ending.get().then_some("true")
        >
            {move || text.get()}
        </span>
    }
    .erase()
}
