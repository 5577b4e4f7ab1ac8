//! The tables of a policy's file.

use super::{Member, Table, Takes, any, parsed, word};
use crate::event::StatementClass;
use crate::ids::{GroupName, PersonId, PolicyName};
use crate::policy::{Connector, Day, Debt, Network, Recording, Selector, TicketPattern, TimeOfDay};

const SECONDS: Takes = Takes::Number(u32::MAX as u64);
const COUNT: Takes = Takes::Number(u8::MAX as u64);

const fn needed(name: &'static str, takes: Takes, words: &'static str) -> Member {
    let needed = true;
    Member {
        name,
        needed,
        takes,
        words,
    }
}

const fn member(name: &'static str, takes: Takes, words: &'static str) -> Member {
    let needed = false;
    Member {
        name,
        needed,
        takes,
        words,
    }
}

pub(in crate::file) const POLICY: &Table = &[
    needed(
        "name",
        Takes::Text(parsed::<PolicyName>),
        "The name that requests refer to, the same over all versions.",
    ),
    needed(
        "description",
        Takes::Text(any),
        "What it is for, in a sentence or two, for whoever chooses it.",
    ),
    needed(
        "resources",
        Takes::Texts(parsed::<Selector>),
        "What it opens: names, patterns with *, or label=value[,label=value].",
    ),
    needed(
        "eligible",
        Takes::Texts(parsed::<GroupName>),
        "Members of any of these groups may ask.",
    ),
    member(
        "conditions",
        Takes::Table(CONDITIONS),
        "What has to be true of whoever asks, and of what they say.",
    ),
    needed(
        "duration",
        Takes::Table(DURATION),
        "For how long, counted from the moment access is opened.",
    ),
    needed(
        "approval",
        Takes::Table(APPROVAL),
        "Who signs off: stage after stage. The requester never counts, and nobody counts twice.",
    ),
    member(
        "emergency",
        Takes::Table(EMERGENCY),
        "Access before sign-off. Leave the table out to switch it off.",
    ),
    needed(
        "review",
        Takes::Table(REVIEW),
        "What every access owes afterwards.",
    ),
    member(
        "drill",
        Takes::Table(DRILL),
        "Exercises of the emergency access. Leave the table out for none.",
    ),
    needed("grant", Takes::Table(GRANT), "What is given."),
];

const CONDITIONS: &Table = &[
    member(
        "min_reason_chars",
        SECONDS,
        "The shortest acceptable reason, in characters.",
    ),
    member(
        "ticket",
        Takes::Text(parsed::<TicketPattern>),
        "A ticket is named and looks like this: # is a number, | stands between two forms.",
    ),
    member(
        "incident",
        Takes::Flag,
        "Whether an incident has to be named.",
    ),
    member(
        "networks",
        Takes::Texts(parsed::<Network>),
        "The browser's address lies in one of these networks.",
    ),
    member(
        "acr",
        Takes::Texts(any),
        "The identity provider vouched for one of these classes of authentication.",
    ),
    member(
        "amr",
        Takes::Texts(any),
        "The sign-in used all of these methods of authentication.",
    ),
    member(
        "zone",
        Takes::Text(any),
        "The time zone of the windows, as the IANA database names it.",
    ),
    member(
        "zone_rule",
        Takes::Text(any),
        "That zone's rule in the form of POSIX TZ. Left out, the portal fills it in from the zone.",
    ),
    member(
        "windows",
        Takes::Tables(WINDOW),
        "A time of the week in which ordinary access may be opened or made longer. Emergencies keep no hours.",
    ),
];

const WINDOW: &Table = &[
    needed(
        "days",
        Takes::Texts(word::<Day>),
        "On which days it begins: mon, tue, wed, thu, fri, sat, sun.",
    ),
    needed(
        "from",
        Takes::Text(word::<TimeOfDay>),
        "When it begins, HH:MM.",
    ),
    needed(
        "to",
        Takes::Text(word::<TimeOfDay>),
        "When it is over; before `from`, it lasts past midnight.",
    ),
];

