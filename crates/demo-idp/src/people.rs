//! The people of the demo.

/// Somebody who can sign in.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// The subject, `sub`.
    pub id: &'static str,
    /// The full name, with what they are.
    pub name: &'static str,
    /// What they can show in the demo, for whoever chooses.
    pub does: &'static str,
    /// The value of the claim `groups`.
    pub groups: &'static [&'static str],
}

/// Everybody there is.
pub const PEOPLE: [Person; 6] = [
    Person {
        id: "dana",
        name: "Dana (database on-call)",
        does: "asks for access and breaks the glass",
        groups: &["oncall-database"],
    },
    Person {
        id: "ari",
        name: "Ari (team lead)",
        does: "signs off, writes policies",
        groups: &["leads", "authors"],
    },
    Person {
        id: "sam",
        name: "Sam (security duty)",
        does: "signs off, reviews, takes access away, puts policies in force",
        groups: &["security", "authors"],
    },
    Person {
        id: "rae",
        name: "Rae (reviewer)",
        does: "reviews what was done",
        groups: &["reviewers"],
    },
    Person {
        id: "quinn",
        name: "Quinn (auditor)",
        does: "reads the log and proves it",
        groups: &["auditors"],
    },
    Person {
        id: "oscar",
        name: "Oscar (operator)",
        does: "keeps the portal running",
        groups: &["operators"],
    },
];

impl Person {
    /// The person with this id.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.id == id)
    }

    /// An address that no mail can reach (RFC 2606).
    pub(crate) fn email(&self) -> String {
        format!("{}@example.test", self.id)
    }
}
