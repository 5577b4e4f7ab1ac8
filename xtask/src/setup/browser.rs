//! A Chromium for the journeys.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::apt;

/// Where systems put it.
const PLACES: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The browser, and fonts so that screenshots show letters.
const PACKAGES: [&str; 2] = ["chromium", "fonts-liberation"];

/// `CHROMIUM_PATH`, else the system's, else Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("CHROMIUM_PATH").map(PathBuf::from) {
        if given.exists() {
            return Ok(given);
        }
        bail!(
            "CHROMIUM_PATH names {}, which is not there: correct or unset it",
            given.display()
        );
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if apt::usable() {
        apt::install(&PACKAGES, "Chromium", "about 30 s")?;
    }
    match find() {
        Some(found) => Ok(found),
        None => bail!(
            "the tests in a browser need Chromium: install it (Debian: `apt-get install chromium`) or set CHROMIUM_PATH"
        ),
    }
}

fn find() -> Option<PathBuf> {
    PLACES
        .iter()
        .map(PathBuf::from)
        .find(|place| place.exists())
}
