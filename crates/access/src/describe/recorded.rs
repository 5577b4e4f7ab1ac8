//! What was recorded, in words. The actions themselves are sealed.

use crate::event::{ActionOutcome, Event, RecordingEnd, Way};

/// One plain sentence without its subject, of what belongs to a recording.
pub(super) fn recorded(event: &Event) -> String {
    match event {
        Event::RecordingStarted { way, .. } => {
            let way = match way {
                Way::Console => "in the console",
                Way::Gateway => "with a client of their own",
                Way::Terminal => "in the terminal",
                Way::Reported => "with a tool that reports what it does",
            };
            format!("began to work {way}, recorded")
        }
        Event::ActionIntended {
            number, classes, ..
        } => {
            let words: Vec<String> = classes
                .iter()
                .map(|one| one.word().replace('_', " "))
                .collect();
            match &words[..] {
                [] => format!("set out to do action {number}"),
                words => format!("set out to do action {number}: {}", words.join(", ")),
            }
        }
        Event::ActionRefused { number, class, .. } => {
            let class = class.word().replace('_', " ");
            format!("was refused action {number} by the policy: {class}")
        }
        Event::ActionFinished {
            number,
            outcome,
            rows,
            duration_ms,
            ..
        } => {
            let rows = rows.map_or_else(String::new, |rows| match rows {
                1 => ", 1 row".to_owned(),
                many => format!(", {many} rows"),
            });
            format!(
                "{} action {number}{rows}, {duration_ms} ms",
                became(*outcome)
            )
        }
        Event::RecordingChunk { number, .. } => format!("recorded piece {number} of the terminal"),
        Event::RecordingGap { from, to, .. } => match to.saturating_sub(*from) {
            1 => format!("said that action {from} was never reported"),
            _ => format!(
                "said that actions {from} to {} were never reported",
                to.saturating_sub(1)
            ),
        },
        Event::RecordingEnded {
            cause,
            actions,
            chunks,
            ..
        } => {
            let actions = counted(*actions, "action");
            let chunks = match chunks {
                0 => String::new(),
                _ => format!(" and {}", counted(*chunks, "piece")),
            };
            format!("{} after {actions}{chunks}", ended(*cause))
        }
        _ => String::new(),
    }
}

fn became(outcome: ActionOutcome) -> &'static str {
    match outcome {
        ActionOutcome::Done => "did",
        ActionOutcome::Failed => "failed to do",
        ActionOutcome::Cancelled => "broke off",
        ActionOutcome::Cut => "was cut off during",
        ActionOutcome::Unknown => "heard nothing more of",
    }
}

fn ended(cause: RecordingEnd) -> &'static str {
    match cause {
        RecordingEnd::Closed => "closed the recording",
        RecordingEnd::AccessEnded => "ended the recording with its access",
        RecordingEnd::Cut => "cut off the work, and ended the recording",
        RecordingEnd::Lost => "lost the session, and ended the recording",
    }
}

/// "1 action", "12 actions".
fn counted(count: u32, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
