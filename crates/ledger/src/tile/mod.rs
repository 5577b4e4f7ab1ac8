//! How the log is cut into files: hash tiles and entry bundles (C2SP tlog-tiles).

pub mod bundle;
mod path;

pub(crate) use path::decimal;
pub use path::{TileError, TilePath};

/// How many hashes a full tile has, and how many entries a full bundle (tlog-tiles).
pub(crate) const TILE_WIDTH: u16 = 256;
