//! Who is answered when: as soon as the log's key has signed, or when the witnesses have.

use std::collections::VecDeque;
use std::time::Duration;

use access::command::Command;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::{Act, Outcome, Unwritten};
use crate::cosign::Witnessed;

/// One caller's answer, once its entries are in the log.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) to: oneshot::Sender<Result<Outcome, Unwritten>>,
    pub(super) outcome: Outcome,
    /// Whether something is given on it, so that witnesses may have to see it first.
    pub(super) gives: bool,
}

impl Answer {
    pub(super) fn give(self, published: Result<(), Unwritten>) {
        // Who asked may have gone away; the entry stands all the same.
        let _ = self.to.send(published.map(|()| self.outcome));
    }
}

/// Answers that wait for a checkpoint of this size to be witnessed.
#[derive(Debug)]
pub(crate) struct Waiting {
    size: u64,
    until: Instant,
    answer: Answer,
}

/// Where answers go.
#[derive(Debug)]
pub(crate) enum Answers {
    /// To whoever asked, at once.
    WhenSigned,
    /// To [`when_witnessed`], which waits so long at most.
    WhenWitnessed(mpsc::UnboundedSender<Waiting>, Duration),
}

impl Answers {
    /// The log's key has signed `size` entries, among them what is answered here.
    pub(super) fn signed(&self, size: u64, answer: Answer) {
        match self {
            Self::WhenWitnessed(later, within) if answer.gives => {
                let until = Instant::now() + *within;
                let waiting = Waiting {
                    size,
                    until,
                    answer,
                };
                // Whoever waits is gone only while the process stops: then callers see that.
                let _ = later.send(waiting);
            }
            Self::WhenSigned | Self::WhenWitnessed(..) => answer.give(Ok(())),
        }
    }
}

/// Whether something may come of an act that gives access or leads to it. What ends access, signs
/// somebody in or out, or keeps house never waits for a witness: it must be possible without one.
pub(super) fn gives(act: &Act, outcome: &Outcome) -> bool {
    outcome.is_ok()
        && match act {
            Act::Do(command) => leads_to_access(command),
            Act::Refuse(_) | Act::Would(_) => false,
        }
}

fn leads_to_access(command: &Command) -> bool {
    match command {
        Command::SubmitRequest { .. }
        | Command::EditRequest { .. }
        | Command::SignOff { .. }
        | Command::Withdraw { .. }
        | Command::IntendGrant { .. }
        | Command::ConfirmGrant { .. }
        | Command::ShowCredential { .. }
        | Command::IssueCertificate { .. }
        | Command::StartRecording { .. }
        | Command::AskExtension { .. }
        | Command::ExtendGrant { .. }
        | Command::RecordReview { .. }
        // Who may ask, and who may say yes.
        | Command::EndorseProposal { .. }
        | Command::ActivateProposal { .. }
        | Command::SetDelegation { .. }
        // A text is shown on it.
        | Command::DiscloseOpening { .. } => true,
        // The portal's own, some of them while it starts.
        Command::OpenLedger { .. }
        | Command::RotateKey { .. }
        | Command::StartServer { .. }
        | Command::FailServer { .. }
        | Command::ActivatePolicy { .. }
        | Command::ConfigureResource { .. }
        | Command::RemoveResource { .. }
        | Command::ConfigureRoles { .. }
        | Command::RegisterPerson { .. }
        | Command::Escalate { .. }
        | Command::Lapse { .. }
        | Command::RemoveOrphan { .. }
        | Command::ReadLedger { .. }
        | Command::NoteAnswer { .. }
        | Command::NoteGap { .. } => false,
        // On a way in that was given before, and each in a moment: nobody waits for a witness between two statements.
        Command::IntendAction { .. }
        | Command::RefuseAction { .. }
        | Command::FinishAction { .. }
        | Command::RecordChunk { .. }
        | Command::EndRecording { .. } => false,
        // Nothing comes of these before somebody else's word, or they take something away.
        Command::ProposePolicy { .. }
        | Command::ProposeRetirement { .. }
        | Command::WithdrawProposal { .. }
        | Command::LinkPerson { .. }
        | Command::EndDelegation
        | Command::OpenSession { .. }
        | Command::CloseSession { .. }
        | Command::ViewRequest { .. }
        | Command::FailGrant { .. }
        | Command::DenyExtension { .. }
        | Command::EndGrant { .. }
        | Command::OrderErasure { .. }
        | Command::ConfirmErasure { .. } => false,
    }
}

