//! The colours, and the stylesheet of their classes, which lies in `style/` as a file.

use std::path::Path;

use super::*;

/// The grounds of the terminal in both schemes, as `style/pages/terminal.css` has them.
const LIGHT: Rgb = Rgb(0xfb, 0xfc, 0xfe);
const DARK: Rgb = Rgb(0x0b, 0x0e, 0x13);
const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
const BLACK: Rgb = Rgb(0, 0, 0);

/// Where the stylesheet lies.
const FILE: &str = "../../style/palette.css";

#[test]
fn the_cube_and_the_greys_are_those_of_xterm() {
    assert_eq!(rgb(16), BLACK);
    assert_eq!(rgb(196), Rgb(255, 0, 0));
    assert_eq!(rgb(110), Rgb(135, 175, 215));
    assert_eq!(rgb(231), WHITE);
    assert_eq!(rgb(232), Rgb(8, 8, 8));
    assert_eq!(rgb(255), Rgb(238, 238, 238));
}

#[test]
fn a_colour_of_the_palette_is_nearest_to_itself() {
    for index in CUBE..=u8::MAX {
        assert_eq!(rgb(nearest(rgb(index))), rgb(index), "{index}");
    }
    assert_eq!(nearest(Rgb(254, 1, 2)), 196);
    assert_eq!(nearest(Rgb(9, 9, 10)), 232);
}

#[test]
fn contrast_is_what_wcag_says() {
    assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
    assert!((contrast(Rgb(0x76, 0x76, 0x76), WHITE) - 4.54).abs() < 0.01);
    assert!(!legible(Rgb(0x77, 0x77, 0x77), WHITE));
}

/// `UPDATE=1 cargo nextest run -p terminal-wasm` writes it anew.
#[test]
fn the_stylesheet_lies_there_as_it_is_made_here() {
    let made = stylesheet();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &made).expect("style/ can be written to");
    }
    let lies = std::fs::read_to_string(&file).expect("style/palette.css lies there");
    assert!(
        lies == made,
        "style/palette.css is not what palette.rs makes"
    );
}

#[test]
fn every_ink_can_be_read_on_its_ground() {
    for index in 0..=u8::MAX {
        for ground in [LIGHT, DARK] {
            assert!(legible(readable(rgb(index), ground), ground), "{index}");
        }
        assert!(legible(ink(rgb(index)), rgb(index)), "{index}");
    }
}

fn stylesheet() -> String {
    let ink_on = |ground| move |index| format!("color:{}", hex(readable(rgb(index), ground)));
    let grounds = |index| {
        let ground = rgb(index);
        format!("background:{};color:{}", hex(ground), hex(ink(ground)))
    };
    [
        "/* Written by the tests of crates/terminal-wasm (src/palette/tests.rs); do not edit. The 256 colours of a terminal:",
        "   `f-` ink on the terminal's own ground, as near to the colour as can be read there; `b-` a ground with its ink;",
        "   `x-` the very colour, on such a ground. */",
        "@layer components {",
        &rules("f", ink_on(LIGHT)),
        &rules("b", grounds),
        // After the grounds, whose ink they take the place of.
        &rules("x", |index| format!("color:{}", hex(rgb(index)))),
        "@media (prefers-color-scheme: dark) {",
        &rules("f", ink_on(DARK)),
        "}",
        "}\n",
    ]
    .join("\n")
}

/// One rule for each colour, eight a line.
fn rules(class: &str, body: impl Fn(u8) -> String) -> String {
    let rules: Vec<String> = (0..=u8::MAX)
        .map(|index| format!(".{class}-{index}{{{}}}", body(index)))
        .collect();
    let lines: Vec<String> = rules.chunks(8).map(|line| line.join(" ")).collect();
    lines.join("\n")
}

/// The colour, darker or lighter by as much as it takes to be read.
fn readable(color: Rgb, ground: Rgb) -> Rgb {
    let towards = if luminance(ground) > 0.5 {
        BLACK
    } else {
        WHITE
    };
    (0..=20)
        .map(|twentieth| mixed(color, towards, twentieth))
        .find(|color| legible(*color, ground))
        .unwrap_or(towards)
}

/// Black or white, whichever stands out more.
fn ink(ground: Rgb) -> Rgb {
    if contrast(BLACK, ground) > contrast(WHITE, ground) {
        BLACK
    } else {
        WHITE
    }
}

fn mixed(Rgb(r, g, b): Rgb, Rgb(s, h, c): Rgb, twentieth: u16) -> Rgb {
    let mix = |one: u8, other: u8| {
        let sum = u16::from(one) * (20 - twentieth) + u16::from(other) * twentieth;
        u8::try_from(sum / 20).expect("a mean of two bytes is one")
    };
    Rgb(mix(r, s), mix(g, h), mix(b, c))
}

fn hex(Rgb(r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
