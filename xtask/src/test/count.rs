//! How many passed: a step that is one check counts once, a run of tests counts its tests.

use std::ops::AddAssign;

/// Passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Count {
    /// One check that holds.
    pub(super) fn success() -> Count {
        Count {
            passed: 1,
            failed: 0,
        }
    }

    /// One check that does not.
    pub(super) fn failure() -> Count {
        Count {
            passed: 0,
            failed: 1,
        }
    }

    /// What the lines of a run say in their summaries: those of `cargo test` (`test result: ok. 5 passed; 0
    /// failed; …`), of nextest (`Summary [ 1.2s] 120 tests run: 118 passed, 2 failed, 3 skipped`) and of
    /// Playwright (`  12 passed (30s)`, `  1 failed`).
    pub(super) fn of(lines: &[String]) -> Count {
        let mut count = Count::default();
        for line in lines {
            let line = line.trim();
            let (before_digits, _) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let summary = line.starts_with("test result:")
                || line.starts_with("Summary [")
                || before_digits.bytes().all(|byte| byte.is_ascii_digit());
            if summary {
                count.passed += number_before(line, "passed").unwrap_or(0);
                count.failed += number_before(line, "failed").unwrap_or(0);
            }
        }
        count
    }

    /// A run that failed without saying that a test failed (it did not compile) failed once.
    pub(super) fn with_status(self, success: bool) -> Count {
        if success || self.failed > 0 {
            self
        } else {
            Count { failed: 1, ..self }
        }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The number that stands before the word.
fn number_before(line: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words
        .windows(2)
        .find(|pair| pair[1].trim_end_matches([',', ';']) == word)
        .and_then(|pair| pair[0].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Count {
        Count::of(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn summaries_are_read() {
        let cargo = "running 2 tests\ntest a ... ok\ntest result: ok. 5 passed; 1 failed; 0 ignored; 0 measured";
        assert_eq!(
            count(cargo),
            Count {
                passed: 5,
                failed: 1
            }
        );
        let nextest =
            "     Summary [   1.234s] 120 tests run: 118 passed (1 slow), 2 failed, 3 skipped";
        assert_eq!(
            count(nextest),
            Count {
                passed: 118,
                failed: 2
            }
        );
        let playwright =
            "  ok 1 journeys/a.spec.ts\n  1 failed\n    journeys/b.spec.ts\n  12 passed (30.1s)";
        assert_eq!(
            count(playwright),
            Count {
                passed: 12,
                failed: 1
            }
        );
    }

    #[test]
    fn a_run_that_did_not_compile_failed() {
        assert_eq!(
            count("error: aborting").with_status(false),
            Count::failure()
        );
    }
}
