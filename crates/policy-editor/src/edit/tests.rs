#![allow(clippy::unwrap_used, reason = "a test may fail")]

use access::file::template;
use serde_json::{Value, json};

use super::*;

const ZONES: &str = r#"{"Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3"}"#;

fn checked(text: &str) -> Value {
    serde_json::from_str(&check(text, ZONES).unwrap()).unwrap()
}

#[test]
fn a_sound_file_is_told_in_full() {
    let checked = checked(&template());
    assert_eq!(
        (&checked["errors"], &checked["warnings"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(checked["policy"]["approval"]["stages"][0]["n"], 2);
    assert!(checked["sentences"].as_array().unwrap().len() > 10);
}

#[test]
fn a_wrong_file_is_told_by_line() {
    let wrong = checked("name = 3\n");
    assert_eq!(wrong["policy"], Value::Null);
    assert_eq!(wrong["sentences"], json!([]));
    let of_name =
        json!({"line": 1, "column": 8, "at": "name", "why": "is a number: write a text in quotes"});
    assert!(
        wrong["errors"].as_array().unwrap().contains(&of_name),
        "{wrong}"
    );
    let zero = checked(&template().replace("n = 2", "n = 0"));
    assert_eq!(zero["errors"][0]["at"], "approval.stages[0].n");
    assert_eq!(
        zero["policy"]["approval"]["stages"][0]["n"], 0,
        "the form can show it"
    );
    let text = template().replace("within_s = 86400", "within_s = 60");
    let line = text.lines().position(|line| line == "within_s = 60");
    let early = checked(&text)["errors"][0].clone();
    assert_eq!(
        (&early["at"], &early["line"]),
        (&json!("review.within_s"), &json!(line.unwrap() + 1))
    );
}

#[test]
fn a_form_and_its_file_say_the_same() {
    let policy = checked(&template())["policy"].clone();
    let text = to_toml(&policy.to_string()).unwrap();
    assert_eq!(checked(&text)["policy"], policy);
    // The template alone shows a member that says nothing.
    let shown = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let lines = lines.filter(|line| *line != "people = []");
        lines.map(str::to_owned).collect()
    };
    assert_eq!(shown(&text), shown(&template()));
}

#[test]
fn a_form_that_is_wrong_has_a_file_whose_lines_say_so() {
    let form =
        json!({"name": "Not A Name", "eligible": [], "duration": {"max_s": null, "default_s": 60}});
    let text = to_toml(&form.to_string()).unwrap();
    let found = checked(&text)["errors"].clone();
    let lines: Vec<(u64, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["line"].as_u64().unwrap(),
                error["at"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(lines.contains(&(2, "name")), "{lines:?}\n{text}");
    assert!(lines.contains(&(7, "duration.max_s")), "{lines:?}\n{text}");
}

#[test]
fn differences_are_a_list() {
    let old = checked(&template())["policy"].clone();
    let mut new = old.clone();
    new["approval"]["stages"][0]["n"] = 1.into();
    let changes = diff(&old.to_string(), &new.to_string()).unwrap();
    let words = "One person instead of two signs off at stage 1.";
    let wanted = json!([{"at": "approval.stages[0].n", "words": words, "looser": true}]);
    assert_eq!(serde_json::from_str::<Value>(&changes).unwrap(), wanted);
    let first = diff("null", &new.to_string()).unwrap();
    assert!(first.contains("The policy is new."));
}

#[test]
fn what_the_page_says_wrong_is_told_in_a_sentence() {
    for said in [
        check("", "[]"),
        to_toml("{"),
        diff("null", "{}"),
        diff("x", "null"),
    ] {
        assert!(said.unwrap_err().starts_with("This page cannot read "));
    }
}
