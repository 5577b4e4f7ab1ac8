//! Actors that were read before: a log names the same few thousand times.

use crate::event::Actor;
use crate::record::parse_actor;
use crate::violation::Violation;

/// How many actors are kept. Another one in the same place takes it over, so that memory stays
/// bounded whatever a log says.
const PLACES: usize = 1 << 9;

/// Longer actors are read each time; one of fifty groups is about as long.
const MAX_LEN: usize = 2048;

/// Actors by their exact bytes.
#[derive(Debug, Default)]
pub(super) struct Actors {
    kept: Vec<Option<(Box<str>, Actor)>>,
    /// The last one that is not kept.
    long: Option<Actor>,
}

impl Actors {
    /// The actor that these bytes say.
    ///
    /// # Errors
    ///
    /// As [`Record::parse`](crate::Record::parse): what cannot be read is not kept.
    pub(super) fn read(&mut self, seq: u64, json: &str) -> Result<&Actor, Violation> {
        if json.len() > MAX_LEN {
            return Ok(self.long.insert(parse_actor(seq, json)?));
        }
        if self.kept.is_empty() {
            self.kept.resize_with(PLACES, || None);
        }
        let place = &mut self.kept[place(json.as_bytes())];
        if !place
            .as_ref()
            .is_some_and(|(bytes, _)| same(bytes.as_bytes(), json.as_bytes()))
        {
            *place = None;
        }
        match place {
            Some((_, actor)) => Ok(actor),
            None => Ok(&place.insert((json.into(), parse_actor(seq, json)?)).1),
        }
    }
}

/// Where an actor is kept: by all its bytes, eight at a time. Who makes many fall into one place
/// gains nothing but that they are read anew.
fn place(bytes: &[u8]) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let seed = rest
        .iter()
        .fold(bytes.len() as u64, |sum, byte| sum << 8 ^ u64::from(*byte));
    let sum = words.iter().fold(seed, |sum, word| {
        (sum.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(ODD)
    });
    (sum >> 32) as usize % PLACES
}

/// Whether the bytes are equal; in a browser this is several times as fast as `==` on slices, which
/// is a call that goes byte by byte.
fn same(a: &[u8], b: &[u8]) -> bool {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    a.len() == b.len()
        && a_rest == b_rest
        && a.iter()
            .zip(b)
            .all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u32) -> String {
        format!(
            r#"{{"type":"person","person":"00000000-0000-0000-0000-{number:012}","groups":["a"]}}"#
        )
    }

    #[test]
    fn what_is_kept_is_what_is_read() {
        let mut actors = Actors::default();
        // More than there are places, so that many take each other's.
        for _ in 0..2 {
            for number in 0..2 * PLACES as u32 {
                let json = person(number);
                assert_eq!(
                    actors.read(0, &json),
                    Ok(&parse_actor(0, &json).expect("text and actor in their form"))
                );
                assert_eq!(
                    actors
                        .read(1, &json)
                        .expect("text and actor in their form")
                        .json(),
                    json
                );
            }
        }
    }

    #[test]
    fn another_form_is_refused_after_the_right_one() {
        let mut actors = Actors::default();
        let json = person(1);
        for at in 0..json.len() {
            actors.read(0, &json).expect("text and actor in their form");
            for bit in 0..7 {
                let mut bent = json.clone().into_bytes();
                bent[at] ^= 1 << bit;
                let bent = String::from_utf8(bent).expect("text and actor in their form");
                assert_eq!(
                    actors.read(3, &bent).cloned(),
                    parse_actor(3, &bent),
                    "{bent}"
                );
            }
            assert_eq!(
                actors.read(3, &json[..at]).cloned(),
                parse_actor(3, &json[..at])
            );
        }
    }

    #[test]
    fn a_long_actor_is_read_too() {
        let groups: Vec<String> = (0..300)
            .map(|number| format!("\"group {number}\""))
            .collect();
        let json = person(1).replace("\"a\"", &groups.join(","));
        assert!(json.len() > MAX_LEN);
        let mut actors = Actors::default();
        assert_eq!(
            actors
                .read(0, &json)
                .expect("text and actor in their form")
                .json(),
            json
        );
        assert!(
            actors
                .read(0, &json.replace("group 7\"", "group 7 \""))
                .is_err()
        );
    }
}
