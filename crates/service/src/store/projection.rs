//! From entries to tables: what one event changes in what pages ask for.

use access::event::{Actor, Decision, Event};
use access::ids::{GrantId, PersonId, RequestId};
use access::time::UnixMillis;
use sqlx::PgConnection;
use uuid::Uuid;

use super::ledger::signed;
use super::{opening, word};

fn person_of(actor: &Actor) -> Option<PersonId> {
    match actor {
        Actor::Person { person, .. } => Some(*person),
        Actor::System { .. } => None,
    }
}

/// Writes what one entry changes. A change of a policy that was not `lawful` is none, to the rules as to pages.
pub(crate) async fn project(
    connection: &mut PgConnection,
    (seq, time_ms): (u64, i64),
    actor: &Actor,
    event: &Event,
    lawful: bool,
) -> Result<(), sqlx::Error> {
    let seq = signed(seq);
    let person = person_of(actor).map(PersonId::uuid);
    match event {
        Event::PolicyActivated { .. } | Event::PolicyRetired { .. } if !lawful => {}
        Event::PersonRegistered { person, .. } => {
            sqlx::query!(
                "insert into person (id, registered_seq) values ($1, $2)",
                person.uuid(),
                seq,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::PolicyActivated {
            version,
            sha256,
            policy,
            ..
        } => {
            let document = policy.json();
            sqlx::query!(
                "insert into policy_version (name, version, sha256, document, activated_seq)
                 values ($1, $2, $3, $4, $5)",
                policy.name.as_str(),
                i32::try_from(*version).unwrap_or(i32::MAX),
                sha256.as_bytes().as_slice(),
                document,
                seq,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::PolicyRetired {
            policy, version, ..
        } => {
            sqlx::query!(
                "update policy_version set retired_seq = $3 where name = $1 and version = $2",
                policy.as_str(),
                i32::try_from(*version).unwrap_or(i32::MAX),
                seq,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::RequestSubmitted {
            request,
            mode,
            resource,
            policy,
            policy_version,
            duration_s,
            urgency,
            start_at_ms,
            statement,
            lapses_at_ms,
            ..
        } => {
            sqlx::query!(
                "insert into request (id, mode, state, resource, policy, policy_version, requester,
                     urgency, duration_s, statement, submitted_seq, said_seq, submitted_ms,
                     lapses_ms, start_ms)
                 values ($1, $2, 'submitted', $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13)",
                request.uuid(),
                word::of(mode),
                resource.as_str(),
                policy.as_str(),
                i32::try_from(*policy_version).unwrap_or(i32::MAX),
                person,
                word::of(urgency),
                i64::from(*duration_s),
                statement.as_bytes().as_slice(),
                seq,
                time_ms,
                lapses_at_ms.millis(),
                start_at_ms.map(UnixMillis::millis),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::RequestEdited { .. } => edited(connection, seq, event).await?,
        Event::SignOffGiven {
            request,
            on_behalf_of,
            decision,
            ..
        } => {
            sqlx::query!(
                "insert into sign_off (request, person, on_behalf_of, decision, stage, seq, at_ms)
                 select $1, $2, $3, $4, request.stage, $5, $6 from request where request.id = $1",
                request.uuid(),
                person,
                on_behalf_of.map(PersonId::uuid),
                word::of(decision),
                seq,
                time_ms,
            )
            .execute(&mut *connection)
            .await?;
            match decision {
                Decision::Approve => {
                    sqlx::query!(
                        "update request set approvals = approvals + 1 where id = $1",
                        request.uuid(),
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                // Of an emergency only: nothing else is open while it can be signed.
                Decision::Deny => ratify_by(connection, *request, Some(time_ms)).await?,
            }
        }
        Event::StageCompleted { request, stage } => {
            sqlx::query!(
                "update request set stage = $2 where id = $1",
                request.uuid(),
                i16::from(*stage) + 1,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::RequestRatified { request } => {
            sqlx::query!(
                "update request set ratified_seq = $2 where id = $1",
                request.uuid(),
                seq,
            )
            .execute(&mut *connection)
            .await?;
            ratify_by(connection, *request, None).await?;
        }
        Event::RequestApproved {
            request,
            lapses_at_ms,
        } => {
            sqlx::query!(
                "update request set state = 'approved', lapses_ms = $2 where id = $1",
                request.uuid(),
                lapses_at_ms.millis(),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::RequestDenied { request } => set_state(connection, *request, "denied").await?,
        Event::RequestWithdrawn { request } => set_state(connection, *request, "withdrawn").await?,
        Event::RequestLapsed { request } => set_state(connection, *request, "lapsed").await?,
        Event::GrantIntended {
            grant,
            request,
            role,
            expires_at_ms,
            ..
        } => {
            sqlx::query!(
                "insert into access_grant (id, request, state, role, intended_ms, expires_ms)
                 values ($1, $2, 'intended', $3, $4, $5)",
                grant.uuid(),
                request.uuid(),
                role,
                time_ms,
                expires_at_ms.millis(),
            )
            .execute(&mut *connection)
            .await?;
            set_state(connection, *request, "granted").await?;
            sqlx::query!(
                "update access_grant
                 set ratify_by_ms = request.submitted_ms
                     + 1000 * (policy_version.document::jsonb #>> '{emergency,ratify_within_s}')::bigint
                 from request join policy_version on policy_version.name = request.policy
                      and policy_version.version = request.policy_version
                 where access_grant.id = $1 and request.id = access_grant.request
                   and request.mode = 'emergency'",
                grant.uuid(),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::ExtensionAsked { grant } => {
            extension_asked(connection, *grant, Some(time_ms)).await?;
        }
        Event::ExtensionDenied { grant } => extension_asked(connection, *grant, None).await?,
        Event::GrantExtended {
            grant,
            expires_at_ms,
            ..
        } => {
            sqlx::query!(
                "update access_grant
                 set expires_ms = $2, extensions = extensions + 1, extension_asked_ms = null
                 where id = $1",
                grant.uuid(),
                expires_at_ms.millis(),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::GrantOpened { grant } => {
            sqlx::query!(
                "update access_grant set state = 'active', opened_ms = $2 where id = $1",
                grant.uuid(),
                time_ms,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::GrantFailed { grant, failure } => {
            sqlx::query!(
                "update access_grant set state = 'failed', failure = $2, ended_ms = $3 where id = $1",
                grant.uuid(),
                word::of(failure),
                time_ms,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::CredentialShown { grant } => {
            sqlx::query!(
                "update access_grant set credential_shown = true where id = $1",
                grant.uuid(),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::GrantEnded {
            grant,
            cause,
            sessions_cut,
        } => {
            sqlx::query!(
                "update access_grant
                 set state = 'ended', end_cause = $2, ended_ms = $3, sessions_cut = $4
                 where id = $1",
                grant.uuid(),
                word::of(cause),
                time_ms,
                i64::from(*sessions_cut),
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::ReviewRecorded {
            request, verdict, ..
        } => {
            sqlx::query!(
                "insert into review (request, person, verdict, seq, at_ms)
                 values ($1, $2, $3, $4, $5)",
                request.uuid(),
                person,
                word::of(verdict),
                seq,
                time_ms,
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::OpeningErased { .. } => opening::erase(connection, seq).await?,
        // No page lists them yet.
        Event::CertificateIssued { .. }
        | Event::TargetAnswered { .. }
        | Event::RecordingStarted { .. }
        | Event::ActionIntended { .. }
        | Event::ActionRefused { .. }
        | Event::ActionFinished { .. }
        | Event::RecordingChunk { .. }
        | Event::RecordingGap { .. }
        | Event::RecordingEnded { .. } => {}
        Event::LedgerOpened { .. }
        | Event::KeyRotated { .. }
        | Event::PolicyProposed { .. }
        | Event::RetirementProposed { .. }
        | Event::ProposalEndorsed { .. }
        | Event::ProposalWithdrawn { .. }
        | Event::ResourceConfigured { .. }
        | Event::ResourceRemoved { .. }
        | Event::PersonLinked { .. }
        | Event::DelegationSet { .. }
        | Event::DelegationEnded { .. }
        | Event::RequestViewed { .. }
        | Event::RequestEscalated { .. }
        | Event::RolesConfigured { .. }
        | Event::LedgerRead { .. }
        | Event::OpeningDisclosed { .. }
        | Event::ErasureOrdered { .. }
        | Event::ErasureConfirmed { .. }
        | Event::ServerStarted { .. }
        | Event::ServerFailed { .. }
        | Event::SessionOpened { .. }
        | Event::SessionClosed { .. }
        | Event::OrphanRemoved { .. }
        | Event::CommandRefused { .. } => {}
    }
    Ok(())
}

/// Puts entries into the stories of their requests; both lists are as long.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    requests: &[Uuid],
    seqs: &[i64],
) -> Result<(), sqlx::Error> {
    if !requests.is_empty() {
        sqlx::query!(
            "insert into request_entry (request, seq)
             select t.request, t.seq from unnest($1::uuid[], $2::bigint[]) as t (request, seq)",
            requests,
            seqs,
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Ties an identity of the provider to a person, in the transaction that registers the person. Of two
/// first sign-ins at once the first one's person stays: the caller looks who it is.
pub(crate) async fn tie_identity(
    connection: &mut PgConnection,
    issuer: &str,
    subject: &str,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into person_identity (issuer, subject, person) values ($1, $2, $3)
         on conflict (issuer, subject) do nothing",
        issuer,
        subject,
        person.uuid(),
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// What a request says from here on; nobody has signed that.
async fn edited(connection: &mut PgConnection, seq: i64, event: &Event) -> Result<(), sqlx::Error> {
    let Event::RequestEdited {
        request,
        policy_version,
        duration_s,
        urgency,
        start_at_ms,
        statement,
        lapses_at_ms,
        ..
    } = event
    else {
        return Ok(());
    };
    sqlx::query!(
        "update request
         set state = 'submitted', policy_version = $2, duration_s = $3, urgency = $4, start_ms = $5,
             statement = $6, lapses_ms = $7, said_seq = $8, stage = 0, approvals = 0
         where id = $1",
        request.uuid(),
        i32::try_from(*policy_version).unwrap_or(i32::MAX),
        i64::from(*duration_s),
        word::of(urgency),
        start_at_ms.map(UnixMillis::millis),
        statement.as_bytes().as_slice(),
        lapses_at_ms.millis(),
        seq,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update sign_off set void = true where request = $1",
        request.uuid()
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// When an emergency that is open has to be ratified by; a no makes that the moment of the no.
async fn ratify_by(
    connection: &mut PgConnection,
    request: RequestId,
    by_ms: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update access_grant set ratify_by_ms = least(ratify_by_ms, $2)
         where request = $1 and $2::bigint is not null and ratify_by_ms is not null",
        request.uuid(),
        by_ms,
    )
    .execute(&mut *connection)
    .await?;
    if by_ms.is_none() {
        sqlx::query!(
            "update access_grant set ratify_by_ms = null where request = $1",
            request.uuid()
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn extension_asked(
    connection: &mut PgConnection,
    grant: GrantId,
    at_ms: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update access_grant set extension_asked_ms = $2 where id = $1",
        grant.uuid(),
        at_ms,
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

async fn set_state(
    connection: &mut PgConnection,
    request: RequestId,
    state: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update request set state = $2 where id = $1",
        request.uuid(),
        state
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}
