//! Names of tiles. The peer's have their height in them, and `data` for `entries`.

use std::panic::catch_unwind;

use ledger::TilePath;
use tlog_tiles::Tile;

use crate::known::Difference;
use crate::random::Random;
use crate::{Comparison, seeds};

/// The height of all tiles here.
const HEIGHT: &str = "tile/8/";

fn ours(path: &str) -> Result<TilePath, Option<Difference>> {
    path.parse().map_err(|_| None)
}

/// What the peer reads, or that it panics.
fn theirs(path: &str) -> Result<Option<TilePath>, Difference> {
    let with_height = match path.strip_prefix("tile/") {
        Some(rest) if rest.starts_with("data") => return Ok(None),
        Some(rest) => format!("{HEIGHT}{}", rest.replacen("entries", "data", 1)),
        None => path.to_owned(),
    };
    let tile = catch_unwind(|| Tile::from_path(&with_height).ok());
    let Some(tile) = tile.map_err(|_| Difference::PathPanics)? else {
        return Ok(None);
    };
    assert_eq!(tile.height(), 8, "{path}");
    let (index, width) = (
        tile.level_index(),
        u16::try_from(tile.width()).expect("256 at most"),
    );
    let read = if tile.is_data() {
        TilePath::Entries { index, width }
    } else {
        let level = tile.level();
        TilePath::Hashes {
            level,
            index,
            width,
        }
    };
    assert_eq!(read.to_string(), path, "its name is ours");
    Ok(Some(read))
}

fn compare(comparison: &mut Comparison, path: &str) {
    match theirs(path) {
        Ok(theirs) => comparison.compare(&path, ours(path), theirs),
        Err(difference) => {
            assert_eq!(ours(path), Err(None), "{path}");
            comparison.differs(difference);
        }
    }
}

#[test]
fn names_of_tiles() {
    let (mut random, mut comparison) = (Random::new(), Comparison::default());
    let mut paths = Vec::new();
    for level in [
        "0", "1", "7", "63", "64", "255", "256", "01", "entries", "data", "8",
    ] {
        for index in [
            "000",
            "009",
            "255",
            "999",
            "1000",
            "x001/000",
            "x001/234",
            "x000/001",
            "001/234",
            "x018/x446/x744/x073/x709/x551/615",
            "x018/x446/x744/x073/x709/x551/616",
        ] {
            for width in ["", ".p/0", ".p/1", ".p/255", ".p/256", ".p/09", ".p/"] {
                paths.push(format!("tile/{level}/{index}{width}").into_bytes());
            }
        }
    }
    for _ in 0..12_000 {
        paths.push(random.mutation(&paths[..800]));
    }
    paths.extend(seeds::of(&["tile"]));
    for path in &paths {
        if let Ok(path) = std::str::from_utf8(path) {
            compare(&mut comparison, path);
        }
    }
    comparison.finish((200, 5_000), &[Difference::PathPanics]);
}