/// Answers what comes, in the log's order, when a checkpoint that covers it is witnessed; or says that
/// it is not, when it took too long. Works until the publisher is gone.
pub(crate) async fn when_witnessed(
    mut signed: mpsc::UnboundedReceiver<Waiting>,
    mut witnessed: watch::Receiver<Option<Witnessed>>,
) {
    let mut waiting: VecDeque<Waiting> = VecDeque::new();
    loop {
        let size = witnessed
            .borrow_and_update()
            .map_or(0, |newest| newest.size);
        let now = Instant::now();
        while let Some(first) = waiting.pop_front() {
            if first.size <= size {
                first.answer.give(Ok(()));
            } else if first.until <= now {
                first.answer.give(Err(Unwritten::NotWitnessed));
            } else {
                waiting.push_front(first);
                break;
            }
        }
        let late = waiting.front().map_or(now, |first| first.until);
        tokio::select! {
            more = signed.recv() => match more {
                Some(more) => waiting.push_back(more),
                None => return,
            },
            Ok(()) = witnessed.changed() => {}
            () = tokio::time::sleep_until(late), if !waiting.is_empty() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Appended;
    use super::*;

    type Given = oneshot::Receiver<Result<Outcome, Unwritten>>;

    fn answer(gives: bool) -> (Answer, Given) {
        let (to, given) = oneshot::channel();
        let outcome = Ok(Appended {
            entries: Vec::new(),
        });
        let answer = Answer { to, outcome, gives };
        (answer, given)
    }

    fn seen(size: u64) -> Option<Witnessed> {
        Some(Witnessed { size, at_s: 1 })
    }

    #[test]
    fn what_makes_access_longer_gives_it_and_what_ends_it_does_not() {
        let appended = || {
            Ok(Appended {
                entries: Vec::new(),
            })
        };
        let grant = access::ids::GrantId::new(uuid::Uuid::nil());
        let longer = Command::ExtendGrant { grant, proof: None };
        assert!(gives(&Act::Do(longer.clone()), &appended()));
        assert!(!gives(&Act::Would(longer), &appended()));
        let cause = access::event::EndCause::Returned;
        let end = Command::EndGrant {
            grant,
            cause,
            sessions_cut: 0,
        };
        assert!(!gives(&Act::Do(end), &appended()));
    }

    #[tokio::test]
    async fn an_answer_waits_for_its_size_and_not_for_ever() {
        let (later, signed) = mpsc::unbounded_channel();
        let (newest, witnessed) = watch::channel(seen(3));
        let task = tokio::spawn(when_witnessed(signed, witnessed));
        let answers = Answers::WhenWitnessed(later, Duration::from_millis(400));

        let (free, given) = answer(false);
        answers.signed(4, free);
        assert!(matches!(given.await, Ok(Ok(Ok(_)))), "it gives nothing");

        let (covered, given) = answer(true);
        answers.signed(3, covered);
        assert!(matches!(given.await, Ok(Ok(Ok(_)))), "it is witnessed");

        let ((first, mut given), (second, late)) = (answer(true), answer(true));
        answers.signed(5, first);
        answers.signed(9, second);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(given.try_recv().is_err());
        newest.send(seen(4)).expect("it listens");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(given.try_recv().is_err(), "another size is witnessed");
        newest.send(seen(7)).expect("it listens");
        assert!(matches!(given.await, Ok(Ok(Ok(_)))));
        assert!(matches!(late.await, Ok(Err(Unwritten::NotWitnessed))));

        drop(answers);
        task.await.expect("it ends with the publisher");
    }
}
