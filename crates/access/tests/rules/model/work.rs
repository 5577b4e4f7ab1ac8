//! What is done while access is open, read out of the whole log.

use access::Record;
use access::command::Command;
use access::event::{Event, RecordingEnd, Way};
use access::ids::{GrantId, GroupName, PersonId, RecordingId};
use access::policy::{Connector, GrantTemplate, Recording};

use super::Model;
use super::log::by;

impl<'a> Model<'a> {
    /// What somebody does by access that they hold, or cuts off.
    pub(super) fn allows_work(self, command: &Command, me: PersonId, groups: &[GroupName]) -> bool {
        match command {
            Command::IssueCertificate { grant, .. } => {
                self.lets_in(*grant, me) && self.is_by(*grant, Connector::Ssh)
            }
            Command::ShowCredential { grant } => {
                self.lets_in(*grant, me) && !self.is_by(*grant, Connector::Ssh)
            }
            Command::StartRecording {
                recording,
                grant,
                way,
            } => {
                let fits = match way {
                    Way::Console | Way::Gateway => self.is_by(*grant, Connector::Postgresql),
                    Way::Terminal => self.is_by(*grant, Connector::Ssh),
                    Way::Reported => true,
                };
                fits && self.works(*grant, me) && self.started(*recording).is_none()
            }
            Command::IntendAction {
                recording, classes, ..
            } => self.goes_on(*recording).is_some_and(|(grant, _)| {
                let refused = self.given(grant).map_or(&[][..], |given| &given.refuse);
                self.works(grant, me) && !classes.iter().any(|class| refused.contains(class))
            }),
            Command::RefuseAction {
                recording, class, ..
            } => self.goes_on(*recording).is_some_and(|(grant, _)| {
                let refused = self.given(grant).map_or(&[][..], |given| &given.refuse);
                self.works(grant, me) && refused.contains(class)
            }),
            Command::FinishAction {
                recording, number, ..
            } => {
                let started = self.started(*recording);
                let holds = started.is_some_and(|(_, grant, _)| self.holder(grant) == Some(me));
                holds && self.waits(*recording, *number)
            }
            Command::RecordChunk { recording, .. } => {
                self.goes_on(*recording).is_some_and(|(grant, way)| {
                    self.holder(grant) == Some(me)
                        && matches!(way, Way::Terminal | Way::Reported)
                        && self
                            .over_at(grant)
                            .is_some_and(|at| self.now_ms <= at + 60_000)
                })
            }
            Command::EndRecording { recording, cause } => {
                self.goes_on(*recording)
                    .is_some_and(|(grant, _)| match cause {
                        RecordingEnd::Closed => self.holder(grant) == Some(me),
                        RecordingEnd::Cut => self.takes_away(grant, me, groups),
                        RecordingEnd::AccessEnded | RecordingEnd::Lost => false,
                    })
            }
            _ => false,
        }
    }

    /// What the portal itself says of it.
    pub(super) fn allows_recorder(self, command: &Command) -> bool {
        match command {
            Command::FinishAction {
                recording, number, ..
            } => self.waits(*recording, *number),
            Command::NoteGap { recording, to } => {
                self.goes_on(*recording).is_some_and(|(_, way)| {
                    way == Way::Reported && self.next(*recording) < *to && *to < u32::MAX
                })
            }
            Command::EndRecording { recording, cause } => {
                self.goes_on(*recording)
                    .is_some_and(|(grant, _)| match cause {
                        RecordingEnd::Closed | RecordingEnd::Lost => true,
                        RecordingEnd::AccessEnded => {
                            self.over_at(grant).is_some_and(|at| self.now_ms >= at)
                        }
                        RecordingEnd::Cut => false,
                    })
            }
            Command::NoteAnswer { grant, .. } => self.is_by(*grant, Connector::Webhook),
            _ => false,
        }
    }

    /// Whether the event ends a recording more than a minute after its access.
    pub(crate) fn ends_recording_late(self, event: &Event) -> bool {
        let Event::RecordingEnded { recording, .. } = event else {
            return false;
        };
        let over_at = self
            .started(*recording)
            .and_then(|(_, grant, _)| self.over_at(grant));
        over_at.is_some_and(|at| self.now_ms > at + 60_000)
    }

