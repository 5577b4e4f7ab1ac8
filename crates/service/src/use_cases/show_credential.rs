//! The holder is shown the way in, once.

use access::command::Command;
use access::ids::GrantId;
use access::view::{Credential, Viewer};
use secrecy::ExposeSecret as _;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::settings::Reach;

impl Portal {
    /// Lets the account in by its password, and hands that to the holder. It is kept nowhere.
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
        let password = self.admit(self.postgresql(&view.resource)?, grant).await?;
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
            password: password.expose_secret().to_owned(),
            expires_at_ms: view.expires_at_ms,
        })
    }
}
