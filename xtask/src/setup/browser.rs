//! The browsers of the journeys.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::apt;

/// A browser, and how it comes to a machine.
#[derive(Debug)]
struct Browser {
    name: &'static str,
    /// The variable that names another one.
    variable: &'static str,
    /// Where systems put it.
    places: &'static [&'static str],
    /// Debian's packages.
    packages: &'static [&'static str],
}

/// With fonts, so that screenshots show letters.
const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "CHROMIUM_PATH",
    places: &[
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    packages: &["chromium", "fonts-liberation"],
};

const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX_PATH",
    places: &[
        "/usr/bin/firefox-esr",
        "/usr/bin/firefox",
        "/snap/bin/firefox",
        "/Applications/Firefox.app/Contents/MacOS/firefox",
    ],
    packages: &["firefox-esr"],
};

/// `CHROMIUM_PATH`, else the system's, else Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    CHROMIUM.ensure()
}

/// `FIREFOX_PATH`, else the system's, else Debian's package.
pub(crate) fn firefox() -> Result<PathBuf> {
    FIREFOX.ensure()
}

impl Browser {
    fn ensure(&self) -> Result<PathBuf> {
        let Self {
            name,
            variable,
            packages,
            ..
        } = self;
        if let Some(given) = std::env::var_os(variable).map(PathBuf::from) {
            if given.exists() {
                return Ok(given);
            }
            bail!(
                "{variable} names {}, which is not there: correct or unset it",
                given.display()
            );
        }
        if let Some(found) = self.find() {
            return Ok(found);
        }
        if apt::usable() {
            apt::install(packages, name, "about 30 s")?;
        }
        match self.find() {
            Some(found) => Ok(found),
            None => bail!(
                "the tests in a browser need {name}: install it (Debian: `apt-get install {}`) or set {variable}",
                packages.first().unwrap_or(name)
            ),
        }
    }

    fn find(&self) -> Option<PathBuf> {
        self.places
            .iter()
            .map(PathBuf::from)
            .find(|place| place.exists())
    }
}
