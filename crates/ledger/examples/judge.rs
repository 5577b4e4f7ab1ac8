//! What this crate says of each case in `<folder>/cases`: `judge <folder>`; one line each, the verdict, a
//! tab, and why. `make_cases` has the form of cases, `strangers/` those who judge the same ones.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use base64ct::{Base64, Encoding as _};
use ledger::{
    Hash, LogVerifier, Origin, SignedCheckpoint, TilePath, VerifierKey, bundle, leaf_hash,
    prove_consistency, prove_inclusion, root_of, verify_consistency, verify_inclusion,
};

type Failure = Box<dyn Error>;

/// How many hashes a tile has, and how many entries a bundle (tlog-tiles).
const WIDTH: usize = 256;

/// Files as they lie on the disk, each read once.
#[derive(Debug, Default)]
struct Disk(HashMap<PathBuf, Vec<u8>>);

/// A log with the changes of one case.
#[derive(Debug)]
struct Log<'a> {
    disk: &'a mut Disk,
    folder: PathBuf,
    changes: &'a [&'a str],
}

impl Disk {
    fn read(&mut self, path: PathBuf) -> Result<Vec<u8>, Failure> {
        if let Some(bytes) = self.0.get(&path) {
            return Ok(bytes.clone());
        }
        let bytes = fs::read(&path)?;
        self.0.insert(path, bytes.clone());
        Ok(bytes)
    }
}

