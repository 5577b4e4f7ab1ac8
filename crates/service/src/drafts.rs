//! Policies from a shell: handed in beside the running portal, which proposes them. Nobody's word until a
//! policy author endorses it, and in force only on a second one's.

use std::time::Duration;

use access::command::Command;
use access::event::Actor;
use access::policy::{Policy, PolicyVersion};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::store::draft::{self, Outcome};
use crate::store::policy;

/// Between two looks what became of a draft.
const PATIENCE: Duration = Duration::from_millis(250);

/// Every policy in force, by name, without a portal.
///
/// # Errors
/// The database's.
pub async fn in_force(pool: &PgPool) -> Result<Vec<PolicyVersion>, sqlx::Error> {
    policy::in_force(pool).await
}

/// What became of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedIn {
    /// It is proposed, in this entry.
    Proposed(u64),
    /// The rules say no, for this reason.
    Refused(String),
    /// No portal took it within the time given; it is taken back.
    NoPortal,
}

/// Hands a policy in to the running portal, and waits for what becomes of it.
///
/// # Errors
/// The database's.
pub async fn hand_in(
    pool: &PgPool,
    policy: &Policy,
    within: Duration,
) -> Result<HandedIn, sqlx::Error> {
    let id = Uuid::new_v4();
    draft::hand_in(pool, id, &policy.json()).await?;
    let until = tokio::time::Instant::now() + within;
    let became = loop {
        match draft::outcome(pool, id).await? {
            Outcome::Proposed(seq) => break HandedIn::Proposed(seq),
            Outcome::Refused(why) => break HandedIn::Refused(why),
            Outcome::Waits if tokio::time::Instant::now() > until => break HandedIn::NoPortal,
            Outcome::Waits => tokio::time::sleep(PATIENCE).await,
        }
    };
    draft::forget(pool, id).await?;
    Ok(became)
}

impl Portal {
    /// Proposes what was handed in.
    pub(crate) async fn take_drafts(&self) -> Result<(), Error> {
        let pool = &self.inner.pool;
        for (id, document) in draft::waiting(pool).await? {
            let outcome = match serde_json::from_str::<Policy>(&document) {
                Ok(policy) => self.propose_draft(policy).await?,
                Err(_) => Err("The draft is not in the form that this portal reads: is it of the same version?".to_owned()),
            };
            draft::settle(pool, id, outcome).await?;
        }
        Ok(())
    }

    async fn propose_draft(&self, policy: Policy) -> Result<Result<i64, String>, Error> {
        if let Err(contradiction) = policy.check() {
            return Ok(Err(contradiction.to_string()));
        }
        let proposal = Proposal::new(
            Command::ProposePolicy {
                policy,
                follows: None,
            },
            Actor::system("shell"),
        );
        match self.inner.sequencer.propose(proposal).await {
            Ok(appended) => {
                let seq = appended.entries.first().map_or(0, |(seq, _)| *seq);
                Ok(Ok(crate::store::ledger::signed(seq)))
            }
            Err(Error::Refused(refusal)) => Ok(Err(refusal.to_string())),
            Err(fault) => Err(fault),
        }
    }
}
