//! Who said what of which case, and where they differ.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use super::known::{self, LENIENCIES, Leniency};

/// The crate `ledger`.
pub(super) const OURS: &str = "ours";

/// One case, as far as it matters here.
#[derive(Debug)]
pub(super) struct Case {
    name: String,
    field: String,
    expect: String,
    /// The bit that is altered, within its byte.
    bit: Option<u64>,
}

/// Every verdict on every case.
#[derive(Debug)]
pub(super) struct Matrix {
    cases: Vec<Case>,
    strangers: Vec<&'static str>,
    /// A case's verdicts: ours, then the strangers'.
    verdicts: Vec<Vec<Verdict>>,
}

/// What one judge said.
#[derive(Debug)]
struct Verdict {
    verdict: String,
    why: String,
}

/// All cases of one field.
#[derive(Debug)]
pub(super) struct Row<'a> {
    field: &'a str,
    cases: usize,
    accepted: usize,
    refused: usize,
    readers: Vec<&'static str>,
    /// What must not be.
    pub(super) faults: Vec<String>,
}

impl Case {
    /// One line of the file.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let (_kind, name, field, expect) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let flipped = parts.filter_map(|part| part.split_once('^')).next();
        let bit = flipped.and_then(|(_, bit)| bit.parse::<u64>().ok());
        Some(Self {
            name: name.to_owned(),
            field: field.to_owned(),
            expect: expect.to_owned(),
            bit: bit.map(|bit| bit % 8),
        })
    }
}

impl Matrix {
    /// Puts the judges' lines side by side.
    pub(super) fn fill(cases: Vec<Case>, judges: Vec<(&'static str, Vec<String>)>) -> Result<Self> {
        let mut verdicts: Vec<Vec<Verdict>> = cases.iter().map(|_| Vec::new()).collect();
        for (who, lines) in &judges {
            if lines.len() != cases.len() {
                bail!("{who} judged {} of {} cases", lines.len(), cases.len());
            }
            for (of_case, line) in verdicts.iter_mut().zip(lines) {
                let (verdict, why) = line.split_once('\t').unwrap_or((line, ""));
                of_case.push(Verdict {
                    verdict: verdict.to_owned(),
                    why: why.to_owned(),
                });
            }
        }
        let mut who = judges.iter().map(|(who, _)| *who);
        if who.next() != Some(OURS) {
            bail!("our own verdicts come first");
        }
        Ok(Self {
            strangers: who.collect(),
            cases,
            verdicts,
        })
    }

    /// How many cases there are.
    pub(super) fn cases(&self) -> usize {
        self.cases.len()
    }

    /// How many of them we refuse.
    pub(super) fn refused(&self) -> usize {
        let refused = |verdicts: &&Vec<Verdict>| verdicts[0].verdict == "reject";
        self.verdicts.iter().filter(refused).count()
    }

    /// The cases by field.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: BTreeMap<&str, Row<'_>> = BTreeMap::new();
        for (case, verdicts) in self.cases.iter().zip(&self.verdicts) {
            let row = rows.entry(&case.field).or_insert_with(|| Row {
                field: &case.field,
                cases: 0,
                accepted: 0,
                refused: 0,
                readers: self.readers(&case.field),
                faults: Vec::new(),
            });
            row.cases += 1;
            match verdicts[0].verdict.as_str() {
                "accept" => row.accepted += 1,
                "reject" => row.refused += 1,
                _ => {}
            }
            row.faults.extend(self.faults(case, verdicts));
        }
        rows.into_values().collect()
    }

    /// A line for each leniency: how often it showed.
    pub(super) fn known_differences(&self) -> Vec<String> {
        let line = |leniency: &Leniency| {
            let seen = self.cases.iter().zip(&self.verdicts);
            let seen = seen.filter(|(case, verdicts)| {
                self.strangers
                    .iter()
                    .zip(&verdicts[1..])
                    .any(|(who, verdict)| leniency.covers(who, case, &verdicts[0], verdict))
            });
            format!(
                "known: {} accepts {} of `{}`, where we refuse: {}",
                leniency.who,
                seen.count(),
                leniency.field,
                leniency.why
            )
        };
        LENIENCIES.iter().map(line).collect()
    }

