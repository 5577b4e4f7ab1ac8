//! What must happen although nobody clicks: access ends when its time is up, intents without an
//! outcome are cleared, orphans on targets are removed, requests lapse. At start, then every 30 s,
//! and at the very moment a grant expires.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use access::State;
use access::command::Command;
use access::event::{Actor, EndCause, Failure};
use access::ids::GrantId;
use tokio::sync::broadcast;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::notify::Change;
use crate::portal::Portal;
use crate::store;
use crate::store::grant::Standing;

/// How often everything is looked at.
const ROUND: Duration = Duration::from_secs(30);

/// How often it is looked whether a ladder's next step is due.
const LADDER: Duration = Duration::from_secs(5);

/// Between a failure and the next try.
const PATIENCE: Duration = Duration::from_secs(1);

/// An intent older than this has no live task that would still write its outcome: a target has
/// 8 s to answer, and is asked twice.
const INTENT_PATIENCE_MS: i64 = 30_000;

/// Works until `shutdown`. Expiry has a task of its own: a target that hangs in a round must not keep
/// another target's access open.
pub(crate) async fn run(portal: Portal, shutdown: CancellationToken) {
    let ends = async {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = rounds(&portal) => {}
            () = ladders(&portal) => {}
            () = recordings(&portal) => {}
            () = expiries(&portal) => {}
        }
    };
    // What was begun there is not dropped half done.
    tokio::join!(ends, portal.tell_of_reads(&shutdown));
}

async fn rounds(portal: &Portal) {
    loop {
        round(portal).await;
        tokio::time::sleep(ROUND).await;
    }
}

/// Ends recordings that a process left behind. A task of its own: one with many actions takes a while.
async fn recordings(portal: &Portal) {
    loop {
        tokio::time::sleep(ROUND).await;
        if let Err(fault) = portal.end_recordings_left().await {
            tracing::warn!(%fault, "a recording left open is not ended yet");
        }
    }
}

/// Asks the next step of ladders whose time has come, and proposes what came from a shell.
async fn ladders(portal: &Portal) {
    loop {
        if let Err(fault) = escalate(portal).await {
            tracing::warn!(%fault, "a ladder's next step was not asked; it is tried again");
        }
        if let Err(fault) = take_drafts(portal).await {
            tracing::warn!(%fault, "a policy from a shell was not proposed; it is tried again");
        }
        tokio::time::sleep(LADDER).await;
    }
}

async fn take_drafts(portal: &Portal) -> Result<(), Error> {
    if portal.halted().is_some() || portal.inner.sequencer.goes_on().is_err() {
        return Ok(());
    }
    portal.take_drafts().await
}

