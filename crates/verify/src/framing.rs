//! Cuts a stream of bundles into entries, wherever the network cut it into chunks.
//!
//! `ledger::bundle::Reader` does the same with one copy of every byte; here an entry is copied only
//! where a chunk ends within it.

use ledger::bundle;

/// How many bytes the length before each entry takes.
const LENGTH_LEN: usize = 2;

/// How many entries are handed over at a time: enough to hash them side by side.
const BATCH: usize = 256;

/// The part of an entry that the next chunk will complete.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    rest: Vec<u8>,
}

impl Framing {
    /// Calls `entries` with the entries that the chunk completes, several at a time, and with `most`
    /// of them at most. Returns how many bytes of the chunk were not taken.
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        most: u64,
        mut entries: impl FnMut(&[&[u8]]),
    ) -> usize {
        let (mut chunk, mut most) = (chunk, most);
        if most == 0 {
            return chunk.len();
        }
        if !self.rest.is_empty() {
            chunk = self.complete(chunk);
            let Some(Ok(whole)) = bundle::split(&self.rest).next() else {
                return chunk.len();
            };
            entries(&[whole]);
            self.rest.clear();
            most -= 1;
        }
        let mut batch: Vec<&[u8]> = Vec::with_capacity(BATCH);
        let mut taken = 0;
        for whole in bundle::split(chunk).map_while(Result::ok) {
            if most == 0 {
                break;
            }
            most -= 1;
            taken += LENGTH_LEN + whole.len();
            batch.push(whole);
            if batch.len() == BATCH {
                entries(&batch);
                batch.clear();
            }
        }
        if !batch.is_empty() {
            entries(&batch);
        }
        let not_taken = &chunk[taken..];
        if most == 0 {
            return not_taken.len();
        }
        self.rest.extend_from_slice(not_taken);
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
            framing.feed(chunk, u64::MAX, |batch| {
                entries.extend(batch.iter().map(|entry| entry.to_vec()));
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
            let mut take = |batch: &[&[u8]]| count += batch.len() as u64;
            assert_eq!(framing.feed(&bytes[..first], 2, &mut take), 0);
            let begun = u64::from(first == 3);
            let not_taken = framing.feed(&bytes[first..], 2 - begun, &mut take);
            assert_eq!(
                (count, not_taken, framing.left()),
                (2, 3, 0),
                "cut at {first}"
            );
        }
    }

    #[test]
    fn large_chunks_come_in_batches() {
        let mut bytes = Vec::new();
        for entry in 0..1000_u32 {
            bundle::push(&mut bytes, &entry.to_be_bytes()).expect("short entries");
        }
        for most in [0, 1, 255, 256, 257, 512, 999, 1000, 1001] {
            let mut entries = Vec::new();
            let mut framing = Framing::default();
            let not_taken = framing.feed(&bytes, most, |batch| {
                assert!((1..=BATCH).contains(&batch.len()));
                entries.extend(batch.iter().map(|entry| entry.to_vec()));
            });
            let wanted = most.min(1000) as u32;
            assert!(
                entries.iter().map(Vec::as_slice).eq((0..wanted)
                    .map(u32::to_be_bytes)
                    .collect::<Vec<_>>()
                    .iter()
                    .map(|entry| &entry[..]))
            );
            assert_eq!(not_taken, 6 * (1000 - wanted) as usize);
        }
    }
}
