//! Somebody signs in or out.

use access::command::Command;
use access::event::SessionEnd;
use access::ids::{GroupName, PersonId};
use access::view::Viewer;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::{Act, Proposal, TiedIdentity};
use crate::store;

/// Who signed in, as the identity provider says.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's name for the person.
    pub subject: String,
    /// What the provider calls them to others.
    pub name: String,
    /// Their groups now.
    pub groups: Vec<GroupName>,
    /// When they proved who they are, in seconds since 1970.
    pub auth_time_s: Option<i64>,
}

impl Portal {
    /// Notes a sign-in, and the person if it is their first. The caller has verified the identity
    /// with the provider.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written: then nobody signs in. While the log
    /// is halted those who were here before get in, unrecorded, to look and to end what is open.
    pub async fn register_sign_in(&self, identity: Identity) -> Result<Viewer, Error> {
        let person = self.person_of(&identity).await?;
        let roles = self.roles(&identity.groups);
        let viewer = Viewer {
            person,
            name: identity.name,
            groups: identity.groups,
            roles,
            proved_at_s: identity.auth_time_s,
        };
        if self.halted().is_none() {
            let command = Command::OpenSession {
                auth_time_s: identity.auth_time_s,
            };
            self.inner
                .sequencer
                .propose(Proposal::of(&viewer, command))
                .await?;
        }
        Ok(viewer)
    }

    async fn person_of(&self, identity: &Identity) -> Result<PersonId, Error> {
        let pool = &self.inner.pool;
        let (issuer, subject) = (&identity.issuer, &identity.subject);
        if let Some(person) = store::person::by_identity(pool, issuer, subject).await? {
            return Ok(person);
        }
        let person = PersonId::new(Uuid::new_v4());
        // An issuer is a URL and has no line feed in it, so the two cannot run together.
        let (sealed_identity, identity_opening) =
            seal::seal(&format!("{issuer}\n{subject}")).map_err(|fault| Error::internal(&fault))?;
        let (sealed_name, name_opening) =
            seal::seal(&identity.name).map_err(|fault| Error::internal(&fault))?;
        let proposal = Proposal {
            act: Act::Do(Command::RegisterPerson {
                person,
                identity: sealed_identity,
                name: sealed_name,
            }),
            actor: access::event::Actor::System {
                part: "sign-in".into(),
            },
            openings: vec![("identity", identity_opening), ("name", name_opening)],
            proved_at_s: None,
            identity: Some(TiedIdentity {
                issuer: issuer.clone(),
                subject: subject.clone(),
                person,
            }),
        };
        self.inner.sequencer.propose(proposal).await?;
        // Two first sign-ins at once: the database lets one of them tie the identity.
        let tied = store::person::by_identity(pool, issuer, subject).await?;
        Ok(tied.unwrap_or(person))
    }

    /// Notes that a session ended before its limits. Whatever its person works on here ends with it; their access
    /// stands.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written; the caller ends the session all the
    /// same.
    pub async fn sign_out(&self, viewer: &Viewer, how: SessionEnd) -> Result<(), Error> {
        let why = "You have signed out, or your identity provider has ended your sign-in.";
        self.inner.live.cut_of(viewer.person, why);
        // Nor does a client or a tool of theirs come in again by what it was given before.
        store::grant_secret::forget_of(&self.inner.pool, viewer.person).await?;
        let command = Command::CloseSession { cause: how };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await
            .map(drop)
    }
}
