//! What has to be true of whoever asks, and of what they say.

use access::policy::{Conditions, TicketPattern};

use super::{Sentence, sentence};
use crate::components::icon::Glyph;
use crate::words::people::any_of;

/// Every condition.
pub(super) fn conditions(conditions: &Conditions) -> Vec<Sentence> {
    let mut all = vec![sentence(Glyph::Pen, said(conditions))];
    if !conditions.networks.is_empty() {
        let from = any_of(&conditions.networks);
        all.push(sentence(
            Glyph::Eye,
            format!("The browser's address lies in {from}."),
        ));
    }
    if !conditions.acr.is_empty() {
        let classes = any_of(&conditions.acr);
        all.push(sentence(
            Glyph::Key,
            format!("The identity provider vouches for a sign-in of the class {classes}."),
        ));
    }
    if !conditions.amr.is_empty() {
        let methods = conditions.amr.join(" and ");
        all.push(sentence(Glyph::Key, format!("The sign-in used {methods}.")));
    }
    all.extend(windows(conditions));
    all
}

/// When it can be opened, where that is limited.
pub(super) fn windows(conditions: &Conditions) -> Option<Sentence> {
    let hours = hours(conditions)?;
    Some(sentence(
        Glyph::Clock,
        format!("It is opened and made longer only {hours}. Emergencies keep no hours."),
    ))
}

/// "Mon, Tue 08:00–18:00, by the clocks of Europe/Vienna".
pub fn hours(conditions: &Conditions) -> Option<String> {
    let windows: Vec<_> = conditions.windows.iter().map(ToString::to_string).collect();
    let zone = conditions.zone.as_deref().unwrap_or("UTC");
    let hours = || format!("{}, by the clocks of {zone}", windows.join("; "));
    (!windows.is_empty()).then(hours)
}

fn said(conditions: &Conditions) -> String {
    let mut text = match conditions.min_reason_chars {
        0 => "A request needs a reason".to_owned(),
        1 => "A request needs a reason of at least one character".to_owned(),
        chars => format!("A request needs a reason of at least {chars} characters"),
    };
    if let Some(pattern) = &conditions.ticket {
        text.push_str(&format!(", a ticket such as {}", ticket_example(pattern)));
    }
    if conditions.incident {
        text.push_str(", and the incident it belongs to");
    }
    text.push('.');
    text
}

/// A ticket's form, as an example: `INC-123 or CHG-123`.
pub fn ticket_example(pattern: &TicketPattern) -> String {
    let forms: Vec<_> = pattern
        .as_str()
        .split('|')
        .map(|form| form.replace('#', "123"))
        .collect();
    any_of(&forms)
}
