//! A way to a target that loses what a trial wants lost. It knows no protocol: a message is what arrives at once.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Which of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the connector to the target: what is lost there was never asked.
    There,
    /// From the target to the connector: what is lost here was done.
    Back,
}

#[derive(Debug, Clone, Copy)]
enum Mood {
    Carries,
    /// The connection breaks instead of its nth message from now.
    Breaks(Direction, usize),
    /// It has broken.
    Broke,
    /// Questions arrive, and nothing comes back.
    Silent,
    /// Nobody is there.
    Down,
}

/// Listens on loopback until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    /// Changes when connections that stand have to break.
    down: tokio::sync::watch::Sender<u32>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Proxy {
    pub fn to(target: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let mood = Arc::new(Mutex::new(Mood::Carries));
        let down = tokio::sync::watch::Sender::new(0);
        let (seen, watched) = (mood.clone(), down.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if matches!(*seen.lock().unwrap(), Mood::Down) {
                    continue;
                }
                tokio::spawn(carry(client, target, seen.clone(), watched.subscribe()));
            }
        });
        Self {
            address,
            mood,
            down,
            accepting,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The nth message from now is lost, and its connection with it.
    pub fn break_at(&self, direction: Direction, nth: usize) {
        *self.mood.lock().unwrap() = Mood::Breaks(direction, nth);
    }

    pub fn fall_silent(&self) {
        *self.mood.lock().unwrap() = Mood::Silent;
    }

    /// Connections that stand break, and new ones do too.
    pub fn go_down(&self) {
        *self.mood.lock().unwrap() = Mood::Down;
        self.down.send_modify(|count| *count += 1);
    }

    /// Carries everything from now on; returns whether something had broken.
    pub fn mend(&self) -> bool {
        let mood = std::mem::replace(&mut *self.mood.lock().unwrap(), Mood::Carries);
        matches!(mood, Mood::Broke)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(
    client: TcpStream,
    target: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    mut down: tokio::sync::watch::Receiver<u32>,
) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(Direction::There, from_client, to_server, &mood) => {}
        () = pass(Direction::Back, from_server, to_client, &mood) => {}
        _ = down.changed() => {}
    }
}

async fn pass(
    direction: Direction,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mood: &Mutex<Mood>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        if breaks(direction, mood) {
            // What was asked before is let be done: only this is lost.
            tokio::time::sleep(Duration::from_millis(5)).await;
            return;
        }
        if direction == Direction::Back && matches!(*mood.lock().unwrap(), Mood::Silent) {
            continue;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

fn breaks(direction: Direction, mood: &Mutex<Mood>) -> bool {
    let mut mood = mood.lock().unwrap();
    match &mut *mood {
        Mood::Breaks(wanted, nth) if *wanted == direction => {
            *nth -= 1;
            if *nth == 0 {
                *mood = Mood::Broke;
                return true;
            }
            false
        }
        _ => false,
    }
}
