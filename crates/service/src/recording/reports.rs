//! One report of a grant at a time: steps are numbered, and two at once would race for the next number.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use access::ids::GrantId;

/// Reports that may be under way in all; more are told to wait.
const AT_ONCE: usize = 256;

/// Whose reports are being written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reports(Arc<Mutex<HashSet<GrantId>>>);

/// A report that is being written; over when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    of: Reports,
    grant: GrantId,
}

impl Reports {
    /// Begins one; `None` while another of the same grant is under way, or too many are.
    pub(crate) fn begin(&self, grant: GrantId) -> Option<Turn> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (under_way.len() < AT_ONCE && under_way.insert(grant)).then(|| Turn {
            of: self.clone(),
            grant,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.remove(&self.grant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_has_one_turn_at_a_time() {
        let reports = Reports::default();
        let grant = GrantId::new(uuid::Uuid::nil());
        let turn = reports.begin(grant);
        assert!(turn.is_some() && reports.begin(grant).is_none());
        drop(turn);
        assert!(reports.begin(grant).is_some());
    }
}