async fn escalate(portal: &Portal) -> Result<(), Error> {
    if portal.halted().is_some() || portal.inner.sequencer.goes_on().is_err() {
        return Ok(());
    }
    let clock = portal.inner.clock.clone();
    let due = move |state: &State| {
        let due = state.due_to_escalate(clock.now());
        due.map(|request| request.id).collect::<Vec<_>>()
    };
    for request in portal.inner.sequencer.ask(due).await? {
        match portal
            .system("reconciler", Command::Escalate { request })
            .await
        {
            // Another replica was first, or somebody decided just now.
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

async fn expiries(portal: &Portal) {
    let mut changes = portal.subscribe();
    let mut endings = Endings::default();
    loop {
        let wake = Instant::now() + ROUND;
        let next = endings.begin(portal).await;
        tokio::select! {
            () = tokio::time::sleep_until(next.map_or(wake, |at| at.min(wake))) => {}
            // A new grant may expire sooner than the one waited for.
            () = of_a_request(&mut changes) => {}
            Some(ended) = endings.tasks.join_next() => endings.finished(ended),
        }
    }
}

/// Endings of grants whose time is up, each a task of its own: a target that hangs holds up nobody
/// else's.
#[derive(Default)]
struct Endings {
    tasks: JoinSet<(GrantId, bool)>,
    /// `None` while it is under way, else when it may be tried again.
    attempts: HashMap<GrantId, Option<Instant>>,
}

impl Endings {
    /// Begins what is due; returns when there is something to do next.
    async fn begin(&mut self, portal: &Portal) -> Option<Instant> {
        let standing = match store::grant::standing(&portal.inner.pool).await {
            Ok(standing) => standing,
            Err(fault) => {
                tracing::warn!(%fault, "the grants cannot be read; looking again in a second");
                return Some(Instant::now() + PATIENCE);
            }
        };
        self.attempts.retain(|grant, again| {
            again.is_none() || standing.iter().any(|standing| standing.grant == *grant)
        });
        let clock = &portal.inner.clock;
        for standing in &standing {
            // Another server's clock may be ahead: its grants last as long as it said, not longer.
            clock.reach(standing.intended_at);
        }
        let (now, instant) = (clock.now(), Instant::now());
        let mut next = None;
        for Standing {
            grant,
            expires_at,
            ratify_by,
            ..
        } in standing
        {
            let (ends_at, cause) = match ratify_by {
                Some(by) if by < expires_at => (by, EndCause::Unratified),
                _ => (expires_at, EndCause::Expired),
            };
            let left_ms = ends_at.millis() - now.millis();
            let due = instant + Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
            let at = match self.attempts.get(&grant) {
                Some(None) => continue,
                // It may have been made longer since.
                Some(Some(again)) => due.max(*again),
                None => due,
            };
            if at <= instant {
                self.attempts.insert(grant, None);
                self.tasks.spawn(expire(portal.clone(), grant, cause));
            } else {
                next = next.into_iter().chain([at]).min();
            }
        }
        next
    }

    fn finished(&mut self, ended: Result<(GrantId, bool), JoinError>) {
        let again = Some(Instant::now() + PATIENCE);
        match ended {
            Ok((grant, true)) => {
                self.attempts.remove(&grant);
            }
            Ok((grant, false)) => {
                self.attempts.insert(grant, again);
            }
            // Which one it was is not known; ending twice does no harm.
            Err(fault) => {
                tracing::error!(%fault, "the ending of a grant broke off; all are tried again");
                for attempt in self.attempts.values_mut() {
                    *attempt = again;
                }
            }
        }
    }
}

/// Whether it is over.
async fn expire(portal: Portal, grant: GrantId, cause: EndCause) -> (GrantId, bool) {
    match portal.end_in_time(grant, cause, itself()).await {
        Ok(over) => (grant, over),
        Err(fault) => {
            tracing::error!(%grant, %fault, "access could not be ended at its expiry; trying again");
            (grant, false)
        }
    }
}

/// Waits until something changes that belongs to a request, or may have been missed.
async fn of_a_request(changes: &mut broadcast::Receiver<Change>) {
    while let Ok(Change { request: None, .. }) = changes.recv().await {}
}

async fn round(portal: &Portal) {
    for (what, done) in [
        ("endings under way", finish_endings(portal).await),
        ("intents without outcome", clear_intents(portal).await),
        ("orphans", sweep(portal).await),
        ("overdue requests", portal.lapse_overdue().await),
    ] {
        if let Err(fault) = done {
            tracing::warn!(%fault, what, "a part of the round was not done; it is tried again");
        }
    }
}

fn itself() -> Actor {
    Actor::System {
        part: "reconciler".into(),
    }
}

async fn finish_endings(portal: &Portal) -> Result<(), Error> {
    let journal = &portal.inner.journal;
    let internal = |fault: std::io::Error| Error::internal(&fault);
    for id in journal.pending().map_err(internal)? {
        let Some(ending) = journal.find(id).map_err(internal)? else {
            continue;
        };
        let grant = ending.grant;
        if let Err(fault) = portal.end_now(grant, ending.cause, ending.actor).await {
            tracing::warn!(%grant, %fault, "an ending is not finished yet");
        }
    }
    Ok(())
}

async fn clear_intents(portal: &Portal) -> Result<(), Error> {
    let now = portal.inner.clock.now();
    for grant in store::grant::standing(&portal.inner.pool).await? {
        let old = now.millis() - grant.intended_at.millis() > INTENT_PATIENCE_MS;
        if grant.active || !old {
            continue;
        }
        if let Ok(target) = portal.inner.targets.get(&grant.resource)
            && let Err(fault) = target.end(grant.grant).await
        {
            tracing::warn!(grant = %grant.grant, %fault, "an interrupted grant is not swept yet");
            continue;
        }
        let command = Command::FailGrant {
            grant: grant.grant,
            failure: Failure::Interrupted,
        };
        match portal.system("reconciler", command).await {
            // Another replica was first.
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

async fn sweep(portal: &Portal) -> Result<(), Error> {
    if portal.halted().is_some() {
        // The tables may be an old backup's: what looks like an orphan may be somebody's open access.
        return Ok(());
    }
    for (resource, target) in portal.inner.targets.iter() {
        // The accounts first, then the grants: an account whose grant is intended in between is not
        // in the list, and every account in the list had its intent before it was made.
        let accounts = match target.sweep().await {
            Ok(accounts) => accounts,
            Err(fault) => {
                tracing::warn!(%resource, %fault, "a target cannot be swept now");
                continue;
            }
        };
        let standing: HashSet<String> = store::grant::standing(&portal.inner.pool)
            .await?
            .iter()
            .map(|grant| GrantId::account(grant.grant))
            .collect();
        for account in accounts
            .into_iter()
            .filter(|account| !standing.contains(account))
        {
            match target.remove(&account).await {
                Ok(sessions_cut) => {
                    let resource = resource.clone();
                    let command = Command::RemoveOrphan {
                        resource,
                        account,
                        sessions_cut,
                    };
                    portal.system("reconciler", command).await?;
                }
                Err(fault) => tracing::warn!(%account, %fault, "an orphan is not removed yet"),
            }
        }
    }
    Ok(())
}
