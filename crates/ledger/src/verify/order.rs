//! Counting along a log in which entries may be missing or too many.

/// The place of the next entry, and where a jump may have led.
///
/// After an entry with an unexpected number, two continuations are sound: the count goes on as if
/// nothing had happened (that one number was altered), or it goes on from the unexpected number
/// (entries were removed or inserted). The next entry decides, so that one change is one finding
/// and not one for every entry after it.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    next: u64,
    detour: Option<u64>,
}

impl Order {
    /// The place of the entry that names this number, or no readable one.
    pub(super) fn place(&mut self, named: Option<u64>) -> u64 {
        let place = match named {
            Some(named) if named == self.next || Some(named) == self.detour => {
                self.detour = None;
                named
            }
            Some(named) => {
                self.detour = Some(named.saturating_add(1));
                self.next
            }
            None => {
                self.detour = self.detour.map(|detour| detour.saturating_add(1));
                self.next
            }
        };
        self.next = place.saturating_add(1);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of entries that name these numbers; `None` is an unreadable entry.
    fn places(named: &[Option<u64>]) -> Vec<u64> {
        let mut order = Order::default();
        named.iter().map(|named| order.place(*named)).collect()
    }

    #[test]
    fn one_change_moves_one_place() {
        let s = Some;
        assert_eq!(places(&[s(0), s(1), s(2)]), [0, 1, 2]);
        // Altered number.
        assert_eq!(places(&[s(0), s(99), s(2), s(3)]), [0, 1, 2, 3]);
        // Entry 1 removed: entry 2 stands at place 1, then the count is its own again.
        assert_eq!(places(&[s(0), s(2), s(3), s(4)]), [0, 1, 3, 4]);
        // A second entry 1 inserted.
        assert_eq!(places(&[s(0), s(1), s(1), s(2)]), [0, 1, 2, 2]);
        // Entries 1 and 2 swapped.
        assert_eq!(places(&[s(0), s(2), s(1), s(3)]), [0, 1, 2, 3]);
        // Once the count goes on, the number that a jump would have led to is strange again.
        assert_eq!(places(&[s(0), s(99), s(2), s(100), s(4)]), [0, 1, 2, 3, 4]);
        // Unreadable ones count on, on a detour too.
        assert_eq!(places(&[s(0), None, s(2)]), [0, 1, 2]);
        assert_eq!(places(&[s(0), s(2), None, s(4)]), [0, 1, 2, 4]);
        assert_eq!(
            places(&[s(u64::MAX), s(u64::MAX), s(u64::MAX)]),
            [0, u64::MAX, u64::MAX]
        );
    }
}
