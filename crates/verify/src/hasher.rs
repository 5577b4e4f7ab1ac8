//! Reads blocks of entries for a [`Session`](crate::Session), on as many cores as there are.

use ledger::{Doubt, SpanReader, bundle};

/// Reads one block at a time, each by itself; it keeps nothing of them.
#[derive(Debug, Clone, Default)]
pub struct Hasher {
    reader: SpanReader,
    marks: Vec<u64>,
}

impl Hasher {
    /// A reader that notes the root at each of these sizes, which [`Session::marks`](crate::Session::marks)
    /// gave.
    pub fn new(marks: &[u64]) -> Self {
        let mut marks = marks.to_vec();
        marks.sort_unstable();
        Self {
            reader: SpanReader::new(),
            marks,
        }
    }

    /// Reads whole entries, framed as in a bundle, the first of which has the number `first`. What they come to
    /// is for [`Session::join`](crate::Session::join).
    ///
    /// # Errors
    /// The place at which something does not fit.
    pub fn block(&mut self, first: u64, bytes: &[u8]) -> Result<Vec<u8>, u64> {
        let entries: Result<Vec<&[u8]>, _> = bundle::split(bytes).collect();
        let entries = entries.map_err(|_| first)?;
        match self.reader.read(first, &entries, &self.marks) {
            Ok(span) => Ok(span.to_bytes()),
            Err(Doubt::Entry(seq)) => Err(seq),
            Err(Doubt::Ids) => Err(first),
        }
    }
}
