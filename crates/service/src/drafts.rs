//! Policies from a shell: handed in beside the running portal, which proposes them. Nobody's word until a
//! policy author endorses it, and in force only on a second one's.

use std::time::Duration;

use access::command::Command;
use access::event::Actor;
use access::policy::{Policy, PolicyVersion};
use sqlx::PgPool;
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::store::draft::{self, Outcome};
use crate::store::{ledger, policy};

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
    /// No portal has proposed it within the time given; it is taken back.
    NoPortal,
    /// A portal has it, and has not said in twice the time what became of it.
    NotKnown,
}

/// Hands a policy in to the running portal, and waits for what becomes of it.
///
/// # Errors
/// The database's; then it may still be proposed.
pub async fn hand_in(
    pool: &PgPool,
    policy: &Policy,
    within: Duration,
) -> Result<HandedIn, sqlx::Error> {
    let id = Uuid::new_v4();
    draft::hand_in(pool, id, &policy.json()).await?;
    let until = Instant::now() + within;
    let became = loop {
        let late = Instant::now() > until;
        match draft::outcome(pool, id).await? {
            Outcome::Proposed(seq) => break HandedIn::Proposed(seq),
            Outcome::Refused(why) => break HandedIn::Refused(why),
            Outcome::Waits if late && draft::take_back(pool, id).await? => {
                return taken_back(pool, id).await;
            }
            Outcome::Waits if Instant::now() > until + within => return Ok(HandedIn::NotKnown),
            Outcome::Waits => tokio::time::sleep(PATIENCE).await,
        }
    };
    draft::forget(pool, id).await?;
    Ok(became)
}

/// A portal may have proposed it, and stopped before it could say so.
async fn taken_back(pool: &PgPool, id: Uuid) -> Result<HandedIn, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let found = ledger::seq_of(&mut connection, id).await?;
    Ok(found.map_or(HandedIn::NoPortal, HandedIn::Proposed))
}

impl Portal {
    /// Proposes what was handed in. Each is locked until it is said what became of it, and the entry bears its id: so
    /// it is proposed once, by whichever portal, even where one stops in between.
    pub(crate) async fn take_drafts(&self) -> Result<(), Error> {
        loop {
            let mut transaction = self.inner.pool.begin().await?;
            let Some((id, document)) = draft::claim(&mut transaction).await? else {
                return Ok(());
            };
            let outcome = match ledger::seq_of(&mut transaction, id).await? {
                Some(seq) => Ok(seq),
                None => self.propose_draft(id, &document).await?,
            };
            draft::settle(&mut transaction, id, outcome.map(ledger::signed)).await?;
            transaction.commit().await?;
        }
    }

    async fn propose_draft(&self, id: Uuid, document: &str) -> Result<Result<u64, String>, Error> {
        let Ok(policy) = serde_json::from_str::<Policy>(document) else {
            return Ok(Err(
                "The draft is not in the form that this portal reads: is it of the same version?"
                    .to_owned(),
            ));
        };
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
        match self.inner.sequencer.propose_as(id, proposal).await {
            Ok(appended) => Ok(Ok(appended.entries.first().map_or(0, |(seq, _)| *seq))),
            Err(Error::Refused(refusal)) => Ok(Err(refusal.to_string())),
            Err(fault) => Err(fault),
        }
    }
}
