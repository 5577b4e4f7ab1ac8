//! What becomes another about the conditions.

use core::fmt::Display;

use super::changes::Changes;
use crate::policy::Conditions;
use crate::sentences::{hours, listed};

pub(super) fn compare(old: &Conditions, new: &Conditions, to: &mut Changes) {
    let Conditions {
        min_reason_chars,
        ticket,
        incident,
        networks,
        acr,
        amr,
        windows: _,
        zone,
        zone_rule,
    } = new;
    let at = "conditions.min_reason_chars";
    to.number(
        at,
        (old.min_reason_chars, *min_reason_chars),
        Some(false),
        |was, is| format!("A reason has at least {is} characters instead of {was}."),
    );
    match (&old.ticket, ticket) {
        (None, Some(form)) => {
            to.tell(
                "conditions.ticket",
                Some(false),
                format!("A ticket in the form `{form}` is named."),
            );
        }
        (Some(_), None) => to.tell(
            "conditions.ticket",
            Some(true),
            "No ticket has to be named.",
        ),
        (was, is) if was != is => {
            let words = is
                .iter()
                .zip(was)
                .map(|(is, was)| format!("The ticket has the form `{is}` instead of `{was}`."));
            to.tell("conditions.ticket", None, words.collect::<String>());
        }
        _ => {}
    }
    to.flag(
        "conditions.incident",
        (old.incident, *incident),
        false,
        |named| {
            if named {
                "An incident is named."
            } else {
                "No incident has to be named."
            }
        },
    );
    let from = (
        "Whoever asks does so from",
        "It can be asked for from anywhere.",
    );
    one_of("conditions.networks", (&old.networks, networks), from, to);
    let class = (
        "The sign-in is of one of the classes",
        "A sign-in of any class will do.",
    );
    one_of("conditions.acr", (&old.acr, acr), class, to);
    to.names("conditions.amr", (&old.amr, amr), false, |method, more| {
        let has = if more {
            "has to use"
        } else {
            "need no longer use"
        };
        format!("The sign-in {has} {method}.")
    });
    windows(old, new, to);
    let clocks = |zone: &Option<String>| {
        zone.as_ref()
            .map_or("no zone".to_owned(), |zone| format!("`{zone}`"))
    };
    to.text("conditions.zone", &old.zone, zone, |was, is| {
        format!(
            "The windows go by the clocks of {} instead of {}.",
            clocks(is),
            clocks(was)
        )
    });
    to.text(
        "conditions.zone_rule",
        &old.zone_rule,
        zone_rule,
        |was, is| {
            let rule = |rule: &Option<String>| {
                rule.as_ref()
                    .map_or("none".to_owned(), |rule| format!("`{rule}`"))
            };
            format!("The zone's rule is {} instead of {}.", rule(is), rule(was))
        },
    );
}

/// A list of which one is enough, and that asks for nothing when it is empty.
fn one_of<T: PartialEq + Display>(
    at: &str,
    (old, new): (&[T], &[T]),
    (wanted, free): (&str, &str),
    to: &mut Changes,
) {
    match (old, new) {
        ([], []) => {}
        ([], _) => to.tell(at, Some(false), format!("{wanted} {}.", listed(new))),
        (_, []) => to.tell(at, Some(true), free),
        _ => to.names(at, (old, new), true, |name, more| {
            let does = if more {
                "will do as well"
            } else {
                "will do no longer"
            };
            format!("{wanted} {}: {name} {does}.", listed(new))
        }),
    }
}

fn windows(old: &Conditions, new: &Conditions, to: &mut Changes) {
    let at = "conditions.windows";
    match (&old.windows[..], &new.windows[..]) {
        ([], []) => {}
        ([], _) => to.tell(
            at,
            Some(false),
            format!("Ordinary access is opened {} only.", hours(new)),
        ),
        (_, []) => to.tell(
            at,
            Some(true),
            "Ordinary access is opened at any time of the week.",
        ),
        (was, is) if was != is => {
            let words = format!(
                "Ordinary access is opened {} instead of {}.",
                hours(new),
                hours(old)
            );
            to.tell(at, more_hours(old, new), words);
        }
        _ => {}
    }
}

/// Whether it is open whenever it was before, or the other way round; minutes of two zones do not compare.
fn more_hours(old: &Conditions, new: &Conditions) -> Option<bool> {
    let (was, is) = (old.week(), new.week());
    let within =
        |one: &[bool], other: &[bool]| one.iter().zip(other).all(|(one, other)| !one || *other);
    match (within(&was, &is), within(&is, &was)) {
        _ if old.zone_rule != new.zone_rule => None,
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
