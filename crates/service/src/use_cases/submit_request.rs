//! Somebody asks for access, or breaks the glass.

use access::command::Command;
use access::event::{Mode, Urgency};
use access::ids::{GrantId, PolicyName, RequestId, ResourceName};
use access::refusal::Rule;
use access::view::Viewer;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::seal;
use crate::sequencer::{Act, Proposal};
use crate::store;

/// The longest reason or note, in bytes: a page of text.
pub(crate) const MOST_TEXT: usize = 4_000;

/// The longest ticket or incident, in bytes.
const MOST_TICKET: usize = 200;

/// A request as its form has it.
#[derive(Debug, Clone)]
pub struct Submit {
    /// Made with the form: the same form sent again asks for nothing new, and another cannot take its
    /// place.
    pub request: RequestId,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// What is to be opened.
    pub resource: ResourceName,
    /// Under which policy.
    pub policy: PolicyName,
    /// For how long, in seconds.
    pub duration_s: u32,
    /// How much is at stake.
    pub urgency: Urgency,
    /// Why.
    pub reason: String,
    /// Ticket or incident.
    pub ticket: Option<String>,
    /// The second confirmation that an emergency needs.
    pub confirmed: bool,
}

impl Portal {
    /// Asks for access. An emergency is intended and opened before this returns; where opening
    /// fails the request stands and says so on its page. The same form once more is answered like the
    /// first time; under its id anything else is refused, as an entry.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::BadInput`] for texts that do not fit,
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn submit(&self, viewer: &Viewer, form: Submit) -> Result<RequestId, Error> {
        let reason = checked_text("reason", &form.reason, MOST_TEXT)?;
        let ticket = match form.ticket.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(ticket) => Some(checked_text("ticket", ticket, MOST_TICKET)?),
        };
        if self.was_sent(viewer, &form, reason, ticket).await? {
            return Ok(form.request);
        }
        let reason_chars = u32::try_from(reason.chars().count()).unwrap_or(u32::MAX);
        let (sealed_reason, opening) =
            seal::seal(reason).map_err(|fault| Error::internal(&fault))?;
        let mut openings = vec![("reason", opening)];
        let mut sealed_ticket = None;
        if let Some(ticket) = ticket {
            let (sealed, opening) = seal::seal(ticket).map_err(|fault| Error::internal(&fault))?;
            openings.push(("ticket", opening));
            sealed_ticket = Some(sealed);
        }
        let grant = GrantId::new(Uuid::new_v4());
        let command = Command::SubmitRequest {
            request: form.request,
            mode: form.mode,
            resource: form.resource.clone(),
            policy: form.policy.clone(),
            duration_s: form.duration_s,
            urgency: form.urgency,
            reason: sealed_reason,
            reason_chars,
            ticket: sealed_ticket,
            grant,
            confirmed: form.confirmed,
        };
        let proposal = Proposal {
            act: Act::Do(command),
            actor: actor(viewer),
            openings,
            identity: None,
        };
        match self.inner.sequencer.propose(proposal).await {
            Ok(_) => {}
            // Two clicks at once: the first one's request is the answer to both.
            Err(Error::Refused(refusal))
                if refusal.rule == Rule::RequestExists
                    && self.was_sent(viewer, &form, reason, ticket).await? =>
            {
                return Ok(form.request);
            }
            Err(fault) => return Err(fault),
        }
        if form.mode == Mode::Emergency {
            // The page tells how it went; the request stands either way.
            if let Err(fault) = self.make_access(grant).await {
                tracing::warn!(%grant, %fault, "an emergency grant did not open");
            }
        }
        Ok(form.request)
    }

    /// Whether this person's very form is in the log.
    async fn was_sent(
        &self,
        viewer: &Viewer,
        form: &Submit,
        reason: &str,
        ticket: Option<&str>,
    ) -> Result<bool, Error> {
        let found = match self.found_request(form.request).await {
            Err(Error::NotFound) => return Ok(false),
            found => found?,
        };
        let row = found.row;
        if row.requester.id != viewer.person
            || row.mode != form.mode
            || row.resource != form.resource
            || row.policy != form.policy
            || row.duration_s != form.duration_s
            || row.urgency != form.urgency
            || row.reason.as_deref() != Some(reason)
        {
            return Ok(false);
        }
        let sent = store::opening::text(&self.inner.pool, found.submitted_seq, "ticket").await?;
        Ok(sent.as_deref() == ticket)
    }
}

/// The text without surrounding white space, if it can be kept and shown.
pub(crate) fn checked_text<'a>(
    field: &'static str,
    text: &'a str,
    most: usize,
) -> Result<&'a str, Error> {
    let text = text.trim();
    if text.len() > most {
        return Err(Error::BadInput {
            field,
            message: format!(
                "Shorten this to at most {most} characters; put the rest into the ticket."
            ),
        });
    }
    let control = |c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t';
    if text.chars().any(control) {
        return Err(Error::BadInput {
            field,
            message: "Remove the control characters from this text; paste it as plain text.".into(),
        });
    }
    Ok(text)
}