    /// Actions of a recording without a word on what became of them.
    pub(crate) fn waiting(self, wanted: RecordingId) -> Vec<u32> {
        let sent = self.log.iter().filter_map(|record| match record.event {
            Event::ActionIntended {
                recording, number, ..
            } if recording == wanted => Some(number),
            _ => None,
        });
        sent.filter(|sent| {
            !self.any(|event| {
                matches!(event, Event::ActionFinished { recording, number, .. }
                    if *recording == wanted && number == sent)
            })
        })
        .collect()
    }

    /// The entry that started it, by which access, and how.
    pub(crate) fn started(self, wanted: RecordingId) -> Option<(&'a Record, GrantId, Way)> {
        self.log.iter().find_map(|record| match record.event {
            Event::RecordingStarted {
                recording,
                grant,
                way,
            } if recording == wanted => Some((record, grant, way)),
            _ => None,
        })
    }

    pub(crate) fn stopped(self, wanted: RecordingId) -> bool {
        self.any(|event| matches!(event, Event::RecordingEnded { recording, .. } if *recording == wanted))
    }

    fn goes_on(self, wanted: RecordingId) -> Option<(GrantId, Way)> {
        let (_, grant, way) = self.started(wanted)?;
        (!self.stopped(wanted)).then_some((grant, way))
    }

    fn waits(self, wanted: RecordingId, number: u32) -> bool {
        self.waiting(wanted).contains(&number)
    }

    /// The next action's number.
    fn next(self, wanted: RecordingId) -> u32 {
        let used = self.log.iter().map(|record| match record.event {
            Event::ActionIntended { recording, .. } | Event::ActionRefused { recording, .. }
                if recording == wanted =>
            {
                1
            }
            Event::RecordingGap {
                recording,
                from,
                to,
            } if recording == wanted => to - from,
            _ => 0,
        });
        used.sum()
    }

    /// When access was over, or will be.
    pub(crate) fn over_at(self, id: GrantId) -> Option<i64> {
        let ended = self.log.iter().find_map(|record| match record.event {
            Event::GrantEnded { grant, .. } if grant == id => Some(record.time.millis()),
            _ => None,
        });
        let ends_at = self.ends_at(id)?;
        Some(ended.map_or(ends_at, |ended| ended.min(ends_at)))
    }

    fn works(self, id: GrantId, me: PersonId) -> bool {
        self.active(id)
            && self.holder(id) == Some(me)
            && self.ends_at(id).is_some_and(|at| self.now_ms < at)
    }

    /// Whether its holder may be shown a way in on which nothing is recorded, which is done once.
    fn lets_in(self, id: GrantId, me: PersonId) -> bool {
        let shown = |event: &Event| {
            matches!(event, Event::CredentialShown { grant } | Event::CertificateIssued { grant, .. }
                if *grant == id)
        };
        let optional = |given: &GrantTemplate| given.recording == Recording::Optional;
        self.works(id, me) && self.given(id).is_some_and(optional) && !self.any(shown)
    }

    fn is_by(self, id: GrantId, connector: Connector) -> bool {
        self.given(id)
            .is_some_and(|given| given.connector == connector)
    }

    fn given(self, id: GrantId) -> Option<&'a GrantTemplate> {
        let (_, request) = self.intended(id)?;
        Some(&self.asked(request)?.policy.grant)
    }

    /// Whether everything that a request's recordings began is over.
    pub(super) fn work_is_over(self, grant: Option<GrantId>) -> bool {
        !self.log.iter().any(|record| {
            matches!(record.event, Event::RecordingStarted { recording, grant: of, .. }
                if Some(of) == grant
                    && !(self.stopped(recording) && self.waiting(recording).is_empty()))
        })
    }

    /// Whether nobody but they wrote an entry of the recording that only its holder may.
    pub(crate) fn worked_alone(self, wanted: RecordingId, me: PersonId) -> bool {
        self.log.iter().all(|record| match record.event {
            Event::RecordingStarted { recording, .. }
            | Event::ActionIntended { recording, .. }
            | Event::ActionRefused { recording, .. }
            | Event::RecordingChunk { recording, .. }
                if recording == wanted =>
            {
                by(record) == Some(me)
            }
            _ => true,
        })
    }
}
