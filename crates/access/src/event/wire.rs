//! The exact bytes of an event and an actor, as they stand in an entry.

use super::{Actor, Event, exact};
use crate::ids::{GrantId, GroupName, PersonId, RecordingId, RequestId};

impl Event {
    /// The entry's `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::LedgerOpened { .. } => "ledger.opened",
            Self::KeyRotated { .. } => "key.rotated",
            Self::ServerStarted { .. } => "server.started",
            Self::ServerFailed { .. } => "server.failed",
            Self::PolicyActivated { .. } => "policy.activated",
            Self::PolicyProposed { .. } => "policy.proposed",
            Self::RetirementProposed { .. } => "retirement.proposed",
            Self::ProposalEndorsed { .. } => "proposal.endorsed",
            Self::ProposalWithdrawn { .. } => "proposal.withdrawn",
            Self::PolicyRetired { .. } => "policy.retired",
            Self::ResourceConfigured { .. } => "resource.configured",
            Self::ResourceRemoved { .. } => "resource.removed",
            Self::RolesConfigured { .. } => "roles.configured",
            Self::PersonRegistered { .. } => "person.registered",
            Self::PersonLinked { .. } => "person.linked",
            Self::DelegationSet { .. } => "delegation.set",
            Self::DelegationEnded { .. } => "delegation.ended",
            Self::SessionOpened { .. } => "session.opened",
            Self::SessionClosed { .. } => "session.closed",
            Self::RequestSubmitted { .. } => "request.submitted",
            Self::RequestEdited { .. } => "request.edited",
            Self::RequestViewed { .. } => "request.viewed",
            Self::RequestEscalated { .. } => "request.escalated",
            Self::SignOffGiven { .. } => "signoff.given",
            Self::StageCompleted { .. } => "stage.completed",
            Self::RequestRatified { .. } => "request.ratified",
            Self::RequestApproved { .. } => "request.approved",
            Self::RequestDenied { .. } => "request.denied",
            Self::RequestWithdrawn { .. } => "request.withdrawn",
            Self::RequestLapsed { .. } => "request.lapsed",
            Self::GrantIntended { .. } => "grant.intended",
            Self::ExtensionAsked { .. } => "extension.asked",
            Self::ExtensionDenied { .. } => "extension.denied",
            Self::GrantExtended { .. } => "grant.extended",
            Self::GrantOpened { .. } => "grant.opened",
            Self::GrantFailed { .. } => "grant.failed",
            Self::CredentialShown { .. } => "credential.shown",
            Self::CertificateIssued { .. } => "certificate.issued",
            Self::TargetAnswered { .. } => "target.answered",
            Self::RecordingStarted { .. } => "recording.started",
            Self::ActionIntended { .. } => "action.intended",
            Self::ActionRefused { .. } => "action.refused",
            Self::ActionFinished { .. } => "action.finished",
            Self::RecordingChunk { .. } => "recording.chunk",
            Self::RecordingGap { .. } => "recording.gap",
            Self::RecordingEnded { .. } => "recording.ended",
            Self::GrantEnded { .. } => "grant.ended",
            Self::OrphanRemoved { .. } => "orphan.removed",
            Self::ReviewRecorded { .. } => "review.recorded",
            Self::LedgerRead { .. } => "ledger.read",
            Self::OpeningDisclosed { .. } => "opening.disclosed",
            Self::ErasureOrdered { .. } => "erasure.ordered",
            Self::ErasureConfirmed { .. } => "erasure.confirmed",
            Self::OpeningErased { .. } => "opening.erased",
            Self::CommandRefused { .. } => "command.refused",
        }
    }

    /// The entry's `body`: compact JSON with the members in the order of the variant's fields.
    pub fn body_json(&self) -> String {
        let whole = serde_json::to_string(self).expect("an event has string keys and no floats");
        // serde writes the variant's name as the only member's name, then its content.
        let head = r#"{"":"#.len() + self.kind().len();
        whole[head..whole.len() - 1].to_owned()
    }

    /// Reads what [`Event::kind`] and [`Event::body_json`] wrote. The bytes must be exactly those
    /// that this version would write: no other order, no unknown field, no white space.
    pub(crate) fn from_wire(kind: &str, body_json: &str) -> Result<Self, String> {
        match exact::event(kind, body_json) {
            Some(event) => Ok(event),
            None => Self::from_any_wire(kind, body_json),
        }
    }

    /// The same by the type's own description; for what [`exact`] does not read, and for the words
    /// that say what is wrong.
    pub(super) fn from_any_wire(kind: &str, body_json: &str) -> Result<Self, String> {
        if !kind.bytes().all(|b| matches!(b, b'a'..=b'z' | b'.' | b'_')) {
            return Err("a kind that this version does not write".to_owned());
        }
        let whole = [r#"{""#, kind, r#"":"#, body_json, "}"].concat();
        let event: Self = serde_json::from_str(&whole).map_err(|error| error.to_string())?;
        // Only equal bytes prove that nothing was passed over: a member given twice, a number in
        // another form, or a body that closes its own object and goes on.
        if event.kind() == kind && writes_exactly(&event, &whole) {
            Ok(event)
        } else {
            Err("other bytes than this version writes".to_owned())
        }
    }

    /// The request that the event names, if it names one itself.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::RequestSubmitted { request, .. }
            | Self::RequestEdited { request, .. }
            | Self::RequestViewed { request }
            | Self::RequestEscalated { request, .. }
            | Self::SignOffGiven { request, .. }
            | Self::StageCompleted { request, .. }
            | Self::RequestRatified { request }
            | Self::RequestApproved { request, .. }
            | Self::RequestDenied { request }
            | Self::RequestWithdrawn { request }
            | Self::RequestLapsed { request }
            | Self::GrantIntended { request, .. }
            | Self::GrantExtended { request, .. }
            | Self::ReviewRecorded { request, .. }
            | Self::OpeningDisclosed { request, .. }
            | Self::ErasureOrdered { request, .. }
            | Self::ErasureConfirmed { request, .. }
            | Self::OpeningErased { request, .. } => Some(*request),
            Self::CommandRefused { request, .. } => *request,
            _ => None,
        }
    }

    /// The grant that the event names, if it names one.
    pub fn grant(&self) -> Option<GrantId> {
        match self {
            Self::GrantIntended { grant, .. }
            | Self::ExtensionAsked { grant }
            | Self::ExtensionDenied { grant }
            | Self::GrantExtended { grant, .. }
            | Self::GrantOpened { grant }
            | Self::GrantFailed { grant, .. }
            | Self::CredentialShown { grant }
            | Self::CertificateIssued { grant, .. }
            | Self::TargetAnswered { grant, .. }
            | Self::RecordingStarted { grant, .. }
            | Self::GrantEnded { grant, .. } => Some(*grant),
            _ => None,
        }
    }

    /// The recording that the event names, if it names one.
    pub fn recording(&self) -> Option<RecordingId> {
        match self {
            Self::RecordingStarted { recording, .. }
            | Self::ActionIntended { recording, .. }
            | Self::ActionRefused { recording, .. }
            | Self::ActionFinished { recording, .. }
            | Self::RecordingChunk { recording, .. }
            | Self::RecordingGap { recording, .. }
            | Self::RecordingEnded { recording, .. } => Some(*recording),
            _ => None,
        }
    }
}

