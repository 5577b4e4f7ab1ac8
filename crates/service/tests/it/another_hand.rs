//! Entries by a hand that is not the portal's: another server of the same log, or a superuser who means it.

use access::event::{Actor, Event};
use ledger::{Draft, Entry, Hash, Origin, Timestamp, Tree, encode, leaf_hash};
use sqlx::PgPool;
use uuid::Uuid;

/// The stored entries, in order.
pub async fn stored(admin: &PgPool) -> Vec<Vec<u8>> {
    sqlx::query_scalar("select bytes from ledger_entry order by seq")
        .fetch_all(admin)
        .await
        .unwrap()
}

fn tree_of(entries: &[Vec<u8>]) -> Tree {
    let mut tree = Tree::new();
    for entry in entries {
        tree.push(leaf_hash(entry));
    }
    tree
}

fn bytes_of(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Appends one entry at this time, in ms since 1970, through the one function that appends. Only while
/// no tile is filled by it.
pub async fn append(service: &PgPool, origin: &Origin, event: &Event, time_ms: i64) {
    let entries = stored(service).await;
    let before = tree_of(&entries);
    let prev = entries
        .last()
        .map_or_else(|| origin.genesis(), |entry| leaf_hash(entry));
    let id = Uuid::new_v4();
    let actor = Actor::System {
        part: "portal".into(),
    };
    let draft = Draft {
        id,
        kind: event.kind(),
        actor: &actor.json(),
        body: &event.body_json(),
    };
    let bytes = encode(&prev, before.size(), Timestamp::new(time_ms), &draft).unwrap();
    let mut after = before.clone();
    after.push(leaf_hash(&bytes));
    assert!(after.size() < 256, "this writes no nodes");
    sqlx::query("select ledger_append($1, $2, $3, $4, $5, $6, $7, $8, '{}', '{}', '{}')")
        .bind(i64::try_from(before.size()).unwrap())
        .bind(before.root().as_bytes().as_slice())
        .bind(after.root().as_bytes().as_slice())
        .bind(bytes_of(after.frontier()))
        .bind(time_ms)
        .bind([id])
        .bind([leaf_hash(&bytes).as_bytes().as_slice()])
        .bind([bytes.as_slice()])
        .execute(service)
        .await
        .unwrap();
}

/// SQL that puts another history in the place of the stored one, from this entry on: that entry gets
/// another id, each later one the link to the one before it, the head what follows.
pub async fn rewritten_from(admin: &PgPool, seq: usize) -> String {
    let mut entries = stored(admin).await;
    let mut sql = String::new();
    let mut prev = leaf_hash(&entries[seq - 1]);
    for (at, bytes) in entries.iter_mut().enumerate().skip(seq) {
        let entry = Entry::parse(bytes).unwrap();
        let id = if at == seq {
            Uuid::new_v4()
        } else {
            entry.id()
        };
        let draft = Draft {
            id,
            kind: entry.kind(),
            actor: entry.actor(),
            body: entry.body(),
        };
        let other = encode(&prev, at as u64, entry.time(), &draft).unwrap();
        prev = leaf_hash(&other);
        sql += &format!(
            "update ledger_entry set id = '{id}', bytes = '\\x{}', leaf_hash = '\\x{}' where seq = {at};",
            hex(&other),
            hex(prev.as_bytes())
        );
        *bytes = other;
    }
    let tree = tree_of(&entries);
    sql + &format!(
        "update ledger_head set root = '\\x{}', frontier = '\\x{}'",
        hex(tree.root().as_bytes()),
        hex(&bytes_of(tree.frontier()))
    )
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
