//! Many signatures of one key, checked faster than one by one, and with the very same verdicts.
//!
//! A signature is good where its R is, byte by byte, s·B − k·A ([`verdict`](super::verifier)). Checkers that merge many into
//! one equation compare something weaker: points up to those of small order. Here nothing is merged but the last step.
//! B is always the same, and A is the same for one key, so their multiples are kept in tables, and each product is a
//! sum of 26 of them.

use alloc::vec::Vec;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha512};

/// How many bits a digit has. Each more makes the tables nearly twice as large, and a product a tenth cheaper.
const BITS: usize = 10;

/// How many multiples a table has of each power: digits above it count down from the next power.
const HALF: usize = 1 << (BITS - 1);

/// How many digits a number has that is below the group's order: less than 2^253, so that nothing is carried out of the
/// last one.
const DIGITS: usize = 253_usize.div_ceil(BITS);

/// How many points are written at a time: that costs one inversion each time.
const TOGETHER: usize = 256;

/// The tables for one key: 4.3 MB.
pub(crate) struct ManyByOne {
    key: [u8; 32],
    of_key: Multiples,
    of_base: Multiples,
}

/// d·1024^i·P for each digit d from 1 to 512 and each of the 26 places i.
struct Multiples(Vec<EdwardsPoint>);

impl ManyByOne {
    /// Makes the tables, which takes as long as some hundreds of signatures one by one.
    pub(crate) fn of(key: &VerifyingKey) -> Self {
        Self {
            key: key.to_bytes(),
            of_key: Multiples::of(key.to_edwards()),
            of_base: Multiples::of(ED25519_BASEPOINT_POINT),
        }
    }

    /// Whether the key has signed each message; a key of small order never has.
    pub(crate) fn check_each(&self, signed: &[(&[u8], &[u8; 64])]) -> Vec<bool> {
        let mut good = Vec::with_capacity(signed.len());
        for signed in signed.chunks(TOGETHER) {
            let points: Vec<Option<EdwardsPoint>> = signed
                .iter()
                .map(|(message, signature)| self.expected(message, signature))
                .collect();
            let known: Vec<EdwardsPoint> = points.iter().flatten().copied().collect();
            let mut texts = EdwardsPoint::compress_batch_alloc(&known).into_iter();
            good.extend(points.iter().zip(signed).map(|(point, (_, signature))| {
                // A point of small order as R fits many messages.
                let expected = point.and_then(|point| Some((point, texts.next()?)));
                expected.is_some_and(|(point, text)| {
                    text.as_bytes() == &signature[..32] && !point.is_small_order()
                })
            }));
        }
        good
    }

    /// What R has to be; `None` where s is no number below the group's order.
    fn expected(&self, message: &[u8], signature: &[u8; 64]) -> Option<EdwardsPoint> {
        let (r, s) = signature.split_first_chunk::<32>()?;
        let s = Option::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let hash = Sha512::new()
            .chain_update(r)
            .chain_update(self.key)
            .chain_update(message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        Some(self.of_base.times(&s) - self.of_key.times(&k))
    }
}

impl Multiples {
    fn of(point: EdwardsPoint) -> Self {
        let mut table = Vec::with_capacity(DIGITS * HALF);
        let mut power = point;
        for _ in 0..DIGITS {
            let mut multiple = power;
            for _ in 0..HALF - 1 {
                table.push(multiple);
                multiple += power;
            }
            table.push(multiple);
            // The last was half as many times the power as the next power is.
            power = multiple + multiple;
        }
        Self(table)
    }

