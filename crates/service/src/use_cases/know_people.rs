//! Who the log's people are, and that two of them are one.

use access::State;
use access::command::Command;
use access::ids::PersonId;
use access::view::{IdentityView, PeopleView, PersonRow, PersonView, Role, Viewer};

use crate::error::Error;
use crate::portal::Portal;
use crate::store;

impl Portal {
    /// Everybody whom the log knows, with groups, roles and identities. Operators and auditors may.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others.
    pub async fn everybody(&self, viewer: &Viewer) -> Result<PeopleView, Error> {
        let may = |role| viewer.roles.contains(&role);
        if !may(Role::Operator) && !may(Role::Auditor) {
            return Err(Error::Forbidden);
        }
        let clock = self.inner.clock.clone();
        let roles = self.inner.settings.roles.clone();
        let rows = move |state: &State| {
            let now = clock.now();
            let unnamed = |id| PersonView { id, name: None };
            let identity = |id| IdentityView {
                person: unnamed(id),
                identity: None,
            };
            let mut people: Vec<PersonRow> = Vec::new();
            for id in state.people().filter(|id| state.canonical(*id) == *id) {
                let others = state
                    .links()
                    .filter(|(_, into)| *into == id)
                    .map(|(other, _)| other);
                people.push(PersonRow {
                    person: unnamed(id),
                    groups: state.groups(id).to_vec(),
                    roles: roles.held(state.groups(id)),
                    identities: [id].into_iter().chain(others).map(identity).collect(),
                    delegate: state
                        .delegation(id, now)
                        .map(|delegation| (unnamed(delegation.to), delegation.until)),
                });
            }
            people
        };
        let mut people = self.inner.sequencer.ask(rows).await?;
        let tied = store::person::identities(&self.inner.pool).await?;
        for identity in people.iter_mut().flat_map(|row| &mut row.identities) {
            let found = tied
                .iter()
                .find(|(person, ..)| *person == identity.person.id);
            identity.identity = found.map(|(_, issuer, subject)| (issuer.clone(), subject.clone()));
        }
        // Of two first sign-ins at once one was noted and is nobody's: it has done nothing since.
        let somebody = |row: &PersonRow| {
            !row.groups.is_empty() || row.identities.iter().any(|one| one.identity.is_some())
        };
        people.retain(somebody);
        let mut unnamed: Vec<&mut PersonView> = Vec::new();
        for row in &mut people {
            unnamed.push(&mut row.person);
            unnamed.extend(
                row.identities
                    .iter_mut()
                    .map(|identity| &mut identity.person),
            );
            unnamed.extend(row.delegate.iter_mut().map(|(to, _)| to));
        }
        self.name(&mut unnamed).await?;
        people.sort_by(|a, b| (&a.person.name, a.person.id).cmp(&(&b.person.name, b.person.id)));
        Ok(PeopleView {
            people,
            may_link: may(Role::Operator),
        })
    }

    /// Says that two people of the log are one human being; operators may, of others. It cannot be undone.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn link(
        &self,
        viewer: &Viewer,
        person: PersonId,
        into: PersonId,
    ) -> Result<(), Error> {
        self.act(viewer, Command::LinkPerson { person, into }).await
    }

    /// Lets somebody else sign in the viewer's place for so many days from now.
    ///
    /// # Errors
    /// As [`Portal::delegate`].
    pub async fn delegate_for(
        &self,
        viewer: &Viewer,
        to: PersonId,
        days: u16,
    ) -> Result<(), Error> {
        let until = self
            .inner
            .clock
            .now()
            .plus_seconds(u32::from(days) * 86_400);
        self.delegate(viewer, to, until).await
    }
}
