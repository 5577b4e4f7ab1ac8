//! A report for people: the verdict first, then the checks, then what is wrong.

use verify::{Finding, Outcome, Report};

/// The report as the browser keeps it.
#[allow(clippy::print_stdout, reason = "what a script asked for")]
pub(super) fn json(report: &Report) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(report)?);
    Ok(())
}

/// The report in words.
#[allow(clippy::print_stdout, reason = "what a person at a terminal asked for")]
pub(super) fn text(report: &Report) {
    print!("{}", words(report));
}

fn words(report: &Report) -> String {
    let verdict = if report.proven {
        "Proven"
    } else {
        "NOT PROVEN"
    };
    let mut text = String::new();
    line(&mut text, &format!("{verdict}. {}", report.sentence));
    text.push('\n');
    for check in &report.checks {
        let sign = match check.outcome {
            Outcome::Passed => "holds",
            Outcome::Failed => "FAILS",
            Outcome::Unknown => "not checked",
        };
        line(
            &mut text,
            &format!("{sign:<13}{}: {}", check.title, check.text),
        );
    }
    if report.findings_total > 0 {
        let listed = report.findings.len() as u64;
        let total = match report.findings_total {
            1 => "One finding".to_owned(),
            total if total > listed => format!("{total} findings, the first {listed} of them here"),
            total => format!("{total} findings"),
        };
        text.push('\n');
        line(&mut text, &format!("{total}:"));
    }
    for finding in &report.findings {
        describe(&mut text, finding);
    }
    text
}

fn describe(text: &mut String, finding: &Finding) {
    let place = finding
        .seq
        .map_or_else(String::new, |seq| format!("#{seq} "));
    text.push('\n');
    line(text, &format!("{place}{}", finding.sentence));
    let facts = [
        ("rule", &finding.rule),
        ("expected", &finding.expected),
        ("found", &finding.found),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            line(text, &format!("  {name:<9} {value}"));
        }
    }
    for note in &finding.notes {
        line(text, &format!("  → {note}"));
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(&plain(line));
    text.push('\n');
}

/// One line with nothing that a terminal obeys: what stands in a log may try to hide what is said about it.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing_by_the_log() {
        let hidden = "entry 7\u{1b}[2K\rProven. \u{202e}\u{9b}";
        let shown = plain(hidden);
        assert_eq!(shown, "entry 7\\u{1b}[2K\\u{d}Proven. \\u{202e}\\u{9b}");
        assert_eq!(plain("a → ü\nProven."), "a → ü\\u{a}Proven.");
    }
}
