//! From entries to tables: what one event changes in what pages ask for.

use access::event::{Actor, Decision, Event};
use access::ids::{PersonId, RequestId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ledger::signed;
use super::{opening, word};

/// Which request an event belongs to, for the request's story. Events of a grant name the grant
/// only: the caller knows its request.
pub(crate) fn request_of(event: &Event) -> Option<RequestId> {
    match event {
        Event::RequestSubmitted { request, .. }
        | Event::SignOffGiven { request, .. }
        | Event::RequestApproved { request, .. }
        | Event::RequestDenied { request }
        | Event::RequestWithdrawn { request }
        | Event::RequestLapsed { request }
        | Event::GrantIntended { request, .. }
        | Event::ReviewRecorded { request, .. }
        | Event::OpeningDisclosed { request, .. }
        | Event::ErasureOrdered { request, .. }
        | Event::ErasureConfirmed { request, .. }
        | Event::OpeningErased { request, .. } => Some(*request),
        Event::CommandRefused { request, .. } => *request,
        _ => None,
    }
}

fn person_of(actor: &Actor) -> Option<PersonId> {
    match actor {
        Actor::Person { person, .. } => Some(*person),
        Actor::System { .. } => None,
    }
}

/// Writes what one entry changes.
pub(crate) async fn project(
    connection: &mut PgConnection,
    seq: u64,
    time_ms: i64,
    actor: &Actor,
    event: &Event,
) -> Result<(), sqlx::Error> {
    let seq = signed(seq);
    let person = person_of(actor).map(PersonId::uuid);
    match event {
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
        } => {
            let document = serde_json::to_string(policy)
                .map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
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
        Event::RequestSubmitted {
            request,
            mode,
            resource,
            policy,
            policy_version,
            duration_s,
            urgency,
            statement,
            lapses_at_ms,
            ..
        } => {
            sqlx::query!(
                "insert into request (id, mode, state, resource, policy, policy_version, requester,
                     urgency, duration_s, statement, submitted_seq, submitted_ms, lapses_ms)
                 values ($1, $2, 'submitted', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
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
            )
            .execute(&mut *connection)
            .await?;
        }
        Event::SignOffGiven {
            request, decision, ..
        } => {
            sqlx::query!(
                "insert into sign_off (request, person, decision, seq, at_ms)
                 values ($1, $2, $3, $4, $5)",
                request.uuid(),
                person,
                word::of(decision),
                seq,
                time_ms,
            )
            .execute(&mut *connection)
            .await?;
            if *decision == Decision::Approve {
                sqlx::query!(
                    "update request set approvals = approvals + 1 where id = $1",
                    request.uuid(),
                )
                .execute(&mut *connection)
                .await?;
            }
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
        Event::LedgerOpened { .. }
        | Event::KeyRotated { .. }
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
