//! Who may do what kind of thing at all, and in which order a log begins.

use super::{Act, ensure};
use crate::event::{Actor, EndCause, Event, RecordingEnd};
use crate::ids::{GroupName, PersonId};
use crate::refusal::Rule;
use crate::violation::{Broken, Checked};

/// The log is opened by its first entry and by no other.
pub(crate) fn order(seq: u64, opens: bool) -> Checked {
    ensure((seq == 0) == opens, || {
        let (expected, found) = if opens {
            ("ledger.opened as the first entry only", "another one")
        } else {
            ("ledger.opened as the first entry", "something else")
        };
        Broken::new(Rule::LedgerOrder, expected, found)
    })
}

/// Whether a person or the portal itself did it, as the event's kind demands, and whether the log
/// knows the person.
pub(super) fn check(act: Act<'_>, event: &Event) -> Checked {
    // Somebody whom the log does not know is refused for just that, and the refusal is an entry.
    let unknown = Rule::UnknownPerson;
    if !matches!(event, Event::CommandRefused { rule, .. } if *rule == unknown) {
        known(act)?;
    }
    match event {
        Event::LedgerOpened { .. }
        | Event::KeyRotated { .. }
        | Event::ServerStarted { .. }
        | Event::ServerFailed { .. }
        | Event::PolicyActivated { proposal: None, .. }
        | Event::ResourceConfigured { .. }
        | Event::ResourceRemoved { .. }
        | Event::RequestEscalated { .. }
        | Event::RolesConfigured { .. }
        | Event::PersonRegistered { .. }
        | Event::RequestLapsed { .. }
        | Event::GrantOpened { .. }
        | Event::GrantFailed { .. }
        | Event::GrantEnded {
            cause: EndCause::Expired | EndCause::Unratified,
            ..
        }
        | Event::TargetAnswered { .. }
        | Event::RecordingGap { .. }
        | Event::RecordingEnded {
            cause: RecordingEnd::AccessEnded | RecordingEnd::Lost,
            ..
        }
        | Event::OrphanRemoved { .. } => system(act.actor),
        Event::SessionOpened { .. }
        | Event::SessionClosed { .. }
        | Event::PolicyActivated { .. }
        | Event::RetirementProposed { .. }
        | Event::ProposalEndorsed { .. }
        | Event::PolicyRetired { .. }
        | Event::PersonLinked { .. }
        | Event::DelegationSet { .. }
        | Event::DelegationEnded { .. }
        | Event::RequestSubmitted { .. }
        | Event::RequestEdited { .. }
        | Event::RequestViewed { .. }
        | Event::SignOffGiven { .. }
        | Event::StageCompleted { .. }
        | Event::RequestRatified { .. }
        | Event::ExtensionAsked { .. }
        | Event::ExtensionDenied { .. }
        | Event::GrantExtended { .. }
        | Event::RequestApproved { .. }
        | Event::RequestDenied { .. }
        | Event::RequestWithdrawn { .. }
        | Event::GrantIntended { .. }
        | Event::CredentialShown { .. }
        | Event::CertificateIssued { .. }
        | Event::RecordingStarted { .. }
        | Event::ActionIntended { .. }
        | Event::ActionRefused { .. }
        | Event::RecordingChunk { .. }
        | Event::RecordingEnded {
            cause: RecordingEnd::Cut,
            ..
        }
        | Event::GrantEnded {
            cause: EndCause::Returned | EndCause::Revoked,
            ..
        }
        | Event::ReviewRecorded { .. }
        | Event::LedgerRead { .. }
        | Event::OpeningDisclosed { .. }
        | Event::ErasureOrdered { .. }
        | Event::ErasureConfirmed { .. }
        | Event::OpeningErased { .. } => person(act).map(drop),
        Event::PolicyProposed { .. }
        | Event::ActionFinished { .. }
        | Event::RecordingEnded {
            cause: RecordingEnd::Closed,
            ..
        }
        | Event::ProposalWithdrawn { .. }
        | Event::CommandRefused { .. } => Ok(()),
    }
}

/// A person acts only after the log has noted them; the portal needs no introduction.
pub(crate) fn known(act: Act<'_>) -> Checked {
    let Some((person, _)) = act.actor.as_person() else {
        return Ok(());
    };
    ensure(act.state.knows(person), || {
        Broken::new(
            Rule::UnknownPerson,
            "a person whom the log knows",
            person.to_string(),
        )
    })
}

/// The person who acts, and the groups that the act rests on.
pub(crate) fn person(act: Act<'_>) -> Checked<(PersonId, &[GroupName])> {
    let portal = || Broken::new(Rule::PersonOnly, "a person", "the portal itself");
    act.actor.as_person().ok_or_else(portal)
}

fn system(actor: &Actor) -> Checked {
    match actor {
        Actor::System { .. } => Ok(()),
        Actor::Person { person, .. } => {
            let found = format!("person {person}");
            Err(Broken::new(Rule::SystemOnly, "the portal itself", found))
        }
    }
}
