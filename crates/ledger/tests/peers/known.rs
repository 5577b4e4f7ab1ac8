//! All differences that are known. Each test says which of them it meets, and fails where it meets
//! another one, or one of them no more.

/// A difference, and why it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    // They accept, we refuse.
    /// `signed_note` takes upper-case digits in a key text, and a `+` before them: for us each key has
    /// one text.
    KeyIdText,
    /// It takes control characters and any length in the name of a key, which is our log's origin and
    /// stands in lines that people read.
    KeyName,
    /// It takes a key of small order, under which one signature can fit many texts.
    SmallOrder,
    /// It takes a second form of the same point.
    OtherPoint,
    /// It takes a signature whose commitment has small order: somebody who holds the key can make one that
    /// other implementations refuse.
    SmallOrderCommitment,
    /// It reads notes of up to 1,000,000 bytes, we of up to 256 KiB.
    LongNote,
    /// It reads up to 100 signatures, we up to 64; signed-note wants 16.
    ManySignatures,
    /// It looks at the first line by each key only; for us any bad line by a known key refuses the note.
    SecondLine,
    /// `tlog_tiles` takes sizes of 2^63 and more, which other readers cannot hold.
    Size,
    /// It takes any line as an origin, ours is the name of a key too.
    OriginName,
    /// It takes any root for an empty log; there is one empty tree (RFC 6962, 2.1).
    EmptyRoot,
    // We accept, they refuse.
    /// `signed_note` knows log keys alone. Witnesses' keys (tlog-cosignature) we check; ML-DSA-44 is shown
    /// as not checked, and counts for nothing.
    OtherKeyType,
    /// Two empty trees are the same, and their proof is empty; the peers know no proof for an empty tree.
    /// It proves nothing that the equal roots do not say.
    TwoEmptyTrees,
    // Neither.
    /// `tlog_tiles` panics at levels beyond 63 and a width of 0; we refuse them.
    PathPanics,
}
