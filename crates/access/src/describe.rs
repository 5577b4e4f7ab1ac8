//! Events in words, for timelines and the log's page. Who did it stands beside the words.

use crate::event::{
    Decision, EndCause, Event, Failure, Field, Mode, OpeningRef, SessionEnd, Verdict,
};

/// One plain sentence without its subject: "asked for orders-db under orders-admin for 30 min".
pub fn describe(event: &Event) -> String {
    match event {
        Event::LedgerOpened { origin, .. } => format!("opened the log {origin}"),
        Event::KeyRotated { from, new, .. } => {
            format!("gave the log a new key, which signs from {from} entries on: {new}")
        }
        Event::ServerStarted { version } => format!("started the portal, version {version}"),
        Event::ServerFailed { reference } => {
            format!(
                "broke off what it was asked for, and went on; its own log says more under {reference}"
            )
        }
        Event::PolicyActivated {
            version, policy, ..
        } => {
            format!(
                "put version {version} of the policy {} in force",
                policy.name
            )
        }
        Event::RolesConfigured { .. } => "said which groups hold which role".to_owned(),
        Event::PersonRegistered { .. } => "noted a new person".to_owned(),
        Event::SessionOpened { .. } => "signed in".to_owned(),
        Event::SessionClosed {
            cause: SessionEnd::SignedOut,
        } => "signed out".to_owned(),
        Event::SessionClosed {
            cause: SessionEnd::Provider,
        } => "was signed out by the identity provider".to_owned(),
        Event::RequestSubmitted {
            mode,
            resource,
            policy,
            duration_s,
            ..
        } => {
            let emergency = match mode {
                Mode::Ordinary => "",
                Mode::Emergency => " (emergency)",
            };
            let duration = duration(*duration_s);
            format!("asked for {resource} under {policy} for {duration}{emergency}")
        }
        Event::SignOffGiven {
            decision: Decision::Approve,
            ..
        } => "said yes".to_owned(),
        Event::SignOffGiven {
            decision: Decision::Deny,
            ..
        } => "said no".to_owned(),
        Event::RequestApproved { .. } => "completed the approval".to_owned(),
        Event::RequestDenied { .. } => "closed the request with a no".to_owned(),
        Event::RequestWithdrawn { .. } => "took the request back".to_owned(),
        Event::RequestLapsed { .. } => "let the request lapse: its time was over".to_owned(),
        Event::GrantIntended { role, .. } => {
            format!("set out to open access with the rights of {role}")
        }
        Event::GrantOpened { .. } => "opened the access".to_owned(),
        Event::GrantFailed { failure, .. } => failed(*failure).to_owned(),
        Event::CredentialShown { .. } => "was shown the way in".to_owned(),
        Event::GrantEnded {
            cause,
            sessions_cut,
            ..
        } => {
            format!("{}{}", ended(*cause), cut(*sessions_cut))
        }
        Event::OrphanRemoved {
            resource,
            account,
            sessions_cut,
        } => {
            let cut = cut(*sessions_cut);
            format!("removed the account {account} from {resource}: no open access is its own{cut}")
        }
        Event::ReviewRecorded { verdict, .. } => {
            let verdict = match verdict {
                Verdict::Emergency => "an emergency",
                Verdict::Drill => "a drill",
                Verdict::Misuse => "misuse",
            };
            format!("reviewed what was done and called it {verdict}")
        }
        Event::LedgerRead { from, to, .. } => match to.saturating_sub(*from) {
            1 => format!("read entry {from}"),
            _ => format!("read entries {from} to {}", to.saturating_sub(1)),
        },
        Event::OpeningDisclosed { opening, .. } => {
            format!("was shown {}, with a purpose", sealed(*opening))
        }
        Event::ErasureOrdered { of: None, .. } => {
            "ordered that all sealed texts be erased".to_owned()
        }
        Event::ErasureOrdered {
            of: Some(opening), ..
        } => format!("ordered that {} be erased", sealed(*opening)),
        Event::ErasureConfirmed { order, .. } => {
            format!("confirmed the erasure that entry {order} orders")
        }
        Event::OpeningErased { openings, .. } => match openings[..] {
            [opening] => format!("erased {}", sealed(opening)),
            _ => format!("erased {} sealed texts", openings.len()),
        },
        Event::CommandRefused { command, rule, .. } => {
            format!(
                "was refused `{}`: {}",
                command.replace('_', " "),
                rule.name().replace('_', " ")
            )
        }
    }
}

/// "the reason in entry 41".
fn sealed(opening: OpeningRef) -> String {
    let what = match opening.field {
        Field::Reason => "the reason",
        Field::Ticket => "the ticket",
        Field::IdToken => "the proof of identity",
        Field::Note => "the note",
        Field::Purpose => "the purpose",
    };
    format!("{what} in entry {}", opening.seq)
}

fn failed(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused => "could not open the access: the target refused",
        Failure::Unknown => "could not open the access: the target did not answer, and was swept",
        Failure::Interrupted => {
            "could not open the access: the portal was interrupted, and the target was swept"
        }
    }
}

fn ended(cause: EndCause) -> &'static str {
    match cause {
        EndCause::Expired => "ended the access: its time was up",
        EndCause::Returned => "gave the access back",
        EndCause::Revoked => "took the access away",
    }
}

fn cut(sessions: u32) -> String {
    match sessions {
        0 => String::new(),
        1 => "; 1 live session was cut".to_owned(),
        many => format!("; {many} live sessions were cut"),
    }
}

/// "45 s", "30 min", "1 h 30 min", "2 h 5 s".
fn duration(seconds: u32) -> String {
    let units = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<String> = units
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}
