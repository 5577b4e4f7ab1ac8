//! What opens and ends access on targets. A connector's calls are safe to repeat, and an answer
//! that does not come is *unknown*, never *no*.

mod postgresql;

use std::collections::HashMap;

use access::ids::ResourceName;

use crate::settings::Resource;

pub(crate) use postgresql::PostgresTarget;

/// Every target, by the name policies use.
#[derive(Debug)]
pub(crate) struct Targets(HashMap<ResourceName, PostgresTarget>);

/// Why a target did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    /// It said no, or nothing was asked of it: the account does not stand.
    #[error("the target refused")]
    Refused(#[source] sqlx::Error),
    /// It did not answer: the account may stand.
    #[error("the target did not answer")]
    Unknown(#[source] Option<sqlx::Error>),
    /// There is no such target here.
    #[error("this server has no target of that name")]
    NoSuchTarget,
}

impl Targets {
    pub(crate) fn new(origin: &str, resources: &[Resource]) -> Result<Self, sqlx::Error> {
        resources
            .iter()
            .map(|resource| {
                Ok((
                    resource.name.clone(),
                    PostgresTarget::new(origin, &resource.admin_url)?,
                ))
            })
            .collect::<Result<_, sqlx::Error>>()
            .map(Self)
    }

    pub(crate) fn get(&self, resource: &ResourceName) -> Result<&PostgresTarget, TargetError> {
        self.0.get(resource).ok_or(TargetError::NoSuchTarget)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ResourceName, &PostgresTarget)> {
        self.0.iter()
    }
}
