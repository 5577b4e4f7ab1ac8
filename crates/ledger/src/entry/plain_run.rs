//! The scanner's inner loop.

/// How many bytes may stand in a string as they are, up to the first quote, backslash or control
/// character. Most of an entry is strings, so they are read eight bytes at a time.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // The high bit of each byte below `bound`; of those flagged, the lowest is always right, as
    // only a byte that is flagged itself borrows from the next.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & (ONES << 7);
    let (words, rest) = bytes.as_chunks::<8>();
    let mut run = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quotes = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslashes = below(word ^ (ONES * u64::from(b'\\')), 1);
        let stops = quotes | backslashes | below(word, 0x20);
        if stops != 0 {
            return run + stops.trailing_zeros() as usize / 8;
        }
        run += 8;
    }
    run + rest
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_run_ends_at_the_first_byte_that_is_not_plain(
            bytes in prop::collection::vec(prop_oneof![4 => 0x20_u8..=0xff, 1 => any::<u8>()], 0..40),
        ) {
            let stop = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
            prop_assert_eq!(plain_run(&bytes), bytes.iter().position(stop).unwrap_or(bytes.len()));
        }
    }
}
