//! What one reader reads together is told once, and none of it is lost.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use access::ids::PersonId;

use super::*;

const WINDOW_MS: i64 = 300_000;

fn readings(folder: &Path) -> Readings {
    Readings::new(folder, Duration::from_millis(WINDOW_MS.unsigned_abs()))
}

fn reader(number: u128) -> Actor {
    Actor::Person {
        person: PersonId::new(Uuid::from_u128(number)),
        groups: vec!["auditors".parse().unwrap()],
    }
}

fn at(ms: i64) -> UnixMillis {
    UnixMillis::new(1_767_600_000_000 + ms)
}

fn told(readings: &Readings, ms: i64) -> Vec<(u64, u64)> {
    let mut told = Vec::new();
    for (id, reading) in readings.ended(Ending::Over, at(ms)).unwrap().whole {
        told.push((reading.from, reading.to));
        readings.journal.forget(id).unwrap();
    }
    told.sort_unstable();
    told
}

#[test]
fn a_million_entries_in_bundles_are_one_reading() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    for bundle in 0..3_907 {
        let (from, to) = (bundle * 256, (bundle * 256 + 256).min(1_000_000));
        readings.note(&reader(1), from, to, at(1)).unwrap();
    }
    assert_eq!(told(&readings, WINDOW_MS), []);
    assert_eq!(told(&readings, WINDOW_MS + 1), [(0, 1_000_000)]);
    assert_eq!(told(&readings, WINDOW_MS + 1), []);
}

#[test]
fn what_lies_apart_is_apart_and_so_are_readers_and_windows() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    readings.note(&reader(1), 512, 768, at(0)).unwrap();
    readings.note(&reader(2), 768, 1_024, at(0)).unwrap();
    readings.note(&reader(1), 1_024, 1_280, at(0)).unwrap();
    // Backwards, as a page of the log is read.
    readings.note(&reader(1), 256, 512, at(9)).unwrap();
    readings.note(&reader(1), 300, 700, at(9)).unwrap();
    readings.note(&reader(1), 256, 300, at(WINDOW_MS)).unwrap();
    let first = [(256, 768), (768, 1_024), (1_024, 1_280)];
    assert_eq!(told(&readings, WINDOW_MS), first);
    assert_eq!(told(&readings, 2 * WINDOW_MS), [(256, 300)]);
}

#[test]
fn looking_at_ones_own_reads_ends() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    let (mut size, mut entries) = (1_000, 0);
    // Somebody loads the newest fifty entries every second for an hour.
    for second in 0..3_600 {
        readings
            .note(&reader(1), size - 50, size, at(second * 1_000))
            .unwrap();
        let told = told(&readings, second * 1_000).len() as u64;
        (size, entries) = (size + told, entries + told);
    }
    assert_eq!(entries, 11);
}

#[test]
fn a_crash_loses_no_reading() {
    let folder = tempfile::tempdir().unwrap();
    let before = readings(folder.path());
    before.note(&reader(1), 0, 256, at(0)).unwrap();
    before.note(&reader(1), 256, 512, at(0)).unwrap();
    before.note(&reader(2), 90_000, 90_010, at(0)).unwrap();
    let after = readings(folder.path());
    let told = told(&after, 1);
    assert_eq!(told, [(0, AHEAD), (90_000, 90_010)]);
}

#[test]
fn scattered_reads_widen_the_nearest_run() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    for place in 0..40 {
        readings
            .note(&reader(1), place * 1_000, place * 1_000 + 1, at(0))
            .unwrap();
    }
    // Between the first two, and nearer to the second.
    readings.note(&reader(1), 700, 701, at(0)).unwrap();
    // Somebody else's runs are their own.
    readings.note(&reader(2), 9, 10, at(0)).unwrap();
    assert_eq!(readings.open().len(), MOST_RUNS + 1);
    assert_eq!(told(&readings, 0), []);
    let told = told(&readings, WINDOW_MS);
    assert_eq!(told.len(), MOST_RUNS + 1);
    assert_eq!(told[..3], [(0, 1), (9, 10), (700, 1_001)]);
    assert_eq!(told[MOST_RUNS], (15_000, 39_001));
    // And what comes after the window is a run of its own.
    readings.note(&reader(1), 0, 1, at(WINDOW_MS)).unwrap();
    assert_eq!(readings.open().len(), 1);
}

#[test]
fn one_bad_file_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    readings.note(&reader(1), 0, 256, at(0)).unwrap();
    let reads = folder.path().join("state").join("reads");
    for name in [Uuid::nil().to_string(), "notes".to_owned()] {
        std::fs::write(reads.join(name).with_extension("json"), "{}").unwrap();
    }
    let ended = readings.ended(Ending::Over, at(WINDOW_MS)).unwrap();
    assert_eq!((ended.whole.len(), ended.illegible.len()), (1, 2));
}

#[test]
fn all_runs_end_with_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let readings = readings(folder.path());
    readings.note(&reader(1), 0, 256, at(0)).unwrap();
    readings.note(&reader(1), 256, 300, at(0)).unwrap();
    let ended = readings.ended(Ending::All, at(1)).unwrap();
    let [
        (
            _,
            Reading {
                from: 0, to: 300, ..
            },
        ),
    ] = ended.whole[..]
    else {
        panic!("{ended:?}");
    };
}

#[test]
fn what_cannot_be_noted_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), "in the way").unwrap();
    let readings = readings(folder.path());
    assert!(readings.note(&reader(1), 0, 256, at(0)).is_err());
    assert!(readings.open().is_empty());
}
