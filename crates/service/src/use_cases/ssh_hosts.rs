//! What SSH hosts and people's own SSH clients get of the portal: the authority that hosts trust, what is revoked, and
//! a certificate for a key that never leaves its holder.

use std::collections::BTreeSet;

use access::State;
use access::command::Command;
use access::ids::GrantId;
use access::policy::{Connector, Network};
use access::view::{Credential, CredentialKind, GrantState, Viewer};
use targets::ssh::{Invitation, Order, PersonKey, Principal, Revision, revocation_list};

use crate::error::Error;
use crate::key;
use crate::portal::Portal;
use crate::sequencer::Proposal;

/// A certificate lasts as long as access and no longer than this, in seconds: the longest that a policy may give.
const LONGEST_S: u32 = 7 * 86_400;

impl Portal {
    /// The authority that SSH hosts are to trust, as a line for `TrustedUserCAKeys`.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none: `breakglass keygen --ssh-ca` makes one.
    pub fn ssh_authority(&self) -> Result<String, Error> {
        Ok(self.user_ca()?.public_line())
    }

    /// What hosts must take no longer, in OpenSSH's form for `RevokedKeys`: the certificates of access that is over
    /// before its time. Its number rises with the log.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no authority; [`Error::Unavailable`] where the log does not answer.
    pub async fn ssh_revoked(&self) -> Result<Vec<u8>, Error> {
        let ca = self.user_ca()?;
        let now = self.inner.clock.now();
        let revoked = move |state: &State| {
            let over = state.grants().filter(|grant| {
                grant.connector == Connector::Ssh && !grant.is_live() && grant.expires_at > now
            });
            let serials: BTreeSet<u64> = over.map(|grant| grant.intended_seq).collect();
            (state.next_seq(), serials)
        };
        let (number, serials) = self.inner.sequencer.ask(revoked).await?;
        Ok(revocation_list(&ca, Revision { number, at: now }, &serials))
    }

    /// A certificate for a public key of the holder's, made once. `source` is where it may be used from alone.
    ///
    /// # Errors
    /// [`Error::BadInput`] for what is no public key, [`Error::Refused`] by the rules, [`Error::NotFound`] for
    /// everybody but the holder of access that stands.
    pub async fn issue_certificate(
        &self,
        viewer: &Viewer,
        grant: GrantId,
        public_key: &str,
        source: Option<Network>,
    ) -> Result<Credential, Error> {
        let view = self.grant_view(grant).await?;
        if view.holder.id != viewer.person || !matches!(view.state, GrantState::Active { .. }) {
            return Err(Error::NotFound);
        }
        let key = PersonKey::parse(public_key).map_err(|fault| Error::BadInput {
            field: "public_key",
            message: fault.to_string(),
        })?;
        let target = self.ssh(&view.resource)?;
        let access = self.access_of(&view).await?;
        let principal = Principal::parse(&access.role).map_err(|fault| Error::internal(&fault))?;
        let command = Command::IssueCertificate {
            grant,
            key: key.digest(),
            source,
        };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await?;
        let order = Order {
            grant,
            serial: access.intended_seq,
            principal: &principal,
            source,
            until: access.expires_at,
            longest_s: LONGEST_S,
            now: self.inner.clock.now(),
            forwarding: &[],
        };
        let certificate = target.ca().issue(&key, &order);
        let certificate = certificate.map_err(|fault| Error::internal(&fault))?;
        let invitation = Invitation::new(grant, target.host(), &principal, &certificate)
            .map_err(|fault| Error::internal(&fault))?;
        Ok(Credential {
            grant,
            request: view.request,
            account: access.role,
            kind: CredentialKind::Certificate,
            password: invitation.certificate,
            command: format!(
                "cat > {} && echo '{}' > {} && {}",
                invitation.file_name,
                invitation.known_hosts.trim_end().replace('\n', "' '"),
                invitation.known_hosts_name,
                invitation.command
            ),
            expires_at_ms: view.expires_at_ms,
        })
    }

    fn user_ca(&self) -> Result<targets::ssh::UserCa, Error> {
        let settings = &self.inner.settings;
        match key::load_ssh_ca(&settings.data_dir, &settings.origin) {
            Ok(ca) => Ok(ca),
            Err(key::KeyError::Missing(_)) => Err(Error::NotFound),
            Err(fault) => Err(Error::internal(&fault)),
        }
    }
}
