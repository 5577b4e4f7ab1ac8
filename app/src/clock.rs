//! The reader's clock. `None` on the server and until the page is interactive, so that both draw the same first page;
//! from then on it moves once a second.

use std::time::Duration;

use access::time::UnixMillis;
use leptos::prelude::*;

/// Now, as the browser has it.
#[derive(Debug, Clone, Copy)]
pub struct Clock(RwSignal<Option<UnixMillis>>);

impl Clock {
    /// Starts the clock for the whole page; called once, by the app.
    pub fn start() -> Self {
        let clock = Self(RwSignal::new(None));
        provide_context(clock);
        // Effects run in the browser only.
        Effect::new(move |_| {
            clock.0.set(Some(now()));
            set_interval(move || clock.0.set(Some(now())), Duration::from_secs(1));
        });
        clock
    }

    /// The moment, once there is one; follows the clock.
    pub fn now(self) -> Option<UnixMillis> {
        self.0.get()
    }
}

/// The app's clock, or one that stands still where a component is drawn without the app.
pub fn use_clock() -> Clock {
    use_context().unwrap_or_else(|| Clock(RwSignal::new(None)))
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53"
)]
fn now() -> UnixMillis {
    UnixMillis::new(web_sys::js_sys::Date::now() as i64)
}
