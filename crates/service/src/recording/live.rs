//! The sessions that live in this process.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::ids::{GrantId, PersonId, RecordingId};
use targets::Ending;

/// One session: whose it is, what cuts it, and what drives it.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) grant: GrantId,
    pub(crate) holder: PersonId,
    /// Ended where it has to: its driver ends it within a second.
    pub(crate) ending: Ending,
    /// What a way in keeps between one call and the next.
    pub(crate) driver: Option<Arc<dyn Any + Send + Sync>>,
}

/// Every session here, by its recording.
#[derive(Debug, Default)]
pub(crate) struct Live(Mutex<HashMap<RecordingId, Session>>);

impl Live {
    /// Makes a session known. It must be forgotten when it is over.
    pub(crate) fn add(&self, recording: RecordingId, session: Session) {
        self.lock().insert(recording, session);
    }

    /// The session of this recording, if it lives here.
    pub(crate) fn find(&self, recording: RecordingId) -> Option<Session> {
        self.lock().get(&recording).cloned()
    }

    /// What drives the session of this recording, if it lives here and is driven so.
    pub(crate) fn driver<T: Send + Sync + 'static>(
        &self,
        recording: RecordingId,
    ) -> Option<(Session, Arc<T>)> {
        let session = self.find(recording)?;
        let driver = Arc::downcast(session.driver.clone()?).ok()?;
        Some((session, driver))
    }

    /// Forgets a session that is over.
    pub(crate) fn forget(&self, recording: RecordingId) {
        self.lock().remove(&recording);
    }

    /// Cuts every session of a grant, whose access is over. Returns how many there were.
    pub(crate) fn cut(&self, grant: GrantId) -> usize {
        let sessions = self.lock();
        let theirs = sessions.values().filter(|session| session.grant == grant);
        theirs
            .map(|session| session.ending.end("Access has ended."))
            .count()
    }

    /// Which recordings of which grants live here.
    pub(crate) fn all(&self) -> Vec<(RecordingId, GrantId)> {
        let sessions = self.lock();
        sessions
            .iter()
            .map(|(recording, session)| (*recording, session.grant))
            .collect()
    }

    /// Cuts every session of somebody. `why` is a sentence for them.
    pub(crate) fn cut_of(&self, holder: PersonId, why: &str) {
        let sessions = self.lock();
        let theirs = sessions.values().filter(|session| session.holder == holder);
        theirs.for_each(|session| session.ending.end(why));
    }

    /// Cuts one session. `why` is a sentence for its holder.
    pub(crate) fn cut_one(&self, recording: RecordingId, why: &str) {
        if let Some(session) = self.lock().get(&recording) {
            session.ending.end(why);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RecordingId, Session>> {
        // Nothing is left half done under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
