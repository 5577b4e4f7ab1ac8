//! The witnesses: those of a trust policy (C2SP tlog-policy) that say where they answer.

use std::path::Path;

use ledger::policy::Policy;
use service::cosign::WitnessToAsk;

use super::{ConfigError, is_this_machine};

/// Reads the policy and takes its witnesses that have an address.
pub(super) fn witnesses(policy_file: &Path) -> Result<Vec<WitnessToAsk>, ConfigError> {
    let path = policy_file.to_owned();
    let bytes = std::fs::read(policy_file).map_err(|source| ConfigError::TrustUnreadable {
        path: path.clone(),
        source,
    })?;
    let policy = Policy::parse(&bytes).map_err(|fault| ConfigError::Trust {
        path: path.clone(),
        line: fault.line(),
        fault: fault.fault().to_string(),
    })?;
    policy
        .witnesses()
        .iter()
        .filter_map(|witness| witness.url().map(|url| (witness, url)))
        .map(|(witness, url)| {
            let name = String::from_utf8_lossy(witness.name().as_bytes()).into_owned();
            let url = String::from_utf8_lossy(url).into_owned();
            let parsed = url::Url::parse(&url).ok();
            let safe = parsed.is_some_and(|url| {
                url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url))
            });
            if !safe {
                return Err(ConfigError::WitnessUrl {
                    path: path.clone(),
                    name,
                });
            }
            Ok(WitnessToAsk {
                name,
                key: witness.key().clone(),
                url,
            })
        })
        .collect()
}
