//! Flows under way, in the session of the browser that began them.

use tower_sessions::{Expiry, Session};

use super::{ANONYMOUS_MIN, SessionError, Sessions};
use crate::oidc::{FLOW_S, Flow};

/// The session's key for them.
const FLOWS: &str = "oidc_flows";

/// So many tabs may be at the provider at once; the oldest flow gives way.
const MAX_FLOWS: usize = 4;

/// Keeps a flow before the browser is sent away.
///
/// # Errors
/// If it could not be stored; then the browser must not be sent away.
pub async fn keep(
    session: &Session,
    flow: Flow,
    now_s: i64,
    signed_in: bool,
) -> Result<(), SessionError> {
    let mut flows: Vec<Flow> = session.get(FLOWS).await?.unwrap_or_default();
    flows.retain(|flow| !flow.is_over(now_s));
    let surplus = (flows.len() + 1).saturating_sub(MAX_FLOWS);
    flows.drain(..surplus);
    flows.push(flow);
    session.insert(FLOWS, flows).await?;
    if !signed_in {
        session.set_expiry(Some(Expiry::OnInactivity(time::Duration::minutes(
            ANONYMOUS_MIN,
        ))));
    }
    session.save().await?;
    Ok(())
}

/// Takes the flow that an answer belongs to out of the session, and uses it up for good: of two answers at the same
/// moment one finds it spent. `None` where this browser began no such flow, or it was answered before.
///
/// # Errors
/// If the session or the index could not be read or written.
pub async fn take(
    sessions: &Sessions,
    session: &Session,
    state: &str,
) -> Result<Option<Flow>, SessionError> {
    let mut flows: Vec<Flow> = session.get(FLOWS).await?.unwrap_or_default();
    let Some(place) = flows.iter().position(|flow| flow.is(state)) else {
        return Ok(None);
    };
    let flow = flows.remove(place);
    session.insert(FLOWS, flows).await?;
    session.save().await?;
    let first = sessions.spend(&flow.digest(), 2 * FLOW_S).await?;
    Ok(first.then_some(flow))
}
