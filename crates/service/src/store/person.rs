//! People, by what the identity provider calls them.

use access::ids::PersonId;
use access::view::PersonView;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Who (issuer, subject) is, if they have been here.
pub(crate) async fn by_identity(
    db: impl PgExecutor<'_>,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "select person from person_identity where issuer = $1 and subject = $2",
        issuer,
        subject,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(PersonId::new))
}

/// People with their names, as far as those were not erased.
pub(crate) async fn views(
    db: impl PgExecutor<'_>,
    ids: &[Uuid],
) -> Result<Vec<PersonView>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select person.id, opening.bytes as "name?"
           from person
           left join opening on opening.seq = person.registered_seq and opening.field = 'name'
           where person.id = any($1)"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| view(row.id, row.name)).collect())
}

/// Every identity that is tied to somebody: who, the issuer, its subject.
pub(crate) async fn identities(
    db: impl PgExecutor<'_>,
) -> Result<Vec<(PersonId, String, String)>, sqlx::Error> {
    let rows = sqlx::query!("select person, issuer, subject from person_identity")
        .fetch_all(db)
        .await?;
    let tied = rows
        .into_iter()
        .map(|row| (PersonId::new(row.person), row.issuer, row.subject));
    Ok(tied.collect())
}

/// A person as pages name them.
pub(crate) fn view(id: Uuid, name: Option<Vec<u8>>) -> PersonView {
    PersonView {
        id: PersonId::new(id),
        name: name.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    }
}