    /// The point, so many times.
    fn times(&self, number: &Scalar) -> EdwardsPoint {
        let mut sum = EdwardsPoint::identity();
        let mut carry = 0;
        for (multiples, digit) in self.0.chunks_exact(HALF).zip(digits(number)) {
            let digit = digit + carry;
            carry = usize::from(digit > HALF);
            if digit > HALF {
                if let Some(multiple) = (2 * HALF - digit).checked_sub(1) {
                    sum -= multiples[multiple];
                }
            } else if let Some(multiple) = digit.checked_sub(1) {
                sum += multiples[multiple];
            }
        }
        sum
    }
}

/// The number's digits to base 1024, the lowest first.
fn digits(number: &Scalar) -> impl Iterator<Item = usize> {
    let mut words = [0; 5];
    for (word, bytes) in words.iter_mut().zip(number.as_bytes().as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    (0..DIGITS).map(move |at| {
        let (word, bit) = (at * BITS / 64, at * BITS % 64);
        let both = u128::from(words[word + 1]) << 64 | u128::from(words[word]);
        (both >> bit) as usize % (2 * HALF)
    })
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::EIGHT_TORSION;
    use ed25519_dalek::{Signature, Signer as _, SigningKey};
    use proptest::prelude::*;

    use super::*;

    fn one_by_one(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
        key.verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }

    /// Checks the signatures in both ways, and returns how many are good.
    fn same(key: &VerifyingKey, signed: &[(Vec<u8>, [u8; 64])]) -> usize {
        let pairs: Vec<(&[u8], &[u8; 64])> = signed
            .iter()
            .map(|(message, signature)| (message.as_slice(), signature))
            .collect();
        let together = ManyByOne::of(key).check_each(&pairs);
        let each: Vec<bool> = pairs
            .iter()
            .map(|(message, signature)| one_by_one(key, message, signature))
            .collect();
        assert_eq!(together, each);
        each.into_iter().filter(|good| *good).count()
    }

    fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
        let hash = Sha512::new()
            .chain_update(r)
            .chain_update(key)
            .chain_update(message);
        Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
    }

    /// A signature by whoever holds `secret`, with points of small order added to the key and to R as they like.
    fn crooked(
        secret: &Scalar,
        key: &[u8; 32],
        in_r: EdwardsPoint,
        message: &[u8],
        times_r: u64,
    ) -> [u8; 64] {
        let nonce = Scalar::from(times_r);
        let r = (EdwardsPoint::mul_base(&nonce) + in_r).compress();
        let s = nonce + challenge(r.as_bytes(), key, message) * secret;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(r.as_bytes());
        signature[32..].copy_from_slice(s.as_bytes());
        signature
    }

    #[test]
    fn every_mixture_with_points_of_small_order_is_judged_as_one_by_one() {
        let secret = Scalar::from_bytes_mod_order([7; 32]);
        let (mut good, mut bad) = (0, 0);
        for in_key in EIGHT_TORSION {
            let key = (EdwardsPoint::mul_base(&secret) + in_key).compress();
            let key = VerifyingKey::from_bytes(key.as_bytes()).expect("a point");
            let mut signed = Vec::new();
            for in_r in EIGHT_TORSION {
                for number in 0..16_u8 {
                    // A nonce of 0 leaves R of small order.
                    for nonce in [0, 1, 12345] {
                        let message = [number; 3];
                        let signature = crooked(&secret, key.as_bytes(), in_r, &message, nonce);
                        signed.push((message.to_vec(), signature));
                    }
                }
            }
            let fits = same(&key, &signed);
            good += fits;
            bad += signed.len() - fits;
        }
        // An equation up to small order would take all but those with an R of small order.
        assert!(good > 150 && bad > 2000, "{good} good and {bad} bad");
    }

    #[test]
    fn other_forms_of_a_good_signature_are_refused() {
        let secret = SigningKey::from_bytes(&[3; 32]);
        let key = secret.verifying_key();
        let message = b"a text".to_vec();
        let signature = secret.sign(&message).to_bytes();
        let mut signed = vec![(message.clone(), signature)];
        // s and the group's order: another number with the same product.
        let order: [u8; 32] = {
            let mut order = (Scalar::ZERO - Scalar::ONE).to_bytes();
            order[0] += 1;
            order
        };
        let mut carry = 0;
        let mut larger = signature;
        for (to, byte) in larger[32..].iter_mut().zip(order) {
            carry += u16::from(*to) + u16::from(byte);
            *to = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        signed.push((message.clone(), larger));
        for bit in 0..512 {
            let mut bent = signature;
            bent[bit / 8] ^= 1 << (bit % 8);
            signed.push((message.clone(), bent));
        }
        signed.push((b"another text".to_vec(), signature));
        assert_eq!(same(&key, &signed), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn products_are_the_librarys(bytes: [u8; 32], other: [u8; 32]) {
            let point = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(other));
            let table = Multiples::of(point);
            let top = Scalar::ZERO - Scalar::ONE;
            for number in [Scalar::from_bytes_mod_order(bytes), Scalar::ZERO, Scalar::ONE, top] {
                prop_assert_eq!(table.times(&number), point * number);
            }
        }
    }
}