impl Actor {
    /// A part of the portal: `portal`, `reconciler`, `recorder`, `seed`, `sign-in`, `operator`.
    pub fn system(part: &str) -> Self {
        Self::System {
            part: part.to_owned(),
        }
    }

    /// The person and their groups, unless it is the portal itself.
    pub fn as_person(&self) -> Option<(PersonId, &[GroupName])> {
        match self {
            Self::Person { person, groups } => Some((*person, groups)),
            Self::System { .. } => None,
        }
    }

    /// The entry's `actor`: compact JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("an actor has string keys and no floats")
    }

    /// Reads what [`Actor::json`] wrote, and nothing else.
    pub(crate) fn from_wire(actor_json: &str) -> Result<Self, String> {
        let actor: Self = serde_json::from_str(actor_json).map_err(|error| error.to_string())?;
        if writes_exactly(&actor, actor_json) {
            Ok(actor)
        } else {
            Err("other bytes than this version writes".to_owned())
        }
    }
}

/// Whether the value as compact JSON is this very text; writes nothing down.
fn writes_exactly(value: &impl serde::Serialize, text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    serde_json::to_writer(&mut rest, value).is_ok() && rest.0.is_empty()
}

/// What is still to be written.
struct Rest<'a>(&'a [u8]);

impl std::io::Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self
            .0
            .strip_prefix(bytes)
            .ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
