//! Inline SVG icons. They say nothing by themselves: a word stands beside each.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::erase::Erase as _;

/// The signs in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Glyph {
    /// A pane with a crack: breaking the glass.
    Glass,
    /// Something to know before going on.
    Warning,
    /// Yes; done; proven.
    Tick,
    /// No.
    Cross,
    /// Time, waiting.
    Clock,
    /// One human being.
    Person,
    /// Several.
    People,
    /// A way in.
    Key,
    /// Being looked at.
    Eye,
    /// Writing.
    Pen,
    /// Entries in order.
    Log,
    /// Copying.
    Copy,
    /// The way between pages.
    Menu,
    /// Something to know.
    Info,
}

impl Glyph {
    /// Strokes in a view box of 24 × 24.
    const fn path(self) -> &'static str {
        match self {
            Self::Glass => {
                "M4 4h16v16H4z M13 4l-2.5 5.5 4 2-3.5 3 1 5.5 M10.5 9.5 4 11 M14.5 11.5 20 9 M11 14.5 4 18"
            }
            Self::Warning => "M12 3.5 2.5 20h19z M12 10v4 M12 17v.01",
            Self::Tick => "M4 12.5 9.5 18 20 6.5",
            Self::Cross => "M5.5 5.5l13 13 M18.5 5.5l-13 13",
            Self::Clock => "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18z M12 7.5V12l3 2",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 1 0 0-8z M4.5 20.5a7.5 7.5 0 0 1 15 0",
            Self::People => {
                "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7z M2.5 20a6.5 6.5 0 0 1 13 0 M16 4.8a3.5 3.5 0 0 1 0 6.4 M18 14a6.5 6.5 0 0 1 3.5 6"
            }
            Self::Key => {
                "M8 11.5a4 4 0 1 0 0 8 4 4 0 1 0 0-8z M11 12.5 20 3.5 M16 7.5l3 3 M13.5 10l2 2"
            }
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z M12 9a3 3 0 1 0 0 6 3 3 0 1 0 0-6z"
            }
            Self::Pen => "M4 20h4L19.5 8.5l-4-4L4 16z M13 7l4 4",
            Self::Log => "M5 3.5h14v17H5z M8.5 8h7 M8.5 12h7 M8.5 16h4",
            Self::Copy => "M9 9h11v11H9z M5 15H4V4h11v1",
            Self::Menu => "M4 6.5h16 M4 12h16 M4 17.5h16",
            Self::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18z M12 11v5 M12 8v.01",
        }
    }
}

/// One icon, hidden from assistive technology.
#[component]
pub fn Icon(
    /// Which.
    glyph: Glyph,
) -> impl IntoView {
    view! {
        <svg class="icon" width="18" height="18" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
    .erase()
}
