//! What must happen although nobody clicks: access ends when its time is up, intents without an
//! outcome are cleared, orphans on targets are removed, requests lapse. At start, then every 30 s,
//! and at the very moment a grant expires.

use std::collections::HashSet;
use std::time::Duration;

use access::command::Command;
use access::event::{Actor, EndCause, Failure};
use access::ids::GrantId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// How often everything is looked at.
const ROUND: Duration = Duration::from_secs(30);

/// An intent older than this has no live task that would still write its outcome: a target has
/// 8 s to answer, and is asked twice.
const INTENT_PATIENCE_MS: i64 = 30_000;

/// Works until `shutdown`. Expiry has a task of its own: a target that hangs in a round must not keep
/// another target's access open.
pub(crate) async fn run(portal: Portal, shutdown: CancellationToken) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = rounds(&portal) => {}
        () = expiries(&portal) => {}
    }
}

async fn rounds(portal: &Portal) {
    loop {
        round(portal).await;
        tokio::time::sleep(ROUND).await;
    }
}

async fn expiries(portal: &Portal) {
    let mut changes = portal.subscribe();
    loop {
        let wake = Instant::now() + ROUND;
        let next = expire(portal).await;
        tokio::select! {
            () = tokio::time::sleep_until(next.map_or(wake, |at| at.min(wake))) => {}
            // A new grant may expire sooner than the one waited for.
            _ = changes.recv() => {}
        }
    }
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

/// Ends every grant whose time is up; returns when the next one's will be.
async fn expire(portal: &Portal) -> Option<Instant> {
    let standing = match store::grant::standing(&portal.inner.pool).await {
        Ok(standing) => standing,
        Err(fault) => {
            tracing::warn!(%fault, "the grants cannot be read; looking again in a second");
            return Some(Instant::now() + Duration::from_secs(1));
        }
    };
    let now = clock::now();
    let due = standing.iter().filter(|grant| grant.expires_at <= now).map(|grant| async {
        let ended = portal.end_now(grant.grant, EndCause::Expired, itself()).await;
        if let Err(fault) = &ended {
            tracing::error!(grant = %grant.grant, %fault, "access could not be ended at its expiry");
        }
        ended.is_ok()
    });
    if futures::future::join_all(due).await.contains(&false) {
        return Some(Instant::now() + Duration::from_secs(1));
    }
    let next = standing
        .iter()
        .map(|grant| grant.expires_at)
        .find(|at| *at > now)?;
    let wait = u64::try_from(next.millis() - now.millis()).unwrap_or(0);
    Some(Instant::now() + Duration::from_millis(wait))
}

async fn finish_endings(portal: &Portal) -> Result<(), Error> {
    let pending = portal
        .inner
        .journal
        .pending()
        .map_err(|fault| Error::internal(&fault))?;
    for ending in pending {
        let grant = ending.grant;
        if let Err(fault) = portal.end_now(grant, ending.cause, ending.actor).await {
            tracing::warn!(%grant, %fault, "an ending is not finished yet");
        }
    }
    Ok(())
}

async fn clear_intents(portal: &Portal) -> Result<(), Error> {
    let now = clock::now();
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
        let accounts = match target.accounts().await {
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
