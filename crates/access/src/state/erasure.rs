//! An order to erase what was sealed, as the entries leave it.

use crate::event::OpeningRef;
use crate::ids::{PersonId, RequestId};
use crate::state::State;
use crate::time::UnixMillis;

/// An order that nobody has confirmed lapses after so many seconds: a week.
pub const ERASURE_WITHIN_S: u32 = 7 * 86_400;

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The entry that orders it.
    pub order: u64,
    /// Of which request.
    pub request: RequestId,
    /// Which text; all of the request where `None`.
    pub of: Option<OpeningRef>,
    /// Who ordered it.
    pub by: PersonId,
    /// When.
    pub at: UnixMillis,
    /// Who confirmed it as they may, and in which entry.
    pub confirmed: Option<(PersonId, u64)>,
}

impl Erasure {
    /// Nobody can confirm it from then on.
    pub fn lapses_at(&self) -> UnixMillis {
        self.at.plus_seconds(ERASURE_WITHIN_S)
    }
}

impl State {
    /// One order, by the entry that ordered it.
    pub fn erasure(&self, order: u64) -> Option<&Erasure> {
        self.erasures.get(&order)
    }

    /// Orders that wait for their confirmation, oldest first.
    pub fn open_erasures(&self, now: UnixMillis) -> impl Iterator<Item = &Erasure> {
        self.erasures
            .values()
            .filter(move |erasure| erasure.confirmed.is_none() && now < erasure.lapses_at())
    }
}
