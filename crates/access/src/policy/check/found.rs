//! The questions that many members are asked, and what they bring up.

use super::PolicyError;

/// The most names that one list of a policy may hold. The whole policy stands in one entry of at
/// most 65,535 bytes, which [`super::MAX_BYTES`] sees to.
const MAX_NAMES: usize = 100;

/// The longest time that a policy names, in seconds: a year.
const MAX_TIME_S: u32 = 366 * 86_400;

/// The most stages, steps of a ladder, and windows: more than anybody can keep in mind.
pub(super) const MAX_PARTS: usize = 20;

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    /// In the order of the questions.
    pub(super) all: Vec<PolicyError>,
}

impl Found {
    pub(super) fn ensure(&mut self, holds: bool, at: impl Into<String>, why: impl Into<String>) {
        if !holds {
            let (at, why) = (at.into(), why.into());
            self.all.push(PolicyError { at, why });
        }
    }

    pub(super) fn time(&mut self, at: &str, seconds: u32, zero: &str) {
        self.ensure(seconds > 0, at, zero);
        let why = format!("is more than a year, {MAX_TIME_S}");
        self.ensure(seconds <= MAX_TIME_S, at, why);
    }

    pub(super) fn few(&mut self, at: &str, parts: usize) {
        self.ensure(parts <= MAX_PARTS, at, format!("has more than {MAX_PARTS}"));
    }

    pub(super) fn names<T: PartialEq + ToString>(&mut self, at: &str, given: &[T], empty: &str) {
        self.ensure(!given.is_empty(), at, empty);
        self.unique(at, given);
    }

    pub(super) fn unique<T: PartialEq + ToString>(&mut self, at: &str, given: &[T]) {
        let why = format!("names more than {MAX_NAMES}");
        self.ensure(given.len() <= MAX_NAMES, at, why);
        // So few are compared one by one: what sorts is large, and a browser has to fetch it for each type.
        let mut few = given.iter().take(MAX_NAMES).enumerate();
        let twice = few.find(|(before, name)| given[..*before].contains(name));
        let why = twice.map(|(_, name)| format!("names {} twice", name.to_string()));
        self.ensure(twice.is_none(), at, why.unwrap_or_default());
    }
}
