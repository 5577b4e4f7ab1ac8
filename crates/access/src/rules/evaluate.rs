//! A request held against its policy: one question after another, each with what it compared.

use super::{Act, list, moment, one_of, overlap};
use crate::event::{Context, Mode};
use crate::ids::{GroupName, PersonId, ResourceName};
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::state::Request;
use crate::time::UnixMillis;
use crate::view::Evaluated;
use crate::violation::{Broken, Checked};

/// The furthest that a start may lie ahead, in seconds: 30 days.
const START_WITHIN_S: u32 = 30 * 86_400;

/// Where the answers go.
pub(crate) trait Sink {
    /// Takes one answer; an error ends the questions.
    fn take(
        &mut self,
        rule: Rule,
        holds: bool,
        expected: impl FnOnce() -> String,
        found: impl FnOnce() -> String,
    ) -> Checked;
}

/// Ends at the first rule that is broken, and writes down nothing before.
pub(crate) struct First;

impl Sink for First {
    fn take(
        &mut self,
        rule: Rule,
        holds: bool,
        expected: impl FnOnce() -> String,
        found: impl FnOnce() -> String,
    ) -> Checked {
        if holds {
            return Ok(());
        }
        Err(Broken::new(rule, expected(), found()))
    }
}

/// Writes down every answer.
#[derive(Default)]
pub(crate) struct All(pub(crate) Vec<Evaluated>);

impl Sink for All {
    fn take(
        &mut self,
        rule: Rule,
        holds: bool,
        expected: impl FnOnce() -> String,
        found: impl FnOnce() -> String,
    ) -> Checked {
        let (expected, found) = (expected(), found());
        self.0.push(Evaluated {
            rule,
            holds,
            expected,
            found,
        });
        Ok(())
    }
}

/// What is asked for, as far as rules look at it.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) person: PersonId,
    pub(crate) groups: &'a [GroupName],
    pub(crate) mode: Mode,
    pub(crate) resource: &'a ResourceName,
    pub(crate) duration_s: u32,
    /// In bytes; a character has at least one.
    pub(crate) reason: u32,
    pub(crate) ticket: bool,
    pub(crate) incident: bool,
    pub(crate) start_at: Option<UnixMillis>,
    pub(crate) context: Option<&'a Context>,
}

