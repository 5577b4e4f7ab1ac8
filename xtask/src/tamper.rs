//! `cargo xtask tamper`: one entry of the demo's log altered behind the portal's back.
//!
//! This is what the verifier is for: whoever is superuser of the database passes every trigger. Here the
//! triggers are switched off, the bytes changed, the triggers switched on again: nothing in the database
//! shows it. The signed tree does.

use anyhow::{Context as _, Result, bail};

use crate::cluster::Sql;
use crate::demo::{self, Data};
use crate::repo::Repo;
use crate::{say, setup};

const NO_ANSWER: &str = "the demo's database does not answer: start it with `cargo xtask demo`";

/// What `cargo xtask tamper` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which entry; else the newest that says which rights an access gave.
    #[arg(long)]
    seq: Option<u64>,
}

/// `cargo xtask tamper`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<()> {
    let data = Data::of(repo)?;
    let address = demo::portal_admin(&data)?;
    let sql = Sql::new(&setup::postgres(repo)?, address);
    let seq = match arguments.seq {
        Some(seq) => seq,
        None => interesting(&sql)?,
    };
    let before = entry(&sql, seq)?;
    let alteration = Alteration::of(&before);
    overwrite(&sql, seq, &alteration.after)?;

    say::line(&format!(
        "Altered entry {seq} as a superuser of the database: every trigger off, the bytes changed, every trigger on."
    ));
    say::line(&format!("  it said  {}", alteration.shown_before));
    say::line(&format!(
        "  it says  {}  ({})",
        alteration.shown_after, alteration.meaning
    ));
    say::line(&format!(
        "The database has nothing to object. Now open /verify as Quinn: it names entry {seq}."
    ));
    say::line("To get an honest log back: `cargo xtask demo --reset`.");
    Ok(())
}

/// The newest entry that somebody would have a motive to change.
fn interesting(sql: &Sql) -> Result<u64> {
    let answer = sql
        .ask(
            "select seq from ledger_entry
             order by (position('\"kind\":\"grant.intended\"' in convert_from(bytes, 'UTF8')) > 0) desc,
                      (position('\"kind\":\"grant.' in convert_from(bytes, 'UTF8')) > 0) desc, seq desc
             limit 1;",
        )
        .context(NO_ANSWER)?;
    answer
        .parse()
        .context("the log is empty: do something in the portal first")
}

fn entry(sql: &Sql, seq: u64) -> Result<Vec<u8>> {
    let hex = sql
        .ask(&format!(
            "select encode(bytes, 'hex') from ledger_entry where seq = {seq};"
        ))
        .context(NO_ANSWER)?;
    if hex.is_empty() {
        bail!("the log has no entry {seq}");
    }
    (0..hex.len() / 2)
        .map(|place| {
            u8::from_str_radix(&hex[2 * place..2 * place + 2], 16)
                .context("psql answers something else than bytes")
        })
        .collect()
}

/// All in one transaction: the triggers are never off for anybody else.
fn overwrite(sql: &Sql, seq: u64, bytes: &[u8]) -> Result<()> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    sql.run(&format!(
        "do $$
         declare guard name;
         begin
             for guard in select evtname from pg_event_trigger where evtname like 'ledger\\_%' loop
                 execute format('alter event trigger %I disable', guard);
             end loop;
         end $$;
         alter table ledger_entry disable trigger all;
         update ledger_entry set bytes = decode('{hex}', 'hex') where seq = {seq};
         alter table ledger_entry enable always trigger ledger_entry_append_only;
         do $$
         declare guard name;
         begin
             for guard in select evtname from pg_event_trigger where evtname like 'ledger\\_%' loop
                 execute format('alter event trigger %I enable', guard);
             end loop;
         end $$;"
    ))
}

/// Lies that somebody would tell: what stands in the entry, what shall stand there, what that hides.
const LIES: [(&str, &str, &str); 4] = [
    (
        r#""role":"orders_admin""#,
        r#""role":"orders_read""#,
        "the account could only read, says the record now",
    ),
    (
        r#""mode":"emergency""#,
        r#""mode":"ordinary""#,
        "nobody broke the glass, says the record now",
    ),
    (
        r#""decision":"deny""#,
        r#""decision":"approve""#,
        "it was approved, says the record now",
    ),
    (
        r#""verdict":"misuse""#,
        r#""verdict":"emergency""#,
        "there was no misuse, says the record now",
    ),
];

/// What is changed: the entry stays well-formed, so only hashes and rules can tell.
#[derive(Debug, PartialEq, Eq)]
struct Alteration {
    after: Vec<u8>,
    meaning: &'static str,
    shown_before: String,
    shown_after: String,
}

impl Alteration {
    /// The first lie that fits; else the last digit becomes another one.
    fn of(before: &[u8]) -> Alteration {
        let text = String::from_utf8_lossy(before);
        for (from, to, meaning) in LIES {
            if let Some(place) = text.find(from) {
                let after = text.replacen(from, to, 1).into_bytes();
                return Alteration::at(place, before, after, meaning);
            }
        }
        let place = before
            .iter()
            .rposition(u8::is_ascii_digit)
            .unwrap_or(before.len().saturating_sub(1));
        let mut after = before.to_owned();
        if let Some(byte) = after.get_mut(place) {
            *byte = if *byte == b'9' {
                b'1'
            } else {
                byte.wrapping_add(1)
            };
        }
        Alteration::at(place, before, after, "one digit is another")
    }

    fn at(place: usize, before: &[u8], after: Vec<u8>, meaning: &'static str) -> Alteration {
        Alteration {
            shown_before: around(before, place),
            shown_after: around(&after, place),
            after,
            meaning,
        }
    }
}

/// Bytes of context on each side of the change.
const CONTEXT: usize = 60;

fn around(bytes: &[u8], place: usize) -> String {
    let from = place.saturating_sub(CONTEXT);
    let to = (place + CONTEXT).min(bytes.len());
    format!("…{}…", String::from_utf8_lossy(&bytes[from..to]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rights_of_an_account_are_lied_about() {
        let before =
            br#"{"seq":7,"kind":"grant.intended","body":{"grant":"g","role":"orders_admin"}}"#;
        let alteration = Alteration::of(before);
        assert!(
            alteration.shown_after.contains("orders_read"),
            "{alteration:?}"
        );
        assert!(serde_json::from_slice::<serde_json::Value>(&alteration.after).is_ok());
    }

    #[test]
    fn one_character_changes_and_the_entry_stays_json() {
        let before = br#"{"prev":"AAAA","seq":7,"body":{"grant":"g","duration_s":1800}}"#;
        let alteration = Alteration::of(before);
        assert_eq!(alteration.after.len(), before.len());
        assert_eq!(
            alteration
                .after
                .iter()
                .zip(before)
                .filter(|(a, b)| a != b)
                .count(),
            1
        );
        assert!(serde_json::from_slice::<serde_json::Value>(&alteration.after).is_ok());
        assert!(
            alteration.shown_after.contains("1801"),
            "{}",
            alteration.shown_after
        );
    }
}
