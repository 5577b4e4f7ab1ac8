//! Ends the sessions here whose access or recording is over, whoever ended it and wherever.

use std::collections::HashSet;
use std::time::Duration;

use access::State;
use access::ids::{GrantId, RecordingId};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::portal::Portal;

/// Between two looks at most once in so long: a busy log changes thousands of times a second.
const PAUSE: Duration = Duration::from_millis(100);

/// A look is due after so long without a change: word of one may have been lost.
const ROUND: Duration = Duration::from_secs(5);

/// Works until `shutdown`.
pub(crate) async fn run(portal: Portal, shutdown: CancellationToken) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = watch(&portal) => {}
    }
}

async fn watch(portal: &Portal) {
    let mut changes = portal.subscribe();
    loop {
        match tokio::time::timeout(ROUND, changes.recv()).await {
            Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => {}
            Ok(Err(RecvError::Closed)) => return,
        }
        // One look covers all that came before it; what comes during it wakes the next.
        while changes.try_recv().is_ok() {}
        look(portal).await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn look(portal: &Portal) {
    let live = portal.inner.live.all();
    if live.is_empty() {
        return;
    }
    // What was ended while the log takes nothing is over all the same, whatever the log says or does not say.
    match portal.inner.journal.pending() {
        Ok(ending) => {
            let ending: HashSet<String> = ending.into_iter().collect();
            let over = live
                .iter()
                .filter(|(_, grant)| ending.contains(&grant.to_string()));
            cut(portal, over.copied());
        }
        Err(fault) => tracing::warn!(%fault, "what is ending cannot be read"),
    }
    let over = move |state: &State| {
        let mut live = live;
        live.retain(|session| !goes_on(state, *session));
        live
    };
    match portal.inner.sequencer.ask(over).await {
        Ok(over) => cut(portal, over),
        // The log says nothing: what cannot be recorded ends by itself at its next step.
        Err(fault) => tracing::warn!(%fault, "whether sessions may go on is not known"),
    }
}

fn cut(portal: &Portal, over: impl IntoIterator<Item = (RecordingId, GrantId)>) {
    for (recording, _) in over {
        let why = "Access has ended, or somebody who watches over it has cut this session.";
        portal.inner.live.cut_one(recording, why);
    }
}

/// Whether a session may go on.
pub(crate) fn goes_on(state: &State, (recording, grant): (RecordingId, GrantId)) -> bool {
    let open = |grant: &access::state::Grant| grant.is_live();
    let stopped = |recording: &access::state::Recording| recording.stopped.is_some();
    state.grant(grant).is_some_and(open) && !state.recording(recording).is_some_and(stopped)
}
