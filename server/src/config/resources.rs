//! Resources and the policies that name them.

use std::collections::BTreeSet;

use access::policy::Policy;
use service::settings::Resource;

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
            if resource.connector != "postgresql" {
                return Err(ConfigError::UnknownConnector {
                    name,
                    connector: resource.connector,
                });
            }
            if !resource.command.contains("{account}") {
                return Err(ConfigError::CommandWithoutAccount { name });
            }
            Ok(Resource {
                name: resource.name,
                description: resource.description,
                labels: resource.labels,
                admin_url: secret::either(
                    "admin_url",
                    resource.admin_url,
                    resource.admin_url_file,
                )?,
                command: resource.command,
            })
        })
        .collect()
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
