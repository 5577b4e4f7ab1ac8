//! A screen that says what changed.

use std::collections::BTreeSet;
use std::fmt;

use avt::observer::DirtyRows;
use serde::Serialize;

use crate::asides::{Aside, Asides, Question};
use crate::runs::{Run, runs};

/// The virtual terminal, and what a page wants to know beside its rows.
pub(crate) struct Screen {
    terminal: avt::Terminal,
    dirty: DirtyRows,
    asides: Asides,
    title: String,
    pastes: bool,
    scrollback: usize,
}

/// What changed, as `Terminal::feed` describes it.
#[derive(Serialize)]
struct Update<'a> {
    columns: usize,
    rows: usize,
    changed: Vec<(usize, Vec<Run>)>,
    cursor: Cursor,
    title: &'a str,
    pastes: bool,
    application: bool,
    answers: String,
}

#[derive(Serialize)]
struct Cursor {
    column: usize,
    row: usize,
    visible: bool,
}

impl Screen {
    pub(crate) fn new(columns: usize, rows: usize, scrollback: usize) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        Self {
            terminal: avt::Terminal::with_scrollback(columns, rows, Some(scrollback))
                .expect("neither is 0"),
            dirty: DirtyRows::new(),
            asides: Asides::default(),
            title: String::new(),
            pastes: false,
            scrollback,
        }
    }

    pub(crate) fn feed(&mut self, text: &str) -> String {
        let mut changed = BTreeSet::new();
        let mut answers = String::new();
        let mut rest = text;
        while let Some((before, aside, after)) = self.asides.next(rest) {
            // Where the cursor is has to be asked at this very place of the text; and CAN ends a command undone.
            let unwanted = aside == Aside::Unwanted;
            let read = if unwanted {
                &before[..before.len() - 1]
            } else {
                before
            };
            changed.extend(self.terminal.feed_with(read, &mut self.dirty));
            if unwanted {
                changed.extend(self.terminal.feed_with("\x18", &mut self.dirty));
            }
            self.aside(aside, &mut answers);
            rest = after;
        }
        changed.extend(self.terminal.feed_with(rest, &mut self.dirty));
        self.told(changed, answers)
    }

    pub(crate) fn resize(&mut self, columns: usize, rows: usize) -> String {
        self.terminal
            .resize_with(columns.max(1), rows.max(1), &mut self.dirty);
        self.whole()
    }

    pub(crate) fn whole(&mut self) -> String {
        let all = (0..self.terminal.size().1).collect();
        self.told(all, String::new())
    }

    pub(crate) fn text(&self) -> String {
        let mut lines = self.terminal.primary_screen().text();
        if self.terminal.active_screen_kind() == avt::ScreenKind::Alternate {
            lines.extend(self.terminal.screen().text());
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.join("\n")
    }

    pub(crate) fn dump(&self) -> String {
        let pastes = if self.pastes { "\x1b[?2004h" } else { "" };
        let title = match self.title.as_str() {
            "" => String::new(),
            title => format!("\x1b]2;{title}\x07"),
        };
        // What is begun and not ended stands at the end of the terminal's own text.
        format!("{title}{pastes}{}", self.terminal.dump())
    }

    fn aside(&mut self, aside: Aside, answers: &mut String) {
        match aside {
            Aside::Title(title) => self.title = title,
            Aside::Pastes(pastes) => self.pastes = pastes,
            Aside::Unwanted => {}
            Aside::Reset => {
                self.title.clear();
                self.pastes = false;
            }
            // A VT220 with colours, which is what the programs on the other side take it for.
            Aside::Asks(Question::Device) => answers.push_str("\x1b[?62;22c"),
            Aside::Asks(Question::Status) => answers.push_str("\x1b[0n"),
            Aside::Asks(Question::Cursor) => {
                let cursor = self.terminal.cursor();
                let column = cursor.col.min(self.terminal.size().0 - 1);
                answers.push_str(&format!("\x1b[{};{}R", cursor.row + 1, column + 1));
            }
        }
    }

    fn told(&self, changed: BTreeSet<usize>, answers: String) -> String {
        let (columns, rows) = self.terminal.size();
        let lines: Vec<_> = self.terminal.screen().visible_lines().collect();
        let cursor = self.terminal.cursor();
        let update = Update {
            columns,
            rows,
            changed: changed
                .into_iter()
                .filter_map(|row| lines.get(row).map(|line| (row, runs(line))))
                .collect(),
            cursor: Cursor {
                // Behind a full row it waits outside.
                column: cursor.col.min(columns - 1),
                row: cursor.row,
                visible: cursor.visible,
            },
            title: &self.title,
            pastes: self.pastes,
            application: self.terminal.cursor_key_app_mode(),
            answers,
        };
        serde_json::to_string(&update).expect("numbers and texts are always written")
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen")
            .field("size", &self.terminal.size())
            .field("scrollback", &self.scrollback)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
