//! How roles, disclosures and erasures come about.

use crate::event::Event;
use crate::record::RecordRef;
use crate::roles::RoleGroups;
use crate::state::{Erasure, State};
use crate::time::UnixMillis;

impl State {
    pub(super) fn fold_roles(&mut self, roles: &RoleGroups, at: UnixMillis) {
        self.roles.push((at, roles.clone()));
    }

    /// What was sealed with a disclosure is there whether or not the disclosure was lawful. What was
    /// ordered, confirmed or erased against a rule never counts.
    pub(super) fn fold_oversight(&mut self, record: RecordRef<'_>, lawful: bool) {
        match record.event {
            Event::OpeningDisclosed { request, .. } => {
                if let Some(request) = self.requests.get_mut(request) {
                    request.disclosures.push(record.seq);
                }
            }
            Event::ErasureOrdered { request, of, .. } if lawful => {
                if let Some((by, _)) = record.actor.as_person() {
                    let erasure = Erasure {
                        order: record.seq,
                        request: *request,
                        of: *of,
                        by,
                        at: record.time,
                        confirmed: None,
                    };
                    self.erasures.insert(record.seq, erasure);
                }
            }
            Event::ErasureConfirmed { order, .. } if lawful => {
                if let Some((by, _)) = record.actor.as_person()
                    && let Some(erasure) = self.erasures.get_mut(order)
                {
                    erasure.confirmed = Some((by, record.seq));
                }
            }
            Event::OpeningErased {
                request, openings, ..
            } if lawful => {
                if let Some(request) = self.requests.get_mut(request) {
                    request.erased.extend(openings);
                }
            }
            _ => {}
        }
    }
}
