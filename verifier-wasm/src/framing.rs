//! Cuts a stream of bundles into entries, wherever the network cut it into chunks.
//!
//! `ledger::bundle::Reader` does the same with one copy of every byte; here an entry is copied only
//! where a chunk ends within it.

use ledger::bundle;

/// How many bytes the length before each entry takes.
const LENGTH_LEN: usize = 2;

/// The part of an entry that the next chunk will complete.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    rest: Vec<u8>,
}

impl Framing {
    /// Calls `entry` with each entry that the chunk completes, until it answers that it wants no
    /// more. Returns how many bytes of the chunk were not taken.
    pub(crate) fn feed(&mut self, chunk: &[u8], mut entry: impl FnMut(&[u8]) -> bool) -> usize {
        let mut chunk = chunk;
        if !self.rest.is_empty() {
            chunk = self.complete(chunk);
            let Some(Ok(whole)) = bundle::split(&self.rest).next() else {
                return chunk.len();
            };
            let more = entry(whole);
            self.rest.clear();
            if !more {
                return chunk.len();
            }
        }
        let mut taken = 0;
        for part in bundle::split(chunk) {
            let Ok(whole) = part else { break };
            taken += LENGTH_LEN + whole.len();
            if !entry(whole) {
                return chunk.len() - taken;
            }
        }
        self.rest.extend_from_slice(&chunk[taken..]);
        0
    }

    /// How many bytes are left of an entry that never came to its end.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Moves what the entry begun still lacks from the chunk to the rest.
    fn complete<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let mut chunk = chunk;
        for _ in 0..2 {
            let lacks = match self.rest.first_chunk::<LENGTH_LEN>() {
                Some(length) => LENGTH_LEN + usize::from(u16::from_be_bytes(*length)),
                None => LENGTH_LEN,
            }
            .saturating_sub(self.rest.len());
            let (now, later) = chunk.split_at(lacks.min(chunk.len()));
            self.rest.extend_from_slice(now);
            chunk = later;
        }
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], cuts: usize) -> (Vec<Vec<u8>>, usize) {
        let mut framing = Framing::default();
        let mut entries = Vec::new();
        for chunk in bytes.chunks(cuts) {
            framing.feed(chunk, |entry| {
                entries.push(entry.to_vec());
                true
            });
        }
        (entries, framing.left())
    }

    #[test]
    fn chunks_may_end_anywhere() {
        let entries: Vec<Vec<u8>> = vec![b"one".to_vec(), Vec::new(), vec![7; 300], b"x".to_vec()];
        let mut bytes = Vec::new();
        for entry in &entries {
            bundle::push(&mut bytes, entry).expect("short entries");
        }
        for cuts in 1..=bytes.len() {
            assert_eq!(read(&bytes, cuts), (entries.clone(), 0), "chunks of {cuts}");
        }
        for end in 0..bytes.len() {
            let (read, left) = read(&bytes[..end], 7);
            assert!(entries.starts_with(&read));
            assert_eq!(
                left,
                end - read
                    .iter()
                    .map(|entry| entry.len() + LENGTH_LEN)
                    .sum::<usize>()
            );
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_taken() {
        let bytes = [0, 1, b'a', 0, 1, b'b', 0, 1, b'c'];
        for first in 0..=3 {
            let mut framing = Framing::default();
            let mut count = 0;
            framing.feed(&bytes[..first], |_| {
                count += 1;
                count < 2
            });
            let not_taken = framing.feed(&bytes[first..], |_| {
                count += 1;
                count < 2
            });
            assert_eq!(
                (count, not_taken, framing.left()),
                (2, 3, 0),
                "cut at {first}"
            );
        }
    }
}
