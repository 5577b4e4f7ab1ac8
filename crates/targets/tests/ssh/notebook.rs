//! A recorder in memory, which can be slow, stand still or fail.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use access::event::StatementClass;
use async_trait::async_trait;
use targets::ssh::cast::{Cast, Happened};
use targets::ssh::terminal::{Screen, Terminal};
use targets::{ActionNumber, Finished, Recorder, RecorderLost};
use tokio::sync::watch;

/// How the recorder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    Slow(Duration),
    /// Takes nothing until it is well again.
    Stuck,
    Fails,
}

#[derive(Debug)]
pub struct Notebook {
    chunks: Mutex<Vec<(Instant, String)>>,
    mood: watch::Sender<Mood>,
}

impl Notebook {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            chunks: Mutex::default(),
            mood: watch::Sender::new(Mood::Well),
        })
    }

    pub fn feel(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    pub fn chunks(&self) -> Vec<String> {
        self.timed().into_iter().map(|(_, lines)| lines).collect()
    }

    pub fn timed(&self) -> Vec<(Instant, String)> {
        self.chunks.lock().unwrap().clone()
    }

    /// The whole recording, read as anybody would.
    pub fn cast(&self) -> Cast {
        Cast::parse(&self.chunks().concat()).unwrap()
    }

    /// Everything that was shown, as far as it is recorded.
    pub fn shown(&self) -> String {
        let events = self.cast().events.into_iter();
        events
            .filter_map(|event| match event.what {
                Happened::Shown(text) => Some(text),
                _ => None,
            })
            .collect()
    }

    pub fn typed(&self) -> String {
        let events = self.cast().events.into_iter();
        events
            .filter_map(|event| match event.what {
                Happened::Typed(text) => Some(text),
                _ => None,
            })
            .collect()
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn intend(&self, _: &str, _: &[StatementClass]) -> Result<ActionNumber, RecorderLost> {
        unreachable!("a terminal has no statements")
    }

    async fn refuse(&self, _: &str, _: StatementClass) -> Result<(), RecorderLost> {
        unreachable!("a terminal has no statements")
    }

    async fn finish(&self, _: ActionNumber, _: Finished) -> Result<(), RecorderLost> {
        unreachable!("a terminal has no statements")
    }

    async fn chunk(&self, lines: &str) -> Result<(), RecorderLost> {
        let mut mood = self.mood.subscribe();
        let now = *mood.wait_for(|mood| *mood != Mood::Stuck).await.unwrap();
        match now {
            Mood::Fails => return Err(RecorderLost("the disk is full".into())),
            Mood::Slow(time) => tokio::time::sleep(time).await,
            Mood::Well | Mood::Stuck => {}
        }
        let noted = (Instant::now(), lines.to_owned());
        self.chunks.lock().unwrap().push(noted);
        Ok(())
    }
}

/// What its holder sees.
pub struct Seen {
    screen: Screen,
    bytes: Vec<u8>,
}

impl Seen {
    pub const fn new(screen: Screen) -> Self {
        Self {
            screen,
            bytes: Vec::new(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads on until the text is there.
    pub async fn until(&mut self, text: &str) {
        let reading = async {
            while !self.text().contains(text) {
                let more = self.screen.next().await;
                self.bytes.extend(
                    more.unwrap_or_else(|| panic!("over before {text:?}: {}", self.text())),
                );
            }
        };
        let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
        assert!(read.is_ok(), "{text:?} did not come: {}", self.text());
    }

    /// Reads for so long.
    pub async fn during(&mut self, time: Duration) {
        let reading = async {
            while let Some(more) = self.screen.next().await {
                self.bytes.extend(more);
            }
        };
        tokio::time::timeout(time, reading).await.ok();
    }

    /// Reads to the end.
    pub async fn drain(&mut self) {
        self.during(Duration::from_secs(20)).await;
        assert!(self.screen.next().await.is_none());
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The session's holder types.
pub async fn types(terminal: &Terminal, text: &str) {
    let hands = targets::ssh::terminal::Hands::Holder;
    terminal.type_text(hands, text).await.unwrap();
}
