//! Who can sign in at the demo's identity provider, as told to the person who tries it.

/// Somebody at the identity provider.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) can: &'static str,
}

/// Everybody. Their groups stand in `crates/demo-idp`, the rules in the policies of `server.toml`.
pub(crate) const PEOPLE: [Person; 6] = [
    Person {
        name: "Dana",
        can: "is on call for databases: asks for access, breaks the glass",
    },
    Person {
        name: "Ari",
        can: "leads the team: signs off, writes policies",
    },
    Person {
        name: "Sam",
        can: "has security duty: signs off, reviews emergencies, puts Ari's policies in force",
    },
    Person {
        name: "Rae",
        can: "reviews emergencies; erases, with Sam, what people wrote",
    },
    Person {
        name: "Quinn",
        can: "audits: reads the log, verifies it, sees a reason with a purpose",
    },
    Person {
        name: "Oscar",
        can: "operates the portal",
    },
];
