//! Some entries of a log, held against the rules as far as they go by themselves.
//!
//! The rules are the same ones. What they ask of entries that are not there is assumed, in favour of
//! whoever wrote the log, and told: so a violation is one by what these entries say, and none of them
//! means only that these entries do not contradict the rules.

use std::collections::BTreeSet;

use crate::apply::apply;
use crate::digest::Digest;
use crate::event::Event;
use crate::ids::RequestId;
use crate::policy::Policy;
use crate::record::Record;
use crate::refusal::Rule;
use crate::state::State;
use crate::violation::{Broken, Checked, Violation};

/// What was taken as said, because only other entries of the log could show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assumed {
    /// That the resource had the labels that its policy goes by, or that the portal had it at all.
    Labels,
    /// That somebody was away, was asked, and had let another sign.
    Delegation,
    /// That whoever disclosed or erased held the role for it.
    Role,
    /// That a recording holds what its end says: none of its actions and pieces is there.
    Recording,
}

/// A replay of one request's entries, and of the policy versions that it refers to.
///
/// Not looked at, beside what [`Part::assumed`] tells: who was registered, whether two people are one
/// human being, what the requester owed from before, and how a policy came into force.
#[derive(Debug, Default)]
pub struct Part {
    state: State,
    assumed: BTreeSet<Assumed>,
}

impl Part {
    /// Folds the next entry of the part; those between it and the last one may be anything.
    ///
    /// # Errors
    ///
    /// The first rule that the entry breaks by what the part says.
    pub fn entry(&mut self, record: &Record) -> Result<(), Violation> {
        self.state.skip_to(record.seq);
        match &record.event {
            Event::PolicyActivated {
                version,
                sha256,
                policy,
                ..
            } => {
                let sound = self
                    .follows(*version, policy)
                    .and_then(|()| own(*sha256, policy));
                self.state.fold(record.by_ref(), sound.is_ok());
                return sound.map_err(|broken| broken.at(record.seq));
            }
            Event::PolicyRetired { .. } => {
                self.state.fold(record.by_ref(), true);
                return Ok(());
            }
            _ => self.assume(record),
        }
        match apply(&mut self.state, record) {
            Err(violation) if self.is_a_delegates_look(record, &violation) => {
                self.assumed.insert(Assumed::Delegation);
                Ok(())
            }
            checked => checked,
        }
    }

    /// What the entries add up to, by themselves.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What was taken as said.
    pub fn assumed(&self) -> impl Iterator<Item = Assumed> {
        self.assumed.iter().copied()
    }

    fn assume(&mut self, record: &Record) {
        let Record {
            actor, event, time, ..
        } = record;
        self.state.assume_known(actor);
        if self.state.assume_role(actor, event, *time) {
            self.assumed.insert(Assumed::Role);
        }
        match event {
            Event::RequestSubmitted {
                policy, resource, ..
            } => {
                let policy = self.state.policy(policy).cloned();
                let assumed =
                    policy.is_some_and(|policy| self.state.assume_labels(&policy.policy, resource));
                if assumed {
                    self.assumed.insert(Assumed::Labels);
                }
            }
            Event::RecordingEnded {
                recording,
                actions,
                chunks,
                ..
            } => {
                let (actions, chunks) = (*actions, *chunks);
                if self.state.assume_recorded(*recording, actions, chunks) {
                    self.assumed.insert(Assumed::Recording);
                }
            }
            Event::RequestEdited { request, .. } => self.assume_covered(*request),
            Event::GrantIntended { request, .. } => self.assume_covered(*request),
            Event::SignOffGiven {
                request,
                on_behalf_of: Some(absent),
                ..
            } => {
                let (Some((signer, _)), Some(request)) =
                    (actor.as_person(), self.state.request(*request))
                else {
                    return;
                };
                let stages = &request.policy.policy.approval.stages;
                let steps = request.steps.get(request.stage).copied();
                let asked = stages.get(request.stage).map_or(Vec::new(), |stage| {
                    let steps = usize::from(steps.unwrap_or_default());
                    stage.asked(steps).cloned().collect()
                });
                self.state.assume_absent(*absent, signer, asked, *time);
                self.assumed.insert(Assumed::Delegation);
            }
            _ => {}
        }
    }

    /// The versions of one policy stand in their order, and none of those between is left out.
    fn follows(&self, version: u32, policy: &Policy) -> Checked {
        let newest = self.state.newest_version(&policy.name);
        let next = newest.checked_add(1);
        if newest == 0 || Some(version) == next {
            return Ok(());
        }
        let expected = format!("the version after {newest}");
        let found = format!("version {version}");
        Err(Broken::new(Rule::PolicyOrder, expected, found))
    }

    /// Labels may have been given anew, and the policy may be another version.
    fn assume_covered(&mut self, request: RequestId) {
        let Some(request) = self.state.request(request) else {
            return;
        };
        let (name, resource) = (request.policy.policy.name.clone(), request.resource.clone());
        let policy = self.state.policy(&name).cloned();
        if policy.is_some_and(|policy| self.state.assume_labels(&policy.policy, &resource)) {
            self.assumed.insert(Assumed::Labels);
        }
    }

    /// Who looks in another's place is asked by an absence that stands elsewhere in the log.
    fn is_a_delegates_look(&self, record: &Record, violation: &Violation) -> bool {
        let Event::RequestViewed { request } = &record.event else {
            return false;
        };
        let request = self.state.request(*request);
        let delegates = request.is_some_and(|request| {
            let own = record.actor.as_person().map(|(person, _)| person) == Some(request.requester);
            request.policy.policy.approval.delegation && !own
        });
        violation.rule == Rule::NotAsked && delegates
    }
}

/// The digest that requests carry is the policy's own.
fn own(sha256: Digest, policy: &Policy) -> Checked {
    let digest = policy.digest();
    if sha256 == digest {
        return Ok(());
    }
    let (expected, found) = (digest.to_string(), sha256.to_string());
    Err(Broken::new(Rule::PolicyDigest, expected, found))
}
