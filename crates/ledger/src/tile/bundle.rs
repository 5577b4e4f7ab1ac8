//! Entry bundles: entries one after the other, each behind its length.
//!
//! ```text
//! u16be length ‖ entry ‖ u16be length ‖ entry ‖ …
//! ```
//!
//! A file holds at most 256 entries; a stream of whole bundles is simply longer.

use alloc::vec::Vec;

use crate::MAX_ENTRY_LEN;

/// How many bytes the length before each entry takes.
const LENGTH_LEN: usize = 2;

/// Why bytes are no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry that no bundle can frame.
    #[error("an entry of {0} bytes does not fit into a bundle, {MAX_ENTRY_LEN} are the limit")]
    EntryTooLong(usize),
    /// The bytes end within an entry or its length.
    #[error("the bundle ends within an entry: {left} bytes are left over")]
    EndsEarly {
        /// How many bytes stand after the last whole entry.
        left: usize,
    },
}

/// Appends an entry behind its length.
///
/// # Errors
/// Where the entry is longer than [`MAX_ENTRY_LEN`]; nothing was appended then.
pub fn push(out: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong(entry.len()))?;
    out.reserve(LENGTH_LEN + entry.len());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(entry);
    Ok(())
}

/// The entries of a whole bundle; the last item is an error where bytes are left over.
pub fn split(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], BundleError>> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        match first(rest) {
            Some((entry, after)) => {
                rest = after;
                Some(Ok(entry))
            }
            None => {
                let left = core::mem::take(&mut rest).len();
                Some(Err(BundleError::EndsEarly { left }))
            }
        }
    })
}

/// The first entry and what follows it, where the entry is whole.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_LEN>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Reads bundles from chunks of any size, as a network delivers them; it holds no more than one
/// chunk and one entry.
///
/// ```
/// # use ledger::bundle::{self, Reader};
/// let mut reader = Reader::new();
/// let mut entries = 0;
/// for chunk in [&[0, 2, b'a'][..], &[b'b', 0, 0]] {
///     reader.feed(chunk);
///     while let Some(_entry) = reader.next() {
///         entries += 1;
///     }
/// }
/// assert_eq!(entries, 2);
/// reader.finish()?;
/// # Ok::<(), bundle::BundleError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    /// How much of the buffer was given out already.
    taken: usize,
}

impl Reader {
    /// A reader at a bundle's start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next chunk. Take all entries with [`next`](Self::next) before the next one, or the
    /// buffer grows.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole entry; `None` where more bytes are needed.
    // Not an iterator: the entry borrows the reader's buffer.
    #[allow(clippy::should_implement_trait, reason = "the item borrows the reader")]
    pub fn next(&mut self) -> Option<&[u8]> {
        let (entry, _) = first(self.buffer.get(self.taken..)?)?;
        self.taken += LENGTH_LEN + entry.len();
        Some(entry)
    }

    /// Call this at the stream's end.
    ///
    /// # Errors
    /// Where the stream ended within an entry.
    pub fn finish(&self) -> Result<(), BundleError> {
        match self.buffer.len() - self.taken {
            0 => Ok(()),
            left => Err(BundleError::EndsEarly { left }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entry_too_long_leaves_the_bundle_as_it_was() {
        let mut bundle = vec![0, 0];
        let long = vec![b'x'; MAX_ENTRY_LEN + 1];
        assert_eq!(
            push(&mut bundle, &long),
            Err(BundleError::EntryTooLong(65_536))
        );
        assert_eq!(bundle, [0, 0]);
        assert_eq!(push(&mut bundle, &long[1..]), Ok(()));
    }

    proptest! {
        #[test]
        fn any_cut_into_chunks_gives_the_same_entries(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20),
            chunk in 1_usize..50,
            cut in 0_usize..40,
        ) {
            let mut bytes = Vec::new();
            for entry in &entries {
                prop_assert_eq!(push(&mut bytes, entry), Ok(()));
            }
            let whole: Result<Vec<&[u8]>, _> = split(&bytes).collect();
            prop_assert_eq!(whole, Ok(entries.iter().map(Vec::as_slice).collect()));

            let cut = bytes.len() - cut.min(bytes.len());
            let mut reader = Reader::new();
            let mut read = Vec::new();
            for part in bytes[..cut].chunks(chunk) {
                reader.feed(part);
                while let Some(entry) = reader.next() {
                    read.push(entry.to_vec());
                }
            }
            prop_assert!(entries.starts_with(&read));
            let mut parts: Vec<_> = split(&bytes[..cut]).collect();
            if let Err(error) = reader.finish() {
                prop_assert_eq!(parts.pop(), Some(Err(error)));
            }
            prop_assert_eq!(parts.len(), read.len());
        }
    }
}
