use serde_json::{Value, json};

use super::Screen;

fn told(text: &str) -> Value {
    serde_json::from_str(text).expect("an update is JSON")
}

fn rows(update: &Value) -> Value {
    update["changed"].clone()
}

#[test]
fn what_changed_is_told_and_nothing_else() {
    let mut screen = Screen::new(20, 3, 0);
    let first = told(&screen.feed("one\r\n"));
    assert_eq!(
        rows(&first),
        json!([[0, [["one", ""]]], [1, []], [2, []]]),
        "every row at first"
    );
    let second = told(&screen.feed("two"));
    assert_eq!(rows(&second), json!([[1, [["two", ""]]]]));
    assert_eq!(
        second["cursor"],
        json!({"column": 3, "row": 1, "visible": true})
    );
    assert_eq!(rows(&told(&screen.feed(""))), json!([]));
}

#[test]
fn looks_are_classes() {
    let look = |text: &str| rows(&told(&Screen::new(40, 1, 0).feed(text)))[0][1].clone();
    assert_eq!(
        look("\x1b[1;3;4;31mx"),
        json!([["x", "f-1 bold italic underline"]])
    );
    assert_eq!(
        look("\x1b[38;5;208mx\x1b[0my"),
        json!([["x", "f-208"], ["y", ""]])
    );
    assert_eq!(look("\x1b[7mx"), json!([["x", "inverse"]]));
    assert_eq!(
        look("\x1b[7;32mx"),
        json!([["x", "b-2"]]),
        "green is the ground then"
    );
    assert_eq!(
        look("\x1b[2mx\x1b[4;9my"),
        json!([["x", "faint"], ["y", "faint underline-strike"]])
    );
    assert_eq!(
        look("\x1b[38;2;255;0;1mx"),
        json!([["x", "f-196"]]),
        "the nearest of 256"
    );
    assert_eq!(look("\x1b[97;44mx"), json!([["x", "b-4 x-15"]]));
    assert_eq!(
        look("\x1b[31;41mx"),
        json!([["x", "b-1"]]),
        "red on red has the ground's own ink"
    );
    assert_eq!(
        look("\x1b[44m  \x1b[0m  "),
        json!([["  ", "b-4"]]),
        "a coloured blank is something"
    );
}

#[test]
fn a_wide_character_is_one_run_of_its_own() {
    let update = told(&Screen::new(10, 1, 0).feed("a表示b"));
    assert_eq!(
        rows(&update)[0][1],
        json!([["a", ""], ["表", "wide"], ["示", "wide"], ["b", ""]])
    );
    assert_eq!(update["cursor"]["column"], 6);
}

#[test]
fn what_avt_leaves_out_is_told_beside() {
    let mut screen = Screen::new(20, 4, 0);
    let update = told(&screen.feed("\x1b]2;top\x07\x1b[?2004h\x1b[?1h"));
    assert_eq!(update["title"], "top");
    assert_eq!(
        (&update["pastes"], &update["application"]),
        (&json!(true), &json!(true))
    );
    let update = told(&screen.feed("\x1bc"));
    assert_eq!(update["title"], "");
    assert_eq!(
        (&update["pastes"], &update["application"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn a_question_is_answered_for_the_place_where_it_stands() {
    let mut screen = Screen::new(20, 4, 0);
    let update = told(&screen.feed("\x1b[2;5Hx\x1b[6n\x1b[1;1H\x1b[6n\x1b[c"));
    assert_eq!(update["answers"], "\x1b[2;6R\x1b[1;1R\x1b[?62;22c");
    assert_eq!(told(&screen.whole())["answers"], "", "once");
    // Behind the last column the cursor stands on it.
    let update = told(&screen.feed(&format!("\x1b[3;1H{}\x1b[6n", "x".repeat(20))));
    assert_eq!(update["answers"], "\x1b[3;20R");
    assert_eq!(update["cursor"]["column"], 19);
}

#[test]
fn another_size_tells_every_row() {
    let mut screen = Screen::new(10, 2, 100);
    screen.feed("0123456789abc");
    let update = told(&screen.resize(5, 3));
    assert_eq!(
        (&update["columns"], &update["rows"]),
        (&json!(5), &json!(3))
    );
    assert_eq!(
        rows(&update),
        json!([
            [0, [["01234", ""]]],
            [1, [["56789", ""]]],
            [2, [["abc", ""]]]
        ])
    );
    // Nobody asks for nothing, and who does gets the least.
    let update = told(&screen.resize(0, 0));
    assert_eq!(
        (&update["columns"], &update["rows"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn no_program_makes_the_screen_larger_or_smaller() {
    for size in ["65535;65535", "2;10", ";1"] {
        let mut screen = Screen::new(10, 5, 0);
        let update = told(&screen.feed(&format!("a\x1b[8;{size}tb\x1b[65535bc")));
        assert_eq!(
            (&update["columns"], &update["rows"]),
            (&json!(10), &json!(5))
        );
        assert_eq!(
            rows(&update)[0],
            json!([0, [["abc", ""]]]),
            "and what stands around it is there"
        );
    }
}

#[test]
fn the_text_has_what_was_scrolled_away() {
    let mut screen = Screen::new(10, 2, 100);
    screen.feed("one\r\ntwo\r\nthree\r\nfour\r\n");
    assert_eq!(screen.text(), "one\ntwo\nthree\nfour");
    screen.feed("\x1b[?1049h\x1b[2J\x1b[Hless");
    assert_eq!(
        screen.text(),
        "one\ntwo\nthree\nfour\n\nless",
        "and what covers it"
    );
}

#[test]
fn a_dump_goes_on_where_the_screen_stood() {
    let before = "\x1b]2;t\x07\x1b[?2004h\x1b[?1049h\x1b[1;32mgreen\x1b[2;3H\x1b[4munder\x1b[3";
    let after = "6mcyan\x1b[6n";
    let mut whole = Screen::new(20, 4, 0);
    whole.feed(before);
    let mut again = Screen::new(20, 4, 0);
    again.feed(&whole.dump());
    whole.feed(after);
    again.feed(after);
    assert_eq!(told(&whole.whole()), told(&again.whole()));
}
