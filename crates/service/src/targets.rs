//! The targets of this server, by the names that policies use.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use access::ids::ResourceName;
use ledger::Origin;
use targets::ssh::{Ends, Host, SshTarget, UserCa};
use targets::{
    AnswerLog, Connector, Fault, Pace, PostgresTarget, Target, TargetError, WebhookSecret,
    WebhookSettings, WebhookTarget,
};

use crate::error::StartError;
use crate::key;
use crate::settings::{Reach, Resource};

/// Every target, by the name policies use.
#[derive(Debug)]
pub(crate) struct Targets(HashMap<ResourceName, Target>);

/// There is no target of that name on this server.
#[derive(Debug, thiserror::Error)]
#[error("this server has no target of that name")]
pub(crate) struct NoSuchTarget;

impl Targets {
    /// Reads how they are reached; none is asked anything yet. `answers` hears what webhooks answer.
    pub(crate) fn new(
        (data_dir, origin): (&Path, &Origin),
        resources: &[Resource],
        answers: &Arc<dyn AnswerLog>,
    ) -> Result<Self, StartError> {
        let authority = OnceLock::new();
        resources
            .iter()
            .map(|resource| {
                let ca = || ssh_ca(data_dir, origin, &authority);
                let target = target(origin, &resource.reach, ca, answers)
                    .map_err(|fault| StartError::Target(resource.name.to_string(), fault))?;
                Ok((resource.name.clone(), target))
            })
            .collect::<Result<_, StartError>>()
            .map(Self)
    }

    /// The target of that name, whatever kind it is.
    pub(crate) fn find(&self, resource: &ResourceName) -> Result<&Target, NoSuchTarget> {
        self.0.get(resource).ok_or(NoSuchTarget)
    }

    /// What makes and ends access on the target of that name. That there is none is the target's no.
    pub(crate) fn get(&self, resource: &ResourceName) -> Result<&dyn Connector, TargetError> {
        self.find(resource)
            .map(Target::connector)
            .map_err(|none| TargetError::Refused(none.into()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ResourceName, &dyn Connector)> {
        self.0
            .iter()
            .map(|(name, target)| (name, target.connector()))
    }
}

fn target(
    origin: &Origin,
    reach: &Reach,
    ca: impl FnOnce() -> Result<Arc<UserCa>, Fault>,
    answers: &Arc<dyn AnswerLog>,
) -> Result<Target, Fault> {
    Ok(match reach {
        Reach::Postgresql { admin_url, .. } => {
            Target::Postgresql(PostgresTarget::new(origin.as_str(), admin_url)?)
        }
        Reach::Ssh {
            host,
            port,
            host_keys,
            ends_by,
        } => {
            let ends = match ends_by {
                Some(command) => Ends::AtOnce {
                    command: command.clone(),
                },
                None => Ends::ByList,
            };
            Target::Ssh(SshTarget::new(
                Host::new(host, *port, host_keys)?,
                ca()?,
                ends,
            ))
        }
        Reach::Webhook {
            url,
            secrets,
            allow_private,
        } => {
            let secrets = secrets.iter().map(WebhookSecret::new);
            let settings = WebhookSettings {
                url: url.clone(),
                secrets: secrets.collect::<Result<_, _>>()?,
                allow_private: allow_private.clone(),
                pace: Pace::default(),
            };
            Target::Webhook(WebhookTarget::new(settings, answers.clone())?)
        }
    })
}

/// The authority that hosts trust: one for all of them, read when the first one needs it.
fn ssh_ca(
    data_dir: &Path,
    origin: &Origin,
    read: &OnceLock<Arc<UserCa>>,
) -> Result<Arc<UserCa>, Fault> {
    if let Some(ca) = read.get() {
        return Ok(ca.clone());
    }
    let ca = Arc::new(key::load_ssh_ca(data_dir, origin)?);
    Ok(read.get_or_init(|| ca).clone())
}
