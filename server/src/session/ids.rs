//! What the database knows a session by: not the cookie's value, but what follows from it one way.

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// A store that is told a digest in place of each session id. Who reads the database, or a backup of it, finds nothing
/// that a cookie could carry.
#[derive(Debug, Clone)]
pub struct Digested<S>(pub(super) S);

/// The id under which a session is stored.
pub fn stored_id(cookie: Id) -> String {
    digested(cookie).to_string()
}

/// 128 bits of SHA-256 over the 128 random bits of the cookie: as hard to hit upon as the cookie itself.
fn digested(cookie: Id) -> Id {
    let digest: [u8; 32] = Sha256::new()
        .chain_update("breakglass session\n")
        .chain_update(cookie.0.to_le_bytes())
        .finalize()
        .into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    Id(i128::from_le_bytes(first))
}

#[async_trait]
impl<S: SessionStore> SessionStore for Digested<S> {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut stored = Record {
            id: digested(record.id),
            ..record.clone()
        };
        let wanted = stored.id;
        self.0.create(&mut stored).await?;
        // The store picks another id where that one is taken; no cookie leads to such a one.
        if stored.id == wanted {
            Ok(())
        } else {
            Err(Error::Backend("two sessions with one id".to_owned()))
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0
            .save(&Record {
                id: digested(record.id),
                ..record.clone()
            })
            .await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let stored = self.0.load(&digested(*id)).await?;
        Ok(stored.map(|record| Record { id: *id, ..record }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete(&digested(*id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_id_is_stable_and_not_the_cookie() {
        let cookie = Id(42);
        assert_eq!(stored_id(cookie), stored_id(cookie));
        assert_ne!(stored_id(cookie), cookie.to_string());
        assert_ne!(stored_id(cookie), stored_id(Id(43)));
        assert_eq!(stored_id(cookie).len(), 22);
    }
}
