//! Programs are let in for a grant by a secret that its holder was shown once.

use std::net::IpAddr;

use access::State;
use access::event::Actor;
use access::ids::{GrantId, PersonId};
use access::time::UnixMillis;
use access::view::{GrantState, Viewer};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::show_credential::password;
use crate::error::Error;
use crate::portal::Portal;
use crate::store;
pub(crate) use crate::store::grant_secret::Use;

/// Whom a secret lets in: the holder of a grant that stands.
#[derive(Debug, Clone)]
pub(crate) struct LetIn {
    pub(crate) grant: GrantId,
    pub(crate) person: PersonId,
    /// The holder with the groups that were seen of them last.
    pub(crate) actor: Actor,
    pub(crate) expires_at: UnixMillis,
}

impl Portal {
    /// Makes a secret for a program of the holder's. It is shown once, kept as a digest, good while access stands, and
    /// from the first address that comes with it only. The one before is good no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but the holder of access that stands.
    pub(crate) async fn make_secret(
        &self,
        viewer: &Viewer,
        grant: GrantId,
        of: Use,
    ) -> Result<SecretString, Error> {
        let view = self.grant_view(grant).await?;
        if view.holder.id != viewer.person || !matches!(view.state, GrantState::Active { .. }) {
            return Err(Error::NotFound);
        }
        let secret = password().map_err(|fault| Error::internal(&fault))?;
        let now = self.inner.clock.now();
        store::grant_secret::replace(&self.inner.pool, grant, of, &digest(&secret), now).await?;
        Ok(secret)
    }

    /// Whom a secret lets in from this address; `None` where it is not the grant's, access is over, or another address
    /// came with it first.
    pub(crate) async fn let_in(
        &self,
        grant: GrantId,
        of: Use,
        secret: &SecretString,
        from: IpAddr,
    ) -> Result<Option<LetIn>, Error> {
        let pool = &self.inner.pool;
        let kept = store::grant_secret::digest(pool, grant, of).await?;
        let fits = kept.is_some_and(|kept| bool::from(kept.ct_eq(&digest(secret))));
        if !fits {
            return Ok(None);
        }
        let now = self.inner.clock.now();
        let standing = move |state: &State| {
            let found = state.grant(grant)?;
            let open = matches!(found.state, GrantState::Active { .. }) && now < found.ends_at();
            let groups = state.groups(found.holder).to_vec();
            open.then_some(LetIn {
                grant,
                person: found.holder,
                actor: Actor::Person {
                    person: found.holder,
                    groups,
                },
                expires_at: found.expires_at,
            })
        };
        let Some(holder) = self.inner.sequencer.ask(standing).await? else {
            return Ok(None);
        };
        let tied = store::grant_secret::used_from(pool, grant, of, &from.to_string()).await?;
        Ok(tied.then_some(holder))
    }
}

fn digest(secret: &SecretString) -> [u8; 32] {
    Sha256::digest(secret.expose_secret().as_bytes()).into()
}
