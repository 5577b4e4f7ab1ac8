//! What a policy says, in plain sentences.

use core::fmt::Display;

use crate::describe::duration;
use crate::policy::{
    Conditions, Connector, Debt, Emergency, GrantTemplate, Policy, Recording, Stage,
};

/// The policy in sentences, in the order of its members: what a page shows beside its file.
pub fn sentences(policy: &Policy) -> Vec<String> {
    let mut all = vec![
        format!("It opens {}.", listed(&policy.resources)),
        format!("Members of {} may ask.", listed(&policy.eligible)),
    ];
    conditions(&policy.conditions, &mut all);
    let (default_s, max_s) = (
        duration(policy.duration.default_s),
        duration(policy.duration.max_s),
    );
    all.push(format!(
        "Access lasts {default_s} unless a request says otherwise, and {max_s} at most."
    ));
    if let Some(extend) = &policy.duration.extend {
        let asked = if extend.approval {
            ", when an approver says yes"
        } else {
            ""
        };
        let (times, by) = (times(extend.times), duration(extend.by_s));
        all.push(format!("It can be made longer {times}, by {by}{asked}."));
    }
    approval(policy, &mut all);
    if let Some(drill) = &policy.drill {
        all.push(format!(
            "The emergency access is exercised every {}.",
            days(drill.every_days)
        ));
    }
    given(&policy.grant, &mut all);
    all
}

fn given(grant: &GrantTemplate, all: &mut Vec<String>) {
    let role = &grant.role;
    all.push(match grant.connector {
        Connector::Postgresql => format!("Whoever opens it has the rights of the role `{role}`."),
        Connector::Ssh => format!("Whoever opens it logs in as `{role}`."),
        Connector::Webhook => format!("Whoever opens it is given `{role}` by a webhook."),
    });
    all.push(recording_words(grant.recording).to_owned());
    if !grant.refuse.is_empty() {
        all.push(format!(
            "A recorded way in refuses statements of these classes: {}.",
            listed(&grant.refuse)
        ));
    }
}

/// "Only recorded ways in are offered."
pub(crate) fn recording_words(recording: Recording) -> &'static str {
    match recording {
        Recording::Required => "Only ways in are offered on which everything is recorded.",
        Recording::Optional => "A direct way in is offered too, on which nothing is recorded.",
    }
}

fn conditions(conditions: &Conditions, all: &mut Vec<String>) {
    if conditions.min_reason_chars > 0 {
        let chars = conditions.min_reason_chars;
        all.push(format!("A reason has at least {chars} characters."));
    }
    if let Some(ticket) = &conditions.ticket {
        all.push(format!("A ticket in the form `{ticket}` is named."));
    }
    if conditions.incident {
        all.push("An incident is named.".to_owned());
    }
    if !conditions.networks.is_empty() {
        all.push(format!(
            "Whoever asks does so from {}.",
            listed(&conditions.networks)
        ));
    }
    if !conditions.acr.is_empty() {
        all.push(format!(
            "Their sign-in is of one of the classes {}.",
            listed(&conditions.acr)
        ));
    }
    if !conditions.amr.is_empty() {
        all.push(format!("Their sign-in used {}.", listed(&conditions.amr)));
    }
    if !conditions.windows.is_empty() {
        all.push(format!(
            "Ordinary access is opened and made longer {}.",
            hours(conditions)
        ));
    }
}

fn approval(policy: &Policy, all: &mut Vec<String>) {
    for (number, stage) in policy.approval.stages.iter().enumerate() {
        all.push(format!(
            "Stage {} takes {}.",
            number + 1,
            stage_words(stage)
        ));
        for step in &stage.ladder {
            let (after, groups) = (duration(step.after_s), listed(&step.groups));
            all.push(format!(
                "After {after} without its sign-offs, members of {groups} are asked as well."
            ));
        }
    }
    all.push(format!(
        "A request lapses after {}.",
        duration(policy.approval.within_s)
    ));
    if policy.approval.delegation {
        all.push("An approver who is away may let somebody else sign.".to_owned());
    }
    if let Some(emergency) = &policy.emergency {
        all.push(format!(
            "Emergency access is on, {}.",
            emergency_words(emergency)
        ));
    }
    let (groups, within) = (
        listed(&policy.review.groups),
        duration(policy.review.within_s),
    );
    all.push(format!("Members of {groups} review it within {within}."));
    if policy.review.debt == Debt::Block {
        all.push("Whose review is overdue breaks no glass.".to_owned());
    }
}

/// "for up to 30 min; it is taken back after 15 min unless it is ratified".
pub(crate) fn emergency_words(emergency: &Emergency) -> String {
    let longest = duration(emergency.max_duration_s);
    let ratify = emergency.ratify_within_s.map(duration);
    let ratify = ratify.map_or(String::new(), |within| {
        format!("; it is taken back after {within} unless it is ratified")
    });
    let alarm = match &emergency.alarm[..] {
        [] => String::new(),
        groups => format!("; members of {} are alarmed", listed(groups)),
    };
    format!("for up to {longest}{ratify}{alarm}")
}

/// "Mon, Tue 08:00–18:00 in Europe/Berlin".
pub(crate) fn hours(conditions: &Conditions) -> String {
    let windows: Vec<String> = conditions.windows.iter().map(ToString::to_string).collect();
    let zone = conditions.zone.as_deref().unwrap_or("no zone");
    format!("{} in {zone}", windows.join("; "))
}

/// "two people out of `leads` or `security`, each for another group".
pub(crate) fn stage_words(stage: &Stage) -> String {
    let mut from: Vec<String> = stage.groups.iter().map(ToString::to_string).collect();
    from.extend(stage.people.iter().map(ToString::to_string));
    let distinct = if stage.distinct_groups {
        ", each for another group"
    } else {
        ""
    };
    format!("{} out of {}{distinct}", people(stage.n), listed(&from))
}

/// "two people".
pub(crate) fn people(n: u8) -> String {
    match n {
        1 => "one person".to_owned(),
        _ => format!("{} people", number(n)),
    }
}

/// "two", and "11".
pub(crate) fn number(n: u8) -> String {
    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    words
        .get(usize::from(n))
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// "once", "twice", "three times".
pub(crate) fn times(n: u8) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{} times", number(n)),
    }
}

/// "90 days".
pub(crate) fn days(n: u16) -> String {
    if n == 1 {
        "day".to_owned()
    } else {
        format!("{n} days")
    }
}

/// "`leads`, `security`".
pub(crate) fn listed<T: Display>(names: &[T]) -> String {
    if names.is_empty() {
        return "nobody and nothing".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
