//! What becomes another about sign-off.

use super::changes::Changes;
use crate::describe::duration;
use crate::policy::{Approval, Stage, Step};
use crate::sentences::{listed, number, stage_words};

pub(super) fn compare(old: &Approval, new: &Approval, to: &mut Changes) {
    let Approval {
        within_s,
        delegation,
        stages,
    } = new;
    to.number(
        "approval.within_s",
        (old.within_s, *within_s),
        Some(true),
        |was, is| {
            format!(
                "A request lapses after {} instead of {}.",
                duration(is),
                duration(was)
            )
        },
    );
    to.flag(
        "approval.delegation",
        (old.delegation, *delegation),
        true,
        |may| {
            if may {
                "An approver who is away may let somebody else sign."
            } else {
                "Approvers sign in their own name only."
            }
        },
    );
    // What stands before and after the stages that are others stays out of it.
    let same = |(one, other): &(&Stage, &Stage)| one == other;
    let before = old.stages.iter().zip(stages).take_while(same).count();
    let (was, is) = (&old.stages[before..], &stages[before..]);
    let after = was
        .iter()
        .rev()
        .zip(is.iter().rev())
        .take_while(same)
        .count();
    let (was, is) = (&was[..was.len() - after], &is[..is.len() - after]);
    for (number, (was, is)) in was.iter().zip(is).enumerate() {
        stage(before + number, was, is, to);
    }
    for (number, added) in is.iter().enumerate().skip(was.len()) {
        let (at, words) = (place(before + number), stage_words(added));
        let words = format!("Stage {} is new and takes {words}.", before + number + 1);
        to.tell(&at, Some(false), words);
        for step in &added.ladder {
            to.tell(
                &format!("{at}.ladder"),
                Some(true),
                asked_after(step, before + number),
            );
        }
    }
    for (number, removed) in was.iter().enumerate().skip(is.len()) {
        let (at, words) = (place(before + number), stage_words(removed));
        let words = format!(
            "Stage {} of before is asked no longer: {words}.",
            before + number + 1
        );
        to.tell(&at, Some(true), words);
    }
}

fn place(number: usize) -> String {
    format!("approval.stages[{number}]")
}

fn stage(at: usize, old: &Stage, new: &Stage, to: &mut Changes) {
    let Stage {
        n,
        groups,
        people,
        distinct_groups,
        ladder,
    } = new;
    let (path, name) = (place(at), format!("stage {}", at + 1));
    to.number(&format!("{path}.n"), (old.n, *n), Some(false), |was, is| {
        let mut words = format!("{} instead of {}", head_count(is), number(was));
        words.push_str(if is == 1 { " signs off" } else { " sign off" });
        format!("{words} at {name}.")
    });
    to.names(
        &format!("{path}.groups"),
        (&old.groups, groups),
        true,
        |group, more| {
            let may = if more {
                "may sign off as well"
            } else {
                "may sign off no longer"
            };
            format!("Members of {group} {may} at {name}.")
        },
    );
    to.names(
        &format!("{path}.people"),
        (&old.people, people),
        true,
        |person, more| {
            let may = if more {
                "may sign off as well"
            } else {
                "may sign off no longer"
            };
            format!("The person {person} {may} at {name}.")
        },
    );
    let distinct = (old.distinct_groups, *distinct_groups);
    if distinct.0 != distinct.1 {
        let each = if distinct.1 {
            "Each sign-off stands"
        } else {
            "Sign-offs need not stand"
        };
        let words = format!("{each} for a different group at {name}.");
        to.tell(&format!("{path}.distinct_groups"), Some(!distinct.1), words);
    }
    steps(at, &old.ladder, ladder, to);
}

fn steps(stage: usize, old: &[Step], new: &[Step], to: &mut Changes) {
    let name = format!("stage {}", stage + 1);
    let path = |step: usize| format!("{}.ladder[{step}]", place(stage));
    for (number, (was, is)) in old.iter().zip(new).enumerate() {
        let Step { after_s, groups } = is;
        let (path, step) = (path(number), number + 1);
        to.number(
            &format!("{path}.after_s"),
            (was.after_s, *after_s),
            Some(false),
            |was, is| {
                format!(
                    "Step {step} of {name} is asked after {} instead of {}.",
                    duration(is),
                    duration(was)
                )
            },
        );
        to.names(
            &format!("{path}.groups"),
            (&was.groups, groups),
            true,
            |group, more| {
                let are = if more {
                    "are asked as well"
                } else {
                    "are asked no longer"
                };
                format!("Members of {group} {are} at step {step} of {name}.")
            },
        );
    }
    for (number, step) in new.iter().enumerate().skip(old.len()) {
        to.tell(&path(number), Some(true), asked_after(step, stage));
    }
    for (number, step) in old.iter().enumerate().skip(new.len()) {
        let (after, groups) = (duration(step.after_s), listed(&step.groups));
        let words =
            format!("Members of {groups} are no longer asked as well after {after} at {name}.");
        to.tell(&path(number), Some(false), words);
    }
}

fn asked_after(step: &Step, stage: usize) -> String {
    let (after, groups) = (duration(step.after_s), listed(&step.groups));
    format!(
        "Members of {groups} are asked as well after {after} at stage {}.",
        stage + 1
    )
}

/// "Two people".
fn head_count(n: u8) -> String {
    let words = crate::sentences::people(n);
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
