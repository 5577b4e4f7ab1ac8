//! Events in words, for timelines and the log's page. Who did it stands beside the words.

use crate::event::{
    Call, Decision, EndCause, Event, Failure, Field, Mode, OpeningRef, SessionEnd, Verdict,
};
use crate::policy::Labels;

mod recorded;

use recorded::recorded;

/// One plain sentence without its subject: "asked for orders-db under orders-admin for 30 min".
pub fn describe(event: &Event) -> String {
    match event {
        Event::LedgerOpened { origin, .. } => format!("opened the log {origin}"),
        Event::KeyRotated { from, new, .. } => {
            format!("gave the log a new key, which signs from {from} entries on: {new}")
        }
        Event::ServerStarted { version, verifier } => {
            let with = verifier.map_or_else(String::new, |file| {
                let hex: String = file
                    .as_bytes()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                format!(", with the verifier whose SHA-256 is {hex}")
            });
            format!("started the portal, version {version}{with}")
        }
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
        Event::PolicyProposed {
            replaces, policy, ..
        } => match replaces {
            0 => format!("proposed the new policy {}", policy.name),
            _ => format!("proposed another version of the policy {}", policy.name),
        },
        Event::RetirementProposed { policy, .. } => {
            format!("proposed that the policy {policy} be retired")
        }
        Event::ProposalEndorsed { proposal } => {
            format!("made the proposal in entry {proposal} their own")
        }
        Event::ProposalWithdrawn { proposal } => {
            format!("took the proposal in entry {proposal} off the table")
        }
        Event::PolicyRetired { policy, .. } => format!("retired the policy {policy}"),
        Event::ResourceConfigured { resource, labels } => match labels.len() {
            0 => format!("said that {resource} can be opened"),
            _ => format!(
                "said that {resource} can be opened, and is {}",
                labelled(labels)
            ),
        },
        Event::ResourceRemoved { resource } => {
            format!("said that {resource} can be opened no longer")
        }
        Event::PersonLinked { .. } => "said that two people of the log are one".to_owned(),
        Event::DelegationSet { .. } => "let somebody else sign in their place".to_owned(),
        Event::DelegationEnded { .. } => "signs for themselves again".to_owned(),
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
        Event::RequestEdited { duration_s, .. } => {
            let duration = duration(*duration_s);
            format!("said the request anew, for {duration}; what was signed before is void")
        }
        Event::RequestViewed { .. } => "looked at the request".to_owned(),
        Event::RequestEscalated { step, .. } => {
            format!(
                "asked step {} of the ladder too: nobody had answered",
                u32::from(*step) + 1
            )
        }
        Event::SignOffGiven {
            decision,
            on_behalf_of,
            ..
        } => {
            let word = match decision {
                Decision::Approve => "said yes",
                Decision::Deny => "said no",
            };
            let whose = if on_behalf_of.is_some() {
                " in another's place"
            } else {
                ""
            };
            format!("{word}{whose}")
        }
        Event::StageCompleted { stage, .. } => {
            format!("completed stage {} of the approval", u32::from(*stage) + 1)
        }
        Event::RequestRatified { .. } => "completed what ratifies the emergency".to_owned(),
        Event::RequestApproved { .. } => "completed the approval".to_owned(),
        Event::RequestDenied { .. } => "closed the request with a no".to_owned(),
        Event::RequestWithdrawn { .. } => "took the request back".to_owned(),
        Event::RequestLapsed { .. } => "let the request lapse: its time was over".to_owned(),
        Event::GrantIntended { role, .. } => {
            format!("set out to open access with the rights of {role}")
        }
        Event::ExtensionAsked { .. } => "asked for more time".to_owned(),
        Event::ExtensionDenied { .. } => "said no to more time".to_owned(),
        Event::GrantExtended { .. } => "made the access longer".to_owned(),
        Event::GrantOpened { .. } => "opened the access".to_owned(),
        Event::GrantFailed { failure, .. } => failed(*failure).to_owned(),
        Event::CredentialShown { .. } => "was shown the way in".to_owned(),
        Event::CertificateIssued {
            serial, principal, ..
        } => format!("was given a certificate for {principal}, number {serial}"),
        Event::TargetAnswered { call, status, .. } => {
            let what = match call {
                Call::Open => "open",
                Call::End => "end",
            };
            format!("asked the target to {what} the access, which answered with {status}")
        }
        Event::RecordingStarted { .. }
        | Event::ActionIntended { .. }
        | Event::ActionRefused { .. }
        | Event::ActionFinished { .. }
        | Event::RecordingChunk { .. }
        | Event::RecordingGap { .. }
        | Event::RecordingEnded { .. } => recorded(event),
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

/// "env=prod, team=orders".
fn labelled(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(label, value)| format!("{label}={value}"))
        .collect();
    pairs.join(", ")
}

/// "the reason in entry 41".
fn sealed(opening: OpeningRef) -> String {
    let what = match opening.field {
        Field::Reason => "the reason",
        Field::Ticket => "the ticket",
        Field::Incident => "the incident",
        Field::Findings => "the findings",
        Field::IdToken => "the proof of identity",
        Field::Note => "the note",
        Field::Purpose => "the purpose",
        Field::Answer => "the target's answer",
        Field::Statement => "the statement",
        Field::Result => "the result",
        Field::Content => "the piece of the terminal",
        Field::Recording => return format!("the recording that entry {} began", opening.seq),
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
        EndCause::Unratified => "took the access away: the emergency was not ratified",
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
pub(crate) fn duration(seconds: u32) -> String {
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
