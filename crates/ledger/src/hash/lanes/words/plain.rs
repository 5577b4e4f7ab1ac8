//! The words as an array: for tests, and where there are no vectors.

use super::LANES;

#[derive(Clone, Copy)]
pub(in super::super) struct Words([u32; LANES]);

impl Words {
    pub(in super::super) fn new(lanes: [u32; LANES]) -> Self {
        Self(lanes)
    }

    pub(in super::super) fn lanes(self) -> [u32; LANES] {
        self.0
    }

    pub(in super::super) fn splat(word: u32) -> Self {
        Self([word; LANES])
    }

    /// The 16 words of each lane's block.
    pub(in super::super) fn load(blocks: &[[u8; 64]; LANES]) -> [Self; 16] {
        let words = blocks.each_ref().map(|block| block.as_chunks::<4>().0);
        core::array::from_fn(|at| Self(words.map(|words| u32::from_be_bytes(words[at]))))
    }

    pub(in super::super) fn add(self, other: Self) -> Self {
        self.with(other, u32::wrapping_add)
    }

    pub(super) fn xor(self, other: Self) -> Self {
        self.with(other, |a, b| a ^ b)
    }

    pub(super) fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    /// Rotates each word to the right.
    pub(super) fn turn<const BITS: u32>(self) -> Self {
        Self(self.0.map(|word| word.rotate_right(BITS)))
    }

    /// Shifts each word to the right.
    pub(super) fn shift<const BITS: u32>(self) -> Self {
        Self(self.0.map(|word| word >> BITS))
    }

    fn with(self, other: Self, of: impl Fn(u32, u32) -> u32) -> Self {
        Self(core::array::from_fn(|lane| of(self.0[lane], other.0[lane])))
    }
}
