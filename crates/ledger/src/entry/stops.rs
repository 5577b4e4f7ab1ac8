//! The scanner's inner loop: where strings may end, sixty-four bytes at a time.

/// How many bytes one look takes in, one bit each.
const BLOCK: usize = 64;

/// Finds the bytes that cannot stand in a string as they are: quotes, backslashes and control characters. Most of an
/// entry is strings, and many of them are short, so what one look found is kept for the next string.
#[derive(Debug)]
pub(super) struct Stops<'a> {
    text: &'a [u8],
    /// Where the block begins that was looked at last, and what was found in it, the first byte in the lowest bit.
    block: usize,
    found: u64,
}

impl<'a> Stops<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let mut stops = Self {
            text,
            block: 0,
            found: 0,
        };
        stops.look(0);
        stops
    }

    /// The first place from `at` on where a string has to stop; the text's end where there is none.
    #[inline(always)]
    pub(super) fn from(&mut self, at: usize) -> usize {
        let block = at - at % BLOCK;
        if block != self.block {
            self.look(block);
        }
        let ahead = self.found >> (at % BLOCK);
        if ahead != 0 {
            return at + ahead.trailing_zeros() as usize;
        }
        self.behind()
    }

    /// The same behind the block that was looked at last.
    #[inline(never)]
    fn behind(&mut self) -> usize {
        while self.block + BLOCK < self.text.len() {
            self.look(self.block + BLOCK);
            if self.found != 0 {
                return self.block + self.found.trailing_zeros() as usize;
            }
        }
        self.text.len()
    }

    #[inline(always)]
    fn look(&mut self, block: usize) {
        self.block = block;
        let rest = self.text.get(block..).unwrap_or_default();
        self.found = match (rest.first_chunk(), self.text.last_chunk()) {
            (Some(whole), _) => stops(whole),
            // Fewer are left: the text's last bytes, those before the block shifted out, and its end as a stop.
            (None, Some(last)) => {
                let stops = stops(last).unbounded_shr((BLOCK - rest.len()) as u32);
                stops | 1 << rest.len()
            }
            (None, None) => short(rest),
        };
    }
}

/// What is found in a text that has no whole block.
#[cold]
fn short(text: &[u8]) -> u64 {
    let mut block = [b'"'; BLOCK];
    for (to, byte) in block.iter_mut().zip(text) {
        *to = *byte;
    }
    stops(&block)
}

/// A bit for each byte that stops a string.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn stops(block: &[u8; BLOCK]) -> u64 {
    use core::arch::wasm32::{i8x16_bitmask, u8x16_eq, u8x16_le, u8x16_splat, u64x2, v128_or};

    let mut found = 0;
    for (at, words) in block
        .as_chunks::<8>()
        .0
        .as_chunks::<2>()
        .0
        .iter()
        .enumerate()
    {
        let [low, high] = words.map(u64::from_le_bytes);
        let bytes = u64x2(low, high);
        let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
        let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
        let controls = u8x16_le(bytes, u8x16_splat(0x1f));
        let stops = i8x16_bitmask(v128_or(v128_or(quotes, backslashes), controls));
        found |= u64::from(stops) << (16 * at);
    }
    found
}

/// A bit for each byte that stops a string. Written so that compilers make vectors of it.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn stops(block: &[u8; BLOCK]) -> u64 {
    let mut flags = [0; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from((*byte == b'"') | (*byte == b'\\') | (*byte < 0x20));
    }
    let mut found = 0;
    for (at, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Eight bytes that are 0 or 1 become the highest byte's bits, the first the lowest: none meets another there.
        let bits = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        found |= bits << (8 * at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_stop(byte: &u8) -> bool {
        matches!(byte, b'"' | b'\\' | 0..=0x1f)
    }

    #[test]
    fn every_byte_is_known_in_every_place() {
        for byte in 0..=0xff {
            for at in 0..BLOCK {
                for around in [b'a', 0x80, b'"', 0] {
                    let mut block = [around; BLOCK];
                    block[at] = byte;
                    let bit = |(at, byte)| u64::from(is_stop(byte)) << at;
                    let expected: u64 = block.iter().enumerate().map(bit).sum();
                    assert_eq!(stops(&block), expected, "{byte} at {at}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_string_stops_at_the_first_byte_that_is_not_plain(
            bytes in prop::collection::vec(prop_oneof![40 => 0x20_u8..=0xff, 1 => any::<u8>()], 0..300),
            places in prop::collection::vec(0_usize..300, 1..20),
        ) {
            let mut stops = Stops::new(&bytes);
            for at in places.into_iter().map(|at| at.min(bytes.len())) {
                let first = bytes[at..].iter().position(is_stop);
                prop_assert_eq!(stops.from(at), first.map_or(bytes.len(), |first| at + first));
            }
        }
    }
}
