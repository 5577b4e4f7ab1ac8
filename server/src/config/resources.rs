//! Resources and the policies that name them.

use std::collections::BTreeSet;

use access::policy::Policy;
use service::settings::{Reach, Resource};

use super::{ConfigError, file, secret};

/// Checks the resources and reads their secrets.
pub(super) fn resources(written: Vec<file::Resource>) -> Result<Vec<Resource>, ConfigError> {
    let mut seen = BTreeSet::new();
    written
        .into_iter()
        .map(|resource| {
            let name = resource.name.to_string();
            if !seen.insert(resource.name.clone()) {
                return Err(ConfigError::ResourceTwice { name });
            }
            let reach = reach(&name, resource.reach)?;
            Ok(Resource {
                name: resource.name,
                description: resource.description,
                labels: resource.labels,
                reach,
            })
        })
        .collect()
}

fn reach(name: &str, written: file::Reach) -> Result<Reach, ConfigError> {
    Ok(match written {
        file::Reach::Postgresql {
            admin_url,
            admin_url_file,
            command,
        } => {
            if !command.contains("{account}") {
                return Err(ConfigError::CommandWithoutAccount { name: name.into() });
            }
            let admin_url = secret::either("admin_url", admin_url, admin_url_file)?;
            Reach::Postgresql { admin_url, command }
        }
        file::Reach::Ssh {
            host,
            port,
            host_keys_file,
            ends_by,
        } => {
            let host_keys = std::fs::read_to_string(&host_keys_file);
            let host_keys = host_keys.map_err(|source| ConfigError::Unreadable {
                path: host_keys_file,
                source,
            })?;
            Reach::Ssh {
                host,
                port,
                host_keys,
                ends_by,
            }
        }
        file::Reach::Webhook {
            url,
            secret_file,
            previous_secret_file,
            allow_private,
        } => {
            let files = [Some(secret_file), previous_secret_file];
            let secrets = files
                .into_iter()
                .flatten()
                .map(|path| secret::read("secret_file", &path));
            Reach::Webhook {
                url,
                secrets: secrets.collect::<Result<_, _>>()?,
                allow_private,
            }
        }
    })
}

/// Checks that every seed policy is there once and opens configured resources only. What a policy says in itself is
/// checked where it is put in force.
pub(super) fn policies_fit(policies: &[Policy], resources: &[Resource]) -> Result<(), ConfigError> {
    let mut seen = BTreeSet::new();
    for policy in policies {
        if !seen.insert(&policy.name) {
            return Err(ConfigError::PolicyTwice {
                policy: policy.name.to_string(),
            });
        }
        for wanted in &policy.resources {
            let covers =
                |resource: &Resource| wanted.covers(&resource.name, Some(&resource.labels));
            if !resources.iter().any(covers) {
                return Err(ConfigError::UnknownResource {
                    policy: policy.name.to_string(),
                    resource: wanted.to_string(),
                });
            }
        }
    }
    Ok(())
}
