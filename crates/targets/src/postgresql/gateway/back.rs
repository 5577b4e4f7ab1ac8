//! From the target to the client: bytes as they come, while it is noted what they answer.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Buf as _, BytesMut};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{self, Message};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};

use super::pending::{End, Kind, Pending, Queue, Whose};
use super::reply::{self, Severity};
use super::session::Over;
use super::start::is_utf8;
use crate::postgresql::console::rows_of;
use crate::postgresql::wire::{LONGEST_MESSAGE, ServerError, Stream};

/// This direction of a session.
pub(super) struct Back<'a> {
    pub(super) target: ReadHalf<Box<dyn Stream>>,
    pub(super) incoming: BytesMut,
    pub(super) client: WriteHalf<&'a mut Box<dyn Stream>>,
    pub(super) queue: &'a Queue,
    pub(super) escaped: &'a AtomicBool,
    pub(super) passing_over: &'a AtomicBool,
    /// Part of a message may be with the client and the rest not.
    pub(super) torn: bool,
}

/// What becomes of a message.
enum Verdict {
    Forward,
    Swallow,
    Instead(BytesMut),
    /// It goes to the client, and is the last.
    Last(Over),
}

impl Back<'_> {
    /// Until one of the two ends goes away.
    pub(super) async fn run(&mut self) -> Over {
        loop {
            if let Err(over) = self.turn().await {
                return over;
            }
            self.incoming.reserve(32 * 1024);
            match self.target.read_buf(&mut self.incoming).await {
                Ok(0) | Err(_) => return Over::TargetLost,
                Ok(_) => {}
            }
        }
    }

    /// Hands on every message that is all there. Messages in a row are handed on as they lie.
    async fn turn(&mut self) -> Result<(), Over> {
        let mut run = 0;
        loop {
            let rest = &self.incoming[run..];
            let Some(header) = rest.get(..5) else {
                break;
            };
            let length = (&header[1..]).get_u32() as usize;
            if !(4..=LONGEST_MESSAGE).contains(&length) {
                self.hand_on(run).await?;
                return Err(Over::TooMuch);
            }
            let Some(body) = rest.get(5..=length) else {
                break;
            };
            match self.look(header[0], body)? {
                Verdict::Forward => run += length + 1,
                Verdict::Swallow => {
                    self.hand_on(run).await?;
                    self.incoming.advance(length + 1);
                    run = 0;
                }
                Verdict::Instead(other) => {
                    self.hand_on(run).await?;
                    self.incoming.advance(length + 1);
                    run = 0;
                    self.write(&other).await?;
                }
                Verdict::Last(over) => {
                    self.hand_on(run + length + 1).await?;
                    return Err(over);
                }
            }
        }
        self.hand_on(run).await
    }

    async fn hand_on(&mut self, bytes: usize) -> Result<(), Over> {
        if bytes == 0 {
            return Ok(());
        }
        let run = self.incoming.split_to(bytes);
        self.write(&run).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Over> {
        self.torn = true;
        let written = async {
            self.client.write_all(bytes).await?;
            self.client.flush().await
        };
        written.await.map_err(|_| Over::ClientLeft)?;
        self.torn = false;
        Ok(())
    }

    fn look(&self, tag: u8, body: &[u8]) -> Result<Verdict, Over> {
        match tag {
            backend::DATA_ROW_TAG => self.running(|action| action.row(body)),
            backend::COPY_DATA_TAG => self.running(|action| action.digest.add(body)),
            // 'W' would be replication, which nobody gets.
            backend::COPY_IN_RESPONSE_TAG => self.running(|action| action.takes_data = true),
            backend::COMMAND_COMPLETE_TAG => {
                let tag = body.split(|byte| *byte == 0).next().unwrap_or_default();
                let rows = std::str::from_utf8(tag).ok().and_then(rows_of);
                self.running(|action| action.tag(rows));
                self.executed();
            }
            backend::EMPTY_QUERY_RESPONSE_TAG | backend::PORTAL_SUSPENDED_TAG => self.executed(),
            backend::PARSE_COMPLETE_TAG => self.answered(|sent| matches!(sent, Pending::Parse))?,
            backend::BIND_COMPLETE_TAG => self.answered(|sent| matches!(sent, Pending::Bind))?,
            backend::CLOSE_COMPLETE_TAG => {
                let mut whose = Whose::Client;
                self.answered(|sent| {
                    if let Pending::Close(of) = sent {
                        whose = *of;
                    }
                    matches!(sent, Pending::Close(_))
                })?;
                if whose == Whose::Ours {
                    return Ok(Verdict::Swallow);
                }
            }
            backend::ROW_DESCRIPTION_TAG | backend::NO_DATA_TAG => self.described(),
            backend::READY_FOR_QUERY_TAG => self.ready()?,
            backend::ERROR_RESPONSE_TAG => return self.failed(body),
            backend::PARAMETER_STATUS_TAG => return Ok(self.told(body)),
            _ => {}
        }
        Ok(Verdict::Forward)
    }

    /// What runs now hears of something.
    fn running(&self, hear: impl FnOnce(&mut super::pending::Action)) {
        self.queue.change(|sent| {
            if let Some(Pending::Query(action) | Pending::Execute(action)) = sent.front_mut() {
                hear(action);
            }
        });
    }

    fn answered(&self, mut is: impl FnMut(&Pending) -> bool) -> Result<(), Over> {
        let fits = self.queue.change(|sent| {
            let fits = sent.front().is_some_and(&mut is);
            if fits {
                sent.pop_front();
            }
            fits
        });
        // Whose answer it is is not known any more, so nothing could be recorded rightly.
        fits.then_some(()).ok_or(Over::OutOfStep)
    }

    fn described(&self) {
        self.queue.change(|sent| {
            if matches!(sent.front(), Some(Pending::Describe)) {
                sent.pop_front();
            }
        });
    }

    /// An execution is over; a simple query goes on.
    fn executed(&self) {
        let over = self.queue.change(|sent| match sent.pop_front() {
            Some(Pending::Execute(action)) => Some(action),
            Some(other) => {
                sent.push_front(other);
                None
            }
            None => None,
        });
        if let Some(action) = over {
            self.queue.finish(action, End::Told);
        }
    }

    /// The target waits for what comes next: everything up to the last sync is over.
    fn ready(&self) -> Result<(), Over> {
        self.passing_over.store(false, Ordering::SeqCst);
        loop {
            match self.queue.change(std::collections::VecDeque::pop_front) {
                Some(Pending::Query(action)) => {
                    self.queue.finish(action, End::Told);
                    break;
                }
                Some(Pending::Sync | Pending::Stub(_, Kind::Simple)) => break,
                Some(Pending::Execute(action)) => self.queue.finish(action, End::PassedOver),
                Some(_) => {}
                None => return Err(Over::OutOfStep),
            }
        }
        self.queue.change(|_| ());
        Ok(())
    }

    fn failed(&self, body: &[u8]) -> Result<Verdict, Over> {
        let error = error(body)?;
        if error.is_fatal() {
            let cut = if error.code.starts_with("57P") {
                End::Cut
            } else {
                End::Unknown
            };
            self.queue.give_up(cut);
            return Ok(Verdict::Last(Over::TargetLost));
        }
        let mut instead = None;
        let mut over = Vec::new();
        self.queue.change(|sent| {
            match sent.front_mut() {
                Some(Pending::Query(action)) => return action.fail(error.code.clone()),
                Some(Pending::Stub(told, Kind::Simple)) => {
                    instead = Some(told.clone());
                    return;
                }
                Some(Pending::Stub(told, Kind::Extended)) => instead = Some(told.clone()),
                Some(Pending::Execute(action)) => action.fail(error.code.clone()),
                _ => {}
            }
            // The target passes over the rest of the batch.
            self.passing_over.store(true, Ordering::SeqCst);
            while let Some(passed) = sent.pop_front() {
                if matches!(passed, Pending::Sync) {
                    sent.push_front(passed);
                    break;
                }
                over.push(passed);
            }
        });
        for (place, passed) in over.into_iter().enumerate() {
            if let Pending::Execute(action) = passed {
                let end = if place == 0 {
                    End::Told
                } else {
                    End::PassedOver
                };
                self.queue.finish(action, end);
            }
        }
        Ok(match instead {
            Some(told) => Verdict::Instead(reply::error(
                Severity::Error,
                told.code,
                &told.message,
                told.hint,
            )),
            None => Verdict::Forward,
        })
    }

    fn told(&self, body: &[u8]) -> Verdict {
        let mut texts = body.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let (name, value) = (
            texts.next().unwrap_or_default(),
            texts.next().unwrap_or_default(),
        );
        match &*name {
            "standard_conforming_strings" => {
                self.escaped.store(value == "off", Ordering::SeqCst);
                Verdict::Forward
            }
            "client_encoding" if !is_utf8(&value) => Verdict::Last(Over::Encoding),
            _ => Verdict::Forward,
        }
    }
}

fn error(body: &[u8]) -> Result<ServerError, Over> {
    let mut whole = BytesMut::with_capacity(body.len() + 5);
    whole.extend_from_slice(&[backend::ERROR_RESPONSE_TAG]);
    whole.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    whole.extend_from_slice(body);
    match Message::parse(&mut whole) {
        Ok(Some(Message::ErrorResponse(body))) => {
            // Read to its end once, so that a broken one is told as that.
            let whole = body.fields().count();
            whole.map_err(|_| Over::OutOfStep)?;
            Ok(ServerError::from_fields(body.fields()))
        }
        _ => Err(Over::OutOfStep),
    }
}
