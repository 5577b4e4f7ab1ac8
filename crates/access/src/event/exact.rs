//! Reading the bodies that most entries have in one step, straight from their one exact form.
//!
//! What is read here is what [`Event::body_json`] writes, member for member, and nothing beside it:
//! each value is taken in its canonical form only. Whatever else comes is left to the reader that
//! knows every form and says what is wrong.

use super::{
    ActionOutcome, Decision, EndCause, Event, Failure, Mode, SessionEnd, StatementClass, Urgency,
    Verdict,
};
use crate::policy::Connector;

mod text;

use text::Text;

/// The event of these exact bytes; `None` says only that they are to be read the long way.
pub(super) fn event(kind: &str, body_json: &str) -> Option<Event> {
    let mut text = Text::of(body_json);
    let event = members(kind, &mut text)?;
    text.ends("}").then_some(event)
}

fn members(kind: &str, text: &mut Text<'_>) -> Option<Event> {
    let event = match kind {
        // What somebody does makes up most of a log.
        "action.intended" => Event::ActionIntended {
            recording: text.after(r#"{"recording":"#)?.id()?,
            number: text.after(r#","number":"#)?.number()?,
            classes: text
                .after(r#","classes":"#)?
                .list(|text| text.word(class))?,
            statement: text.after(r#","statement":"#)?.commitment()?,
        },
        "action.finished" => Event::ActionFinished {
            recording: text.after(r#"{"recording":"#)?.id()?,
            number: text.after(r#","number":"#)?.number()?,
            outcome: text.after(r#","outcome":"#)?.word(outcome)?,
            rows: text.after(r#","rows":"#)?.optional(Text::count)?,
            duration_ms: text.after(r#","duration_ms":"#)?.number()?,
            result: text.after(r#","result":"#)?.optional(Text::commitment)?,
        },
        "action.refused" => Event::ActionRefused {
            recording: text.after(r#"{"recording":"#)?.id()?,
            number: text.after(r#","number":"#)?.number()?,
            class: text.after(r#","class":"#)?.word(class)?,
            statement: text.after(r#","statement":"#)?.commitment()?,
        },
        "recording.chunk" => Event::RecordingChunk {
            recording: text.after(r#"{"recording":"#)?.id()?,
            number: text.after(r#","number":"#)?.number()?,
            content: text.after(r#","content":"#)?.commitment()?,
        },
        "person.registered" => Event::PersonRegistered {
            person: text.after(r#"{"person":"#)?.id()?,
            identity: text.after(r#","identity":"#)?.commitment()?,
            name: text.after(r#","name":"#)?.commitment()?,
        },
        "session.opened" => Event::SessionOpened {
            auth_time_s: text.after(r#"{"auth_time_s":"#)?.optional(Text::whole)?,
        },
        "session.closed" => Event::SessionClosed {
            cause: text.after(r#"{"cause":"#)?.word(session_end)?,
        },
        "request.submitted" => return submitted(text),
        "signoff.given" => Event::SignOffGiven {
            request: text.after(r#"{"request":"#)?.id()?,
            on_behalf_of: text.after(r#","on_behalf_of":"#)?.optional(Text::id)?,
            decision: text.after(r#","decision":"#)?.word(decision)?,
            statement: text.after(r#","statement":"#)?.digest()?,
            auth_time_s: text.after(r#","auth_time_s":"#)?.whole()?,
            id_token: text.after(r#","id_token":"#)?.commitment()?,
            note: text.after(r#","note":"#)?.optional(Text::commitment)?,
        },
        "request.approved" => Event::RequestApproved {
            request: text.after(r#"{"request":"#)?.id()?,
            lapses_at_ms: text.after(r#","lapses_at_ms":"#)?.moment()?,
        },
        "request.denied" => Event::RequestDenied {
            request: text.after(r#"{"request":"#)?.id()?,
        },
        "request.withdrawn" => Event::RequestWithdrawn {
            request: text.after(r#"{"request":"#)?.id()?,
        },
        "request.lapsed" => Event::RequestLapsed {
            request: text.after(r#"{"request":"#)?.id()?,
        },
        "grant.intended" => Event::GrantIntended {
            grant: text.after(r#"{"grant":"#)?.id()?,
            request: text.after(r#","request":"#)?.id()?,
            connector: text.after(r#","connector":"#)?.word(connector)?,
            role: text.after(r#","role":"#)?.plain()?.to_owned(),
            expires_at_ms: text.after(r#","expires_at_ms":"#)?.moment()?,
        },
        "grant.opened" => Event::GrantOpened {
            grant: text.after(r#"{"grant":"#)?.id()?,
        },
        "grant.failed" => Event::GrantFailed {
            grant: text.after(r#"{"grant":"#)?.id()?,
            failure: text.after(r#","failure":"#)?.word(failure)?,
        },
        "credential.shown" => Event::CredentialShown {
            grant: text.after(r#"{"grant":"#)?.id()?,
        },
        "grant.ended" => Event::GrantEnded {
            grant: text.after(r#"{"grant":"#)?.id()?,
            cause: text.after(r#","cause":"#)?.word(end_cause)?,
            sessions_cut: text.after(r#","sessions_cut":"#)?.number()?,
        },
        "review.recorded" => Event::ReviewRecorded {
            request: text.after(r#"{"request":"#)?.id()?,
            verdict: text.after(r#","verdict":"#)?.word(verdict)?,
            findings: text.after(r#","findings":"#)?.optional(Text::commitment)?,
            note: text.after(r#","note":"#)?.commitment()?,
        },
        "request.viewed" => Event::RequestViewed {
            request: text.after(r#"{"request":"#)?.id()?,
        },
        _ => return None,
    };
    Some(event)
}

fn submitted(text: &mut Text<'_>) -> Option<Event> {
    Some(Event::RequestSubmitted {
        request: text.after(r#"{"request":"#)?.id()?,
        mode: text.after(r#","mode":"#)?.word(mode)?,
        resource: text.after(r#","resource":"#)?.name()?,
        policy: text.after(r#","policy":"#)?.name()?,
        policy_version: text.after(r#","policy_version":"#)?.number()?,
        policy_sha256: text.after(r#","policy_sha256":"#)?.digest()?,
        duration_s: text.after(r#","duration_s":"#)?.number()?,
        urgency: text.after(r#","urgency":"#)?.word(urgency)?,
        reason: text.after(r#","reason":"#)?.commitment()?,
        ticket: text.after(r#","ticket":"#)?.optional(Text::commitment)?,
        incident: text.after(r#","incident":"#)?.optional(Text::commitment)?,
        start_at_ms: text.after(r#","start_at_ms":"#)?.optional(Text::moment)?,
        // Few policies ask for it; those that do are read the long way.
        context: text.after(r#","context":null"#).map(|_| None)?,
        statement: text.after(r#","statement":"#)?.digest()?,
        lapses_at_ms: text.after(r#","lapses_at_ms":"#)?.moment()?,
    })
}

fn mode(word: &str) -> Option<Mode> {
    match word {
        "ordinary" => Some(Mode::Ordinary),
        "emergency" => Some(Mode::Emergency),
        _ => None,
    }
}

fn urgency(word: &str) -> Option<Urgency> {
    match word {
        "sev1" => Some(Urgency::Sev1),
        "sev2" => Some(Urgency::Sev2),
        "sev3" => Some(Urgency::Sev3),
        "sev4" => Some(Urgency::Sev4),
        _ => None,
    }
}

fn decision(word: &str) -> Option<Decision> {
    match word {
        "approve" => Some(Decision::Approve),
        "deny" => Some(Decision::Deny),
        _ => None,
    }
}

fn end_cause(word: &str) -> Option<EndCause> {
    match word {
        "expired" => Some(EndCause::Expired),
        "returned" => Some(EndCause::Returned),
        "revoked" => Some(EndCause::Revoked),
        "unratified" => Some(EndCause::Unratified),
        _ => None,
    }
}

fn failure(word: &str) -> Option<Failure> {
    match word {
        "refused" => Some(Failure::Refused),
        "unknown" => Some(Failure::Unknown),
        "interrupted" => Some(Failure::Interrupted),
        _ => None,
    }
}

fn verdict(word: &str) -> Option<Verdict> {
    match word {
        "emergency" => Some(Verdict::Emergency),
        "drill" => Some(Verdict::Drill),
        "misuse" => Some(Verdict::Misuse),
        _ => None,
    }
}

fn session_end(word: &str) -> Option<SessionEnd> {
    match word {
        "signed_out" => Some(SessionEnd::SignedOut),
        "provider" => Some(SessionEnd::Provider),
        _ => None,
    }
}

fn connector(word: &str) -> Option<Connector> {
    match word {
        "postgresql" => Some(Connector::Postgresql),
        "ssh" => Some(Connector::Ssh),
        "webhook" => Some(Connector::Webhook),
        _ => None,
    }
}

fn class(word: &str) -> Option<StatementClass> {
    let named = |class: &StatementClass| class.word() == word;
    StatementClass::ALL.into_iter().find(named)
}

fn outcome(word: &str) -> Option<ActionOutcome> {
    match word {
        "done" => Some(ActionOutcome::Done),
        "failed" => Some(ActionOutcome::Failed),
        "cancelled" => Some(ActionOutcome::Cancelled),
        "cut" => Some(ActionOutcome::Cut),
        "unknown" => Some(ActionOutcome::Unknown),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
