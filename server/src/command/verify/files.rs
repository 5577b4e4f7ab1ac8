//! A stream of entries out of bundles, where a log lies as files.

use axum::body::Bytes;
use ledger::{TilePath, bundle};

use super::place::Answer;

/// The longest file of a log: a full bundle of the longest entries.
pub(super) const LONGEST_FILE: usize = 256 * (2 + 65_535);

/// How many entries a full bundle holds.
const WIDTH: u16 = 256;

/// Whatever hands out whole files by name.
pub(super) trait Files {
    /// The file's bytes, at most [`LONGEST_FILE`] of them; `None` where there is none.
    fn get(&self, name: &str) -> anyhow::Result<Option<Bytes>>;
}

/// The entries `from..to` of a log of so many, bundle after bundle. A bundle that is missing is left out: the check
/// finds that its entries are. Where none at all is there, nothing can be checked.
pub(super) fn stream<'a>(files: &'a impl Files, from: u64, to: u64, size: u64) -> Answer<'a> {
    let mut index = from / u64::from(WIDTH);
    let (mut some, mut over) = (false, false);
    Box::new(std::iter::from_fn(move || {
        loop {
            if over {
                return None;
            }
            if index * u64::from(WIDTH) >= to {
                over = true;
                let nothing = "There is no bundle of entries below tile/entries, so nothing was judged. Name the folder or address that the log's checkpoint and its tiles lie in.";
                return (!some).then(|| Err(anyhow::anyhow!(nothing)));
            }
            let got = get(files, size, index);
            index += 1;
            match got {
                Ok(None) => {}
                Ok(Some(bytes)) => {
                    some = true;
                    return Some(Ok(bytes));
                }
                Err(error) => {
                    over = true;
                    return Some(Err(error));
                }
            }
        }
    }))
}

/// One bundle of a log of so many entries. A log that has grown since has the full one in the place of the last.
fn get(files: &impl Files, size: u64, index: u64) -> anyhow::Result<Option<Bytes>> {
    let Some(path) = TilePath::entries_in(size, index) else {
        return Ok(None);
    };
    let TilePath::Entries { width, .. } = path else {
        return Ok(None);
    };
    if let Some(bytes) = files.get(&path.to_string())? {
        return Ok(Some(sound(bytes, width, width == WIDTH)));
    }
    if width == WIDTH {
        return Ok(None);
    }
    let full = TilePath::Entries {
        index,
        width: WIDTH,
    };
    let bytes = files.get(&full.to_string())?;
    Ok(bytes.map(|bytes| sound(bytes, width, false)))
}

/// The bundle's entries. One that ends early must not shift the framing of the next; what stands beyond the entries
/// of a full one stays, and is found.
fn sound(bytes: Bytes, width: u16, is_full: bool) -> Bytes {
    let (mut entries, mut length) = (0_u16, 0);
    for entry in bundle::split(&bytes).map_while(Result::ok) {
        if entries == width {
            break;
        }
        entries += 1;
        length += 2 + entry.len();
    }
    if entries == width && is_full {
        bytes
    } else {
        bytes.slice(..length)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    struct Shelf(HashMap<String, Bytes>);

    impl Files for Shelf {
        fn get(&self, name: &str) -> anyhow::Result<Option<Bytes>> {
            Ok(self.0.get(name).cloned())
        }
    }

    fn framed(from: u64, to: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for seq in from..to {
            bundle::push(&mut bytes, seq.to_string().as_bytes()).expect("it is short");
        }
        bytes
    }

    /// The bundles of 600 entries.
    fn shelf() -> Shelf {
        let files = [
            ("tile/entries/000", framed(0, 256)),
            ("tile/entries/001", framed(256, 512)),
            ("tile/entries/002.p/88", framed(512, 600)),
        ];
        Shelf(
            files
                .map(|(name, bytes)| (name.to_owned(), bytes.into()))
                .into(),
        )
    }

    fn all(shelf: &Shelf, from: u64, to: u64, size: u64) -> Vec<u8> {
        stream(shelf, from, to, size)
            .flat_map(|piece| piece.expect("a bundle"))
            .collect()
    }

    #[test]
    fn a_stream_is_the_bundles_one_after_the_other() {
        assert_eq!(all(&shelf(), 0, 600, 600), framed(0, 600));
        assert_eq!(all(&shelf(), 256, 512, 600), framed(256, 512));
    }

    #[test]
    fn the_full_bundle_of_a_log_that_has_grown_stands_in_for_the_partial_one() {
        assert_eq!(all(&shelf(), 0, 300, 300), framed(0, 300));
    }

    #[test]
    fn a_bundle_that_is_missing_or_ends_early_leaves_the_others_as_they_are() {
        let mut shelf = shelf();
        let cut = Bytes::from(framed(0, 256)).slice(..700);
        shelf.0.insert("tile/entries/000".to_owned(), cut);
        let bytes = all(&shelf, 0, 600, 600);
        assert!(bytes.ends_with(&framed(256, 600)));
        assert!(bundle::split(&bytes).all(|entry| entry.is_ok()));
        shelf.0.remove("tile/entries/001");
        assert!(all(&shelf, 0, 600, 600).ends_with(&framed(512, 600)));
    }

    #[test]
    fn what_stands_beyond_a_full_bundle_is_handed_on() {
        let mut shelf = shelf();
        let more = [framed(0, 256), framed(7, 8)].concat();
        shelf.0.insert("tile/entries/000".to_owned(), more.into());
        assert_eq!(all(&shelf, 0, 256, 600).len(), framed(0, 256).len() + 3);
    }

    #[test]
    fn without_any_bundle_there_is_a_sentence() {
        let nothing = Shelf(HashMap::new());
        let mut answer = stream(&nothing, 0, 600, 600);
        let error = answer.next().expect("an error").expect_err("an error");
        assert!(error.to_string().contains("nothing was judged"));
        assert!(answer.next().is_none());
    }
}
