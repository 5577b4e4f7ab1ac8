//! A row as runs of text that look alike.

use avt::{Cell, Color, Line, Pen};
use serde::Serialize;

use crate::palette::{self, Rgb};

/// A text and its classes, separated by blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Run(pub(crate) String, pub(crate) String);

/// The runs of a row, without the blanks at its end that look like nothing.
pub(crate) fn runs(line: &Line) -> Vec<Run> {
    let cells: Vec<&Cell> = line.cells().iter().collect();
    let end = cells
        .iter()
        .rposition(|cell| cell.char() != ' ' || !cell.pen().is_default())
        .map_or(0, |last| last + 1);
    let mut runs: Vec<Run> = Vec::new();
    let mut before: Option<(Pen, u8)> = None;
    for cell in &cells[..end] {
        // The second half of a character that is two columns wide.
        if cell.width() == 0 {
            continue;
        }
        let look = (*cell.pen(), cell.width());
        match runs.last_mut() {
            // A wide character stands alone: fonts do not agree how wide it is, so its box says it.
            Some(run) if before == Some(look) && cell.width() == 1 => run.0.push(cell.char()),
            _ => runs.push(Run(
                cell.char().to_string(),
                classes(cell.pen(), cell.width()),
            )),
        }
        before = Some(look);
    }
    runs
}

/// `f-…` is a colour on the screen's own ground and legible there, `x-…` the very colour on a ground of the
/// program's, `b-…` such a ground, with ink that can be read on it.
fn classes(pen: &Pen, width: u8) -> String {
    let (mut ink, mut ground) = (pen.foreground().map(index), pen.background().map(index));
    let mut classes: Vec<String> = Vec::new();
    let said = |of: &str, index: u8| format!("{of}-{index}");
    if pen.is_inverse() {
        (ink, ground) = (ground, ink);
    }
    match (ink, ground) {
        (Some(ink), Some(ground)) => {
            classes.push(said("b", ground));
            if palette::legible(palette::rgb(ink), palette::rgb(ground)) {
                classes.push(said("x", ink));
            }
        }
        // With the ink of its ground.
        (None, Some(ground)) => classes.push(said("b", ground)),
        _ if pen.is_inverse() => classes.push("inverse".to_owned()),
        (Some(ink), None) => classes.push(said("f", ink)),
        (None, None) => {}
    }
    let plain = classes.is_empty();
    for (has, class) in [
        (pen.is_bold(), "bold"),
        (pen.is_faint() && plain, "faint"),
        (pen.is_italic(), "italic"),
        (pen.is_underline(), "underline"),
        (pen.is_strikethrough(), "strike"),
        (width == 2, "wide"),
    ] {
        if has {
            classes.push(class.to_owned());
        }
    }
    // Both are drawn by one property.
    if pen.is_underline() && pen.is_strikethrough() {
        classes.retain(|class| class != "underline" && class != "strike");
        classes.push("underline-strike".to_owned());
    }
    classes.join(" ")
}

fn index(color: Color) -> u8 {
    match color {
        Color::Indexed(index) => index,
        Color::RGB(rgb) => palette::nearest(Rgb(rgb.r, rgb.g, rgb.b)),
    }
}
