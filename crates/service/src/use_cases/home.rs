//! The first page: what one holds, what waits, what one may open.

use access::view::{GrantState, HomeView, RequestState, Viewer};

use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// Past requests on the first page.
const MOST_PAST: usize = 10;

/// Requests looked at for the first page.
const MOST_READ: i64 = 50;

impl Portal {
    /// The first page as this person sees it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn home(&self, viewer: &Viewer) -> Result<HomeView, Error> {
        let pool = &self.inner.pool;
        let holder = Some(viewer.person);
        let filter = store::grant::Filter {
            holder,
            ..Default::default()
        };
        let held = store::grant::list(pool, &filter).await?;
        let filter = store::request::Filter {
            requester: holder,
            limit: MOST_READ,
            ..Default::default()
        };
        let stands =
            |state: &GrantState| matches!(state, GrantState::Intended | GrantState::Active { .. });
        let (mut requests, mut past) = (Vec::new(), Vec::new());
        for found in store::request::list(pool, &filter).await? {
            let open = match found.row.state {
                RequestState::Submitted | RequestState::Approved => true,
                RequestState::Granted => held
                    .iter()
                    .any(|grant| grant.request == found.row.id && stands(&grant.state)),
                _ => false,
            };
            if open {
                requests.push(found.row);
            } else if past.len() < MOST_PAST {
                past.push(found.row);
            }
        }
        let inbox = self.inbox(viewer).await?;
        let confirmable = inbox
            .erasures
            .iter()
            .filter(|erasure| erasure.may_confirm)
            .count();
        Ok(HomeView {
            grants: held
                .into_iter()
                .filter(|grant| stands(&grant.state))
                .collect(),
            requests,
            past,
            inbox: u32::try_from(inbox.waiting.len()).unwrap_or(u32::MAX),
            reviews: u32::try_from(inbox.reviews.len()).unwrap_or(u32::MAX),
            erasures: u32::try_from(confirmable).unwrap_or(u32::MAX),
            openable: self.openable(viewer).await?,
        })
    }
}