impl Wish<'_> {
    /// Everything that the policy asks of this wish.
    pub(crate) fn hold_against(self, act: Act<'_>, policy: &Policy, to: &mut impl Sink) -> Checked {
        eligible(policy, self.groups, to)?;
        covered(act, policy, self.resource, to)?;
        self.long_enough(policy, to)?;
        self.conditions(policy, to)?;
        self.start(act, to)?;
        self.nothing_open(act, to)
    }

    pub(crate) fn long_enough(self, policy: &Policy, to: &mut impl Sink) -> Checked {
        let longest = match (self.mode, &policy.emergency) {
            (Mode::Ordinary, _) => policy.duration.max_s,
            (Mode::Emergency, emergency) => {
                let expected = || format!("emergency access under {}", policy.name);
                let found = || {
                    if emergency.is_some() {
                        "it has it"
                    } else {
                        "it has none"
                    }
                };
                let on = emergency.is_some();
                to.take(Rule::EmergencyOff, on, expected, || found().to_owned())?;
                emergency
                    .as_ref()
                    .map_or(0, |emergency| emergency.max_duration_s)
            }
        };
        let fits = (1..=longest).contains(&self.duration_s);
        let (expected, found) = (
            || format!("1 to {longest} s"),
            || format!("{} s", self.duration_s),
        );
        to.take(Rule::DurationOutOfRange, fits, expected, found)
    }

    fn conditions(self, policy: &Policy, to: &mut impl Sink) -> Checked {
        let conditions = &policy.conditions;
        let enough = self.reason >= conditions.min_reason_chars;
        let expected = || format!("a reason of at least {}", conditions.min_reason_chars);
        to.take(Rule::ReasonTooShort, enough, expected, || {
            self.reason.to_string()
        })?;
        let named = |there: bool| {
            if there {
                "one is named"
            } else {
                "none is named"
            }
            .to_owned()
        };
        if let Some(pattern) = &conditions.ticket {
            let expected = || format!("a ticket in the form {pattern}");
            to.take(Rule::TicketForm, self.ticket, expected, || {
                named(self.ticket)
            })?;
        }
        if conditions.incident {
            let expected = || "an incident".to_owned();
            to.take(Rule::IncidentMissing, self.incident, expected, || {
                named(self.incident)
            })?;
        }
        self.context(policy, to)
    }

    fn context(self, policy: &Policy, to: &mut impl Sink) -> Checked {
        let conditions = &policy.conditions;
        if !conditions.networks.is_empty() {
            let network = self.context.and_then(|context| context.network);
            let inside = network.is_some_and(|network| conditions.networks.contains(&network));
            let expected = || format!("an address in one of: {}", joined(&conditions.networks));
            let found = || network.map_or("none of them".to_owned(), |network| network.to_string());
            to.take(Rule::NetworkNotAllowed, inside, expected, found)?;
        }
        if !conditions.acr.is_empty() {
            let acr = self.context.and_then(|context| context.acr.as_ref());
            let strong = acr.is_some_and(|acr| conditions.acr.contains(acr));
            let expected = || {
                format!(
                    "a sign-in of one of the classes: {}",
                    joined(&conditions.acr)
                )
            };
            let found = || acr.map_or("no class".to_owned(), Clone::clone);
            to.take(Rule::ProofTooWeak, strong, expected, found)?;
        }
        if !conditions.amr.is_empty() {
            let amr = self.context.map_or(&[][..], |context| &context.amr);
            let strong = conditions.amr.iter().all(|wanted| amr.contains(wanted));
            let expected = || format!("a sign-in by: {}", joined(&conditions.amr));
            to.take(Rule::ProofTooWeak, strong, expected, || joined(amr))?;
        }
        Ok(())
    }

    fn start(self, act: Act<'_>, to: &mut impl Sink) -> Checked {
        let Some(start) = self.start_at else {
            return Ok(());
        };
        let latest = act.now.plus_seconds(START_WITHIN_S);
        let fits = self.mode == Mode::Ordinary && act.now <= start && start <= latest;
        let expected = || {
            format!(
                "a start from now on, by {}, and for no emergency",
                moment(latest)
            )
        };
        to.take(Rule::BadStart, fits, expected, || moment(start))
    }

    /// Whoever owes a review breaks no glass; and a no to an emergency, or a silence, holds until somebody has looked
    /// into it.
    fn nothing_open(self, act: Act<'_>, to: &mut impl Sink) -> Checked {
        if self.mode == Mode::Ordinary {
            return Ok(());
        }
        let (state, now) = (act.state, act.now);
        let owed = state.debts(self.person, now).next();
        let expected = "no access of theirs whose review is overdue";
        none(Rule::ReviewOwed, expected, owed, to)?;
        let refused = state.refused_emergencies(self.person, now).next();
        let expected = "no emergency of theirs that was refused and waits for review";
        none(Rule::EmergencyRefused, expected, refused, to)
    }
}

/// That there is no such request.
fn none(rule: Rule, expected: &str, found: Option<&Request>, to: &mut impl Sink) -> Checked {
    let named = || found.map_or("none".to_owned(), |one| format!("request {}", one.id));
    to.take(rule, found.is_none(), || expected.to_owned(), named)
}

/// Whether the policy opens this resource, by what the log knows of it now.
pub(crate) fn covered(
    act: Act<'_>,
    policy: &Policy,
    resource: &ResourceName,
    to: &mut impl Sink,
) -> Checked {
    let labels = act.state.labels(resource);
    let mut selectors = policy.resources.iter();
    let covered = selectors.any(|selector| selector.covers(resource, labels));
    let expected = || {
        let all: Vec<String> = policy.resources.iter().map(ToString::to_string).collect();
        format!("a resource out of {}", all.join("; "))
    };
    let found = || resource.to_string();
    to.take(Rule::ResourceNotCovered, covered, expected, found)
}

/// Whether the policy lets these groups ask.
pub(crate) fn eligible(policy: &Policy, groups: &[GroupName], to: &mut impl Sink) -> Checked {
    let holds = overlap(groups, &policy.eligible);
    to.take(
        Rule::NotEligible,
        holds,
        || one_of(&policy.eligible),
        || list(groups),
    )
}

/// Whether ordinary access may be opened, or made longer, at this time of the week.
pub(crate) fn in_window(policy: &Policy, at: UnixMillis, to: &mut impl Sink) -> Checked {
    let conditions = &policy.conditions;
    if conditions.windows.is_empty() {
        return Ok(());
    }
    let zone = conditions.zone.as_deref().unwrap_or("no zone");
    let expected = || format!("{} in {zone}", joined(&conditions.windows));
    let found = || conditions.local_words(at).unwrap_or_else(|| moment(at));
    to.take(Rule::OutsideWindow, conditions.open_at(at), expected, found)
}

fn joined<T: ToString>(values: &[T]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    words.join(", ")
}
