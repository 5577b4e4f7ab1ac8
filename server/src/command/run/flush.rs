//! `breakglass run --flush`: what agents could not send, because the portal was away or they were killed.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use access::ids::GrantId;
use anyhow::Context as _;
use tokio::time::Instant;

use super::client::Client;
use super::sender::Sender;
use super::spool::{self, Reading};

/// The portal gets so long for each recording.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends every recording of the grant that nobody is writing.
pub(super) async fn flush(
    root: &Path,
    portal: &str,
    grant: GrantId,
    client: &Client,
) -> anyhow::Result<()> {
    let shown = root.display();
    let unreadable = || format!("{shown} cannot be read");
    let (mut sent, mut failed) = (0, Vec::new());
    for (folder, _alone) in spool::abandoned(root).with_context(unreadable)? {
        let head = Reading::of(&folder).head().with_context(unreadable)?;
        if head.grant != grant || head.portal != portal {
            continue;
        }
        match send(&folder, client).await {
            Ok(()) => sent += 1,
            Err(fault) => failed.push(format!("{}: {fault:#}", head.recording)),
        }
    }
    anyhow::ensure!(
        failed.is_empty(),
        "{sent} recordings were sent, and {} not; they stay in {shown}: {}",
        failed.len(),
        failed.join("; ")
    );
    writeln!(std::io::stdout(), "{sent} recordings were sent.")
        .context("all was sent, but could not be told")
}

async fn send(folder: &Path, client: &Client) -> anyhow::Result<()> {
    spool::close(folder).context("its end cannot be written")?;
    let mut sender = Sender::new(client, folder)?;
    sender.send_until(Some(Instant::now() + PATIENCE)).await?;
    sender
        .forget()
        .context("it was sent, and cannot be removed")
}
