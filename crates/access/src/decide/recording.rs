//! Work while access is open: ways in, and what is done on them.

use crate::command::Command;
use crate::event::{ActionOutcome, Event, RecordingEnd};
use crate::ids::RecordingId;
use crate::rules::Act;
use crate::violation::Checked;

impl Act<'_> {
    pub(super) fn work(self, command: Command) -> Checked<Vec<Event>> {
        let event = match command {
            Command::IssueCertificate { grant, key, source } => {
                let (standing, _) = self.grant(grant)?;
                Event::CertificateIssued {
                    grant,
                    serial: standing.intended_seq,
                    key,
                    principal: standing.role.clone(),
                    source,
                    valid_until_ms: standing.expires_at,
                }
            }
            Command::NoteAnswer {
                grant,
                call,
                status,
                answer,
            } => Event::TargetAnswered {
                grant,
                call,
                status,
                answer,
            },
            Command::StartRecording {
                recording,
                grant,
                way,
            } => Event::RecordingStarted {
                recording,
                grant,
                way,
            },
            Command::IntendAction {
                recording,
                classes,
                statement,
            } => Event::ActionIntended {
                recording,
                number: self.recording(recording)?.actions,
                classes,
                statement,
            },
            Command::RefuseAction {
                recording,
                class,
                statement,
            } => Event::ActionRefused {
                recording,
                number: self.recording(recording)?.actions,
                class,
                statement,
            },
            Command::FinishAction {
                recording,
                number,
                outcome,
                rows,
                duration_ms,
                result,
            } => Event::ActionFinished {
                recording,
                number,
                outcome,
                rows,
                duration_ms,
                result,
            },
            Command::RecordChunk { recording, content } => Event::RecordingChunk {
                recording,
                number: self.recording(recording)?.chunks,
                content,
            },
            Command::NoteGap { recording, to } => Event::RecordingGap {
                recording,
                from: self.recording(recording)?.actions,
                to,
            },
            Command::EndRecording { recording, cause } => return self.end(recording, cause),
            _ => return Ok(Vec::new()),
        };
        self.one(event)
    }

    fn end(self, id: RecordingId, cause: RecordingEnd) -> Checked<Vec<Event>> {
        let recording = self.recording(id)?;
        let ended = self.one(Event::RecordingEnded {
            recording: id,
            cause,
            actions: recording.actions,
            chunks: recording.chunks,
        })?;
        let lost = |number| Event::ActionFinished {
            recording: id,
            number,
            outcome: ActionOutcome::Unknown,
            rows: None,
            duration_ms: 0,
            result: None,
        };
        // Nobody else is there to say it.
        let waiting = recording
            .waiting()
            .filter(|_| cause == RecordingEnd::Lost)
            .map(|(number, _)| lost(number));
        Ok(waiting.chain(ended).collect())
    }
}
