//! The words in one of WebAssembly's vectors.

use core::arch::wasm32::{
    i8x16_shuffle, i32x4_shuffle, u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr,
    u32x4_splat, u64x2, v128, v128_and, v128_or, v128_xor,
};

use super::LANES;

#[derive(Clone, Copy)]
pub(in super::super) struct Words(v128);

impl Words {
    pub(in super::super) fn new([a, b, c, d]: [u32; LANES]) -> Self {
        Self(u32x4(a, b, c, d))
    }

    pub(in super::super) fn lanes(self) -> [u32; LANES] {
        let Self(words) = self;
        [
            u32x4_extract_lane::<0>(words),
            u32x4_extract_lane::<1>(words),
            u32x4_extract_lane::<2>(words),
            u32x4_extract_lane::<3>(words),
        ]
    }

    #[inline(always)]
    pub(in super::super) fn splat(word: u32) -> Self {
        Self(u32x4_splat(word))
    }

    /// The 16 words of each lane's block.
    #[inline(always)]
    pub(in super::super) fn load(blocks: &[[u8; 64]; LANES]) -> [Self; 16] {
        let mut words = [Self::splat(0); 16];
        for (at, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let [a, b, c, d] = blocks.each_ref().map(|block| four_words(block, at));
            // Rows are blocks and become columns.
            let (ab, cd) = (
                i32x4_shuffle::<0, 4, 1, 5>(a, b),
                i32x4_shuffle::<0, 4, 1, 5>(c, d),
            );
            words[0] = Self(i32x4_shuffle::<0, 1, 4, 5>(ab, cd));
            words[1] = Self(i32x4_shuffle::<2, 3, 6, 7>(ab, cd));
            let (ab, cd) = (
                i32x4_shuffle::<2, 6, 3, 7>(a, b),
                i32x4_shuffle::<2, 6, 3, 7>(c, d),
            );
            words[2] = Self(i32x4_shuffle::<0, 1, 4, 5>(ab, cd));
            words[3] = Self(i32x4_shuffle::<2, 3, 6, 7>(ab, cd));
        }
        words
    }

    #[inline(always)]
    pub(in super::super) fn add(self, other: Self) -> Self {
        Self(u32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    /// Rotates each word to the right.
    #[inline(always)]
    pub(super) fn turn<const BITS: u32>(self) -> Self {
        let (low, high) = (u32x4_shr(self.0, BITS), u32x4_shl(self.0, 32 - BITS));
        Self(v128_or(low, high))
    }

    /// Shifts each word to the right.
    #[inline(always)]
    pub(super) fn shift<const BITS: u32>(self) -> Self {
        Self(u32x4_shr(self.0, BITS))
    }
}

/// Four big-endian words of a block.
#[inline(always)]
fn four_words(block: &[u8; 64], at: usize) -> v128 {
    let halves = block.as_chunks::<8>().0;
    let (low, high) = (halves[2 * at], halves[2 * at + 1]);
    let bytes = u64x2(u64::from_le_bytes(low), u64::from_le_bytes(high));
    i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(bytes, bytes)
}
