//! A recorder that keeps what it is told in memory, and can be made to fail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use access::event::{ActionOutcome, StatementClass};
use async_trait::async_trait;
use targets::{ActionNumber, Finished, Recorder, RecorderLost};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Intended(String, Vec<StatementClass>),
    Refused(String, StatementClass),
    Finished(ActionNumber, ActionOutcome, Option<u64>, Option<String>),
}

/// All that was recorded, in its order.
#[derive(Debug)]
pub struct Notebook {
    lines: Mutex<Vec<Line>>,
    next: AtomicU32,
    /// Calls that still succeed.
    left: AtomicU32,
    /// How long each intent takes to be durable, in milliseconds.
    pub slow_ms: AtomicU32,
}

impl Default for Notebook {
    fn default() -> Self {
        Self {
            lines: Mutex::default(),
            next: AtomicU32::new(0),
            left: AtomicU32::new(u32::MAX),
            slow_ms: AtomicU32::new(0),
        }
    }
}

impl Notebook {
    /// From now on so many calls succeed, and no more.
    pub fn fail_after(&self, calls: u32) {
        self.left.store(calls, Ordering::SeqCst);
    }

    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    /// The statements that were intended.
    pub fn intended(&self) -> Vec<String> {
        let lines = self.lines();
        let texts = lines.into_iter().filter_map(|line| match line {
            Line::Intended(text, _) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    pub fn refused(&self) -> Vec<(String, StatementClass)> {
        let lines = self.lines();
        let texts = lines.into_iter().filter_map(|line| match line {
            Line::Refused(text, class) => Some((text, class)),
            _ => None,
        });
        texts.collect()
    }

    /// How each action ended, by its number.
    pub fn outcomes(&self) -> Vec<(ActionNumber, ActionOutcome)> {
        let lines = self.lines();
        let ends = lines.into_iter().filter_map(|line| match line {
            Line::Finished(number, outcome, ..) => Some((number, outcome)),
            _ => None,
        });
        ends.collect()
    }

    /// Waits until so many actions have ended: the ends of a gateway's are recorded beside the client's back.
    pub async fn ended(&self, actions: usize) -> Vec<Line> {
        for _ in 0..500 {
            let ends = self.lines();
            let ends: Vec<Line> = ends
                .into_iter()
                .filter(|line| matches!(line, Line::Finished(..)))
                .collect();
            if ends.len() >= actions {
                return ends;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{actions} ends are not recorded: {:#?}", self.lines());
    }

    fn note(&self, line: Line) -> Result<(), RecorderLost> {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(RecorderLost("the log does not answer".into()));
        }
        self.left.store(left - 1, Ordering::SeqCst);
        self.lines.lock().unwrap().push(line);
        Ok(())
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn intend(
        &self,
        statement: &str,
        classes: &[StatementClass],
    ) -> Result<ActionNumber, RecorderLost> {
        let slow = self.slow_ms.load(Ordering::SeqCst);
        if slow > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(slow.into())).await;
        }
        self.note(Line::Intended(statement.into(), classes.into()))?;
        Ok(self.next.fetch_add(1, Ordering::SeqCst))
    }

    async fn refuse(&self, statement: &str, class: StatementClass) -> Result<(), RecorderLost> {
        self.note(Line::Refused(statement.into(), class))?;
        self.next.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn finish(&self, action: ActionNumber, finished: Finished) -> Result<(), RecorderLost> {
        self.note(Line::Finished(
            action,
            finished.outcome,
            finished.rows,
            finished.result,
        ))
    }

    async fn chunk(&self, _lines: &str) -> Result<(), RecorderLost> {
        unreachable!("SQL is recorded by actions")
    }
}
