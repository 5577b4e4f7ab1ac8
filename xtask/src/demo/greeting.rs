//! What the person reads when everything runs.

use std::time::Duration;

use super::Started;
use super::config::Addresses;
use super::people::PEOPLE;
use crate::repo::Repo;
use crate::say;

/// Where to click, who can sign in, what to try.
pub(crate) fn print(repo: &Repo, addresses: Addresses, started: &Started, took: Duration) {
    let url = addresses.portal_url();
    say::line("");
    say::line(&format!(
        "Breakglass runs on {url} (ready after {})",
        say::duration(took)
    ));
    say::line("");
    say::line("Sign in as one of these (the demo's identity provider asks for no password):");
    for person in &PEOPLE {
        say::line(&format!("  {:6} {}", person.name, person.can));
    }
    say::line("");
    say::line("Try:");
    say::line(&format!(
        "  1. Dana breaks the glass on orders-db: {url}/break-glass"
    ));
    say::line(
        "     and pastes the psql command that she is shown. It works at once, and everybody can see it.",
    );
    say::line(&format!(
        "  2. Dana asks for orders-read ({url}/request); Ari signs off in another browser: {url}/inbox"
    ));
    say::line(&format!("  3. Quinn proves the record: {url}/verify"));
    say::line(
        "     The page asks whether this is the log's key; it comes from the program that made it:",
    );
    say::line(&format!("     {}", started.log_key));
    say::line(
        "  4. In another terminal: `cargo xtask tamper`. Then verify again: the page names the altered entry.",
    );
    say::line("");
    say::line(&format!(
        "Data and logs: {} · PostgreSQL {}",
        repo.shown(&repo.data),
        started.databases.postgres.describe()
    ));
    say::line("Ctrl-C stops everything; `cargo xtask demo --reset` starts from nothing.");
}
