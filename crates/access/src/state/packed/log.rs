//! What a log says of requests, field by field.

use std::sync::Arc;

use super::{Pack, Reader, Writer, fields};
use crate::digest::Commitment;
use crate::event::{
    Decision, EndCause, Failure, Field, Mode, OpeningRef, RecordingEnd, Urgency, Verdict, Way,
};
use crate::ids::PolicyName;
use crate::policy::{Connector, PolicyVersion};
use crate::state::{Grant, Recording, Request, Reviewed, SignOff, Stopped};
use crate::view::{GrantState, RequestState};

/// Every word that there is, as a byte.
macro_rules! words {
    ($type:ident { $($word:ident = $byte:literal),+ $(,)? }) => {
        impl Pack for $type {
            fn pack(&self, to: &mut Writer<'_>) {
                to.bytes.push(match self { $(Self::$word => $byte),+ });
            }

            fn unpack(from: &mut Reader<'_>) -> Option<Self> {
                match from.byte()? {
                    $($byte => Some(Self::$word),)+
                    _ => None,
                }
            }
        }
    };
}

// Id, grant and recordings first: `Names::known_as` reads no further.
fields!(Request {
    id,
    grant,
    recordings,
    recording,
    submitted_seq,
    submitted_at,
    requester,
    mode,
    resource,
    policy,
    duration_s,
    urgency,
    reason,
    ticket,
    incident,
    start_at,
    statement_sha256,
    statement_stands,
    said_at,
    lapses_at,
    stage,
    stage_since,
    steps,
    viewed,
    ratified,
    state,
    closed_at,
    sign_offs,
    texts,
    extended,
    refused_more,
    review,
    disclosures,
    erased,
});
fields!(SignOff {
    seq,
    at,
    person,
    on_behalf_of,
    stage,
    decision,
    note,
    lawful,
    void,
});
fields!(Reviewed {
    seq,
    at,
    person,
    verdict,
    findings,
    note,
});
fields!(Grant {
    id,
    request,
    holder,
    resource,
    connector,
    role,
    intended_seq,
    intended_at,
    opened_at,
    expires_at,
    ratify_by,
    extensions,
    extension_asked,
    extension_denied,
    state,
});
fields!(Recording {
    id,
    request,
    grant,
    way,
    started_seq,
    started_at,
    actions,
    refused,
    missing,
    chunks,
    waiting,
    stopped,
});
fields!(Stopped { seq, at, cause });
fields!(OpeningRef { seq, field });
fields!(Commitment { c, n });

words!(Mode {
    Ordinary = 0,
    Emergency = 1,
});
words!(Urgency {
    Sev1 = 1,
    Sev2 = 2,
    Sev3 = 3,
    Sev4 = 4,
});
words!(Decision {
    Approve = 0,
    Deny = 1,
});
words!(Verdict {
    Emergency = 0,
    Drill = 1,
    Misuse = 2,
});
words!(EndCause {
    Expired = 0,
    Returned = 1,
    Revoked = 2,
    Unratified = 3,
});
words!(Failure {
    Refused = 0,
    Unknown = 1,
    Interrupted = 2,
});
words!(Field {
    Reason = 0,
    Ticket = 1,
    Incident = 2,
    IdToken = 3,
    Note = 4,
    Findings = 5,
    Purpose = 6,
    Answer = 7,
    Statement = 8,
    Result = 9,
    Content = 10,
    Recording = 11,
});
words!(Way {
    Console = 0,
    Gateway = 1,
    Terminal = 2,
    Reported = 3,
});
words!(RecordingEnd {
    Closed = 0,
    AccessEnded = 1,
    Cut = 2,
    Lost = 3,
});
words!(RequestState {
    Submitted = 0,
    Approved = 1,
    Granted = 2,
    Denied = 3,
    Withdrawn = 4,
    Lapsed = 5,
});
words!(Connector {
    Postgresql = 0,
    Ssh = 1,
    Webhook = 2,
});

impl Pack for GrantState {
    fn pack(&self, to: &mut Writer<'_>) {
        match self {
            Self::Intended => to.bytes.push(0),
            Self::Active { credential_shown } => {
                to.bytes.push(1);
                credential_shown.pack(to);
            }
            Self::Failed { failure } => {
                to.bytes.push(2);
                failure.pack(to);
            }
            Self::Ended {
                cause,
                at_ms,
                sessions_cut,
            } => {
                to.bytes.push(3);
                cause.pack(to);
                at_ms.pack(to);
                sessions_cut.pack(to);
            }
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Intended,
            1 => Self::Active {
                credential_shown: Pack::unpack(from)?,
            },
            2 => Self::Failed {
                failure: Pack::unpack(from)?,
            },
            3 => Self::Ended {
                cause: Pack::unpack(from)?,
                at_ms: Pack::unpack(from)?,
                sessions_cut: Pack::unpack(from)?,
            },
            _ => return None,
        })
    }
}

/// A version by its name and number: the state holds it as long as the log.
impl Pack for Arc<PolicyVersion> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.policy.name.pack(to);
        self.version.pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let (name, version) = (PolicyName::unpack(from)?, u32::unpack(from)?);
        let versions = from.policies.get(&name)?.iter();
        versions.rev().find(|one| one.version == version).cloned()
    }
}
