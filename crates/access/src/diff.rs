//! What becomes another when one version of a policy follows the other, in words.
//!
//! Invariant: two different policies differ in at least one change, equal ones in none.

use serde::{Deserialize, Serialize};

use crate::describe::duration;
use crate::policy::{Debt, Durations, GrantTemplate, Policy, Recording};
use crate::sentences::{days, emergency_words, recording_words, sentences, times};

mod approval;
mod changes;
mod conditions;

use changes::Changes;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which member, as a path: `approval.stages[0].n`; empty for the policy as a whole.
    pub at: String,
    /// What is another now, in a sentence.
    pub words: String,
    /// Whether more is possible, or less is asked, than before; `None` where it is neither or both.
    pub looser: Option<bool>,
}

/// The differences between the version in force and one that is to follow it, in the order of the members.
/// Where there is none in force, all that the policy says.
pub fn diff(old: Option<&Policy>, new: &Policy) -> Vec<Change> {
    let mut changes = Changes::default();
    let Some(old) = old else {
        changes.tell("", Some(true), "The policy is new.");
        for sentence in sentences(new) {
            changes.tell("", None, sentence);
        }
        return changes.all;
    };
    // Each member by its name: one that is added has to be compared here as well.
    let Policy {
        name,
        description,
        resources,
        eligible,
        conditions,
        duration,
        approval,
        emergency: _,
        review: _,
        drill: _,
        grant,
    } = new;
    let to = &mut changes;
    to.text("name", &old.name, name, |was, is| {
        format!("The policy is called `{is}` instead of `{was}`.")
    });
    to.text("description", &old.description, description, |_, _| {
        "The description is another.".to_owned()
    });
    to.names(
        "resources",
        (&old.resources, resources),
        true,
        |name, more| {
            if more {
                format!("It opens {name} as well.")
            } else {
                format!("It opens {name} no longer.")
            }
        },
    );
    to.names(
        "eligible",
        (&old.eligible, eligible),
        true,
        |group, more| {
            let may = if more {
                "may ask as well"
            } else {
                "may ask no longer"
            };
            format!("Members of {group} {may}.")
        },
    );
    conditions::compare(&old.conditions, conditions, to);
    durations(&old.duration, duration, to);
    approval::compare(&old.approval, approval, to);
    emergency(old, new, to);
    afterwards(old, new, to);
    given(&old.grant, grant, to);
    changes.all
}

fn given(old: &GrantTemplate, new: &GrantTemplate, to: &mut Changes) {
    let GrantTemplate {
        connector,
        role,
        recording,
        refuse,
    } = new;
    if old.connector != *connector {
        to.tell("grant.connector", None, "The kind of connector is another.");
    }
    to.text("grant.role", &old.role, role, |was, is| {
        format!("The access has the rights of the role `{is}` instead of `{was}`.")
    });
    if old.recording != *recording {
        let looser = *recording == Recording::Optional;
        to.tell("grant.recording", Some(looser), recording_words(*recording));
    }
    let refused = (&old.refuse[..], &refuse[..]);
    to.names("grant.refuse", refused, false, |class, more| {
        let are = if more {
            "are refused"
        } else {
            "are refused no longer"
        };
        format!("Statements of the class {class} {are} on a recorded way in.")
    });
}

fn durations(old: &Durations, new: &Durations, to: &mut Changes) {
    to.number(
        "duration.default_s",
        (old.default_s, new.default_s),
        None,
        |was, is| {
            format!(
                "A request gets {} instead of {} unless it says otherwise.",
                duration(is),
                duration(was)
            )
        },
    );
    to.number(
        "duration.max_s",
        (old.max_s, new.max_s),
        Some(true),
        |was, is| {
            format!(
                "Access lasts {} at most instead of {}.",
                duration(is),
                duration(was)
            )
        },
    );
    let at = |member: &str| format!("duration.extend.{member}");
    match (&old.extend, &new.extend) {
        (None, None) => {}
        (None, Some(extend)) => {
            let asked = if extend.approval {
                ", when an approver says yes"
            } else {
                ""
            };
            let (times, by) = (times(extend.times), duration(extend.by_s));
            let words = format!("Access can be made longer {times}, by {by}{asked}.");
            to.tell("duration.extend", Some(true), words);
        }
        (Some(_), None) => to.tell(
            "duration.extend",
            Some(false),
            "Access cannot be made longer any more.",
        ),
        (Some(old), Some(new)) => {
            to.number(
                &at("times"),
                (old.times, new.times),
                Some(true),
                |was, is| {
                    format!(
                        "Access can be made longer {} at most instead of {}.",
                        times(is),
                        times(was)
                    )
                },
            );
            to.number(&at("by_s"), (old.by_s, new.by_s), Some(true), |was, is| {
                format!(
                    "Each time it is made longer by {} instead of {}.",
                    duration(is),
                    duration(was)
                )
            });
            to.flag(
                &at("approval"),
                (old.approval, new.approval),
                false,
                |asked| {
                    if asked {
                        "Access is made longer only when an approver says yes."
                    } else {
                        "Access is made longer without an approver's word."
                    }
                },
            );
        }
    }
}

