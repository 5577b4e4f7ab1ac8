//! The rules of time zones, as this machine's database has them.

use std::path::Path;
use std::sync::LazyLock;

/// Where systems keep the IANA database, compiled.
const DATABASE: &str = "/usr/share/zoneinfo";

/// The rule of a zone in the form of POSIX `TZ`, from the last line of its file (RFC 9636 §3.3); `None` where the
/// database has no such zone, or is not there.
pub fn zone_rule(zone: &str) -> Option<String> {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    if !zone.split('/').all(plain) {
        return None;
    }
    let file = std::fs::read(Path::new(DATABASE).join(zone)).ok()?;
    let footer = file.strip_prefix(b"TZif")?.strip_suffix(b"\n")?;
    let rule = footer.rsplit(|byte| *byte == b'\n').next()?;
    String::from_utf8(rule.to_vec())
        .ok()
        .filter(|rule| !rule.is_empty())
}

/// Every zone that people live in, with its rule, by name; none where the database is not there. Read once.
pub fn zones() -> &'static [(String, String)] {
    static ZONES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let table = Path::new(DATABASE).join("zone1970.tab");
        let table = std::fs::read_to_string(table).unwrap_or_default();
        let name = |line: &str| line.split('\t').nth(2).map(str::to_owned);
        let mut zones: Vec<_> = table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(name)
            .chain(["UTC".to_owned()])
            .filter_map(|zone| zone_rule(&zone).map(|rule| (zone, rule)))
            .collect();
        zones.sort();
        zones
    });
    &ZONES
}

#[cfg(test)]
mod tests {
    use super::zone_rule;

    #[test]
    fn only_names_of_zones_are_looked_up() {
        for name in ["", "/etc/passwd", "../../../etc/passwd", "Europe//Berlin", "a\0b", "Nowhere/At_All"] {
            assert_eq!(zone_rule(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_zone_has_the_rule_of_its_file() {
        // Where the machine has no database there is nothing to read, and the editor says so.
        if std::path::Path::new(super::DATABASE).join("Europe/Berlin").exists() {
            let rule = zone_rule("Europe/Berlin");
            assert_eq!(rule.as_deref(), Some("CET-1CEST,M3.5.0,M10.5.0/3"));
        }
    }
}