impl Log<'_> {
    /// A file: exchanged, then altered, where the case says so.
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Failure> {
        let change = |sign: char| {
            self.changes
                .iter()
                .filter_map(move |change| change.split_once(sign))
                .find(|(changed, _)| *changed == path)
                .map(|(_, how)| how)
        };
        let (exchanged, flipped) = (change('='), change('^'));
        let mut bytes = match exchanged {
            Some(bytes) => Base64::decode_vec(bytes)?,
            None => self.disk.read(self.folder.join(path))?,
        };
        if let Some(bit) = flipped {
            let bit: usize = bit.parse()?;
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        Ok(bytes)
    }

    /// All entries of the bundles of a log of this size.
    fn entries(&mut self, size: u64) -> Result<Vec<Vec<u8>>, Failure> {
        let mut entries = Vec::new();
        for index in 0.. {
            let Some(path) = TilePath::entries_in(size, index) else {
                break;
            };
            let bytes = self.read(&path.to_string())?;
            let TilePath::Entries { width, .. } = path else {
                continue;
            };
            let bundle = bundle::split(&bytes).collect::<Result<Vec<_>, _>>()?;
            if bundle.len() != usize::from(width) {
                return Err(format!("{path} has {} entries", bundle.len()).into());
            }
            entries.extend(bundle.into_iter().map(<[u8]>::to_vec));
        }
        Ok(entries)
    }

    /// Every tile holds what the leaves say.
    fn check_tiles(&mut self, leaves: &[Hash]) -> Result<(), Failure> {
        let mut hashes = leaves.to_vec();
        for level in 0.. {
            for (index, expected) in (0..).zip(hashes.chunks(WIDTH)) {
                let path = TilePath::hashes_in(leaves.len() as u64, level, index);
                let path = path.ok_or("a tile too many")?.to_string();
                let expected: Vec<u8> = expected.iter().flat_map(|hash| *hash.as_bytes()).collect();
                if self.read(&path)? != expected {
                    return Err(format!("{path} is another").into());
                }
            }
            hashes = hashes.chunks_exact(WIDTH).map(root_of).collect();
            if hashes.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Signature, entries, chain, tree, tiles.
    fn check(&mut self) -> Result<(), Failure> {
        let vkey = String::from_utf8(self.disk.read(self.folder.join("vkey"))?)?;
        let key: VerifierKey = vkey.trim().parse()?;
        let origin: Origin = key.name().parse()?;
        let checkpoint =
            SignedCheckpoint::parse(&self.read("checkpoint")?)?.verify(&key, &origin)?;
        let mut verifier = LogVerifier::new(origin);
        for entry in self.entries(checkpoint.size())? {
            verifier.push(&entry);
        }
        verifier.finish(&checkpoint);
        if let Some(finding) = verifier.findings().first() {
            return Err(format!("{finding:?}").into());
        }
        self.check_tiles(verifier.leaves())
    }

    /// The leaf hashes, nothing checked.
    fn leaves(&mut self) -> Result<Vec<Hash>, Failure> {
        let checkpoint = SignedCheckpoint::parse(&self.read("checkpoint")?)?;
        let entries = self.entries(checkpoint.claimed().size())?;
        Ok(entries.iter().map(|entry| leaf_hash(entry)).collect())
    }
}

fn hashes(text: &str) -> Result<Vec<Hash>, Failure> {
    let hashes = text.split(',').filter(|hash| !hash.is_empty());
    Ok(hashes.map(str::parse).collect::<Result<_, _>>()?)
}

fn text(hashes: &[Hash]) -> String {
    let hashes: Vec<String> = hashes.iter().map(Hash::to_string).collect();
    hashes.join(",")
}

fn tile(level: &str, index: &str, width: &str) -> Result<TilePath, Failure> {
    let (index, width) = (index.parse()?, width.parse()?);
    Ok(match level {
        "entries" => TilePath::Entries { index, width },
        level => TilePath::Hashes {
            level: level.parse()?,
            index,
            width,
        },
    })
}

/// The verdict; an error is a refusal.
fn judge(folder: &Path, disk: &mut Disk, kind: &str, what: &[&str]) -> Result<String, Failure> {
    let accept = || Ok("accept".to_owned());
    let mut log = |name: &str| -> Result<Vec<Hash>, Failure> {
        let folder = folder.join("logs").join(name);
        let changes = &[];
        Log {
            disk,
            folder,
            changes,
        }
        .leaves()
    };
    match (kind, what) {
        ("log", [name, changes @ ..]) => {
            let folder = folder.join("logs").join(name);
            Log {
                disk,
                folder,
                changes,
            }
            .check()?;
            accept()
        }
        ("inclusion", [index, size, leaf, root, proof]) => {
            let (leaf, root) = (leaf.parse()?, root.parse()?);
            verify_inclusion(index.parse()?, size.parse()?, &leaf, &hashes(proof)?, &root)?;
            accept()
        }
        ("consistency", [old, new, old_root, new_root, proof]) => {
            let (old_root, new_root) = (old_root.parse()?, new_root.parse()?);
            let proof = hashes(proof)?;
            verify_consistency(old.parse()?, new.parse()?, &proof, &old_root, &new_root)?;
            accept()
        }
        ("prove-inclusion", [name, index, size]) => {
            let size: usize = size.parse()?;
            Ok(text(&prove_inclusion(&log(name)?[..size], index.parse()?)?))
        }
        ("prove-consistency", [name, old, new]) => {
            let new: usize = new.parse()?;
            Ok(text(&prove_consistency(&log(name)?[..new], old.parse()?)?))
        }
        ("tile", [level, index, width]) => Ok(tile(level, index, width)?.to_string()),
        _ => Err("no case of a known kind".into()),
    }
}

fn main() -> Result<(), Failure> {
    let folder = env::args().nth(1).ok_or("say where: judge <folder>")?;
    let folder = Path::new(&folder);
    let mut disk = Disk::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for case in fs::read_to_string(folder.join("cases"))?.lines() {
        let parts: Vec<&str> = case.split('\t').collect();
        let [kind, _name, _field, _expect, what @ ..] = &parts[..] else {
            return Err(format!("no case: {case}").into());
        };
        match judge(folder, &mut disk, kind, what) {
            Ok(verdict) => writeln!(out, "{verdict}\t")?,
            Err(why) => writeln!(
                out,
                "reject\t{}",
                why.to_string().replace(['\n', '\t'], " ")
            )?,
        }
    }
    out.flush()?;
    Ok(())
}
