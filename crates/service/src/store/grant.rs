//! Grants, for pages and for the tasks that end them.

use access::ids::{GrantId, PersonId, RequestId, ResourceName};
use access::time::UnixMillis;
use access::view::{GrantState, GrantView};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{corrupt, person, word};

/// Which grants.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    /// These; all where `None`.
    pub(crate) ids: Option<&'a [GrantId]>,
    pub(crate) request: Option<RequestId>,
    pub(crate) holder: Option<PersonId>,
    /// Only those that are being made or stand.
    pub(crate) standing: bool,
}

/// Grants, newest first.
pub(crate) async fn list(
    db: impl PgExecutor<'_>,
    filter: &Filter<'_>,
) -> Result<Vec<GrantView>, sqlx::Error> {
    let ids: Option<Vec<Uuid>> = filter
        .ids
        .map(|ids| ids.iter().copied().map(GrantId::uuid).collect());
    sqlx::query!(
        r#"select access_grant.id, access_grant.request, access_grant.state, access_grant.role,
                  access_grant.opened_ms, access_grant.expires_ms, access_grant.credential_shown,
                  access_grant.failure, access_grant.end_cause, access_grant.ended_ms,
                  access_grant.sessions_cut, access_grant.ratify_by_ms,
                  access_grant.extensions, access_grant.extension_asked_ms,
                  request.resource, request.mode, request.requester, name.bytes as "name?",
                  policy_version.document::jsonb #>> '{grant,connector}' as "connector!"
           from access_grant
           join request on request.id = access_grant.request
           join policy_version on policy_version.name = request.policy
                and policy_version.version = request.policy_version
           join person on person.id = request.requester
           left join opening name on name.seq = person.registered_seq and name.field = 'name'
           where ($1::uuid[] is null or access_grant.id = any ($1))
             and ($2::uuid is null or access_grant.request = $2)
             and ($3::uuid is null or request.requester = $3)
             and (not $4 or access_grant.state in ('intended', 'active'))
           order by access_grant.intended_ms desc"#,
        ids.as_deref(),
        filter.request.map(RequestId::uuid),
        filter.holder.map(PersonId::uuid),
        filter.standing,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let state = match row.state.as_str() {
            "intended" => GrantState::Intended,
            "active" => GrantState::Active {
                credential_shown: row.credential_shown,
            },
            "failed" => GrantState::Failed {
                failure: word::parse(row.failure.as_deref().unwrap_or_default())?,
            },
            "ended" => GrantState::Ended {
                cause: word::parse(row.end_cause.as_deref().unwrap_or_default())?,
                at_ms: UnixMillis::new(row.ended_ms.ok_or_else(|| corrupt("a grant"))?),
                sessions_cut: row
                    .sessions_cut
                    .and_then(|count| u32::try_from(count).ok())
                    .ok_or_else(|| corrupt("a grant"))?,
            },
            _ => return Err(corrupt("a grant's state")),
        };
        Ok(GrantView {
            id: GrantId::new(row.id),
            request: RequestId::new(row.request),
            resource: row.resource.parse().map_err(|_| corrupt("a resource"))?,
            role: row.role,
            connector: word::parse(&row.connector)?,
            mode: word::parse(&row.mode)?,
            holder: person::view(row.requester, row.name),
            state,
            opened_at_ms: row.opened_ms.map(UnixMillis::new),
            expires_at_ms: UnixMillis::new(row.expires_ms),
            ratify_by_ms: row.ratify_by_ms.map(UnixMillis::new),
            extensions: row.extensions.try_into().map_err(|_| corrupt("a count"))?,
            extension_asked_ms: row.extension_asked_ms.map(UnixMillis::new),
        })
    })
    .collect()
}

/// A grant that stands or is being made.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) grant: GrantId,
    pub(crate) resource: ResourceName,
    /// Whether its account is known to stand.
    pub(crate) active: bool,
    pub(crate) intended_at: UnixMillis,
    pub(crate) expires_at: UnixMillis,
    /// An emergency that nobody ratified ends then.
    pub(crate) ratify_by: Option<UnixMillis>,
}

/// Every grant that stands or is being made, the first to expire first.
pub(crate) async fn standing(db: impl PgExecutor<'_>) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query!(
        "select access_grant.id, access_grant.state, access_grant.intended_ms,
                access_grant.expires_ms, access_grant.ratify_by_ms, request.resource
         from access_grant join request on request.id = access_grant.request
         where access_grant.state in ('intended', 'active')
         order by access_grant.expires_ms"
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Standing {
            grant: GrantId::new(row.id),
            resource: row.resource.parse().map_err(|_| corrupt("a resource"))?,
            active: row.state == "active",
            intended_at: UnixMillis::new(row.intended_ms),
            expires_at: UnixMillis::new(row.expires_ms),
            ratify_by: row.ratify_by_ms.map(UnixMillis::new),
        })
    })
    .collect()
}
