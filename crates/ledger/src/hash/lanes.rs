//! SHA-256 (FIPS 180-4) of many messages, four at a time: one in each lane of a vector.
//!
//! A message's blocks have to be hashed one after the other, and a browser has no instruction for
//! SHA-256. But entries do not wait for each other, nor do the nodes of one level of the tree. A lane
//! whose message has ended takes the next one, so that long and short messages mix without loss.

mod words;

use alloc::vec;
use alloc::vec::Vec;

use words::{LANES, Words};

use super::Hash;

const BLOCK_LEN: usize = 64;

/// A block that has to hold the message's end: a byte 0x80 and the length in eight.
const END_LEN: usize = 9;

/// SHA-256(prefix ‖ message) of each message, in their order.
pub(super) fn hash_each(prefix: u8, messages: &[&[u8]]) -> Vec<Hash> {
    let mut hashes = vec![Hash::new([0; 32]); messages.len()];
    let mut waiting = messages.iter().enumerate();
    let mut next = || {
        waiting
            .next()
            .map(|(place, message)| Lane::of(place, message))
    };
    let mut lanes: [Option<Lane<'_>>; LANES] = core::array::from_fn(|_| next());
    let mut states = START.map(Words::splat);
    let mut blocks = [[0; BLOCK_LEN]; LANES];
    while lanes.iter().any(Option::is_some) {
        let mut ended = false;
        for (lane, block) in lanes.iter_mut().zip(&mut blocks) {
            if let Some(lane) = lane {
                lane.fill(prefix, block);
                ended |= lane.ended();
            }
        }
        compress(&mut states, &blocks);
        if ended {
            let mut by_word = states.map(Words::lanes);
            for (at, lane) in lanes.iter_mut().enumerate() {
                if let Some(place) = lane
                    .as_ref()
                    .filter(|lane| lane.ended())
                    .map(|lane| lane.place)
                {
                    hashes[place] = take(&mut by_word, at);
                    *lane = next();
                }
            }
            states = by_word.map(Words::new);
        }
    }
    hashes
}

/// The hash that stands in a lane, and the state in which the next one begins.
fn take(by_word: &mut [[u32; LANES]; 8], lane: usize) -> Hash {
    let mut bytes = [0; 32];
    for ((word, start), to) in by_word
        .iter_mut()
        .zip(START)
        .zip(bytes.as_chunks_mut::<4>().0)
    {
        *to = word[lane].to_be_bytes();
        word[lane] = start;
    }
    Hash::new(bytes)
}

/// A message under way.
struct Lane<'a> {
    /// Its place among all messages.
    place: usize,
    message: &'a [u8],
    /// Where the next block begins, counted with the prefix as byte 0.
    at: usize,
    /// Where the last block ends.
    end: usize,
}

impl<'a> Lane<'a> {
    fn of(place: usize, message: &'a [u8]) -> Self {
        let end = (1 + message.len() + END_LEN).next_multiple_of(BLOCK_LEN);
        Self {
            place,
            message,
            at: 0,
            end,
        }
    }

    fn ended(&self) -> bool {
        self.at == self.end
    }

    /// Writes the next block and steps behind it.
    fn fill(&mut self, prefix: u8, block: &mut [u8; BLOCK_LEN]) {
        let at = self.at;
        self.at += BLOCK_LEN;
        // The prefix takes the first byte, so everything stands one byte later than in the message.
        if let Some(whole) = at
            .checked_sub(1)
            .and_then(|from| self.message.get(from..)?.first_chunk())
        {
            *block = *whole;
            return;
        }
        *block = [0; BLOCK_LEN];
        let (from, to) = if at == 0 {
            block[0] = prefix;
            (0, &mut block[1..])
        } else {
            (at - 1, &mut block[..])
        };
        let rest = self.message.get(from..).unwrap_or_default();
        let length = rest.len().min(to.len());
        to[..length].copy_from_slice(&rest[..length]);
        let mark = 1 + self.message.len();
        if (at..at + BLOCK_LEN).contains(&mark) {
            block[mark - at] = 0x80;
        }
        if self.ended() {
            let bits = 8 * (1 + self.message.len() as u64);
            block[BLOCK_LEN - 8..].copy_from_slice(&bits.to_be_bytes());
        }
    }
}

/// One block of each lane (FIPS 180-4, 6.2.2).
#[inline(never)]
fn compress(states: &mut [Words; 8], blocks: &[[u8; BLOCK_LEN]; LANES]) {
    let mut schedule = Words::load(blocks);
    let mut s = *states;
    for (round, constants) in ROUND.as_chunks::<16>().0.iter().enumerate() {
        if round > 0 {
            for t in 0..16 {
                schedule[t] = schedule[t]
                    .add(schedule[(t + 1) % 16].small_sigma_0())
                    .add(schedule[(t + 9) % 16])
                    .add(schedule[(t + 14) % 16].small_sigma_1());
            }
        }
        for (word, constant) in schedule.iter().zip(constants) {
            s = step(s, word.add(Words::splat(*constant)));
        }
    }
    for (state, s) in states.iter_mut().zip(s) {
        *state = state.add(s);
    }
}

#[inline(always)]
fn step([a, b, c, d, e, f, g, h]: [Words; 8], word: Words) -> [Words; 8] {
    let first = h.add(e.big_sigma_1()).add(Words::choose(e, f, g)).add(word);
    let second = a.big_sigma_0().add(Words::majority(a, b, c));
    [first.add(second), a, b, c, d.add(first), e, f, g]
}

/// The state before the first block (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The constants of the 64 rounds (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const ROUND: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn one(prefix: u8, message: &[u8]) -> Hash {
        let hash = Sha256::new().chain_update([prefix]).chain_update(message);
        Hash::new(hash.finalize().into())
    }

    #[test]
    fn every_length_gives_the_librarys_hash() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300).collect();
        let messages: Vec<&[u8]> = (0..=bytes.len()).map(|length| &bytes[..length]).collect();
        let expected: Vec<Hash> = messages.iter().map(|message| one(1, message)).collect();
        assert_eq!(hash_each(1, &messages), expected);
        for message in messages {
            assert_eq!(
                hash_each(0, &[message]),
                [one(0, message)],
                "{}",
                message.len()
            );
        }
    }

    #[test]
    fn no_message_gives_no_hash() {
        assert_eq!(hash_each(0, &[]), []);
    }

    proptest! {
        #[test]
        fn any_mix_gives_the_librarys_hashes(
            prefix: u8,
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..700), 0..40),
        ) {
            let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            let expected: Vec<Hash> = messages.iter().map(|message| one(prefix, message)).collect();
            prop_assert_eq!(hash_each(prefix, &messages), expected);
        }
    }
}
