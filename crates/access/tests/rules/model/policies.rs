//! Policies: who may propose, endorse, activate, retire.

use access::Record;
use access::command::Command;
use access::event::Event;
use access::ids::{GroupName, PersonId};
use access::policy::Policy;

use super::Model;
use super::log::{by, shares};

impl<'a> Model<'a> {
    pub(super) fn allows_authors(
        self,
        command: &Command,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        let author = self.holds(me, groups, |roles| &roles.author);
        author
            && match command {
                Command::ProposePolicy { policy, follows } => {
                    self.proved_lately(me)
                        && self.begins_with(policy, *follows)
                        && self.sound(policy)
                }
                Command::ProposeRetirement { policy } => {
                    self.proved_lately(me) && self.in_force(policy).is_some()
                }
                Command::EndorseProposal { proposal } => {
                    self.proved_lately(me)
                        && self.on_the_table(*proposal)
                        && self.word_of(*proposal).is_none()
                }
                Command::WithdrawProposal { proposal } => self.on_the_table(*proposal),
                Command::ActivateProposal { proposal } => {
                    self.proved_lately(me) && self.may_activate(*proposal, me)
                }
                _ => false,
            }
    }

    fn may_activate(self, seq: u64, me: PersonId) -> bool {
        let (true, Some(first)) = (self.on_the_table(seq), self.word_of(seq)) else {
            return false;
        };
        let current = match self.at(seq).map(|record| &record.event) {
            Some(Event::PolicyProposed {
                replaces, policy, ..
            }) => self.versions(&policy.name).len() as u32 == *replaces && self.sound(policy),
            Some(Event::RetirementProposed { policy, version }) => self
                .in_force(policy)
                .is_some_and(|(number, _)| number == *version),
            _ => false,
        };
        let still = self.held(&self.groups_last_seen(first), self.now_ms, |roles| {
            &roles.author
        });
        current && still && !self.same(first, me)
    }

    /// Whether a draft begins with the newest version, where it says with which.
    pub(super) fn begins_with(self, policy: &Policy, version: Option<u32>) -> bool {
        version.is_none_or(|version| version as usize == self.versions(&policy.name).len())
    }

    fn at(self, seq: u64) -> Option<&'a Record> {
        self.log.iter().find(|record| record.seq == seq)
    }

    pub(super) fn on_the_table(self, seq: u64) -> bool {
        let about = match self.at(seq).map(|record| &record.event) {
            Some(Event::PolicyProposed { policy, .. }) => &policy.name,
            Some(Event::RetirementProposed { policy, .. }) => policy,
            _ => return false,
        };
        !self.after(seq).any(|record| match &record.event {
            Event::PolicyActivated {
                proposal: Some(proposal),
                ..
            }
            | Event::ProposalWithdrawn { proposal } => *proposal == seq,
            Event::PolicyRetired { policy, .. } => policy == about,
            _ => false,
        })
    }

    /// Whose word a proposal is.
    pub(super) fn word_of(self, seq: u64) -> Option<PersonId> {
        let endorsed = self.log.iter().find(
            |record| matches!(record.event, Event::ProposalEndorsed { proposal } if proposal == seq),
        );
        by(endorsed.or(self.at(seq))?)
    }

    /// The traces' drafts are unsound in two ways only: nobody has to sign, or nobody but the requester can.
    pub(super) fn sound(self, policy: &Policy) -> bool {
        let stages = &policy.approval.stages;
        let mut asking =
            self.humans(|person| shares(&self.groups_last_seen(person), &policy.eligible));
        asking.sort_unstable();
        stages.iter().all(|stage| {
            let steps = stage.ladder.len();
            let mut signing = self
                .humans(|person| self.asks(stage, steps, person, &self.groups_last_seen(person)));
            signing.sort_unstable();
            let alone = asking.len() == 1 && signing == asking;
            stage.n > 0 && !alone
        })
    }

    /// One identity of each human being that fits.
    fn humans(self, fits: impl Fn(PersonId) -> bool) -> Vec<PersonId> {
        let mut found: Vec<PersonId> = Vec::new();
        for record in self.log {
            if let Event::PersonRegistered { person, .. } = record.event
                && fits(person)
            {
                let first = self.human(person).into_iter().next().unwrap_or(person);
                if !found.contains(&first) {
                    found.push(first);
                }
            }
        }
        found
    }
}
