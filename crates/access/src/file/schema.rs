//! What stands in the file of a policy: every member, what it takes, and what it is for.

use core::fmt::Display;
use core::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ids::{GroupName, PersonId, PolicyName};
use crate::policy::{Connector, Day, Debt, Network, Selector, TicketPattern, TimeOfDay};

/// A table: its members in the order in which they are written.
pub(super) type Table = [Member];

/// One member of a table.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// Whether a table has to have it.
    pub(super) needed: bool,
    pub(super) takes: Takes,
    /// The comment above it.
    pub(super) words: &'static str,
}

/// What a member takes.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// A text; why it is none of its kind.
    Text(Check),
    /// Texts, each of the kind.
    Texts(Check),
    /// A whole number up to this one.
    Number(u64),
    /// Yes or no; no where it is left out.
    Flag,
    /// A table.
    Table(&'static Table),
    /// Any number of tables.
    Tables(&'static Table),
}

type Check = fn(&str) -> Result<(), String>;

const SECONDS: Takes = Takes::Number(u32::MAX as u64);
const COUNT: Takes = Takes::Number(u8::MAX as u64);

const fn needed(name: &'static str, takes: Takes, words: &'static str) -> Member {
    let needed = true;
    Member { name, needed, takes, words }
}

const fn member(name: &'static str, takes: Takes, words: &'static str) -> Member {
    let needed = false;
    Member { name, needed, takes, words }
}

pub(super) const POLICY: &Table = &[
    needed("name", Takes::Text(parsed::<PolicyName>), "The name that requests refer to, the same over all versions."),
    needed("description", Takes::Text(any), "What it is for, in a sentence or two, for whoever chooses it."),
    needed("resources", Takes::Texts(parsed::<Selector>), "What it opens: names, patterns with *, or label=value[,label=value]."),
    needed("eligible", Takes::Texts(parsed::<GroupName>), "Members of any of these groups may ask."),
    member("conditions", Takes::Table(CONDITIONS), "What has to be true of whoever asks, and of what they say."),
    needed("duration", Takes::Table(DURATION), "For how long, counted from the moment access is opened."),
    needed("approval", Takes::Table(APPROVAL), "Who signs off: stage after stage. The requester never counts, and nobody counts twice."),
    member("emergency", Takes::Table(EMERGENCY), "Access before sign-off. Leave the table out to switch it off."),
    needed("review", Takes::Table(REVIEW), "What every access owes afterwards."),
    member("drill", Takes::Table(DRILL), "Exercises of the emergency access. Leave the table out for none."),
    needed("grant", Takes::Table(GRANT), "What is given."),
];

const CONDITIONS: &Table = &[
    member("min_reason_chars", SECONDS, "The shortest acceptable reason, in characters."),
    member("ticket", Takes::Text(parsed::<TicketPattern>), "A ticket is named and looks like this: # is a number, | stands between two forms."),
    member("incident", Takes::Flag, "Whether an incident has to be named."),
    member("networks", Takes::Texts(parsed::<Network>), "The browser's address lies in one of these networks."),
    member("acr", Takes::Texts(any), "The identity provider vouched for one of these classes of authentication."),
    member("amr", Takes::Texts(any), "The sign-in used all of these methods of authentication."),
    member("zone", Takes::Text(any), "The time zone of the windows, as the IANA database names it."),
    member("zone_rule", Takes::Text(any), "That zone's rule in the form of POSIX TZ. Left out, the portal fills it in from the zone."),
    member("windows", Takes::Tables(WINDOW), "A time of the week in which ordinary access may be opened. Emergencies keep no hours."),
];

const WINDOW: &Table = &[
    needed("days", Takes::Texts(word::<Day>), "On which days it begins: mon, tue, wed, thu, fri, sat, sun."),
    needed("from", Takes::Text(word::<TimeOfDay>), "When it begins, HH:MM."),
    needed("to", Takes::Text(word::<TimeOfDay>), "When it is over; before `from`, it lasts past midnight."),
];

const DURATION: &Table = &[
    needed("default_s", SECONDS, "What a request gets unless it says otherwise, in seconds."),
    needed("max_s", SECONDS, "The longest access, in seconds, before any extension."),
    member("extend", Takes::Table(EXTEND), "Making open access longer. Leave the table out to allow no extension."),
];

const EXTEND: &Table = &[
    needed("times", COUNT, "How often at most."),
    needed("by_s", SECONDS, "By how much each time, in seconds."),
    member("approval", Takes::Flag, "Whether an approver has to say yes to it."),
];

const APPROVAL: &Table = &[
    needed("within_s", SECONDS, "A request without its sign-offs lapses after this many seconds; so does an approved one that nobody opens."),
    member("delegation", Takes::Flag, "Whether an approver who is away may let somebody else sign in their place."),
    needed("stages", Takes::Tables(STAGE), "One stage of sign-off; the next is asked when the one before is complete."),
];

const STAGE: &Table = &[
    needed("n", COUNT, "How many distinct people it takes."),
    member("groups", Takes::Texts(parsed::<GroupName>), "Members of any of these groups may sign off."),
    member("people", Takes::Texts(parsed::<PersonId>), "These people may too, by their ids in the log."),
    member("distinct_groups", Takes::Flag, "Whether each of them has to stand for a different group."),
    member("ladder", Takes::Tables(STEP), "Who is asked as well when nobody answers."),
];

const STEP: &Table = &[
    needed("after_s", SECONDS, "When, in seconds after the stage began to wait."),
    needed("groups", Takes::Texts(parsed::<GroupName>), "Members of any of these groups may sign off from then on."),
];

const EMERGENCY: &Table = &[
    needed("max_duration_s", SECONDS, "The longest emergency access, in seconds."),
    member("alarm", Takes::Texts(parsed::<GroupName>), "Members of these groups are alarmed, besides those who sign off."),
    member("ratify_within_s", SECONDS, "Without its sign-offs it is taken back after so many seconds. Left out, nobody has to ratify it."),
];

const REVIEW: &Table = &[
    needed("groups", Takes::Texts(parsed::<GroupName>), "Members of any of these groups may review; never the requester or one who signed off."),
    needed("within_s", SECONDS, "The review is due this many seconds after the access ended."),
    member("debt", Takes::Text(word::<Debt>), "What an overdue review means for whoever owes it: allow (nothing) or block (no emergency access)."),
];

const DRILL: &Table = &[needed("every_days", Takes::Number(u16::MAX as u64), "A drill is due every so many days.")];

const GRANT: &Table = &[
    needed("connector", Takes::Text(word::<Connector>), "Which kind of connector: postgresql."),
    needed("role", Takes::Text(any), "The role on the target whose rights the account gets."),
];

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

/// A text that its type reads.
fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<(), String> {
    text.parse::<T>().map(drop).map_err(|error| error.to_string())
}

/// A text that stands for a value of its type, such as one out of a few words.
fn word<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    let read = serde_json::from_value::<T>(Value::String(text.to_owned()));
    read.map(drop).map_err(|error| error.to_string())
}

