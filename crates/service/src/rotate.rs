//! The log gets another key, while no server runs: the old one says so in an entry, and the next
//! checkpoint bears both signatures.

use access::command::Command;
use access::event::Actor;
use ledger::VerifierKey;
use ledger::rotation::{KeyRotation, RotationError};
use sqlx::PgPool;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::error::{Error, StartError};
use crate::halt::Halt;
use crate::key::KeyError;
use crate::line::Lines;
use crate::memory::Memory;
use crate::opening;
use crate::sequencer::{Answers, Image, Proposal, Publisher, Sequencer, Writer};
use crate::settings::Settings;
use crate::signer::Signer;
use crate::store::ledger as store;
use crate::timeline::Watch;

/// Why the log keeps its key.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The log cannot be worked with.
    #[error("the log's key was not changed")]
    Start(#[from] StartError),
    /// The key is on another machine.
    #[error(
        "the log's key is not in this data folder, but with `breakglass signer`: a signer's key cannot be rotated yet"
    )]
    Elsewhere,
    /// There is nothing to rotate.
    #[error(
        "the log has no entries: start the portal once, or make another key with `breakglass keygen`"
    )]
    Empty,
    /// The log failed its check.
    #[error("the log is halted ({0}); nothing was changed")]
    Halted(String),
    /// No key can be made.
    #[error("a new key cannot be made")]
    Key(#[from] KeyError),
    /// The announcement cannot be made.
    #[error("the new key cannot be announced")]
    Announce(#[from] RotationError),
    /// The database did not answer.
    #[error("the database did not answer as it must")]
    Database(#[from] sqlx::Error),
    /// The log did not take it, or not as the last entry.
    #[error("the log did not take the announcement; stop every server of this log and try again")]
    Append(#[source] Error),
}

/// A key that has followed another.
#[derive(Debug)]
pub struct Rotated {
    /// The key that signed until now.
    pub old: VerifierKey,
    /// The key that signs from now on.
    pub new: VerifierKey,
    /// The smallest size that it signs: the announcement is the last entry below it.
    pub from: u64,
}

/// Announces a new key in the log, and has the log signed by both. The caller holds the data folder's
/// lock, and no other server of this log runs.
///
/// # Errors
/// [`RotateError`]. A key that was made and not announced is used the next time.
pub async fn rotate(settings: &Settings, pool: &PgPool) -> Result<Rotated, RotateError> {
    if settings.signer.is_some() {
        return Err(RotateError::Elsewhere);
    }
    let (origin, halt) = (&settings.origin, Halt::default());
    store::open(pool, origin.as_str()).await?;
    let memory = Memory::new(&settings.data_dir, origin.clone());
    let signer = opening::signer(settings, memory.clone())?;
    let waiting = signer.waiting();
    let lines = Lines {
        watch: Watch::begin(&settings.data_dir, pool, &halt)
            .await
            .map_err(StartError::from)?,
        pool: pool.clone(),
    };
    let mut publisher = Publisher::new(
        lines.relaxed(),
        origin.clone(),
        signer,
        halt.clone(),
        Answers::WhenSigned,
    );
    if halt.reason().is_none() {
        publisher.recover().await?;
    }
    let head = store::head(pool).await?;
    if head.size == 0 {
        return Err(RotateError::Empty);
    }
    let mut image = Image::empty(origin);
    let mut connection = pool.acquire().await?;
    if let Err(fault) = image.catch_up(&mut connection, head.size).await {
        halt.pull(fault.to_string());
    }
    drop(connection);
    if let Some(reason) = halt.reason() {
        return Err(RotateError::Halted(reason.to_owned()));
    }
    let (rotated, command) = announcement(publisher.signer(), settings, head.size)?;

    let (sequencer, queue) = Sequencer::new(halt.clone(), waiting);
    let (committed, to_publish) = mpsc::channel(1);
    let clock = Clock::default();
    clock.reach(image.time());
    let writer = Writer::new(lines, origin.clone(), memory, halt, clock, image, committed);
    let (changed, _) = mpsc::unbounded_channel();
    let publishing = tokio::spawn(publisher.run(to_publish, changed));
    let writing = tokio::spawn(writer.run(queue));
    let proposed = sequencer
        .propose(Proposal::new(command, Actor::system("operator")))
        .await;
    drop(sequencer);
    // Both end by themselves once nobody proposes any more.
    let _ = (writing.await, publishing.await);
    proposed.map_err(RotateError::Append)?;
    Ok(rotated)
}

/// What the old key says for the entry behind the first `size`.
fn announcement(
    signer: &mut Signer,
    settings: &Settings,
    size: u64,
) -> Result<(Rotated, Command), RotateError> {
    let (keys, history) = signer.keys().ok_or(RotateError::Elsewhere)?;
    let new = keys.next(history, &settings.data_dir, &settings.origin)?;
    let old = history.key_at(size).and_then(|vkey| keys.find(vkey));
    let old = old.ok_or(RotateError::Elsewhere)?;
    let from = size + 1;
    let command = Command::RotateKey {
        from,
        new: new.to_string(),
        old: old.verifier_key().to_string(),
        signature: KeyRotation::sign(old, &new, from)?.signature_text(),
    };
    let old = old.verifier_key();
    Ok((Rotated { old, new, from }, command))
}