    fn readers(&self, field: &str) -> Vec<&'static str> {
        let strangers = self.strangers.iter().copied();
        strangers.filter(|who| known::reads(who, field)).collect()
    }

    /// What is wrong with the verdicts on one case.
    fn faults(&self, case: &Case, verdicts: &[Verdict]) -> Vec<String> {
        let (ours, theirs) = (&verdicts[0], &verdicts[1..]);
        let mut faults = Vec::new();
        if case.expect != "agree" && ours.verdict != case.expect {
            faults.push(format!(
                "{} ({}): {OURS} says {ours}, and {} is right",
                case.name, case.field, case.expect
            ));
        }
        for (who, verdict) in self.strangers.iter().zip(theirs) {
            let differ = known::reads(who, &case.field) && verdict.verdict != ours.verdict;
            let excused = || {
                LENIENCIES
                    .iter()
                    .any(|known| known.covers(who, case, ours, verdict))
            };
            if differ && !excused() {
                let bit = case.bit.map(|bit| format!(", bit {bit} of a byte"));
                faults.push(format!(
                    "{} ({}{}): {OURS} says {ours}, {who} says {verdict}",
                    case.name,
                    case.field,
                    bit.unwrap_or_default(),
                ));
            }
        }
        faults
    }
}

impl Leniency {
    /// Whether this is why they differ.
    fn covers(&self, who: &str, case: &Case, ours: &Verdict, theirs: &Verdict) -> bool {
        self.who == who
            && self.field == case.field
            && case.bit.is_some_and(|bit| self.bits.contains(&bit))
            && ours.verdict == "reject"
            && theirs.verdict == "accept"
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.verdict)?;
        if self.why.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.why)
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} cases, {} accepted, {} refused, as {} do",
            self.field,
            self.cases,
            self.accepted,
            self.refused,
            self.readers.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "log\t2 checkpoint bit 9\tsize\treject\t2\tcheckpoint^9";

    fn faults(case: &str, verdicts: &[(&'static str, &str)]) -> Vec<String> {
        let cases = vec![Case::read(case).expect("a case")];
        let judges = verdicts
            .iter()
            .map(|(who, line)| (*who, vec![(*line).to_owned()]));
        let matrix = Matrix::fill(cases, judges.collect()).expect("one line each");
        matrix.rows().remove(0).faults
    }

    #[test]
    fn agreement_is_no_fault() {
        let said = [(OURS, "reject\twhy"), (known::GO, "reject\tother words")];
        assert!(faults(CASE, &said).is_empty());
    }

    #[test]
    fn a_difference_names_case_field_bit_and_both_verdicts() {
        let said = [(OURS, "reject\tno"), (known::GO, "accept\t")];
        assert_eq!(
            faults(CASE, &said),
            ["2 checkpoint bit 9 (size, bit 1 of a byte): ours says reject (no), go says accept"]
        );
    }

    #[test]
    fn what_all_get_wrong_is_a_fault() {
        let said = [(OURS, "accept\t"), (known::GO, "accept\t")];
        assert_eq!(faults(CASE, &said).len(), 1);
    }

    #[test]
    fn a_known_leniency_is_excused_on_its_bits_and_in_its_direction_only() {
        let case = |bit| format!("log\tn\tline end\tagree\t2\tcheckpoint^{bit}");
        let lenient = [(OURS, "reject\t"), (known::TLOG_SCALES, "accept\t")];
        let strict = [(OURS, "accept\t"), (known::TLOG_SCALES, "reject\t")];
        assert!(faults(&case(8), &lenient).is_empty());
        assert_eq!(faults(&case(9), &lenient).len(), 1);
        assert_eq!(faults(&case(8), &strict).len(), 1);
    }

    #[test]
    fn who_reads_a_field_must_have_a_verdict() {
        let said = [(OURS, "reject\t"), (known::OPENSSL, "-\t")];
        assert_eq!(faults(CASE, &said).len(), 1);
        let entry = "log\tn\tentries\treject\t2\ttile/entries/000.p/2^9";
        assert!(faults(entry, &said).is_empty());
    }
}
