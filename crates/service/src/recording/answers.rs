//! What webhooks answer, for the log.

use std::sync::{Arc, OnceLock};

use access::command::Command;
use access::event::Call;
use access::ids::GrantId;
use async_trait::async_trait;
use targets::{Answer, AnswerLog, AnsweredCall};

use crate::portal::{Inner, Portal};
use crate::seal;
use crate::sequencer::Proposal;

/// Writes answers into the log of a portal that is not there yet when its targets are made.
#[derive(Debug, Default)]
pub(crate) struct Answers(OnceLock<std::sync::Weak<Inner>>);

impl Answers {
    /// From now on answers go into this portal's log.
    pub(crate) fn go_to(&self, portal: &Portal) {
        // A portal is made once.
        let _ = self.0.set(Arc::downgrade(&portal.inner));
    }
}

#[async_trait]
impl AnswerLog for Answers {
    async fn answered(&self, grant: GrantId, call: AnsweredCall, answer: Answer) {
        let Some(inner) = self.0.get().and_then(std::sync::Weak::upgrade) else {
            return;
        };
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Ok((sealed, opening)) = seal::seal(&text) else {
            tracing::error!(%grant, "there are no random numbers; an answer is not recorded");
            return;
        };
        let command = Command::NoteAnswer {
            grant,
            call: match call {
                AnsweredCall::Open => Call::Open,
                AnsweredCall::End => Call::End,
            },
            status: answer.status,
            answer: sealed,
        };
        let proposal = Proposal {
            openings: vec![("answer", opening)],
            ..Proposal::new(command, access::event::Actor::system("portal"))
        };
        let written = async move {
            if let Err(fault) = inner.sequencer.propose(proposal).await {
                tracing::warn!(%grant, %fault, "what a target answered is not in the log");
            }
        };
        match call {
            AnsweredCall::Open => written.await,
            // Ending never waits for the log.
            AnsweredCall::End => drop(tokio::spawn(written)),
        }
    }
}
