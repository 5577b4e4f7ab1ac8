//! A whole log in one file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use anyhow::Context as _;
use axum::body::Bytes;
use ledger::TilePath;
use ledger::log_file::MAX_HEAD_LEN;
use verify::{LogFileParts, Purpose, Request};

use super::place::{Answer, range};

/// How many bytes are handed on at a time.
const PIECE: usize = 256 * 1024;

/// How many entries lie between two places that are remembered: streams begin at such.
const STRIDE: u64 = 256;

/// How long a leaf hash is, in bytes.
const HASH_LEN: u64 = 32;

const UNREADABLE: &str = "The log file could not be read to its end, so nothing was judged. Copy it anew and verify again";

/// The file, and where its parts lie.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    parts: LogFileParts,
    /// Where every 256th entry begins, as far as the file was read.
    places: Vec<u64>,
}

impl LogFile {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let read = || {
            let mut file = File::open(path)?;
            let mut head = Vec::new();
            Read::by_ref(&mut file)
                .take(MAX_HEAD_LEN as u64)
                .read_to_end(&mut head)?;
            let length = file.metadata()?.len();
            Ok::<_, io::Error>((file, head, length))
        };
        let (file, head, length) =
            read().with_context(|| format!("{} cannot be read", path.display()))?;
        let parts = LogFileParts::of(&head, length)?;
        let places = vec![parts.entries.start];
        Ok(Self {
            file,
            parts,
            places,
        })
    }

    pub(super) fn ask(
        &mut self,
        request: &Request,
        size: u64,
    ) -> anyhow::Result<Option<Answer<'_>>> {
        let part = match request.purpose {
            Purpose::Checkpoint => Some(self.parts.checkpoint.clone()),
            Purpose::Witnessed => None,
            Purpose::Locate => self.tile(&request.path),
            Purpose::Stream | Purpose::Show => {
                return Ok(match range(&request.path) {
                    Some((from, to)) => self.stream(from, to, size)?,
                    None => None,
                });
            }
        };
        let Some(part) = part else { return Ok(None) };
        let bytes = self.read(part).context(UNREADABLE)?;
        Ok(Some(Box::new(std::iter::once(Ok(bytes)))))
    }

    /// Where the leaf hashes of a tile lie.
    fn tile(&self, path: &str) -> Option<Range<u64>> {
        let TilePath::Hashes {
            level: 0,
            index,
            width,
        } = path.parse().ok()?
        else {
            return None;
        };
        let from = index.checked_mul(STRIDE * HASH_LEN)?;
        let from = self.parts.leaves.start.checked_add(from)?;
        let to = from.checked_add(u64::from(width) * HASH_LEN)?;
        (to <= self.parts.leaves.end).then_some(from..to)
    }

    /// A part that has its limit: the checkpoint, or a tile.
    fn read(&mut self, part: Range<u64>) -> io::Result<Bytes> {
        self.file.seek(SeekFrom::Start(part.start))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut self.file)
            .take(part.end - part.start)
            .read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    /// The entries `from..to`; with the last of the log whatever stands after it, which must be nothing.
    fn stream(&mut self, from: u64, to: u64, size: u64) -> anyhow::Result<Option<Answer<'_>>> {
        let place = usize::try_from(from / STRIDE).ok();
        let Some(begin) = place.and_then(|place| self.places.get(place).copied()) else {
            // The file ended before: what is missing is found.
            return Ok(Some(Box::new(std::iter::empty())));
        };
        self.file.seek(SeekFrom::Start(begin)).context(UNREADABLE)?;
        let mut entries = Entries {
            reader: BufReader::with_capacity(PIECE, &self.file),
            places: &mut self.places,
            at: from,
            offset: begin,
            to,
            with_rest: to >= size,
            over: false,
        };
        Ok(Some(Box::new(std::iter::from_fn(move || {
            let piece = entries.piece();
            match piece {
                Ok(bytes) if bytes.is_empty() => None,
                Ok(bytes) => Some(Ok(bytes.into())),
                Err(fault) => {
                    entries.over = true;
                    Some(Err(anyhow::Error::new(fault).context(UNREADABLE)))
                }
            }
        }))))
    }
}

/// Entries on their way out of the file.
struct Entries<'a> {
    reader: BufReader<&'a File>,
    places: &'a mut Vec<u64>,
    /// The next entry, and where it begins.
    at: u64,
    offset: u64,
    to: u64,
    with_rest: bool,
    over: bool,
}

impl Entries<'_> {
    /// The next whole entries, or what the file holds in their place; nothing at the end.
    fn piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        while piece.len() < PIECE && !self.over {
            if self.at.is_multiple_of(STRIDE) && self.places.len() as u64 == self.at / STRIDE {
                self.places.push(self.offset);
            }
            if self.at == self.to {
                self.over = true;
                if self.with_rest {
                    self.append(&mut piece, PIECE)?;
                }
                break;
            }
            let before = piece.len();
            self.append(&mut piece, 2)?;
            let length = match piece.get(before..) {
                Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
                _ => break,
            };
            self.append(&mut piece, length)?;
            self.at += 1;
        }
        Ok(piece)
    }

    /// Appends so many bytes, or those that are left.
    fn append(&mut self, piece: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let read = Read::by_ref(&mut self.reader)
            .take(length as u64)
            .read_to_end(piece)?;
        self.offset += read as u64;
        self.over |= read < length;
        Ok(())
    }
}