fn emergency(old: &Policy, new: &Policy, to: &mut Changes) {
    let (old, new) = match (&old.emergency, &new.emergency) {
        (None, None) => return,
        (None, Some(emergency)) => {
            let words = format!(
                "Emergency access is switched on, {}.",
                emergency_words(emergency)
            );
            return to.tell("emergency", Some(true), words);
        }
        (Some(_), None) => {
            return to.tell(
                "emergency",
                Some(false),
                "Emergency access is switched off.",
            );
        }
        (Some(old), Some(new)) => (old, new),
    };
    let at = "emergency.max_duration_s";
    to.number(
        at,
        (old.max_duration_s, new.max_duration_s),
        Some(true),
        |was, is| {
            format!(
                "Emergency access lasts {} at most instead of {}.",
                duration(is),
                duration(was)
            )
        },
    );
    to.names(
        "emergency.alarm",
        (&old.alarm, &new.alarm),
        false,
        |group, more| {
            let are = if more {
                "are alarmed as well"
            } else {
                "are alarmed no longer"
            };
            format!("Members of {group} {are} when the glass is broken.")
        },
    );
    let at = "emergency.ratify_within_s";
    match (old.ratify_within_s, new.ratify_within_s) {
        (None, Some(within_s)) => {
            let words = format!(
                "Emergency access is taken back after {} unless it is ratified.",
                duration(within_s)
            );
            to.tell(at, Some(false), words);
        }
        (Some(_), None) => to.tell(
            at,
            Some(true),
            "Nobody has to ratify emergency access any more.",
        ),
        (Some(was), Some(is)) => to.number(at, (was, is), Some(true), |was, is| {
            format!(
                "Emergency access has to be ratified within {} instead of {}.",
                duration(is),
                duration(was)
            )
        }),
        (None, None) => {}
    }
}

/// Review and drill.
fn afterwards(old: &Policy, new: &Policy, to: &mut Changes) {
    let groups = (&old.review.groups[..], &new.review.groups[..]);
    to.names("review.groups", groups, true, |group, more| {
        let may = if more {
            "may review as well"
        } else {
            "may review no longer"
        };
        format!("Members of {group} {may}.")
    });
    let within = (old.review.within_s, new.review.within_s);
    to.number("review.within_s", within, Some(true), |was, is| {
        format!(
            "A review is due after {} instead of {}.",
            duration(is),
            duration(was)
        )
    });
    let blocks = |policy: &Policy| policy.review.debt == Debt::Block;
    to.flag("review.debt", (blocks(old), blocks(new)), false, |blocks| {
        if blocks {
            "Whose review is overdue breaks no glass."
        } else {
            "An overdue review keeps nobody from breaking the glass."
        }
    });
    let every = |policy: &Policy| policy.drill.as_ref().map(|drill| drill.every_days);
    match (every(old), every(new)) {
        (None, Some(every)) => {
            to.tell(
                "drill",
                Some(false),
                format!("The emergency access is exercised every {}.", days(every)),
            );
        }
        (Some(_), None) => to.tell(
            "drill",
            Some(true),
            "The emergency access is exercised no longer.",
        ),
        (Some(was), Some(is)) => to.number("drill.every_days", (was, is), Some(true), |was, is| {
            format!(
                "The emergency access is exercised every {} instead of every {}.",
                days(is),
                days(was)
            )
        }),
        (None, None) => {}
    }
}
