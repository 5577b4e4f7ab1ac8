//! Where a host is and by which keys it is known.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use russh::Channel;
use russh::client::{ChannelOpenHandle, Config, Handle, Handler, Msg, Session};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use ssh_key::{Algorithm, HashAlg};
use tokio::net::TcpStream;

/// How long a host may take until its keys are agreed on.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// A host that says nothing for three times as long is gone.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// What a host may send before somebody has read it, in bytes.
const WINDOW: u32 = 256 * 1024;

/// The most that comes at once, in bytes.
pub(super) const PACKET: u32 = 8 * 1024;

/// One SSH server.
#[derive(Debug, Clone)]
pub struct Host {
    name: String,
    port: u16,
    keys: Vec<PublicKey>,
}

/// Why a configured host is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    /// No name or address.
    #[error("{0:?} is no host's name or address")]
    Name(String),
    /// No key is pinned.
    #[error(
        "no host key is given; put the lines of the host's /etc/ssh/ssh_host_ed25519_key.pub there"
    )]
    NoKey,
    /// A line that is no key.
    #[error("line {0} of the host keys is no public key")]
    Malformed(usize),
    /// A kind of key that is not used here.
    #[error("the host key in line {line} is of the kind {kind}; pin its Ed25519 or ECDSA key")]
    Kind {
        /// Which line, from 1.
        line: usize,
        /// Its kind.
        kind: String,
    },
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It did not answer in time.
    #[error("{0} did not answer within 5 s")]
    Silent(String),
    /// It showed a key that is not pinned: another host, or somebody in between.
    #[error("{0} showed a host key that is not the configured one: {1}")]
    WrongKey(String, String),
    /// It cannot be reached, or does not speak as it should.
    #[error("{0} cannot be reached")]
    Unreached(String, #[source] russh::Error),
}

impl Host {
    /// A host by name or address, and the lines of its public keys (as in its `.pub` files). What is not pinned here
    /// is not believed, not even the first time.
    ///
    /// # Errors
    /// [`BadHost`]
    pub fn new(name: &str, port: u16, keys: &str) -> Result<Self, BadHost> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-:".contains(&b);
        let fits = (1..=253).contains(&name.len()) && !name.starts_with('-');
        if !fits || !name.bytes().all(plain) {
            return Err(BadHost::Name(name.to_owned()));
        }
        let lines = keys.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let keys: Vec<PublicKey> = lines
            .map(|(at, line)| pinned(at + 1, line))
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(BadHost::NoKey);
        }
        Ok(Self {
            name: name.to_owned(),
            port,
            keys,
        })
    }

    /// Its name or address.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The lines of a `known_hosts` file that pin it, so that a person's client need not ask either.
    pub fn known_hosts(&self) -> String {
        let name = match self.port {
            22 => self.name.clone(),
            port => format!("[{}]:{port}", self.name),
        };
        let lines = self.keys.iter().filter_map(|key| key.to_openssh().ok());
        lines.map(|line| format!("{name} {line}\n")).collect()
    }

    /// Connects until the host has proven that it holds a pinned key. Nobody is signed in yet.
    pub(super) async fn connect(&self) -> Result<Connection, ConnectError> {
        let unreached = |fault| ConnectError::Unreached(self.to_string(), fault);
        let pinned = Pinned(self.keys.clone());
        let connecting = async {
            let (stream, twin) = self.dial().await.map_err(russh::Error::IO)?;
            let config = Arc::new(self.config());
            let handle = russh::client::connect_stream(config, stream, pinned).await?;
            Ok(Connection { handle, twin })
        };
        match tokio::time::timeout(CONNECT_PATIENCE, connecting).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(Broken::WrongKey(shown))) => {
                Err(ConnectError::WrongKey(self.to_string(), shown))
            }
            Ok(Err(Broken::Ssh(fault))) => Err(unreached(fault)),
            Err(_) => Err(ConnectError::Silent(self.to_string())),
        }
    }

    async fn dial(&self) -> io::Result<(TcpStream, std::net::TcpStream)> {
        let stream = TcpStream::connect((self.name.as_str(), self.port)).await?;
        // Without it keystrokes wait for each other.
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let twin = stream.try_clone()?;
        Ok((TcpStream::from_std(stream)?, twin))
    }

    fn config(&self) -> Config {
        let mut kinds: Vec<Algorithm> = self.keys.iter().map(PublicKey::algorithm).collect();
        kinds.dedup();
        Config {
            window_size: WINDOW,
            keepalive_interval: Some(KEEPALIVE),
            preferred: russh::Preferred {
                // A host with several keys shows the one that is pinned.
                key: Cow::Owned(kinds),
                ..russh::Preferred::DEFAULT
            },
            maximum_packet_size: PACKET,
            ..Config::default()
        }
    }
}

