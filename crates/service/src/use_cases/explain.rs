//! Why somebody could not open something now, before they have typed a word.

use std::time::Duration;

use access::command::Seen;
use access::event::Mode;
use access::simulate::{GroupRow, groups_that_could, who_could_open};
use access::view::{Evaluated, Openable, Viewer};
use access::{Asking, State, explain};

use crate::error::Error;
use crate::portal::Portal;

/// What stands between somebody and something, and who could open it instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hindrance {
    /// The rules that a request would break, whatever its form says; most often none.
    pub broken: Vec<Evaluated>,
    /// The groups that may ask, with how many of theirs could; empty where nothing is broken, or where others
    /// simulate just now.
    pub groups: Vec<GroupRow>,
}

impl Portal {
    /// What stands between the viewer and each of these now, in their order.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log's state cannot be asked.
    pub async fn hindrances(
        &self,
        viewer: &Viewer,
        seen: Seen,
        mode: Mode,
        openable: Vec<Openable>,
    ) -> Result<Vec<Hindrance>, Error> {
        let viewer = viewer.clone();
        let clock = self.inner.clock.clone();
        let asked = openable.clone();
        let broken = move |state: &State| {
            let now = clock.now();
            let broken = |one: &Openable| {
                let asking = Asking {
                    person: viewer.person,
                    groups: &viewer.groups,
                    mode,
                    resource: &one.resource,
                    facts: None,
                    seen: &seen,
                };
                let mut all = explain(state, asking, &one.policy, now);
                all.retain(|evaluated| !evaluated.holds);
                all
            };
            asked.iter().map(broken).collect::<Vec<_>>()
        };
        let broken = self.inner.sequencer.ask(broken).await?;
        let mut hindrances: Vec<_> = broken.into_iter().map(Hindrance::of).collect();
        if hindrances.iter().all(|one| one.broken.is_empty()) {
            return Ok(hindrances);
        }
        // To ask it of everybody takes a while, so it is asked of a copy, and keeps no decision waiting. Nor does
        // whoever is in a hurry wait for those who simulate: then it stays unsaid.
        let Ok(turn) = self.inner.turns.take(Duration::ZERO).await else {
            return Ok(hindrances);
        };
        let now = self.inner.clock.now();
        let people = move |state: &State| state.excerpt_of_people();
        let state = self.inner.sequencer.ask(people).await?;
        let told = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let hindered = hindrances.iter_mut().zip(&openable);
            for (hindrance, one) in hindered.filter(|(one, _)| !one.broken.is_empty()) {
                let rows = who_could_open(&state, &one.policy, &one.resource, now);
                hindrance.groups = groups_that_could(&state, &one.policy.policy, &rows);
            }
            hindrances
        });
        told.await.map_err(|fault| Error::internal(&fault))
    }
}

impl Hindrance {
    fn of(broken: Vec<Evaluated>) -> Self {
        Self {
            broken,
            groups: Vec::new(),
        }
    }
}
