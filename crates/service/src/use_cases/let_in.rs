//! Programs are let in for a grant by a secret that its holder was shown once.

use std::net::IpAddr;

use access::State;
use access::event::{Actor, Way};
use access::ids::{GrantId, PersonId};
use access::view::{Credential, CredentialKind, GrantState, Viewer};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::store;
pub(crate) use crate::store::grant_secret::Use;

/// Random bytes in a secret: 192 bits, 48 hex digits that survive any shell and any clipboard.
const SECRET_BYTES: usize = 24;

/// Whom a secret lets in: the holder of a grant that stands.
#[derive(Debug, Clone)]
pub(crate) struct LetIn {
    pub(crate) person: PersonId,
    /// The holder with the groups that were seen of them last.
    pub(crate) actor: Actor,
}

impl Portal {
    /// The way in by the gateway, for the holder's own client. The password is shown once, kept as a verifier, good while
    /// access stands, and from the first address that comes with it. One that was shown before is good no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but the holder of access that stands, and where there is no gateway.
    pub async fn show_gateway(&self, viewer: &Viewer, grant: GrantId) -> Result<Credential, Error> {
        let work = self.work(viewer, grant, Way::Gateway).await?;
        let gateway = self.inner.settings.gateway.as_ref();
        let gateway = gateway.ok_or(Error::NotFound)?;
        let database = self.postgresql(&work.grant.resource)?.address().database();
        let secret = secret().map_err(|fault| Error::internal(&fault))?;
        let verifier =
            postgres_protocol::password::scram_sha_256(secret.expose_secret().as_bytes());
        self.keep_secret(grant, Use::Gateway, &verifier).await?;
        let account = grant.account();
        Ok(Credential {
            grant,
            request: work.grant.request,
            command: format!(
                "psql 'host={} port={} dbname={} user={account} sslmode={}'",
                gateway.host, gateway.port, database, gateway.sslmode
            ),
            account,
            kind: CredentialKind::Password,
            password: secret.expose_secret().to_owned(),
            expires_at_ms: work.grant.expires_at_ms,
        })
    }

    /// A token for a tool that reports what it does elsewhere, shown once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but the holder of access that stands.
    pub async fn show_report_token(
        &self,
        viewer: &Viewer,
        grant: GrantId,
    ) -> Result<Credential, Error> {
        let work = self.work(viewer, grant, Way::Reported).await?;
        let secret = secret().map_err(|fault| Error::internal(&fault))?;
        self.keep_secret(grant, Use::Report, &digest(&secret))
            .await?;
        Ok(Credential {
            grant,
            request: work.grant.request,
            command: format!(
                "breakglass run --grant {grant} --token-file FILE --portal URL -- COMMAND"
            ),
            account: grant.account(),
            kind: CredentialKind::Token,
            password: secret.expose_secret().to_owned(),
            expires_at_ms: work.grant.expires_at_ms,
        })
    }

    async fn keep_secret(&self, grant: GrantId, of: Use, verifier: &str) -> Result<(), Error> {
        let now = self.inner.clock.now();
        Ok(store::grant_secret::replace(&self.inner.pool, grant, of, verifier, now).await?)
    }

    /// What is kept of a grant's secret.
    pub(crate) async fn kept_secret(
        &self,
        grant: GrantId,
        of: Use,
    ) -> Result<Option<String>, Error> {
        Ok(store::grant_secret::verifier(&self.inner.pool, grant, of).await?)
    }

    /// Whom a token lets in from this address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub(crate) async fn let_in_by_token(
        &self,
        grant: GrantId,
        token: &SecretString,
        from: IpAddr,
    ) -> Result<Option<LetIn>, Error> {
        let shown = digest(token);
        let fits = |kept: &str| bool::from(kept.as_bytes().ct_eq(shown.as_bytes()));
        self.let_in(grant, Use::Report, from, fits).await
    }

    /// Whom a secret lets in from this address, if what is kept of the grant's fits; `None` where it does not, access is
    /// over, or another address came with it first.
    pub(crate) async fn let_in(
        &self,
        grant: GrantId,
        of: Use,
        from: IpAddr,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Option<LetIn>, Error> {
        self.is_not_ending(grant)?;
        let kept = self.kept_secret(grant, of).await?;
        if !kept.is_some_and(|kept| fits(&kept)) {
            return Ok(None);
        }
        let now = self.inner.clock.now();
        let standing = move |state: &State| {
            let found = state.grant(grant)?;
            let open = matches!(found.state, GrantState::Active { .. }) && now < found.ends_at();
            let groups = state.groups(found.holder).to_vec();
            open.then_some(LetIn {
                person: found.holder,
                actor: Actor::Person {
                    person: found.holder,
                    groups,
                },
            })
        };
        let Some(holder) = self.inner.sequencer.ask(standing).await? else {
            return Ok(None);
        };
        let from = from.to_string();
        let tied = store::grant_secret::used_from(&self.inner.pool, grant, of, &from).await?;
        Ok(tied.then_some(holder))
    }
}

fn secret() -> Result<SecretString, seal::NoRandomness> {
    let bytes: [u8; SECRET_BYTES] = seal::random()?;
    Ok(hex(&bytes).into())
}

/// What is kept of a token.
fn digest(token: &SecretString) -> String {
    format!(
        "sha256:{}",
        hex(&Sha256::digest(token.expose_secret().as_bytes()))
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
