//! What a console tells, as it happens.

use access::event::StatementClass;
use serde::Serialize;

use crate::postgresql::wire::{ServerError, Transaction};

/// One thing that happened. A browser gets each as a line of JSON: `{"event":"rows","rows":[["1",null]]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The next statement is about to be recorded and sent.
    Statement {
        /// Its place in what was typed, from 0.
        index: usize,
        /// Its text, without the semicolon.
        text: String,
    },
    /// It was not sent, and that is recorded.
    Refused {
        /// What the policy refuses in it.
        class: StatementClass,
    },
    /// Rows follow.
    Columns {
        /// Left to right.
        columns: Vec<Column>,
    },
    /// Some rows, each value as text, `null` where there is none.
    Rows {
        /// Top to bottom.
        rows: Vec<Vec<Option<String>>>,
    },
    /// What `COPY … TO STDOUT` gives, as text.
    Copied {
        /// A part of it.
        text: String,
    },
    /// There are more rows: ask for the next page, or run something else.
    More,
    /// The server noticed something that is no error.
    Notice {
        /// What.
        notice: ServerError,
    },
    /// Somebody else said something on a channel that the session listens to.
    Notification {
        /// The channel.
        channel: String,
        /// What.
        payload: String,
    },
    /// The statement is over, and that is recorded.
    Done {
        /// What the server says it did: `SELECT 5`.
        tag: String,
        /// Rows it returned or changed, where it did either.
        rows: Option<u64>,
        /// How long the server took, in milliseconds.
        ms: u32,
        /// Rows were left on the server, or values shortened, because there were too many to show.
        capped: bool,
    },
    /// The server refused the statement, and that is recorded.
    Error {
        /// Why.
        error: ServerError,
        /// Because its holder asked for it to be broken off.
        cancelled: bool,
    },
    /// So many statements after one that went wrong were not sent.
    NotSent {
        /// How many.
        statements: usize,
    },
    /// How the transaction stands after a statement.
    Transaction {
        /// That.
        state: Transaction,
    },
    /// The session is over: nothing is sent any more.
    Closed {
        /// Why, and what to do.
        why: String,
    },
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, by the number that the server gives it.
    pub type_oid: u32,
}