fn pinned(line: usize, text: &str) -> Result<PublicKey, BadHost> {
    let mut key = PublicKey::from_openssh(text.trim()).map_err(|_| BadHost::Malformed(line))?;
    // A comment is the host's own business.
    key.set_comment("");
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => Ok(key),
        other => Err(BadHost::Kind {
            line,
            kind: other.to_string(),
        }),
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

/// A connection that is gone when this is dropped, whether or not the host still listens: the library's own good-bye
/// waits behind whatever the host has not read.
pub(super) struct Connection {
    pub(super) handle: Handle<Pinned>,
    twin: std::net::TcpStream,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // It fails where the host was first.
        let _ = self.twin.shutdown(std::net::Shutdown::Both);
    }
}

/// Believes the pinned keys, and opens nothing that a host asks of its client.
#[derive(Debug)]
pub(super) struct Pinned(Vec<PublicKey>);

/// Why a connection broke while it was made.
#[derive(Debug)]
pub(super) enum Broken {
    WrongKey(String),
    Ssh(russh::Error),
}

impl From<russh::Error> for Broken {
    fn from(fault: russh::Error) -> Self {
        Self::Ssh(fault)
    }
}

/// A request of the host to open something here: dropping `reply` refuses it.
macro_rules! refuses {
    ($($name:ident($($argument:ty),*);)*) => {$(
        async fn $name(
            &mut self,
            _: Channel<Msg>,
            $(_: $argument,)*
            _: ChannelOpenHandle,
            _: &mut Session,
        ) -> Result<(), Broken> {
            Ok(())
        }
    )*};
}

impl Handler for Pinned {
    type Error = Broken;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Broken> {
        let key = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.key_data(),
            // None was asked for.
            PublicKeyOrCertificate::Certificate(certificate) => certificate.public_key(),
        };
        let pinned = matches!(shown, PublicKeyOrCertificate::PublicKey { .. })
            && self.0.iter().any(|pin| pin.key_data() == key);
        if pinned {
            Ok(true)
        } else {
            Err(Broken::WrongKey(
                key.fingerprint(HashAlg::Sha256).to_string(),
            ))
        }
    }

    refuses! {
        server_channel_open_forwarded_tcpip(&str, u32, &str, u32);
        server_channel_open_forwarded_streamlocal(&str);
        server_channel_open_agent_forward();
        server_channel_open_session();
        server_channel_open_direct_tcpip(&str, u32, &str, u32);
        server_channel_open_direct_streamlocal(&str);
        server_channel_open_x11(&str, u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti root@host";

    #[test]
    fn a_host_is_pinned_or_not_configured_at_all() {
        let host = Host::new("db.example", 2222, &format!("\n{KEY}\n")).expect("a host");
        assert_eq!(
            host.known_hosts(),
            "[db.example]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti\n"
        );
        assert_eq!(
            Host::new("db.example", 22, " \n").err(),
            Some(BadHost::NoKey)
        );
        assert_eq!(
            Host::new("db.example", 22, "ssh-ed25519 x").err(),
            Some(BadHost::Malformed(1))
        );
        for name in ["", "-oProxyCommand=x", "a b", "a;b", "a/b"] {
            assert_eq!(
                Host::new(name, 22, KEY).err(),
                Some(BadHost::Name(name.into())),
                "{name}"
            );
        }
    }
}
