//! How fast this machine proves a log: `bench_native <folder> [runs]`, with the files that `generate_log` wrote.
//!
//! - `chain_and_tree`: every core hashes blocks; checkpoint signature, chain, form, times, tree
//! - `whole`: the same, and the rules replayed on a core of their own
//! - the peer: `openssl dgst -sha256` over the same bytes, one process a core on a part each
//!
//! Prints JSON lines, each the median of the runs.
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use verify::{Hasher, LogKey, Replay, Replayed, Session};

/// How many bytes a block has, about.
const BLOCK: usize = 1 << 20;

/// How many threads hash.
const HASHERS: usize = 2;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Whole entries, and the number of the first.
#[derive(Debug)]
struct Block {
    index: usize,
    first: u64,
    bytes: Vec<u8>,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("say where: bench_native <folder> [runs]")?;
    let runs: usize = arguments.next().map_or(Ok(5), |runs| runs.parse())?;
    let folder = Path::new(&folder);
    let stream = folder.join("stream");
    let bytes = fs::metadata(&stream)?.len();
    let mut figures: [Vec<f64>; 3] = Default::default();
    let mut entries = 0;
    for _ in 0..runs.max(1) {
        for (figure, rules) in [(0, false), (1, true)] {
            let begun = Instant::now();
            entries = prove(folder, &stream, rules)?;
            figures[figure].push(begun.elapsed().as_secs_f64());
        }
        let begun = Instant::now();
        openssl(&stream, bytes)?;
        figures[2].push(begun.elapsed().as_secs_f64());
    }
    let [chain, whole, peer] = figures.map(median);
    for (metric, value) in [("chain_and_tree", chain), ("whole", whole)] {
        println!(
            r#"{{"bench":"verify-native","metric":"{metric}, {entries} entries","value":{value:.4},"unit":"s","peer":{peer:.4},"ratio":{:.2}}}"#,
            value / peer
        );
    }
    let peak = peak_mib().unwrap_or_default();
    println!(
        r#"{{"bench":"verify-native","metric":"memory at most","value":{peak},"unit":"MiB","peer":null,"ratio":null}}"#
    );
    Ok(())
}

/// Reads the file in blocks, hashes them on several threads and joins them in order; how many entries there were.
fn prove(folder: &Path, stream: &Path, rules: bool) -> Outcome<u64> {
    let key = LogKey::parse(&fs::read_to_string(folder.join("vkey"))?)?;
    let mut session = Session::new(key, Vec::new());
    while session
        .request()
        .is_some_and(|request| request.path == "checkpoint")
    {
        session.feed(&fs::read(folder.join("checkpoint"))?);
        session.end();
    }
    let size = session.size();
    let marks = session.marks();
    let (to_hash, blocks) = sync_channel::<Block>(4);
    let blocks = Arc::new(Mutex::new(blocks));
    let (hashed, read) = sync_channel::<(usize, Result<Vec<u8>, u64>, Vec<u8>)>(4);
    let (to_replay, replayed) = sync_channel::<Vec<u8>>(16);
    let replayed: Option<Replayed> = thread::scope(|scope| -> Outcome<Option<Replayed>> {
        let reading = scope.spawn(move || cut(stream, size, |block| to_hash.send(block).is_ok()));
        for _ in 0..HASHERS {
            let (blocks, hashed, marks) = (Arc::clone(&blocks), hashed.clone(), marks.clone());
            scope.spawn(move || {
                let mut hasher = Hasher::new(&marks);
                loop {
                    // The lock is held for as long as it takes to get a block, and no longer.
                    let block = blocks.lock().map(|blocks| blocks.recv());
                    let Ok(Ok(Block {
                        index,
                        first,
                        bytes,
                    })) = block
                    else {
                        break;
                    };
                    let span = hasher.block(first, &bytes);
                    if hashed.send((index, span, bytes)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(hashed);
        let replaying = rules.then(|| {
            scope.spawn(move || {
                let mut replay = Replay::new(size);
                replayed.iter().for_each(|bytes| replay.feed(&bytes));
                replay.end()
            })
        });
        let (mut early, mut next) = (std::collections::BTreeMap::new(), 0);
        for (index, span, bytes) in read {
            early.insert(index, (span, bytes));
            while let Some((span, bytes)) = early.remove(&next) {
                next += 1;
                let span = span.map_err(|place| format!("entry {place} does not fit"))?;
                if !session.join(&span) {
                    return Err("a block does not fit".into());
                }
                if rules {
                    to_replay.send(bytes)?;
                }
            }
        }
        drop(to_replay);
        reading.join().map_err(|_| "reading failed")??;
        Ok(replaying.map(|replaying| replaying.join().unwrap_or_default()))
    })?;
    let entries = session.entries();
    if entries != size {
        return Err(format!("{entries} of {size} entries").into());
    }
    let whole = replayed.is_some();
    session.replayed(replayed.unwrap_or_default());
    if session.joined(0) != whole {
        return Err("the log was not proven".into());
    }
    Ok(entries)
}

/// Hands over the file in blocks that end where an entry ends.
fn cut(stream: &Path, size: u64, mut take: impl FnMut(Block) -> bool) -> Outcome<()> {
    let mut file = File::open(stream)?;
    let (mut rest, mut first, mut index) = (Vec::new(), 0, 0);
    while first < size {
        let mut bytes = std::mem::take(&mut rest);
        bytes.reserve(BLOCK + 65_537);
        Read::by_ref(&mut file)
            .take(BLOCK as u64)
            .read_to_end(&mut bytes)?;
        let (mut at, mut count) = (0, 0);
        while let Some(length) = bytes[at..].first_chunk() {
            let end = at + 2 + usize::from(u16::from_be_bytes(*length));
            if end > bytes.len() {
                break;
            }
            (at, count) = (end, count + 1);
        }
        if count == 0 {
            return Err("the file ends too early".into());
        }
        rest.extend_from_slice(&bytes[at..]);
        bytes.truncate(at);
        if !take(Block {
            index,
            first,
            bytes,
        }) {
            return Ok(());
        }
        (first, index) = (first + count, index + 1);
    }
    Ok(())
}

/// What a shell would do with as many cores.
fn openssl(stream: &Path, bytes: u64) -> Outcome<()> {
    let half = bytes.div_ceil(HASHERS as u64);
    let parts: Result<Vec<_>, _> = (0..HASHERS as u64)
        .map(|part| {
            let script = format!(
                "tail -c +{} \"$1\" | head -c {half} | openssl dgst -sha256",
                part * half + 1
            );
            Command::new("sh")
                .args(["-c", &script, "sh"])
                .arg(stream)
                .stdout(Stdio::null())
                .spawn()
        })
        .collect();
    for mut part in parts? {
        if !part.wait()?.success() {
            return Err("openssl failed".into());
        }
    }
    Ok(())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}

/// The most memory that this process ever held.
fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}