const DURATION: &Table = &[
    needed(
        "default_s",
        SECONDS,
        "What a request gets unless it says otherwise, in seconds.",
    ),
    needed(
        "max_s",
        SECONDS,
        "The longest access, in seconds, before any extension.",
    ),
    member(
        "extend",
        Takes::Table(EXTEND),
        "Making open access longer. Leave the table out to allow no extension.",
    ),
];

const EXTEND: &Table = &[
    needed("times", COUNT, "How often at most."),
    needed("by_s", SECONDS, "By how much each time, in seconds."),
    member(
        "approval",
        Takes::Flag,
        "Whether an approver has to say yes to it.",
    ),
];

const APPROVAL: &Table = &[
    needed(
        "within_s",
        SECONDS,
        "A request without its sign-offs lapses after this many seconds; so does an approved one that nobody opens.",
    ),
    member(
        "delegation",
        Takes::Flag,
        "Whether an approver who is away may let somebody else sign in their place.",
    ),
    needed(
        "stages",
        Takes::Tables(STAGE),
        "One stage of sign-off; the next is asked when the one before is complete.",
    ),
];

const STAGE: &Table = &[
    needed("n", COUNT, "How many distinct people it takes."),
    member(
        "groups",
        Takes::Texts(parsed::<GroupName>),
        "Members of any of these groups may sign off.",
    ),
    member(
        "people",
        Takes::Texts(parsed::<PersonId>),
        "These people may too, by their ids in the log.",
    ),
    member(
        "distinct_groups",
        Takes::Flag,
        "Whether each of them has to stand for a different group.",
    ),
    member(
        "ladder",
        Takes::Tables(STEP),
        "Who is asked as well when nobody answers.",
    ),
];

const STEP: &Table = &[
    needed(
        "after_s",
        SECONDS,
        "When, in seconds after the stage began to wait.",
    ),
    needed(
        "groups",
        Takes::Texts(parsed::<GroupName>),
        "Members of any of these groups may sign off from then on.",
    ),
];

const EMERGENCY: &Table = &[
    needed(
        "max_duration_s",
        SECONDS,
        "The longest emergency access, in seconds.",
    ),
    member(
        "alarm",
        Takes::Texts(parsed::<GroupName>),
        "Members of these groups are alarmed, besides those who sign off.",
    ),
    member(
        "ratify_within_s",
        SECONDS,
        "Without its sign-offs it is taken back after so many seconds. Left out, nobody has to ratify it.",
    ),
];

const REVIEW: &Table = &[
    needed(
        "groups",
        Takes::Texts(parsed::<GroupName>),
        "Members of any of these groups may review; never the requester or one who signed off.",
    ),
    needed(
        "within_s",
        SECONDS,
        "The review is due this many seconds after the access ended; not fewer than `ratify_within_s`, since no review comes before that is over.",
    ),
    member(
        "debt",
        Takes::Text(word::<Debt>),
        "What an overdue review means for whoever owes it: block (no emergency access; so where it is left out) or allow (nothing).",
    ),
];

const DRILL: &Table = &[needed(
    "every_days",
    Takes::Number(u16::MAX as u64),
    "A drill is due every so many days.",
)];

const GRANT: &Table = &[
    needed(
        "connector",
        Takes::Text(word::<Connector>),
        "Which kind of connector: postgresql, ssh or webhook.",
    ),
    needed(
        "role",
        Takes::Text(any),
        "The role on the target whose rights the account gets; with ssh, whom to log in as; with webhook, what is to be given, in the target's words.",
    ),
    member(
        "recording",
        Takes::Text(word::<Recording>),
        "required (only ways in on which everything is recorded) or optional (also a direct way in, on which nothing is; so where it is left out).",
    ),
    member(
        "refuse",
        Takes::Texts(word::<StatementClass>),
        "Statements that a recorded way into postgresql refuses: set_role, copy_program, code, listen, export. All others are recorded.",
    ),
];
