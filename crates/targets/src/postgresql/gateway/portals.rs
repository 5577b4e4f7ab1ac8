//! The client's names for statements and portals, and what they stand for.
//!
//! At the target each bears a name that the gateway gives and nobody can guess. So `DEALLOCATE`, `PREPARE` and
//! cursors cannot put another text in the place of the one that is recorded, nor can a message that the target
//! passes over.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use access::event::StatementClass;
use sha2::{Digest as _, Sha256};

use super::message::Bind;
use crate::postgresql::digest::hex;
use crate::postgresql::sql;

/// The longest value of a parameter that is recorded as it is, in bytes; of a longer one its digest is.
const LONGEST_VALUE: usize = 4096;

/// A statement that the client has prepared.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) upstream: String,
    pub(super) text: Arc<str>,
    pub(super) classes: Arc<[StatementClass]>,
}

/// A statement with its values.
#[derive(Debug, Clone)]
pub(super) struct Portal {
    pub(super) upstream: String,
    /// What is recorded when it runs.
    pub(super) told: Arc<str>,
    pub(super) classes: Arc<[StatementClass]>,
    /// How often it ran: after the first time its next rows are asked for.
    pub(super) runs: u32,
}

/// All of a session.
#[derive(Debug)]
pub(super) struct Names {
    prefix: String,
    next: u64,
    statements: HashMap<String, Statement>,
    portals: HashMap<String, Portal>,
}

impl Names {
    pub(super) fn new() -> Self {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("the system has random numbers");
        Self {
            prefix: format!("bgw_{}_", hex(&random)),
            next: 0,
            statements: HashMap::new(),
            portals: HashMap::new(),
        }
    }

    /// Whether a text speaks of names that are the gateway's own.
    pub(super) fn are_in(&self, text: &str) -> bool {
        text.to_ascii_lowercase().contains(&self.prefix)
    }

    /// A statement of this name, and the one that had the name before.
    pub(super) fn parsed(
        &mut self,
        name: String,
        text: &str,
        classes: Vec<StatementClass>,
    ) -> (Statement, Option<Statement>) {
        let statement = Statement {
            upstream: self.fresh(),
            text: text.into(),
            classes: classes.into(),
        };
        let before = self.statements.insert(name, statement.clone());
        (statement, before)
    }

    /// A portal of this name, the statement that it is of, and the portal that had the name before.
    pub(super) fn bound(&mut self, bind: &Bind) -> (String, Portal, Option<Portal>) {
        let known = self.statements.get(&bind.statement);
        let (statement, told, classes) = match known {
            Some(statement) => (
                statement.upstream.clone(),
                with_values(&statement.text, bind),
                statement.classes.clone(),
            ),
            // By `PREPARE`, whose text is recorded where it ran. One of no such name fails at the target.
            None => {
                let text = format!("EXECUTE {}", sql::identifier(&bind.statement));
                let told = with_values(&text, bind);
                (bind.statement.clone(), told, Arc::default())
            }
        };
        let portal = Portal {
            upstream: self.fresh(),
            told: told.into(),
            classes,
            runs: 0,
        };
        let before = self.portals.insert(bind.portal.clone(), portal.clone());
        (statement, portal, before)
    }

    /// What a portal is called at the target, and what is recorded when it runs.
    pub(super) fn run(&mut self, name: &str) -> (String, String, Arc<[StatementClass]>) {
        match self.portals.get_mut(name) {
            Some(portal) => {
                portal.runs += 1;
                let told = match portal.runs {
                    1 => portal.told.to_string(),
                    _ => format!("{}\n-- its next rows", portal.told),
                };
                (portal.upstream.clone(), told, portal.classes.clone())
            }
            // A cursor, by `DECLARE`, whose text is recorded where it ran.
            None => {
                let told = format!("FETCH FROM {}", sql::identifier(name));
                (name.to_owned(), told, Arc::default())
            }
        }
    }

    /// What a statement is called at the target.
    pub(super) fn statement(&self, name: &str) -> String {
        let known = self.statements.get(name);
        known
            .map_or(name, |statement| &statement.upstream)
            .to_owned()
    }

    /// What a portal is called at the target.
    pub(super) fn portal(&self, name: &str) -> String {
        let known = self.portals.get(name);
        known.map_or(name, |portal| &portal.upstream).to_owned()
    }

    pub(super) fn close_statement(&mut self, name: &str) -> String {
        let known = self.statements.remove(name);
        known.map_or_else(|| name.to_owned(), |statement| statement.upstream)
    }

    pub(super) fn close_portal(&mut self, name: &str) -> String {
        let known = self.portals.remove(name);
        known.map_or_else(|| name.to_owned(), |portal| portal.upstream)
    }

    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("{}{}", self.prefix, self.next)
    }
}

/// A statement with its values below it, one a line: what is text as text, the rest in hex.
fn with_values(text: &str, bind: &Bind) -> String {
    let mut told = text.to_owned();
    for (index, value) in bind.values.iter().enumerate() {
        // A String takes whatever is written.
        let _ = write!(told, "\n-- ${} = ", index + 1);
        let _ = match value {
            None => write!(told, "null"),
            Some(bytes) if bytes.len() > LONGEST_VALUE => write!(
                told,
                "{} bytes with SHA-256 {}",
                bytes.len(),
                hex(&Sha256::digest(bytes))
            ),
            Some(bytes) => match std::str::from_utf8(bytes) {
                // As a line of one text: no value can look like another line.
                Ok(text) if bind.format(index) == 0 => write!(told, "{text:?}"),
                _ => write!(told, "\\x{}", hex(bytes)),
            },
        };
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_and_cannot_pose_as_others() {
        let bind = Bind {
            portal: String::new(),
            statement: String::new(),
            formats: vec![0, 1, 0, 0],
            values: vec![
                Some(b"a'\n-- $2 = x".to_vec().into()),
                Some(b"\0\x2a".to_vec().into()),
                None,
                Some(vec![b'a'; 5000].into()),
            ],
            results: vec![],
        };
        let told = with_values("select $1", &bind);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[1], r#"-- $1 = "a'\n-- $2 = x""#);
        assert_eq!(lines[2], r"-- $2 = \x002a");
        assert_eq!(lines[3], "-- $3 = null");
        assert!(lines[4].starts_with("-- $4 = 5000 bytes with SHA-256 "));
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn a_name_stands_for_the_newest_text_and_for_nothing_of_another() {
        let mut names = Names::new();
        let (first, none) = names.parsed("a".into(), "select 1", vec![]);
        assert!(none.is_none());
        let (second, before) = names.parsed("a".into(), "select 2", vec![]);
        assert_eq!(
            before.map(|before| before.upstream),
            Some(first.upstream.clone())
        );
        assert_ne!(first.upstream, second.upstream);
        assert!(names.are_in(&format!("DEALLOCATE {}", first.upstream.to_uppercase())));
        assert!(!names.are_in("select 1"));
    }
}
