//! The targets of this server, by the names that policies use.

use std::collections::HashMap;

use access::ids::ResourceName;
use targets::wire::AddressError;
use targets::{Connector, PostgresTarget, Target, TargetError};

use crate::settings::Resource;

/// Every target, by the name policies use.
#[derive(Debug)]
pub(crate) struct Targets(HashMap<ResourceName, Target>);

/// There is no target of that name on this server.
#[derive(Debug, thiserror::Error)]
#[error("this server has no target of that name")]
pub(crate) struct NoSuchTarget;

impl Targets {
    pub(crate) fn new(origin: &str, resources: &[Resource]) -> Result<Self, AddressError> {
        resources
            .iter()
            .map(|resource| {
                let target = PostgresTarget::new(origin, &resource.admin_url)?;
                Ok((resource.name.clone(), Target::Postgresql(target)))
            })
            .collect::<Result<_, AddressError>>()
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
