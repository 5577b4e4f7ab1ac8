//! Why somebody could not open something now, before they have typed a word.

use access::command::Seen;
use access::event::Mode;
use access::simulate::{GroupRow, groups_that_could, who_could_open};
use access::time::UnixMillis;
use access::view::{Evaluated, Openable, Viewer};
use access::{Asking, State, explain};

use crate::error::Error;
use crate::portal::Portal;

/// What stands between somebody and something, and who could open it instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hindrance {
    /// The rules that a request would break, whatever its form says; most often none.
    pub broken: Vec<Evaluated>,
    /// The groups that may ask, with how many of theirs could; empty where nothing is broken.
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
        let hindrances = move |state: &State| {
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
                hindrance(state, one, all, now)
            };
            openable.iter().map(broken).collect()
        };
        self.inner.sequencer.ask(hindrances).await
    }
}

fn hindrance(state: &State, one: &Openable, broken: Vec<Evaluated>, now: UnixMillis) -> Hindrance {
    if broken.is_empty() {
        return Hindrance::default();
    }
    let rows = who_could_open(state, &one.policy, &one.resource, now);
    Hindrance {
        broken,
        groups: groups_that_could(state, &one.policy.policy, &rows),
    }
}
