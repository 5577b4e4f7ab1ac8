//! Four 32-bit words, one a lane, with what SHA-256 does to them (FIPS 180-4, 4.1.2).

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use plain::Words;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd::Words;

/// How many messages go side by side.
pub(super) const LANES: usize = 4;

impl Words {
    #[inline(always)]
    pub(super) fn big_sigma_0(self) -> Self {
        self.turn::<2>()
            .xor(self.turn::<13>())
            .xor(self.turn::<22>())
    }

    #[inline(always)]
    pub(super) fn big_sigma_1(self) -> Self {
        self.turn::<6>()
            .xor(self.turn::<11>())
            .xor(self.turn::<25>())
    }

    #[inline(always)]
    pub(super) fn small_sigma_0(self) -> Self {
        self.turn::<7>()
            .xor(self.turn::<18>())
            .xor(self.shift::<3>())
    }

    #[inline(always)]
    pub(super) fn small_sigma_1(self) -> Self {
        self.turn::<17>()
            .xor(self.turn::<19>())
            .xor(self.shift::<10>())
    }

    /// Each bit of `then` where `which` has one, of `other` elsewhere.
    #[inline(always)]
    pub(super) fn choose(which: Self, then: Self, other: Self) -> Self {
        other.xor(which.and(then.xor(other)))
    }

    /// Each bit that at least two of the three have.
    #[inline(always)]
    pub(super) fn majority(a: Self, b: Self, c: Self) -> Self {
        b.xor(a.xor(b).and(b.xor(c)))
    }
}
