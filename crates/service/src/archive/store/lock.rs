//! Whether a bucket locks what is put into it: Object Lock with a default retention that nobody can
//! shorten, long enough.
//!
//! ```xml
//! <ObjectLockConfiguration>
//!   <ObjectLockEnabled>Enabled</ObjectLockEnabled>
//!   <Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>365</Days></DefaultRetention></Rule>
//! </ObjectLockConfiguration>
//! ```

use roxmltree::Document;

use super::xml::{child, text};

/// Days of a year, as S3 counts a retention in `Years`.
const YEAR: u32 = 365;

/// Why a bucket is no archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LockFault {
    #[error(
        "the bucket has no Object Lock; make a new one with Object Lock enabled, and give it a default retention in mode COMPLIANCE"
    )]
    Off,
    #[error(
        "the bucket has Object Lock, and no default retention; give it one in mode COMPLIANCE of {least} days or more"
    )]
    NoDefault { least: u32 },
    #[error(
        "the bucket's default retention has mode {0}, which somebody with a special right passes by; change it to COMPLIANCE"
    )]
    Mode(String),
    #[error("the bucket's default retention is {days} days, archive.s3 wants {least}; lengthen it")]
    TooShort { days: u32, least: u32 },
    #[error("the bucket's Object Lock configuration cannot be read; is the endpoint S3?")]
    Malformed,
}

/// Checks the answer to `GET ?object-lock`.
pub(super) fn check(xml: &str, least: u32) -> Result<(), LockFault> {
    let document = Document::parse(xml).map_err(|_| LockFault::Malformed)?;
    let root = document.root_element();
    if root.tag_name().name() != "ObjectLockConfiguration" {
        return Err(LockFault::Malformed);
    }
    if text(root, "ObjectLockEnabled") != Some("Enabled") {
        return Err(LockFault::Off);
    }
    let retention = child(root, "Rule")
        .and_then(|rule| child(rule, "DefaultRetention"))
        .ok_or(LockFault::NoDefault { least })?;
    match text(retention, "Mode") {
        Some("COMPLIANCE") => {}
        Some(other) => return Err(LockFault::Mode(other.chars().take(32).collect())),
        None => return Err(LockFault::NoDefault { least }),
    }
    let number = |name| text(retention, name).and_then(|text| text.parse::<u32>().ok());
    let days = number("Days")
        .or_else(|| number("Years").map(|years| years.saturating_mul(YEAR)))
        .ok_or(LockFault::Malformed)?;
    if days < least {
        return Err(LockFault::TooShort { days, least });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(inside: &str) -> Result<(), LockFault> {
        let xml = format!(
            r#"<?xml version="1.0"?><ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</ObjectLockConfiguration>"#
        );
        check(&xml, 30)
    }

    fn locked(retention: &str) -> Result<(), LockFault> {
        bucket(&format!(
            "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>{retention}</DefaultRetention></Rule>"
        ))
    }

    #[test]
    fn only_a_lock_that_nobody_can_shorten_is_taken() {
        assert_eq!(locked("<Mode>COMPLIANCE</Mode><Days>30</Days>"), Ok(()));
        assert_eq!(locked("<Mode>COMPLIANCE</Mode><Years>1</Years>"), Ok(()));
        let short = LockFault::TooShort {
            days: 29,
            least: 30,
        };
        assert_eq!(locked("<Mode>COMPLIANCE</Mode><Days>29</Days>"), Err(short));
        assert_eq!(
            locked("<Mode>GOVERNANCE</Mode><Days>99</Days>"),
            Err(LockFault::Mode("GOVERNANCE".into()))
        );
        let none = LockFault::NoDefault { least: 30 };
        assert_eq!(locked("<Days>99</Days>"), Err(none.clone()));
        assert_eq!(locked("<Mode>COMPLIANCE</Mode>"), Err(LockFault::Malformed));
        assert_eq!(
            bucket("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"),
            Err(none)
        );
        assert_eq!(bucket(""), Err(LockFault::Off));
        for other in [
            "",
            "{}",
            "<html></html>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        ] {
            assert_eq!(check(other, 1), Err(LockFault::Malformed), "{other}");
        }
    }
}
