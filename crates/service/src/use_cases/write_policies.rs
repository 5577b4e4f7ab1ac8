//! Policies are proposed by one author and put in force by another.

use access::command::Command;
use access::event::Actor;
use access::ids::PolicyName;
use access::policy::Policy;
use access::refusal::Rule;
use access::state::{Change, Proposal};
use access::time::UnixMillis;
use access::view::{PersonView, ProposalRow, Viewer};
use access::{State, decide, short_of_people};

use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::sequencer;
use crate::store;

/// A proposal with what it would put in force.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// As lists show it.
    pub row: ProposalRow,
    /// What would come into force; `None` where the policy would be retired.
    pub policy: Option<Policy>,
    /// What is in force now, if anything is.
    pub before: Option<Policy>,
    /// Stages that too few known people could fill.
    pub warnings: Vec<String>,
}

impl Portal {
    /// Proposes a policy's next version; policy authors may. `follows` is the version that they began with, 0
    /// for a new policy. Returns the proposal's entry.
    ///
    /// # Errors
    /// [`Error::BadInput`] where it contradicts itself, [`Error::Refused`] by the rules,
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn propose_policy(
        &self,
        viewer: &Viewer,
        policy: Policy,
        follows: Option<u32>,
    ) -> Result<u64, Error> {
        policy.check().map_err(|error| Error::BadInput {
            field: "policy",
            message: format!("{error}."),
        })?;
        self.propose_by(viewer, Command::ProposePolicy { policy, follows })
            .await
    }

    /// Proposes that a policy be in force no longer; policy authors may.
    ///
    /// # Errors
    /// As [`Portal::propose_policy`].
    pub async fn propose_retirement(
        &self,
        viewer: &Viewer,
        policy: PolicyName,
    ) -> Result<u64, Error> {
        self.propose_by(viewer, Command::ProposeRetirement { policy })
            .await
    }

    async fn propose_by(&self, viewer: &Viewer, command: Command) -> Result<u64, Error> {
        let proposal = sequencer::Proposal::of(viewer, command);
        let appended = self.inner.sequencer.propose(proposal).await?;
        Ok(appended.entries.first().map_or(0, |(seq, _)| *seq))
    }

    /// Makes a proposal of the configuration the viewer's own.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn endorse(&self, viewer: &Viewer, proposal: u64) -> Result<(), Error> {
        self.act(viewer, Command::EndorseProposal { proposal })
            .await
    }

    /// Puts in force what another author proposed.
    ///
    /// # Errors
    /// As [`Portal::endorse`].
    pub async fn activate(&self, viewer: &Viewer, proposal: u64) -> Result<(), Error> {
        self.act(viewer, Command::ActivateProposal { proposal })
            .await
    }

    /// Takes a proposal off the table.
    ///
    /// # Errors
    /// As [`Portal::endorse`].
    pub async fn withdraw_proposal(&self, viewer: &Viewer, proposal: u64) -> Result<(), Error> {
        self.act(viewer, Command::WithdrawProposal { proposal })
            .await
    }

    /// What is proposed, oldest first, for one policy or for all. Everybody who is signed in may read it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log's state or the database does not answer.
    pub async fn proposals(
        &self,
        viewer: &Viewer,
        of: Option<PolicyName>,
    ) -> Result<Vec<Proposed>, Error> {
        let who = actor(viewer);
        let clock = self.inner.clock.clone();
        let wanted =
            move |proposal: &&Proposal| of.as_ref().is_none_or(|of| proposal.policy() == of);
        let mut proposals: Vec<Proposed> = self
            .inner
            .sequencer
            .ask(move |state| {
                let now = clock.now();
                let shown = |proposal| proposed(state, proposal, &who, now);
                state.proposals().filter(wanted).map(shown).collect()
            })
            .await?;
        let mut people: Vec<&mut PersonView> = proposals
            .iter_mut()
            .filter_map(|proposed| proposed.row.by.as_mut())
            .collect();
        self.name(&mut people).await?;
        Ok(proposals)
    }

    /// One proposal.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not on the table any more.
    pub async fn proposal(&self, viewer: &Viewer, seq: u64) -> Result<Proposed, Error> {
        let mut all = self.proposals(viewer, None).await?.into_iter();
        all.find(|proposed| proposed.row.seq == seq)
            .ok_or(Error::NotFound)
    }

    /// All versions of a policy, oldest first; and which of them is in force, if one is.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Unavailable`] where the log's state cannot be asked.
    pub async fn policy_history(
        &self,
        name: &PolicyName,
    ) -> Result<(Vec<access::policy::PolicyVersion>, Option<u32>), Error> {
        let name = name.clone();
        let history = move |state: &State| {
            let all: Vec<_> = state
                .policy_history(&name)
                .iter()
                .map(|version| (**version).clone())
                .collect();
            (all, state.policy(&name).map(|version| version.version))
        };
        let (all, in_force) = self.inner.sequencer.ask(history).await?;
        if all.is_empty() {
            return Err(Error::NotFound);
        }
        Ok((all, in_force))
    }

    /// Puts their names to people.
    pub(crate) async fn name(&self, people: &mut [&mut PersonView]) -> Result<(), Error> {
        let ids: Vec<_> = people.iter().map(|person| person.id.uuid()).collect();
        let known = store::person::views(&self.inner.pool, &ids).await?;
        for person in people {
            let found = known.iter().find(|known| known.id == person.id);
            person.name = found.and_then(|known| known.name.clone());
        }
        Ok(())
    }
}

/// Whether a proposal waits for this person: to make it their own, or to put it in force.
pub(super) fn waits(state: &State, proposal: &Proposal, who: &Actor, now: UnixMillis) -> bool {
    let proposal = proposal.seq;
    let allowed = |command| hindered(state, command, who, now).is_none();
    allowed(Command::ActivateProposal { proposal })
        || allowed(Command::EndorseProposal { proposal })
}

/// The rule that keeps somebody from it, but for a sign-in of late, which is made on the way.
fn hindered(state: &State, command: Command, who: &Actor, now: UnixMillis) -> Option<Rule> {
    let refusal = decide(state, command, who, now).err()?;
    Some(refusal.rule).filter(|rule| *rule != Rule::SignInStale)
}

fn proposed(state: &State, proposal: &Proposal, who: &Actor, now: UnixMillis) -> Proposed {
    let seq = proposal.seq;
    let refused = |command| hindered(state, command, who, now);
    let policy = match &proposal.change {
        Change::Activate { policy, .. } => Some(Policy::clone(policy)),
        Change::Retire(_) => None,
    };
    let name = proposal.policy();
    Proposed {
        row: ProposalRow {
            seq,
            policy: name.clone(),
            retires: policy.is_none(),
            replaces: proposal.replaces,
            by: proposal.by.map(|id| PersonView { id, name: None }),
            at_ms: proposal.at,
            refused: refused(Command::ActivateProposal { proposal: seq }),
            may_endorse: refused(Command::EndorseProposal { proposal: seq }).is_none(),
            may_withdraw: refused(Command::WithdrawProposal { proposal: seq }).is_none(),
        },
        warnings: policy
            .as_ref()
            .map_or(Vec::new(), |policy| short_of_people(state, policy)),
        policy,
        before: state.policy(name).map(|version| version.policy.clone()),
    }
}
