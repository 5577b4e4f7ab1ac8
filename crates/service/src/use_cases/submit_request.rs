//! Somebody asks for access, or breaks the glass.

use access::command::{Command, Facts, Seen, Unsealed};
use access::digest::Commitment;
use access::event::{Mode, Urgency};
use access::ids::{GrantId, PolicyName, RequestId, ResourceName};
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::Viewer;
use ledger::Opening;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;
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
    /// What it says.
    pub words: Words,
    /// The second confirmation that an emergency needs.
    pub confirmed: bool,
}

/// What a request says, and an edit says anew.
#[derive(Debug, Clone)]
pub struct Words {
    /// For how long, in seconds.
    pub duration_s: u32,
    /// How much is at stake.
    pub urgency: Urgency,
    /// Why.
    pub reason: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// The incident.
    pub incident: Option<String>,
    /// It is not to be opened before then.
    pub start_at_ms: Option<UnixMillis>,
    /// Where and how they are signed in.
    pub seen: Seen,
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
        let (facts, openings) = sealed(&form.words)?;
        if self.was_sent(viewer, &form).await? {
            return Ok(form.request);
        }
        let grant = GrantId::new(Uuid::new_v4());
        let command = Command::SubmitRequest {
            request: form.request,
            mode: form.mode,
            resource: form.resource.clone(),
            policy: form.policy.clone(),
            facts,
            grant,
            confirmed: form.confirmed,
        };
        let proposal = Proposal {
            openings,
            ..Proposal::of(viewer, command)
        };
        match self.inner.sequencer.propose(proposal).await {
            Ok(_) => {}
            // Two clicks at once: the first one's request is the answer to both.
            Err(Error::Refused(refusal))
                if refusal.rule == Rule::RequestExists && self.was_sent(viewer, &form).await? =>
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
    async fn was_sent(&self, viewer: &Viewer, form: &Submit) -> Result<bool, Error> {
        let found = match self.found_request(form.request).await {
            Err(Error::NotFound) => return Ok(false),
            found => found?,
        };
        let (row, words) = (found.row, &form.words);
        let trimmed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        if row.requester.id != viewer.person
            || row.mode != form.mode
            || row.resource != form.resource
            || row.policy != form.policy
            || row.duration_s != words.duration_s
            || row.urgency != words.urgency
            || row.start_at_ms != words.start_at_ms
            || row.reason != trimmed(&words.reason)
        {
            return Ok(false);
        }
        for (field, text) in [("ticket", &words.ticket), ("incident", &words.incident)] {
            let sent = store::opening::text(&self.inner.pool, found.said_seq, field).await?;
            if sent != text.as_deref().and_then(trimmed) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Says a request anew; its requester may, until it is decided upon for good. What was signed is void.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::BadInput`] for texts that do not fit,
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn edit(
        &self,
        viewer: &Viewer,
        request: RequestId,
        words: &Words,
    ) -> Result<(), Error> {
        let (facts, openings) = sealed(words)?;
        let proposal = Proposal {
            openings,
            ..Proposal::of(viewer, Command::EditRequest { request, facts })
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }
}

/// Texts with their openings, by the field that they stand in.
pub(crate) type Openings = Vec<(&'static str, Opening)>;

/// What was typed, sealed; with what opens it.
fn sealed(words: &Words) -> Result<(Facts, Openings), Error> {
    let reason = checked_text("reason", &words.reason, MOST_TEXT)?;
    let (sealed_reason, opening) = seal::seal(reason).map_err(|fault| Error::internal(&fault))?;
    let mut openings = vec![("reason", opening)];
    let ticket = words.ticket.as_deref();
    let incident = words.incident.as_deref();
    let facts = Facts {
        duration_s: words.duration_s,
        urgency: words.urgency,
        reason: sealed_reason,
        reason_chars: u32::try_from(reason.chars().count()).unwrap_or(u32::MAX),
        ticket: sealed_text("ticket", ticket, MOST_TICKET, &mut openings)?,
        ticket_text: ticket.map(|ticket| Unsealed::new(ticket.trim())),
        incident: sealed_text("incident", incident, MOST_TICKET, &mut openings)?,
        start_at_ms: words.start_at_ms,
        seen: words.seen.clone(),
    };
    Ok((facts, openings))
}

/// A text that may be left out, sealed; what opens it is added to the openings.
pub(crate) fn sealed_text(
    field: &'static str,
    text: Option<&str>,
    most: usize,
    openings: &mut Openings,
) -> Result<Option<Commitment>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let text = checked_text(field, text, most)?;
    let (sealed, opening) = seal::seal(text).map_err(|fault| Error::internal(&fault))?;
    openings.push((field, opening));
    Ok(Some(sealed))
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
