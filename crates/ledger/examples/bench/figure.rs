//! Clocks, and how a figure is printed.

use std::time::Instant;

/// Milliseconds.
pub(crate) fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1000.0
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn figure(bench: &str, metric: &str, value: f64, peer: Option<(&str, f64)>) {
    let (peer, ratio) = match peer {
        Some((name, peer)) => (
            format!(r#""{name}: {peer:.3} ms""#),
            format!("{:.1}", peer / value),
        ),
        None => ("null".to_owned(), "null".to_owned()),
    };
    println!(
        r#"{{"bench":"{bench}","metric":"{metric}","value":{value:.3},"unit":"ms","peer":{peer},"ratio":{ratio}}}"#
    );
}
