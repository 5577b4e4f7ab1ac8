//! The 256 colours: sixteen with names, a cube of 6 × 6 × 6, and 24 greys.

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// The sixteen that every terminal has of its own; these are Tango's.
const NAMED: [Rgb; 16] = [
    Rgb(0x2e, 0x34, 0x36),
    Rgb(0xcc, 0x00, 0x00),
    Rgb(0x4e, 0x9a, 0x06),
    Rgb(0xc4, 0xa0, 0x00),
    Rgb(0x34, 0x65, 0xa4),
    Rgb(0x75, 0x50, 0x7b),
    Rgb(0x06, 0x98, 0x9a),
    Rgb(0xd3, 0xd7, 0xcf),
    Rgb(0x55, 0x57, 0x53),
    Rgb(0xef, 0x29, 0x29),
    Rgb(0x8a, 0xe2, 0x34),
    Rgb(0xfc, 0xe9, 0x4f),
    Rgb(0x72, 0x9f, 0xcf),
    Rgb(0xad, 0x7f, 0xa8),
    Rgb(0x34, 0xe2, 0xe2),
    Rgb(0xee, 0xee, 0xec),
];

/// The steps of the cube's edges, as xterm has them.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The first of the cube and of the greys.
const CUBE: u8 = 16;
const GREYS: u8 = 232;

/// What the colour of an index is.
pub(crate) fn rgb(index: u8) -> Rgb {
    match index {
        0..CUBE => NAMED[usize::from(index)],
        CUBE..GREYS => {
            let at = usize::from(index - CUBE);
            Rgb(STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6])
        }
        GREYS.. => {
            let grey = 8 + 10 * (index - GREYS);
            Rgb(grey, grey, grey)
        }
    }
}

/// The index whose colour is nearest, among those that are the same everywhere (16 and above).
pub(crate) fn nearest(wanted: Rgb) -> u8 {
    (CUBE..=u8::MAX)
        .min_by_key(|index| distance(rgb(*index), wanted))
        .unwrap_or(CUBE)
}

/// How far two colours are apart, to the eye rather than to the arithmetic.
fn distance(Rgb(r, g, b): Rgb, Rgb(s, h, c): Rgb) -> u32 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    2 * square(r, s) + 4 * square(g, h) + 3 * square(b, c)
}

/// The least contrast of a text (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;

/// Whether text of one colour can be read on the other.
pub(crate) fn legible(ink: Rgb, ground: Rgb) -> bool {
    contrast(ink, ground) >= CONTRAST
}

/// WCAG 2.2's ratio, 1 to 21.
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2's relative luminance, 0 to 1.
fn luminance(Rgb(r, g, b): Rgb) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests;
