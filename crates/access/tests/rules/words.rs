//! Words that people read: sentences, calm, with a next step.

use std::collections::BTreeSet;

use access::command::Command;
use access::event::{Event, Mode};
use access::refusal::Rule;
use access::{Refusal, decide, describe};

use crate::golden::samples;
use crate::stage::{DANA, Stage, ask_as, who};

fn is_calm(text: &str) {
    assert!(
        !text.contains('!') && !text.contains("  ") && !text.contains('_'),
        "{text}"
    );
}

#[test]
fn every_rule_says_what_and_what_next() {
    let mut said = BTreeSet::new();
    for rule in Rule::ALL {
        let text = rule.to_string();
        is_calm(&text);
        assert!(
            text.ends_with('.') && text.matches(". ").count() == 1,
            "{text}"
        );
        assert!(
            text.chars().next().is_some_and(char::is_uppercase),
            "{text}"
        );
        assert!(said.insert(text), "{rule:?}");
    }
}

#[test]
fn names_are_the_ones_in_entries() {
    let mut names = BTreeSet::new();
    for rule in Rule::ALL {
        assert_eq!(
            serde_json::to_string(rule).unwrap(),
            format!("{:?}", rule.name())
        );
        assert!(names.insert(rule.name()));
    }
}

#[test]
fn a_refusal_says_what_was_kept() {
    for command in Command::NAMES {
        for rule in Rule::ALL {
            let text = Refusal {
                command,
                request: None,
                rule: *rule,
            }
            .to_string();
            is_calm(&text);
            assert!(text.contains(". Nothing was changed, and the log notes that it was asked. "));
        }
    }
    let refusal = Refusal {
        command: "sign_off",
        request: None,
        rule: Rule::SelfApproval,
    };
    assert_eq!(
        refusal.to_string(),
        "This is your own request, and nobody signs off their own. Nothing was changed, and the \
         log notes that it was asked. Ask one of the policy's approvers."
    );
}

#[test]
fn who_may_not_say_yes_to_more_time_is_told_so_and_not_of_signing() {
    let said = |command| {
        let (request, rule) = (None, Rule::NotApprover);
        let refusal = Refusal {
            command,
            request,
            rule,
        };
        refusal.to_string()
    };
    assert!(said("sign_off").contains("sign this off"));
    for command in ["extend_grant", "deny_extension"] {
        let text = said(command);
        assert!(
            text.contains("more time") && !text.contains("sign"),
            "{text}"
        );
    }
}

#[test]
fn a_window_that_is_over_lets_nothing_be_opened_or_made_longer() {
    let said = |command| {
        let (request, rule) = (None, Rule::OutsideWindow);
        let refusal = Refusal {
            command,
            request,
            rule,
        };
        refusal.to_string()
    };
    assert!(said("intend_grant").contains("the approval holds"));
    for command in ["ask_extension", "extend_grant"] {
        let text = said(command);
        assert!(
            text.contains("longer") && !text.contains("approval"),
            "{text}"
        );
    }
}

#[test]
fn every_event_reads_as_a_sentence_without_its_subject() {
    for (name, event) in samples() {
        let text = describe(&event);
        assert!(!text.is_empty() && !text.ends_with('.'), "{name}: {text}");
        assert!(
            text.chars().next().is_some_and(char::is_lowercase),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_request_says_what_how_long_and_whether_it_is_an_emergency() {
    let stage = Stage::set();
    let said = |policy, mode, duration_s| {
        let command = ask_as(1, policy, mode, duration_s);
        describe(&decide(&stage.state, command, &who(DANA), stage.now()).unwrap()[0])
    };
    assert_eq!(
        said("orders-admin", Mode::Emergency, 1_800),
        "asked for orders-db under orders-admin for 30 min (emergency)"
    );
    let ordinary = |duration_s| said("orders-read", Mode::Ordinary, duration_s);
    assert_eq!(
        ordinary(5_400),
        "asked for orders-db under orders-read for 1 h 30 min"
    );
    assert_eq!(
        ordinary(14_400),
        "asked for orders-db under orders-read for 4 h"
    );
    assert_eq!(
        ordinary(3_605),
        "asked for orders-db under orders-read for 1 h 5 s"
    );
}

#[test]
fn a_refusal_in_the_log_names_the_rule() {
    let event = Event::CommandRefused {
        command: "sign_off".into(),
        request: None,
        rule: Rule::SelfApproval,
    };
    assert_eq!(describe(&event), "was refused `sign off`: self approval");
}
