//! The trials: what holds of a connector whatever happens around it.

use std::time::{Duration, Instant};

use futures::future::join_all;
use targets::{Standing, TargetError};

use crate::proxy::{Direction, Proxy};
use crate::suite::{Seen, Trial, Verdict, access, comes_to, now_ms, until};

/// Access is over within this, live sessions included.
const A_SECOND: Duration = Duration::from_secs(1);

/// A call to a target that is silent is given up within this.
const GIVEN_UP: Duration = Duration::from_secs(20);

/// Ways in that a holder has at a time.
const SESSIONS: usize = 4;

macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

fn at<T>(call: &str, done: Result<T, TargetError>) -> Result<T, String> {
    done.map_err(|fault| format!("{call}: {}", chain(&fault)))
}

fn chain(fault: &dyn std::error::Error) -> String {
    let mut told = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

/// One connector's work is found by another, as after a restart on another machine.
pub async fn names(trial: &dyn Trial) -> Verdict {
    let (first, second) = (trial.connector(None).await, trial.connector(None).await);
    let access = access(trial);
    at("open", first.open(&access).await)?;
    ensure!(
        at("inspect", second.inspect(access.grant).await)? != Standing::Absent,
        "another connector does not find what was opened"
    );
    if trial.leaves_names() {
        let swept = at("sweep", second.sweep().await)?;
        ensure!(
            swept.contains(&access.grant.account()),
            "the sweep does not tell the name that follows from the grant: {swept:?}"
        );
    }
    at("end", second.end(access.grant).await)?;
    comes_to(trial, access.grant, Seen::Nothing).await?;
    let swept = at("sweep", first.sweep().await)?;
    ensure!(
        !swept.contains(&access.grant.account()),
        "what is over is still swept"
    );
    Ok("opened by one, found and ended by another".into())
}

/// The second time finds the first one's work.
pub async fn repeated(trial: &dyn Trial) -> Verdict {
    let connector = trial.connector(None).await;
    let access = access(trial);
    ensure!(
        at("inspect before", connector.inspect(access.grant).await)? == Standing::Absent,
        "a grant that was never opened is not absent"
    );
    if trial.ends_for_good() {
        let early = self::access(trial);
        at("end before open", connector.end(early.grant).await)?;
        ensure!(
            matches!(connector.open(&early).await, Err(TargetError::Refused(_)))
                && trial.seen(early.grant).await == Seen::Nothing,
            "what was ended is opened by a call that came late"
        );
    } else {
        at("end before open", connector.end(access.grant).await)?;
    }
    at("open", connector.open(&access).await)?;
    let once = at("inspect", connector.inspect(access.grant).await)?;
    at("open again", connector.open(&access).await)?;
    let twice = at("inspect again", connector.inspect(access.grant).await)?;
    ensure!(once == twice, "opened once {once:?}, twice {twice:?}");
    let later = access.expires_at.plus_seconds(60);
    at("lengthen", connector.lengthen(access.grant, later).await)?;
    at(
        "lengthen again",
        connector.lengthen(access.grant, later).await,
    )?;
    at("end", connector.end(access.grant).await)?;
    comes_to(trial, access.grant, Seen::Nothing).await?;
    let cut = at("end again", connector.end(access.grant).await)?;
    ensure!(cut == 0, "a grant that is over had {cut} sessions to cut");
    let name = access.grant.account();
    at("remove", connector.remove(&name).await)?;
    at("remove again", connector.remove(&name).await)?;
    ensure!(
        !matches!(connector.inspect(access.grant).await, Ok(Standing::Open(_))),
        "what was ended is open"
    );
    ensure!(
        connector.lengthen(access.grant, later).await.is_err()
            || trial.seen(access.grant).await == Seen::Nothing,
        "what was ended stands again because it was made longer"
    );
    Ok("open, lengthen, inspect, end, remove: each twice".into())
}

/// Two portals, or two clicks.
pub async fn together(trial: &dyn Trial) -> Verdict {
    let connectors = [trial.connector(None).await, trial.connector(None).await];
    for _ in 0..5 {
        let access = access(trial);
        let opened = join_all(connectors.iter().map(|one| one.open(&access))).await;
        ensure!(
            opened.iter().any(Result::is_ok),
            "of two who open at the same time nobody does: {opened:?}"
        );
        comes_to(trial, access.grant, Seen::Stands(0)).await?;
        let ended = join_all(connectors.iter().map(|one| one.end(access.grant))).await;
        for done in ended {
            at("one of two that end at the same time", done)?;
        }
        comes_to(trial, access.grant, Seen::Nothing).await?;
    }
    Ok("5 times 2 opens and 2 ends at once".into())
}

/// Whoever calls goes away at any moment; what comes after finds it and brings it to its end.
pub async fn crashes(trial: &dyn Trial) -> Verdict {
    let mut crashes = 0;
    for (step, delay) in delays().enumerate() {
        let access = access(trial);
        let crashed = trial.connector(None).await;
        let finished = tokio::time::timeout(delay, crashed.open(&access)).await;
        drop(crashed);
        let next = trial.connector(None).await;
        at("inspect after a crash", next.inspect(access.grant).await)?;
        at("open after a crash", next.open(&access).await)?;
        comes_to(trial, access.grant, Seen::Stands(0)).await?;

        let ended = tokio::time::timeout(delay, next.end(access.grant)).await;
        drop(next);
        let last = trial.connector(None).await;
        at("end after a crash", last.end(access.grant).await)?;
        comes_to(trial, access.grant, Seen::Nothing).await?;
        crashes += usize::from(finished.is_err()) + usize::from(ended.is_err());
        if finished.is_ok() && ended.is_ok() && step > 8 {
            break;
        }
    }
    ensure!(
        crashes > 0 || trial.address().is_none(),
        "no call was ever broken off: the trial tried nothing"
    );
    Ok(format!("{crashes} calls dropped half-way"))
}

fn delays() -> impl Iterator<Item = Duration> {
    (0..40_u64).map(|step| Duration::from_micros(step * step * 250))
}

/// Each message between connector and target is lost once, on its way there and on its way back.
pub async fn lost(trial: &dyn Trial) -> Verdict {
    let Some(address) = trial.address() else {
        return Ok("makes no connections".into());
    };
    let proxy = Proxy::to(address);
    let mut told = Vec::new();
    for direction in [Direction::There, Direction::Back] {
        for call in ["open", "end", "remove"] {
            let mut broken = 0;
            for nth in 1.. {
                ensure!(nth < 60, "{call} goes on for 60 messages and more");
                let access = access(trial);
                let sure = trial.connector(None).await;
                if call != "open" {
                    at("open", sure.open(&access).await)?;
                }
                let connector = trial.connector(Some(proxy.address())).await;
                proxy.break_at(direction, nth);
                let outcome = match call {
                    "open" => connector.open(&access).await,
                    "end" => connector.end(access.grant).await.map(drop),
                    _ => connector.remove(&access.grant.account()).await.map(drop),
                };
                drop(connector);
                let was_broken = proxy.mend();
                // Let what is still on its way arrive.
                tokio::time::sleep(Duration::from_millis(30)).await;
                let seen = trial.seen(access.grant).await;
                let place = format!("{call}, message {nth} {direction:?} lost");
                match (&outcome, call) {
                    (Ok(()), "open") => {
                        ensure!(
                            seen == Seen::Stands(0),
                            "{place}: said to be open, but {seen:?}"
                        );
                    }
                    // What is barred may be left for a sweep.
                    (Ok(()), _) => {
                        let standing = at("inspect", sure.inspect(access.grant).await)?;
                        ensure!(
                            !matches!(standing, Standing::Open(_))
                                && matches!(seen, Seen::Nothing | Seen::Stands(0)),
                            "{place}: said to be over, but {standing:?}, {seen:?}"
                        );
                    }
                    (Err(TargetError::Refused(fault)), "open") => {
                        ensure!(
                            seen == Seen::Nothing,
                            "{place}: said to be refused ({fault}), but {seen:?}"
                        );
                    }
                    // A no to an end would be a lie: nobody there said no.
                    (Err(TargetError::Refused(fault)), _) => {
                        return Err(format!("{place}: told as a refusal: {fault}"));
                    }
                    (Err(TargetError::Unknown(_)), _) => {}
                }
                at("end after a lost message", sure.end(access.grant).await)?;
                comes_to(trial, access.grant, Seen::Nothing).await?;
                if !was_broken {
                    break;
                }
                broken += 1;
            }
            ensure!(
                broken > 0,
                "nothing of {call} was ever lost: the trial tried nothing"
            );
            told.push(broken.to_string());
        }
    }
    Ok(format!("{} messages", told.join(" + ")))
}

/// A target that takes questions and never answers: unknown, in time.
pub async fn silent(trial: &dyn Trial) -> Verdict {
    let Some(address) = trial.address() else {
        return Ok("makes no connections".into());
    };
    let proxy = Proxy::to(address);
    let access = access(trial);
    let connector = trial.connector(Some(proxy.address())).await;
    at("inspect", connector.inspect(access.grant).await)?;
    proxy.fall_silent();
    let begun = Instant::now();
    let calls = tokio::time::timeout(GIVEN_UP, async {
        tokio::join!(connector.open(&access), connector.end(access.grant))
    });
    let Ok((opened, ended)) = calls.await else {
        return Err(format!(
            "a silent target is waited for longer than {GIVEN_UP:?}"
        ));
    };
    let waited = begun.elapsed();
    for (call, outcome) in [("open", opened), ("end", ended.map(drop))] {
        ensure!(
            matches!(outcome, Err(TargetError::Unknown(_))),
            "{call} of a silent target is not unknown but {outcome:?}"
        );
    }
    proxy.mend();
    let sure = trial.connector(None).await;
    at("end", sure.end(access.grant).await)?;
    comes_to(trial, access.grant, Seen::Nothing).await?;
    Ok(format!("given up after {:.1} s", waited.as_secs_f64()))
}

/// Access could not be ended when it should: unknown, and the next sweep finds it.
pub async fn down(trial: &dyn Trial) -> Verdict {
    let Some(address) = trial.address() else {
        return Ok("makes no connections".into());
    };
    let proxy = Proxy::to(address);
    let access = access(trial);
    let connector = trial.connector(Some(proxy.address())).await;
    at("open", connector.open(&access).await)?;
    proxy.go_down();
    let ended = connector.end(access.grant).await;
    ensure!(
        matches!(ended, Err(TargetError::Unknown(_))),
        "the end at a target that is down is not unknown but {ended:?}"
    );
    ensure!(
        trial.seen(access.grant).await == Seen::Stands(0),
        "nobody ended it, and it is gone"
    );
    proxy.mend();
    if trial.leaves_names() {
        let swept = at("sweep", connector.sweep().await)?;
        let name = access.grant.account();
        ensure!(
            swept.contains(&name),
            "the sweep does not find it: {swept:?}"
        );
        at("remove", connector.remove(&name).await)?;
    } else {
        at("end, later", connector.end(access.grant).await)?;
    }
    comes_to(trial, access.grant, Seen::Nothing).await?;
    Ok("unknown, swept when it was back".into())
}

/// What no grant stands behind goes within one sweep.
pub async fn orphan(trial: &dyn Trial) -> Verdict {
    if !trial.leaves_names() {
        return Ok("leaves nothing".into());
    }
    let access = access(trial);
    let crashed = trial.connector(None).await;
    at("open", crashed.open(&access).await)?;
    let live = if trial.has_sessions() {
        trial.get_in(access.grant).await
    } else {
        None
    };
    drop(crashed);
    let connector = trial.connector(None).await;
    let swept = at("sweep", connector.sweep().await)?;
    ensure!(
        swept.contains(&access.grant.account()),
        "not swept: {swept:?}"
    );
    for name in swept {
        let cut = at("remove", connector.remove(&name).await)?;
        if name == access.grant.account() {
            ensure!(cut == u32::from(live.is_some()), "{cut} sessions cut");
        }
    }
    ensure!(
        trial.seen(access.grant).await == Seen::Nothing,
        "an orphan is left after a sweep"
    );
    let left = at("sweep", connector.sweep().await)?;
    ensure!(left.is_empty(), "swept again: {left:?}");
    Ok("with its session".into())
}

/// A name that looks like ours is not enough.
pub async fn stranger(trial: &dyn Trial) -> Verdict {
    let Some(name) = trial.stranger().await else {
        return Ok("nothing of others can be mistaken for ours".into());
    };
    let connector = trial.connector(None).await;
    let swept = at("sweep", connector.sweep().await)?;
    ensure!(!swept.contains(&name), "the sweep tells what is not ours");
    let removed = connector.remove(&name).await;
    ensure!(
        removed.is_err(),
        "what is not ours was removed, for who asks by name"
    );
    ensure!(
        trial.stranger_stands(&name).await,
        "what is not ours is gone"
    );
    Ok("neither swept nor removed".into())
}

/// The portal's clock and the target's need not agree. What is over by either lets nobody in, and whatever stands can
/// be ended.
pub async fn clocks(trial: &dyn Trial) -> Verdict {
    let connector = trial.connector(None).await;
    let moments = [
        i64::MIN,
        0,
        now_ms() - 3_600_000,
        now_ms() + 3_155_760_000_000,
        i64::MAX,
    ];
    for moment in moments {
        let access = until(trial, moment);
        let opened = connector.open(&access).await;
        ensure!(
            !matches!(opened, Err(TargetError::Unknown(_))),
            "until {moment}: {opened:?}"
        );
        if moment < now_ms() && trial.has_sessions() && trial.tells_time() && opened.is_ok() {
            ensure!(
                trial.get_in(access.grant).await.is_none(),
                "until {moment}, and somebody gets in"
            );
        }
        at("end", connector.end(access.grant).await)?;
        comes_to(trial, access.grant, Seen::Nothing).await?;
    }
    Ok("from the beginning of time to its end".into())
}

/// The end is the end, of what runs too.
pub async fn sessions(trial: &dyn Trial) -> Verdict {
    if !trial.has_sessions() {
        return Ok("has no sessions".into());
    }
    let connector = trial.connector(None).await;
    let access = access(trial);
    at("open", connector.open(&access).await)?;
    let mut live = Vec::new();
    for _ in 0..SESSIONS {
        live.push(trial.get_in(access.grant).await.ok_or("nobody gets in")?);
    }
    let standing = at("inspect", connector.inspect(access.grant).await)?;
    ensure!(
        matches!(standing, Standing::Open(sessions) if sessions as usize >= SESSIONS),
        "{SESSIONS} sessions, told as {standing:?}"
    );
    let begun = Instant::now();
    let cut = at("end", connector.end(access.grant).await)?;
    let took = begun.elapsed();
    let seen = trial.seen(access.grant).await;
    let looked = begun.elapsed();
    ensure!(
        seen == Seen::Nothing,
        "after the end the target shows {seen:?}"
    );
    ensure!(looked < A_SECOND, "it took {took:?}");
    ensure!(
        cut as usize == SESSIONS,
        "{SESSIONS} sessions, {cut} told as cut"
    );
    for one in &mut live {
        ensure!(!one.works().await, "a session works on after the end");
    }
    ensure!(
        trial.get_in(access.grant).await.is_none(),
        "somebody gets in after the end"
    );
    Ok(format!(
        "{SESSIONS} sessions gone in {} ms",
        took.as_millis()
    ))
}

/// Ending one grant leaves another alone.
pub async fn separately(trial: &dyn Trial) -> Verdict {
    let connector = trial.connector(None).await;
    let (first, second) = (access(trial), access(trial));
    at("open", connector.open(&first).await)?;
    at("open", connector.open(&second).await)?;
    let mut live = match trial.has_sessions() {
        true => Some(trial.get_in(second.grant).await.ok_or("nobody gets in")?),
        false => None,
    };
    at("end", connector.end(first.grant).await)?;
    ensure!(
        matches!(trial.seen(second.grant).await, Seen::Stands(_)),
        "the other grant is gone too"
    );
    if let Some(live) = &mut live {
        ensure!(live.works().await, "the other grant's session is cut");
    }
    at("end", connector.end(second.grant).await)?;
    comes_to(trial, second.grant, Seen::Nothing).await?;
    Ok("the second outlives the first".into())
}
