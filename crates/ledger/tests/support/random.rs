//! Random inputs for tests, the same in each run.

/// Numbers that look random and are the same each time (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    /// A number below the bound, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(word ^ word >> 31) * bound as u128) >> 64) as usize
    }

    pub(crate) fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Some bytes of a range, up to 64.
    fn part<'a>(&mut self, of: &'a [u8]) -> &'a [u8] {
        let from = self.below(of.len() + 1);
        let length = self.below(64.min(of.len() - from) + 1);
        &of[from..from + length]
    }

    /// A seed with one to four changes.
    pub(crate) fn mutation(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.choose(seeds).clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at..(at + self.below(64)).min(bytes.len()))),
                4 => {
                    let other = self.choose(seeds);
                    let part = self.part(other).to_vec();
                    bytes.splice(at..at, part);
                }
                _ => {
                    let word = *self.choose(&WORDS);
                    bytes.splice(at..at, word.bytes());
                }
            }
        }
        bytes
    }
}

/// What readers stumble over.
const WORDS: [&str; 16] = [
    "\n",
    "\n\n",
    "\r\n",
    "\0",
    " ",
    "\t",
    "+",
    "=",
    "\"",
    "\\",
    "\u{2014} ",
    "\u{2028}",
    "0",
    "-1",
    "9223372036854775808",
    "18446744073709551616",
];
