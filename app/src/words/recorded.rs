//! Recorded work in words.

use std::fmt::Write as _;

use access::event::{ActionOutcome, RecordingEnd, StatementClass, Way};
use access::view::{ActionEnd, ActionView, OpeningState, RecordingView};

use super::people::name;
use super::state::Tone;
use super::time;

/// How it was worked.
pub const fn way(way: Way) -> &'static str {
    match way {
        Way::Console => "SQL console",
        Way::Gateway => "Own database client",
        Way::Terminal => "Terminal",
        Way::Reported => "Reported by a tool",
    }
}

/// Where a session stands, in a word.
pub const fn badge(recording: &RecordingView) -> (Tone, &'static str) {
    match recording.ended {
        None => (Tone::Proof, "Goes on"),
        Some((_, RecordingEnd::Closed, _)) => (Tone::Plain, "Over"),
        Some((_, RecordingEnd::AccessEnded, _)) => (Tone::Plain, "Over with the access"),
        Some((_, RecordingEnd::Cut, _)) => (Tone::Wait, "Cut"),
        Some((_, RecordingEnd::Lost, _)) => (Tone::Wait, "Lost"),
    }
}

/// Where a session stands, in a sentence.
pub fn standing(recording: &RecordingView) -> String {
    let Some((_, cause, by)) = &recording.ended else {
        return "It goes on now.".to_owned();
    };
    match (cause, by) {
        (RecordingEnd::Closed, _) => "It was closed by who held it.".to_owned(),
        (RecordingEnd::AccessEnded, _) => "Access ended, and the session with it.".to_owned(),
        (RecordingEnd::Cut, Some(by)) => format!("{} cut it.", name(by)),
        (RecordingEnd::Cut, None) => "It was cut.".to_owned(),
        (RecordingEnd::Lost, _) => {
            "It was lost: the portal or the target went away while it lasted.".to_owned()
        }
    }
}

/// For how long a session lasted; `None` while it goes on.
pub fn lasted(recording: &RecordingView) -> Option<String> {
    let (ended, _, _) = recording.ended.as_ref()?;
    let millis = ended.millis() - recording.started_at_ms.millis();
    Some(time::span(
        u32::try_from(millis / 1_000).unwrap_or_default(),
    ))
}

/// `3 statements, 1 refused`; for a terminal nothing, which has none.
pub fn amount(recording: &RecordingView) -> String {
    let what = match recording.way {
        Way::Console | Way::Gateway => "statement",
        Way::Terminal => return String::new(),
        Way::Reported => "action",
    };
    let (many, refused) = (recording.actions, recording.refused);
    let s = if many == 1 { "" } else { "s" };
    match refused {
        0 => format!("{many} {what}{s}"),
        _ => format!("{many} {what}{s}, {refused} refused"),
    }
}

/// What a statement does that a policy may refuse, as a badge.
pub const fn class(class: StatementClass) -> &'static str {
    match class {
        StatementClass::SetRole => "Another role",
        StatementClass::CopyProgram => "Programs and files",
        StatementClass::Code => "Code",
        StatementClass::Listen => "Listens",
        StatementClass::Export => "Export",
    }
}

/// What is refused, in a sentence's second half.
pub const fn refuses(class: StatementClass) -> &'static str {
    match class {
        StatementClass::SetRole => "taking on another role (SET ROLE, SET SESSION AUTHORIZATION)",
        StatementClass::CopyProgram => {
            "running programs and reading or writing files on the server (COPY … PROGRAM, COPY … FROM 'file')"
        }
        StatementClass::Code => "blocks of code (DO)",
        StatementClass::Listen => "waiting for notifications (LISTEN)",
        StatementClass::Export => "taking many rows away at once (COPY … TO STDOUT)",
    }
}

/// What became of an action. `over`: the recording has ended, so nothing is still under way.
pub const fn outcome(end: Option<ActionEnd>, over: bool) -> (Tone, &'static str) {
    match end {
        None if over => (Tone::Wait, "Unknown"),
        None => (Tone::Accent, "Running"),
        Some(ActionEnd::Refused { .. }) => (Tone::Glass, "Refused"),
        Some(ActionEnd::Finished { outcome, .. }) => match outcome {
            ActionOutcome::Done => (Tone::Proof, "Done"),
            ActionOutcome::Failed => (Tone::Glass, "Failed"),
            ActionOutcome::Cancelled => (Tone::Plain, "Cancelled"),
            ActionOutcome::Cut => (Tone::Wait, "Cut off"),
            ActionOutcome::Unknown => (Tone::Wait, "Unknown"),
        },
    }
}

/// The text of an action, or why it is not there.
pub fn text(action: &ActionView) -> Result<String, &'static str> {
    match (&action.text, action.state) {
        (Some(text), OpeningState::Shown) => Ok(visible(text)),
        (_, OpeningState::Shown | OpeningState::Missing) => {
            Err("Its text is not here: the database came from the archive.")
        }
        (_, OpeningState::Sealed) => Err("Its text is sealed and not shown to you."),
        (_, OpeningState::Altered) => Err(
            "What is kept is not what was recorded: it does not fit its entry and is not shown.",
        ),
        (_, OpeningState::Erased) => Err("Its text was erased."),
    }
}

/// `12 ms`, `3.4 s`, `2 min 5 s`.
pub fn took(ms: u32) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000.. => time::span(ms / 1_000),
    }
}

/// Text whose every character can be seen: what is invisible, or turns the order of reading round, is named.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        let hidden = (char.is_control() && !matches!(char, '\n' | '\t'))
            || matches!(
                char,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
            );
        if hidden {
            // A string takes whatever is written to it.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(char));
        } else {
            shown.push(char);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_invisible() {
        assert_eq!(visible("select 1;\n\t-- é"), "select 1;\n\t-- é");
        assert_eq!(
            visible("a\u{202e}b\r\u{200b}\u{0}"),
            "a⟨U+202E⟩b⟨U+000D⟩⟨U+200B⟩⟨U+0000⟩"
        );
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(took(12), "12 ms");
        assert_eq!(took(3_450), "3.4 s");
        assert_eq!(took(125_000), "2 min 5 s");
    }
}
