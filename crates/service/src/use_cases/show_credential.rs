//! The holder is shown the way in, once.

use access::command::Command;
use access::ids::GrantId;
use access::view::{Credential, Viewer};
use secrecy::{ExposeSecret as _, SecretString};
use targets::Target;

use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;

/// Random bytes in a password: 192 bits, 48 hex digits that survive any shell and any clipboard.
const PASSWORD_BYTES: usize = 24;

/// How often the target is asked to take the password.
const TRIES: u32 = 3;

impl Portal {
    /// Makes the password, lets the account in with it, and hands it to the holder. It is kept
    /// nowhere.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules: not the holder, shown before, over. [`Error::Unavailable`]
    /// where log or target do not answer.
    pub async fn show_credential(
        &self,
        viewer: &Viewer,
        grant: GrantId,
    ) -> Result<Credential, Error> {
        let command = Command::ShowCredential { grant };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await?;
        let view = self.grant_view(grant).await?;
        let Target::Postgresql(target) = self
            .inner
            .targets
            .find(&view.resource)
            .map_err(|fault| Error::internal(&fault))?
        else {
            // What another kind shows is not asked for here yet.
            return Err(Error::NotFound);
        };
        let resource = self
            .inner
            .settings
            .resources
            .iter()
            .find(|r| r.name == view.resource);
        let password = password().map_err(|fault| Error::internal(&fault))?;
        let mut tries = 0;
        while let Err(fault) = target.admit(grant, &password).await {
            tries += 1;
            tracing::warn!(%grant, %fault, tries, "a target did not take a password");
            if tries == TRIES {
                return Err(Error::Unavailable {
                    message: "The target did not take the new password, so nobody can get in with it. Return this access and ask again.".into(),
                });
            }
        }
        let account = grant.account();
        Ok(Credential {
            grant,
            request: view.request,
            command: resource
                .map_or_else(String::new, |r| r.command.replace("{account}", &account)),
            account,
            password: password.expose_secret().to_owned(),
            expires_at_ms: view.expires_at_ms,
        })
    }
}

/// A new password.
pub(super) fn password() -> Result<SecretString, seal::NoRandomness> {
    use std::fmt::Write as _;

    let bytes: [u8; PASSWORD_BYTES] = seal::random()?;
    let mut text = String::with_capacity(PASSWORD_BYTES * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes every write");
    }
    Ok(text.into())
}
