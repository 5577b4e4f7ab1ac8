//! Why somebody could not open something now, before they have typed a word.

use access::command::Seen;
use access::event::Mode;
use access::view::{Evaluated, Openable, Viewer};
use access::{Asking, explain};

use crate::error::Error;
use crate::portal::Portal;

impl Portal {
    /// What stands between the viewer and each of these now, in their order: the rules that a request would
    /// break, whatever its form says. Most often none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log's state cannot be asked.
    pub async fn hindrances(
        &self,
        viewer: &Viewer,
        seen: Seen,
        mode: Mode,
        openable: Vec<Openable>,
    ) -> Result<Vec<Vec<Evaluated>>, Error> {
        let viewer = viewer.clone();
        let clock = self.inner.clock.clone();
        let hindrances = move |state: &access::State| {
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
            openable.iter().map(broken).collect()
        };
        self.inner.sequencer.ask(hindrances).await
    }
}
