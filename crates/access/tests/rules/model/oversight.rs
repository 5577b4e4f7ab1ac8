//! Reading, disclosing and erasing, read out of the whole log.

use access::Record;
use access::command::Command;
use access::event::{Event, Field, OpeningRef};
use access::ids::{GroupName, PersonId, RequestId};
use access::roles::RoleGroups;

use super::Model;
use super::log::{by, shares};

impl Model<'_> {
    pub(super) fn allows_oversight(
        self,
        command: &Command,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        let custodian = || self.holds(me, groups, |roles| &roles.custodian);
        match command {
            Command::ReadLedger { from, to, began_ms } => {
                let began_ms = began_ms.millis().min(self.now_ms);
                from < to
                    && *to <= self.log.len() as u64
                    && self.held(groups, began_ms, |roles| &roles.auditor)
            }
            Command::DiscloseOpening {
                request,
                opening,
                purpose,
            } => {
                self.holds(me, groups, |roles| &roles.auditor)
                    && self.remains(*request, *opening)
                    && purpose.n >= 10
            }
            Command::OrderErasure {
                request,
                of,
                reason,
            } => {
                custodian()
                    && self.owes_nothing(*request)
                    && self.some_remain(*request, *of)
                    && !self.is_ordered(*request, *of)
                    && reason.n >= 10
            }
            Command::ConfirmErasure {
                order, auth_time_s, ..
            } => {
                let ordered = self.log.iter().find(|record| record.seq == *order);
                let Some(ordered) = ordered else { return false };
                let Event::ErasureOrdered { request, of, .. } = ordered.event else {
                    return false;
                };
                let since_s = ordered.time.millis().div_euclid(1000);
                let until_s = self.now_ms.div_euclid(1000) + 60;
                custodian()
                    && by(ordered) != Some(me)
                    && self.stands(ordered)
                    && !self.is_confirmed(*order)
                    && self.now_ms < ordered.time.millis() + 604_800_000
                    && self.some_remain(request, of)
                    && (since_s..=until_s).contains(auth_time_s)
            }
            _ => false,
        }
    }

    /// Whether the groups held a role at some moment from `since_ms` on.
    pub(super) fn held(
        self,
        groups: &[GroupName],
        since_ms: i64,
        role: fn(&RoleGroups) -> &Vec<GroupName>,
    ) -> bool {
        let versions: Vec<_> = self
            .log
            .iter()
            .filter_map(|record| match &record.event {
                Event::RolesConfigured { roles } => Some((record.time.millis(), roles)),
                _ => None,
            })
            .collect();
        (0..versions.len()).any(|at| {
            let replaced = versions
                .get(at + 1)
                .is_some_and(|(time, _)| *time <= since_ms);
            !replaced && shares(groups, role(versions[at].1))
        })
    }

    pub(super) fn holds(
        self,
        me: PersonId,
        groups: &[GroupName],
        role: fn(&RoleGroups) -> &Vec<GroupName>,
    ) -> bool {
        self.held(groups, self.now_ms, role)
            && self.held(&self.groups_last_seen(me), self.now_ms, role)
    }

    fn sealed(self, id: RequestId) -> Vec<OpeningRef> {
        let mut sealed = Vec::new();
        let grant = self.grant_of(id);
        for record in self.log {
            let fields: Vec<Field> = match &record.event {
                Event::RequestSubmitted {
                    request,
                    ticket,
                    incident,
                    ..
                }
                | Event::RequestEdited {
                    request,
                    ticket,
                    incident,
                    ..
                } if *request == id => {
                    let ticket = ticket.map(|_| Field::Ticket);
                    let incident = incident.map(|_| Field::Incident);
                    [Some(Field::Reason), ticket, incident]
                        .into_iter()
                        .flatten()
                        .collect()
                }
                Event::SignOffGiven { request, note, .. } if *request == id => {
                    let note = note.map(|_| Field::Note);
                    [Some(Field::IdToken), note].into_iter().flatten().collect()
                }
                Event::GrantExtended {
                    grant: g,
                    proof: Some(_),
                    ..
                } if Some(*g) == grant => {
                    vec![Field::IdToken]
                }
                Event::ReviewRecorded {
                    request, findings, ..
                } if *request == id => {
                    let findings = findings.map(|_| Field::Findings);
                    [Some(Field::Note), findings]
                        .into_iter()
                        .flatten()
                        .collect()
                }
                Event::OpeningDisclosed { request, .. } if *request == id => vec![Field::Purpose],
                Event::TargetAnswered { grant: g, .. } if Some(*g) == grant => vec![Field::Answer],
                Event::RecordingStarted { grant: g, .. } if Some(*g) == grant => {
                    vec![Field::Recording]
                }
                _ => Vec::new(),
            };
            let at = |field: &Field| OpeningRef {
                seq: record.seq,
                field: *field,
            };
            sealed.extend(fields.iter().map(at));
        }
        sealed
    }

    fn remains(self, id: RequestId, opening: OpeningRef) -> bool {
        self.sealed(id).contains(&opening)
            && !self.any(|event| {
                matches!(event, Event::OpeningErased { openings, .. } if openings.contains(&opening))
            })
    }

    fn some_remain(self, id: RequestId, of: Option<OpeningRef>) -> bool {
        let mut sealed = self.sealed(id).into_iter();
        sealed.any(|opening| of.is_none_or(|of| of == opening) && self.remains(id, opening))
    }

    /// Decided, over, and reviewed if it was ever open.
    fn owes_nothing(self, id: RequestId) -> bool {
        let closed = self.any(|event| match event {
            Event::RequestDenied { request }
            | Event::RequestWithdrawn { request }
            | Event::RequestLapsed { request } => *request == id,
            _ => false,
        });
        let reviewed = self
            .any(|event| matches!(event, Event::ReviewRecorded { request, .. } if *request == id));
        let failed = self.grant_of(id).is_some_and(|id| {
            self.any(|event| matches!(event, Event::GrantFailed { grant, .. } if *grant == id))
        });
        closed || (reviewed && self.work_is_over(self.grant_of(id))) || failed
    }

    /// Whether who ordered it is a custodian still.
    fn stands(self, ordered: &Record) -> bool {
        let groups = by(ordered).map_or(Vec::new(), |orderer| self.groups_last_seen(orderer));
        self.held(&groups, self.now_ms, |roles| &roles.custodian)
    }

    fn is_confirmed(self, seq: u64) -> bool {
        self.any(|event| matches!(event, Event::ErasureConfirmed { order, .. } if *order == seq))
    }

    fn is_ordered(self, id: RequestId, what: Option<OpeningRef>) -> bool {
        self.log.iter().any(|record| {
            matches!(record.event, Event::ErasureOrdered { request, of, .. }
                if request == id && of == what)
                && self.stands(record)
                && !self.is_confirmed(record.seq)
                && self.now_ms < record.time.millis() + 604_800_000
        })
    }
}
