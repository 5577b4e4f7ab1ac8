//! Where a log is taken from.

use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use reqwest::header::HeaderMap;
use verify::Request;

use super::address::Address;
use super::folder::Folder;
use super::log_file::LogFile;

/// An answer, piece by piece; an error ends the check.
pub(super) type Answer<'a> = Box<dyn Iterator<Item = anyhow::Result<Bytes>> + 'a>;

/// Whatever hands out a log's bytes.
#[derive(Debug)]
pub(super) enum Place {
    Address(Address),
    Folder(Folder),
    File(LogFile),
}

impl Place {
    pub(super) fn open(place: &str, headers: HeaderMap, stall: Duration) -> anyhow::Result<Self> {
        if place.starts_with("https://") || place.starts_with("http://") {
            return Ok(Self::Address(Address::new(place, headers, stall)?));
        }
        let path = Path::new(place);
        if path.is_dir() {
            Ok(Self::Folder(Folder::new(path)))
        } else if path.is_file() {
            Ok(Self::File(LogFile::open(path)?))
        } else {
            anyhow::bail!(
                "{place} is neither an address, nor a folder, nor a file. Name the portal as http(s)://…, a folder of tiles, or a log file."
            )
        }
    }

    /// What the session asks for; `None` where the place has nothing of the kind and the check goes on without.
    /// `size` is how many entries the checkpoint covers, as far as that is known.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        size: u64,
    ) -> anyhow::Result<Option<Answer<'_>>> {
        match self {
            Self::Address(address) => address.ask(request, size),
            Self::Folder(folder) => folder.ask(request, size),
            Self::File(file) => file.ask(request, size),
        }
    }
}

/// The range of a request for a stream, `stream/<from>-<to>`.
pub(super) fn range(path: &str) -> Option<(u64, u64)> {
    let (from, to) = path.strip_prefix("stream/")?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}
