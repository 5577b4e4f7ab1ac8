//! What the person at the terminal reads. The only place that prints.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is this module's purpose"
)]

use std::time::Duration;

/// One line of what happens now.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// The one line that says what went wrong and what to do about it.
pub(crate) fn error(text: &str) {
    eprintln!("error: {text}");
}

/// `340 ms`, `12.4 s` or `3 min 5 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else if seconds >= 1 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}
