//! The witnesses: those of a trust policy (C2SP tlog-policy) that say where they answer.

use std::path::Path;

use ledger::policy::Policy;
use service::cosign::WitnessToAsk;
use service::settings::{AnswerWhen, Trust};

use super::{ConfigError, file, is_this_machine, limits};

/// Reads the policy and takes its witnesses that have an address.
pub(super) fn trust(written: &file::Witnesses) -> Result<Trust, ConfigError> {
    let policy = read(&written.policy_file)?;
    let answer = match written.answer_when {
        file::AnswerWhen::Signed => AnswerWhen::Signed,
        file::AnswerWhen::Witnessed => {
            let asked = policy.reachable_with(|witness| witness.url().is_some());
            if policy.quorum().is_none() || !asked {
                return Err(ConfigError::QuorumOutOfReach {
                    path: written.policy_file.clone(),
                });
            }
            AnswerWhen::Witnessed {
                // Shorter than a caller waits for an answer at all.
                within: limits::seconds(
                    "witnesses.answer_within_s",
                    written.answer_within_s,
                    1,
                    20,
                )?,
            }
        }
    };
    let ask = to_ask(&written.policy_file, &policy)?;
    Ok(Trust {
        policy,
        ask,
        answer,
    })
}

fn read(policy_file: &Path) -> Result<Policy, ConfigError> {
    let path = policy_file.to_owned();
    let bytes = std::fs::read(policy_file).map_err(|source| ConfigError::TrustUnreadable {
        path: path.clone(),
        source,
    })?;
    Policy::parse(&bytes).map_err(|fault| ConfigError::Trust {
        path: path.clone(),
        line: fault.line(),
        fault: fault.fault().to_string(),
    })
}

fn to_ask(policy_file: &Path, policy: &Policy) -> Result<Vec<WitnessToAsk>, ConfigError> {
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
                    path: policy_file.to_owned(),
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
