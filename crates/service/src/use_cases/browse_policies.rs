//! Policies as everybody who signs in may read them.

use access::ids::{PolicyName, RequestId};
use access::policy::{PolicyVersion, Selector};
use access::view::{Openable, Viewer};

use crate::error::Error;
use crate::portal::Portal;
use crate::store;

impl Portal {
    /// Every policy in force, by name.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn policies(&self) -> Result<Vec<PolicyVersion>, Error> {
        Ok(store::policy::in_force(&self.inner.pool).await?)
    }

    /// One policy in force.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Unavailable`] where the database does not answer.
    pub async fn policy(&self, name: &PolicyName) -> Result<PolicyVersion, Error> {
        self.policies()
            .await?
            .into_iter()
            .find(|version| version.policy.name == *name)
            .ok_or(Error::NotFound)
    }

    /// What this person may ask for.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn openable(&self, viewer: &Viewer) -> Result<Vec<Openable>, Error> {
        let mut openable = Vec::new();
        for version in self.policies().await? {
            let policy = &version.policy;
            if !policy
                .eligible
                .iter()
                .any(|group| viewer.groups.contains(group))
            {
                continue;
            }
            for resource in &self.inner.settings.resources {
                let labels = Some(&resource.labels);
                let covers = |selector: &Selector| selector.covers(&resource.name, labels);
                if policy.resources.iter().any(covers) {
                    openable.push(Openable {
                        resource: resource.name.clone(),
                        resource_description: resource.description.clone(),
                        policy: version.clone(),
                    });
                }
            }
        }
        openable.sort_by(|a, b| a.resource.cmp(&b.resource));
        Ok(openable)
    }

    /// The policy version that a request was made under.
    pub(crate) async fn request_policy(&self, request: RequestId) -> Result<PolicyVersion, Error> {
        let found = self.found_request(request).await?;
        self.policy_at(found.row.policy.as_str(), found.policy_version)
            .await
    }

    pub(crate) async fn policy_at(&self, name: &str, version: i32) -> Result<PolicyVersion, Error> {
        store::policy::at_version(&self.inner.pool, name, version)
            .await?
            .ok_or(Error::NotFound)
    }
}
