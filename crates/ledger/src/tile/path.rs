//! Names of tiles and bundles.

use alloc::vec;
use core::fmt;
use core::str::FromStr;

use super::TILE_WIDTH;

/// The greatest level that a path can name (tlog-tiles); eight of them hold any log.
const MAX_LEVEL: u8 = 63;

/// The name of one tile, below the log's prefix.
///
/// ```text
/// tile/<L>/<N>[.p/<W>]         <W> hashes of level <L>, 32 bytes each
/// tile/entries/<N>[.p/<W>]     <W> entries, each after its length
/// tile/0/x001/x234/067         N = 1,234,067: groups of three digits, `x` before all but the last
/// tile/0/x001/x234/067.p/8     the same one while only 8 wide
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// A tile of hashes.
    Hashes {
        /// The level: 0 for leaf hashes, each next one stands for 256 of the one below.
        level: u8,
        /// Which tile of its level, counted from 0.
        index: u64,
        /// How many hashes, 1 to 256; 256 is a full tile.
        width: u16,
    },
    /// A bundle of entries.
    Entries {
        /// Which bundle, counted from 0.
        index: u64,
        /// How many entries, 1 to 256; 256 is a full bundle.
        width: u16,
    },
}

/// A text that is not the one canonical name of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tile is named tile/<level>/<index>[.p/<width>] or tile/entries/<index>[.p/<width>]")]
pub struct TileError;

impl TilePath {
    /// The hash tile at this place in a tree of `size` leaves, partial where it must be; `None`
    /// where the tree has none there.
    pub fn hashes_in(size: u64, level: u8, index: u64) -> Option<Self> {
        let shift = u32::from(level) * 8;
        let width = width_in(size.checked_shr(shift).unwrap_or(0), index)?;
        (level <= MAX_LEVEL).then_some(Self::Hashes {
            level,
            index,
            width,
        })
    }

    /// The bundle at this place in a log of `size` entries, partial where it must be; `None` where
    /// the log has none there.
    pub fn entries_in(size: u64, index: u64) -> Option<Self> {
        let width = width_in(size, index)?;
        Some(Self::Entries { index, width })
    }

    /// Whether this exact file belongs to a tree of `size` leaves, as its full or its last partial
    /// tile; older partial ones belong to smaller trees.
    pub fn exists_in(&self, size: u64) -> bool {
        let current = match *self {
            Self::Hashes { level, index, .. } => Self::hashes_in(size, level, index),
            Self::Entries { index, .. } => Self::entries_in(size, index),
        };
        current == Some(*self)
    }
}

/// The width of tile `index` where the level has `count` items.
fn width_in(count: u64, index: u64) -> Option<u16> {
    let start = index.checked_mul(TILE_WIDTH.into())?;
    let left = count.checked_sub(start).filter(|left| *left > 0)?;
    Some(u16::try_from(left).map_or(TILE_WIDTH, |left| left.min(TILE_WIDTH)))
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match *self {
            Self::Hashes {
                level,
                index,
                width,
            } => {
                write!(f, "tile/{level}/")?;
                (index, width)
            }
            Self::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
        };
        let mut groups = vec![index % 1000];
        let mut rest = index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", index % 1000)?;
        if width == TILE_WIDTH {
            Ok(())
        } else {
            write!(f, ".p/{width}")
        }
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        let (level, rest) = path
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(TileError)?;
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => (index, parse_width(width)?),
        };
        let index = parse_index(index)?;
        if level == "entries" {
            return Ok(Self::Entries { index, width });
        }
        let level = decimal(level)
            .and_then(|level| u8::try_from(level).ok())
            .ok_or(TileError)?;
        if level > MAX_LEVEL {
            Err(TileError)
        } else {
            Ok(Self::Hashes {
                level,
                index,
                width,
            })
        }
    }
}

fn parse_width(text: &str) -> Result<u16, TileError> {
    let width = decimal(text)
        .and_then(|width| u16::try_from(width).ok())
        .ok_or(TileError)?;
    if (1..TILE_WIDTH).contains(&width) {
        Ok(width)
    } else {
        Err(TileError)
    }
}

fn parse_index(text: &str) -> Result<u64, TileError> {
    let mut groups = text.split('/').peekable();
    let mut index: u64 = 0;
    let mut first = true;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let digits = if last {
            Some(group)
        } else {
            group.strip_prefix('x')
        };
        let digits = digits.filter(|digits| digits.len() == 3).ok_or(TileError)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) || (first && !last && digits == "000") {
            return Err(TileError);
        }
        let value: u64 = digits.parse().map_err(|_| TileError)?;
        index = index
            .checked_mul(1000)
            .and_then(|i| i.checked_add(value))
            .ok_or(TileError)?;
        first = false;
    }
    Ok(index)
}

/// A number without a sign and without leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    (digits && canonical).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_widths_of_a_tree_of_70_000() {
        // The example of tlog-tiles.
        let width = |level, index| match TilePath::hashes_in(70_000, level, index) {
            Some(TilePath::Hashes { width, .. }) => width,
            _ => 0,
        };
        assert_eq!((width(0, 272), width(0, 273), width(0, 274)), (256, 112, 0));
        assert_eq!((width(1, 0), width(1, 1), width(1, 2)), (256, 17, 0));
        assert_eq!((width(2, 0), width(2, 1), width(3, 0)), (1, 0, 0));
        assert_eq!(
            TilePath::hashes_in(256, 1, 0).map(|t| t.to_string()),
            Some("tile/1/000.p/1".into())
        );
        assert_eq!(TilePath::hashes_in(u64::MAX, 255, 0), None);
        assert_eq!(TilePath::entries_in(0, 0), None);
        assert_eq!(TilePath::entries_in(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn a_partial_tile_belongs_to_one_size_only() {
        let partial = TilePath::Entries { index: 0, width: 8 };
        assert!(partial.exists_in(8));
        assert!(!partial.exists_in(9) && !partial.exists_in(300));
    }

    proptest! {
        #[test]
        fn display_then_parse_is_the_same(
            level in 0_u8..=63, index: u64, width in 1_u16..=256, entries: bool,
        ) {
            let path = if entries {
                TilePath::Entries { index, width }
            } else {
                TilePath::Hashes { level, index, width }
            };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn what_parses_is_canonical(text in "tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,2}[0-9]{2,3}(\\.p/[0-9]{1,3})?") {
            if let Ok(path) = text.parse::<TilePath>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
