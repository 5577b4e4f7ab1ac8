//! Compressed twins of served files, made once here instead of at each request.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::tree::write_if_changed;

/// Bytes below which a twin saves no packet.
const SMALLEST: usize = 1024;

/// What is text or WASM; pictures and fonts are compressed already.
const KINDS: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// Brotli's highest quality and its usual window (2^22 bytes), for files that are written once.
const BROTLI: (u32, u32) = (11, 22);

/// Make the twins, or keep them where the file is the same; returns their extensions.
pub(crate) fn twins(file: &Path, bytes: &[u8], changed: bool) -> Result<Vec<&'static str>> {
    let kind = file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if bytes.len() < SMALLEST || !KINDS.contains(&kind) {
        return Ok(Vec::new());
    }
    for (extension, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
        let twin = twin_of(file, extension);
        if changed || !twin.exists() {
            write_if_changed(&twin, &compress(bytes)?)?;
        }
    }
    Ok(vec!["br", "gz"])
}

/// For each file with twins: its name and its sizes, for the person who built it.
pub(crate) fn report(site: &Path) -> Result<Vec<(String, String)>> {
    let mut lines = Vec::new();
    for part in ["pkg", "policy-editor", "recorded", "verify"] {
        let mut files: Vec<PathBuf> = fs::read_dir(site.join(part))?
            .filter_map(|file| file.ok().map(|file| file.path()))
            .filter(|file| twin_of(file, "br").exists())
            .collect();
        files.sort();
        for file in files {
            let size = |path: &Path| {
                fs::metadata(path)
                    .map(|found| found.len())
                    .unwrap_or_default()
            };
            let name = format!(
                "{part}/{}",
                file.file_name().unwrap_or_default().to_string_lossy()
            );
            lines.push((
                name,
                format!(
                    "{:>9} bytes, {:>8} brotli, {:>8} gzip",
                    size(&file),
                    size(&twin_of(&file, "br")),
                    size(&twin_of(&file, "gz"))
                ),
            ));
        }
    }
    Ok(lines)
}

fn twin_of(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let (quality, window) = BROTLI;
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, quality, window);
    writer.write_all(bytes).context("cannot compress")?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).context("cannot compress")?;
    writer.finish().context("cannot compress")
}
