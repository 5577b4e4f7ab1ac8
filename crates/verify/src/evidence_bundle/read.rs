//! From bytes to a bundle: one form, and nothing beyond its limits.

use access::ids::RequestId;
use ledger::evidence::{Bundle, FORMAT, MAX_ENTRIES, MAX_LEN, MAX_OPENINGS};

/// Why bytes are no evidence bundle.
#[derive(Debug, thiserror::Error)]
pub enum NotABundle {
    /// Longer than any that a reader takes.
    #[error("This file is longer than an evidence bundle may be, {MAX_LEN} bytes.")]
    TooLong,
    /// No JSON, or other members than a bundle has.
    #[error(
        "This is not an evidence bundle: {0}. Take the file as the portal gave it, without opening and saving it."
    )]
    Unreadable(#[from] serde_json::Error),
    /// Of another kind or version.
    #[error("This file says that it is {0:?}, and only {FORMAT:?} can be read here.")]
    OtherFormat(String),
    /// The same could be written in another way.
    #[error(
        "This file was written anew by another program: it is not in the one form of an evidence bundle. Take it as the portal gave it."
    )]
    OtherForm,
    /// More than any that a reader takes.
    #[error(
        "This file has more than an evidence bundle may have: {MAX_ENTRIES} entries and {MAX_OPENINGS} openings."
    )]
    TooMany,
    /// Out of order, or twice.
    #[error("The entries or openings of this file are not in their order, or one is there twice.")]
    Order,
    /// Not the id of a request.
    #[error("This file does not say whose entries it holds: {0:?} is not the id of a request.")]
    Request(String),
    /// Without the log's first entry.
    #[error("This file lacks the log's first entry, which says under which key the log began.")]
    NoBeginning,
}

/// Reads a file; nothing is checked yet but its form.
pub(super) fn read(file: &[u8]) -> Result<(Bundle, RequestId), NotABundle> {
    if file.len() > MAX_LEN {
        return Err(NotABundle::TooLong);
    }
    let bundle: Bundle = serde_json::from_slice(file)?;
    if bundle.format != FORMAT {
        return Err(NotABundle::OtherFormat(bundle.format));
    }
    if bundle.entries.len() > MAX_ENTRIES || bundle.openings.len() > MAX_OPENINGS {
        return Err(NotABundle::TooMany);
    }
    // Two files that say the same would be told apart by nothing that is signed.
    if serde_json::to_vec(&bundle)? != file {
        return Err(NotABundle::OtherForm);
    }
    let rise = bundle.entries.is_sorted_by(|one, next| one.seq < next.seq);
    let place = |one: &ledger::evidence::Shown| (one.seq, one.field.clone());
    let openings_rise = bundle
        .openings
        .is_sorted_by(|one, next| place(one) < place(next));
    if !rise || !openings_rise {
        return Err(NotABundle::Order);
    }
    if bundle.entries.first().is_none_or(|first| first.seq != 0) {
        return Err(NotABundle::NoBeginning);
    }
    let request = bundle.request.parse::<RequestId>().ok();
    match request.filter(|request| request.to_string() == bundle.request) {
        Some(request) => Ok((bundle, request)),
        None => Err(NotABundle::Request(bundle.request)),
    }
}
