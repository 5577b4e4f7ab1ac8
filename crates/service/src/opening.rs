//! A process begins with the log: who signs it, and the first entries.

use std::time::Duration;

use access::command::Command;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, StartError};
use crate::key;
use crate::keyring::Keyring;
use crate::memory::Memory;
use crate::portal::Portal;
use crate::settings::Settings;
use crate::signer::Signer;

/// Between two looks whether the log's signer has come back.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who signs, by the configuration.
pub(crate) fn signer(settings: &Settings, memory: Memory) -> Result<Signer, StartError> {
    let (data_dir, origin) = (&settings.data_dir, &settings.origin);
    match &settings.signer {
        None => Ok(Signer::here(Keyring::load(data_dir, origin)?, memory)?),
        Some(to) => {
            let submitter = key::load_submitter(data_dir, origin)?;
            Ok(Signer::remote(to.clone(), submitter, memory)?)
        }
    }
}

impl Portal {
    /// Writes the first entries of this process. Where the log's signer does not answer they wait
    /// for it in the background: what is open must still be ended.
    pub(crate) async fn open_log(
        &self,
        new_log: bool,
        shutdown: &CancellationToken,
    ) -> Result<(), StartError> {
        if !self.waits_for_signer() {
            return match self.first_entries(new_log).await {
                // A witness or the archive knew better meanwhile: shown, like a log halted before.
                Err(_) if self.halted().is_some() => Ok(()),
                opened => opened.map_err(StartError::Open),
            };
        }
        tracing::error!("the portal starts without the log's signer, and opens nothing");
        let (portal, shutdown) = (self.clone(), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = portal.open_log_later(new_log) => {}
            }
        });
        Ok(())
    }

    async fn open_log_later(&self, new_log: bool) {
        loop {
            tokio::time::sleep(PATIENCE).await;
            if self.halted().is_some() {
                return;
            }
            if self.waits_for_signer() {
                continue;
            }
            match self.first_entries(new_log).await {
                Ok(()) => return,
                Err(fault) => tracing::error!(%fault, "the log could not be opened"),
            }
        }
    }

    fn waits_for_signer(&self) -> bool {
        self.signer()
            .is_some_and(|signer| signer.waiting_s.is_some())
    }

    async fn first_entries(&self, new_log: bool) -> Result<(), Error> {
        if new_log {
            let command = Command::OpenLedger {
                origin: self.ledger().origin().as_str().to_owned(),
                vkey: self.ledger().vkey(),
            };
            match self.system("portal", command).await {
                // Another replica was first.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        self.system(
            "portal",
            Command::StartServer {
                version: env!("CARGO_PKG_VERSION").into(),
                verifier: self.inner.settings.verifier,
            },
        )
        .await?;
        self.configure_roles().await?;
        self.configure_resources().await?;
        self.bring_policies().await
    }
}
