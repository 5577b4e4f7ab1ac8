//! The holder is shown the way in, once.

use access::command::Command;
use access::ids::GrantId;
use access::view::{Credential, CredentialKind, Viewer};
use secrecy::ExposeSecret as _;
use targets::Target;

use super::console::unreached;
use crate::error::{Error, chain};
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::settings::Reach;

impl Portal {
    /// Lets the account in by its password, which follows from the vault's key and is kept nowhere, or asks the target
    /// for what it gives, and hands that to the holder.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules: not the holder, shown before, over. [`Error::Unavailable`]
    /// where log or target do not answer.
    pub async fn show_credential(
        &self,
        viewer: &Viewer,
        grant: GrantId,
    ) -> Result<Credential, Error> {
        self.is_not_ending(grant)?;
        let view = self.grant_view(grant).await?;
        let target = self.inner.targets.find(&view.resource);
        let target = target.map_err(|fault| Error::internal(&fault))?;
        let command = Command::ShowCredential { grant };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await?;
        let password = match target {
            Target::Postgresql(target) => self.admit(target, grant).await?,
            Target::Webhook(target) => {
                let given = target.admit(grant).await.map_err(|fault| {
                    tracing::error!(%grant, fault = %chain(&fault), "a target gave no way in");
                    unreached()
                })?;
                // Not every target has something to show: access may be somebody's own account that was let in.
                given.unwrap_or_else(|| String::new().into())
            }
            // The rules give certificates there, and have refused this.
            Target::Ssh(_) => return Err(Error::NotFound),
        };
        let resources = &self.inner.settings.resources;
        let reach = resources.iter().find(|found| found.name == view.resource);
        let account = grant.account();
        let command = match reach.map(|found| &found.reach) {
            Some(Reach::Postgresql { command, .. }) => command.replace("{account}", &account),
            _ => String::new(),
        };
        Ok(Credential {
            grant,
            request: view.request,
            command,
            account,
            kind: CredentialKind::Password,
            password: password.expose_secret().to_owned(),
            expires_at_ms: view.expires_at_ms,
        })
    }
}
