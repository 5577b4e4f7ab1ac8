//! What a target is sent: compact JSON that says which call, of which grant.

use access::ids::GrantId;
use access::time::UnixMillis;
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::connector::Access;

/// One call. All attempts at it bear one id: a receiver that has answered it says the same again, and does nothing.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: String,
    kind: &'static str,
    data: Value,
    /// When it was first made, as the payload says it.
    at: String,
}

/// The payload ("Payload structure" of Standard Webhooks).
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    timestamp: &'a str,
    /// Another with each attempt: so no two are signed alike, and a copy of one can be told from a second try.
    attempt: Uuid,
    data: &'a Value,
}

impl Call {
    /// The id follows from the grant and the call, after a crash and on another server too.
    fn once(
        grant: GrantId,
        call: &str,
        kind: &'static str,
        data: Value,
        at: OffsetDateTime,
    ) -> Self {
        let id = format!("{}_{call}", grant.account());
        Self::new(id, kind, data, at)
    }

    /// Made for what now is: an earlier answer would be no answer.
    fn anew(name: &str, kind: &'static str, data: Value, at: OffsetDateTime) -> Self {
        let id = format!("{name}_{}", Uuid::new_v4().simple());
        Self::new(id, kind, data, at)
    }

    fn new(id: String, kind: &'static str, data: Value, at: OffsetDateTime) -> Self {
        Self {
            id,
            kind,
            data,
            at: at.format(&Rfc3339).unwrap_or_default(),
        }
    }

    pub(super) fn open(access: &Access, at: OffsetDateTime) -> Self {
        let mut data = of(access.grant);
        data["role"] = json!(access.role);
        data["expires_at"] = json!(rfc3339(access.expires_at));
        data["intended_seq"] = json!(access.intended_seq);
        Self::once(access.grant, "open", "grant.open", data, at)
    }

    pub(super) fn lengthen(grant: GrantId, expires_at: UnixMillis, at: OffsetDateTime) -> Self {
        let mut data = of(grant);
        data["expires_at"] = json!(rfc3339(expires_at));
        let call = format!("lengthen_{}", expires_at.millis());
        Self::once(grant, &call, "grant.lengthen", data, at)
    }

    pub(super) fn end(grant: GrantId, at: OffsetDateTime) -> Self {
        Self::once(grant, "end", "grant.end", of(grant), at)
    }

    /// Ends what a sweep has found standing, whatever was answered to an earlier end.
    pub(super) fn remove(grant: GrantId, at: OffsetDateTime) -> Self {
        let name = format!("{}_remove", grant.account());
        Self::anew(&name, "grant.end", of(grant), at)
    }

    pub(super) fn admit(grant: GrantId, at: OffsetDateTime) -> Self {
        let name = format!("{}_admit", grant.account());
        Self::anew(&name, "grant.admit", of(grant), at)
    }

    pub(super) fn inspect(grant: GrantId, at: OffsetDateTime) -> Self {
        let name = format!("{}_inspect", grant.account());
        Self::anew(&name, "grant.inspect", of(grant), at)
    }

    pub(super) fn sweep(at: OffsetDateTime) -> Self {
        Self::anew("sweep", "grants.sweep", json!({}), at)
    }

    pub(super) fn check(at: OffsetDateTime) -> Self {
        Self::anew("check", "target.check", json!({}), at)
    }

    /// The body of one attempt.
    pub(super) fn body(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Payload {
            r#type: self.kind,
            timestamp: &self.at,
            attempt: Uuid::new_v4(),
            data: &self.data,
        })
    }
}

fn of(grant: GrantId) -> Value {
    json!({"grant": grant, "account": grant.account()})
}

/// A moment that cannot be written is long past.
fn rfc3339(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
}
