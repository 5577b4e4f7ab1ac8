//! What each stranger reads, and where one is known to be more lenient than we are.

/// golang.org/x/mod/sumdb: `note` and `tlog`.
pub(super) const GO: &str = "go";

/// The Python library of that name.
pub(super) const TLOG_SCALES: &str = "tlog-scales";

/// `openssl pkeyutl`.
pub(super) const OPENSSL: &str = "openssl";

/// A stranger accepts where we refuse.
#[derive(Debug)]
pub(super) struct Leniency {
    pub(super) who: &'static str,
    /// In this field only.
    pub(super) field: &'static str,
    /// Where this bit of a byte is altered, 0 being the lowest.
    pub(super) bits: &'static [u64],
    pub(super) why: &'static str,
}

const ANY: &[u64] = &[0, 1, 2, 3, 4, 5, 6, 7];

const STRAY_BITS: &str = "its base64 decoder passes over bits that belong to no byte";
const OTHER_LINE_END: &str = "Python's splitlines takes a vertical tab for a line end; the text that it checks is one that it writes anew";
const BEHIND_THE_END: &str = "Python's base64 decoder passes over what stands behind the padding";
const EARLY_END: &str = "Python's base64 decoder ends at a padding in the middle, and it does not know how long a signature of an unknown key is";
const ANY_NAME: &str = "it does not look at the form of a name whose key it does not know";

/// All that there are. None of them lets another origin, size or root pass as signed.
pub(super) const LENIENCIES: [Leniency; 14] = [
    lenient(GO, "signature's last character", ANY, STRAY_BITS),
    lenient(GO, "unknown signature's last character", ANY, STRAY_BITS),
    lenient(GO, "unknown signature's padding", ANY, STRAY_BITS),
    lenient(TLOG_SCALES, "signature's last character", ANY, STRAY_BITS),
    lenient(
        TLOG_SCALES,
        "unknown signature's last character",
        ANY,
        STRAY_BITS,
    ),
    lenient(TLOG_SCALES, "unknown signature's padding", ANY, STRAY_BITS),
    lenient(TLOG_SCALES, "root's last character", ANY, STRAY_BITS),
    lenient(TLOG_SCALES, "line end", &[0], OTHER_LINE_END),
    lenient(TLOG_SCALES, "empty line", &[0], OTHER_LINE_END),
    lenient(TLOG_SCALES, "last line end", ANY, BEHIND_THE_END),
    lenient(TLOG_SCALES, "unknown last line end", ANY, BEHIND_THE_END),
    lenient(TLOG_SCALES, "unknown key name", ANY, ANY_NAME),
    // `9` and `5` become `=`.
    lenient(TLOG_SCALES, "unknown signature", &[2, 3], EARLY_END),
    lenient(TLOG_SCALES, "unknown key id", &[2, 3], EARLY_END),
];

const fn lenient(
    who: &'static str,
    field: &'static str,
    bits: &'static [u64],
    why: &'static str,
) -> Leniency {
    Leniency {
        who,
        field,
        bits,
        why,
    }
}

/// Whether this stranger looks at the field at all.
pub(super) fn reads(who: &str, field: &str) -> bool {
    match who {
        // It looks at a checkpoint's text and at the 64 bytes that sign it.
        OPENSSL => matches!(
            field,
            "nothing"
                | "origin"
                | "size"
                | "root"
                | "root's last character"
                | "root's padding"
                | "line end"
                | "signature"
        ),
        // It knows no chain.
        TLOG_SCALES => !field.ends_with("signed anew"),
        _ => true,
    }
}
