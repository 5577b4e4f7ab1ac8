//! The terminal's part that runs in the browser: what a program wrote, as rows of a screen.
//!
//! It reads texts and answers with texts: it makes no request and touches no page. The work is done by `avt`, the
//! virtual terminal of asciinema; what is added here is what a page needs of it and what it leaves out (title,
//! pasting, questions). Tests on the host drive `screen`; this file only hands over.

mod asides;
mod palette;
mod plain;
mod runs;
mod screen;

use wasm_bindgen::prelude::wasm_bindgen;

use screen::Screen;

/// Called by the loader, once.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// A terminal's screen.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Terminal(Screen);

#[wasm_bindgen]
impl Terminal {
    /// An empty screen of so many columns and rows (at least one of each), which keeps so many lines above it.
    #[wasm_bindgen(constructor)]
    pub fn new(columns: usize, rows: usize, scrollback: usize) -> Self {
        Self(Screen::new(columns, rows, scrollback))
    }

    /// What a program wrote. The answer says what changed, as an object:
    /// `{columns, rows, changed, cursor, title, pastes, application, answers}`. `changed` is a list of
    /// `[row, runs]` from the top; a run is `[text, classes]`; blanks at the end of a row are left out. `cursor` is
    /// `{column, row, visible}`; `title` is what the program calls its window; `pastes` whether it wants to be told
    /// what is pasted, `application` whether arrow keys have their other form; `answers` is what it asked to be told
    /// and a live terminal sends back.
    pub fn feed(&mut self, text: &str) -> String {
        self.0.feed(text)
    }

    /// Another size. Answers as [`feed`](Self::feed) does, with every row.
    pub fn resize(&mut self, columns: usize, rows: usize) -> String {
        self.0.resize(columns, rows)
    }

    /// Everything, as [`feed`](Self::feed) tells it.
    pub fn whole(&mut self) -> String {
        self.0.whole()
    }

    /// What stands on the screen and above it, as plain lines: to read aloud, to search, to copy.
    pub fn text(&self) -> String {
        self.0.text()
    }

    /// A text that brings a new screen of the same size to where this one stands; lines above it are left out.
    pub fn dump(&self) -> String {
        self.0.dump()
    }
}

/// Output without what steers a terminal, to search in. It may be fed in pieces.
#[derive(Debug, Default)]
#[wasm_bindgen]
pub struct Plain(plain::Plain);

#[wasm_bindgen]
impl Plain {
    /// Nothing read yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The words and ends of lines in the next piece.
    pub fn feed(&mut self, text: &str) -> String {
        self.0.feed(text)
    }
}