impl Member {
    /// Whether a value says no more than leaving the member out.
    pub(super) fn says_nothing(&self, value: &Value) -> bool {
        let unsaid = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Number(number) => self.name == "min_reason_chars" && number.as_u64() == Some(0),
            Value::Array(items) => items.is_empty(),
            Value::String(word) => self.name == "debt" && word == "allow",
            Value::Object(members) => members.is_empty(),
            Value::Bool(true) => false,
        };
        unsaid && !self.needed
    }
}

/// What somebody may have meant by a name that a table does not have: "; did you mean …?"
pub(super) fn meant(name: &str, table: &'static Table) -> String {
    if let Some(elsewhere) = find(name, POLICY, "") {
        return format!("; it belongs to {elsewhere}");
    }
    let likeness = |member: &&Member| strsim::normalized_damerau_levenshtein(name, member.name);
    let nearest = table.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let prefixed = table.iter().find(|member| member.name.trim_end_matches("_s") == name);
    let near = prefixed.or(nearest.filter(|member| likeness(member) >= 0.5));
    near.map_or(String::new(), |member| format!("; did you mean `{}`?", member.name))
}

/// Where a member of this name stands.
fn find(name: &str, table: &'static Table, at: &str) -> Option<String> {
    table.iter().find_map(|member| {
        let (inner, path) = match member.takes {
            Takes::Table(inner) => (inner, format!("{at}{}", member.name)),
            Takes::Tables(inner) => (inner, format!("{at}{}[]", member.name)),
            _ => return None,
        };
        if inner.iter().any(|member| member.name == name) {
            return Some(format!("`{path}`"));
        }
        find(name, inner, &format!("{path}."))
    })
}
