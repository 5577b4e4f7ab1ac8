//! A session with a server: made, signed in, message by message.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use super::address::{Address, Place, Tls};
use super::error::{ServerError, WireError};
use super::frame::{Frame, read_frame};
use super::{LONGEST_MESSAGE, tls};

/// How long a connection may take to stand, the sign-in included.
const CONNECT: Duration = Duration::from_secs(5);

/// What a session is carried by.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// Who signs in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The account.
    pub user: String,
    /// Its password, if it has one.
    pub password: Option<SecretString>,
    /// What else is said at the start: `application_name` and the like.
    pub parameters: Vec<(String, String)>,
}

/// With it a statement of the session is cancelled, over a connection of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CancelKey {
    pub(crate) process: i32,
    pub(crate) secret: i32,
}

impl std::fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelKey").finish_non_exhaustive()
    }
}

/// How the session's transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transaction {
    /// None is open.
    Idle,
    /// One is open.
    Open,
    /// One is open in which something went wrong: only its end is taken.
    Failed,
}

impl Transaction {
    pub(crate) fn from_status(status: u8) -> Result<Self, WireError> {
        match status {
            b'I' => Ok(Self::Idle),
            b'T' => Ok(Self::Open),
            b'E' => Ok(Self::Failed),
            _ => Err(WireError::Protocol("a state of the transaction")),
        }
    }
}

/// What a simple query returned: the rows of all its statements, as text.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

impl Answer {
    /// The first value of the first row.
    pub(crate) fn value(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

/// One session.
pub(crate) struct Session {
    stream: Box<dyn Stream>,
    incoming: BytesMut,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) key: CancelKey,
    pub(crate) encrypted: bool,
    pub(crate) transaction: Transaction,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// As the user of the address.
    pub(crate) async fn connect(address: &Address) -> Result<Self, WireError> {
        let login = Login {
            user: address.user.clone(),
            password: address.password.clone(),
            parameters: vec![("application_name".into(), "breakglass".into())],
        };
        Self::sign_in(address, &login).await
    }

    /// As somebody else, at the same place and to the same database.
    pub(crate) async fn sign_in(address: &Address, login: &Login) -> Result<Self, WireError> {
        let connected = tokio::time::timeout(CONNECT, async {
            let (stream, encrypted) = open(address).await?;
            let mut session = Self {
                stream,
                incoming: BytesMut::new(),
                parameters: BTreeMap::new(),
                key: CancelKey {
                    process: 0,
                    secret: 0,
                },
                encrypted,
                transaction: Transaction::Idle,
            };
            session.start(address, login).await?;
            Ok(session)
        });
        match connected.await {
            // Nothing but a sign-in was under way: whatever became of it, nothing was done.
            Ok(Err(WireError::Lost(fault))) => Err(WireError::Unreachable(fault)),
            Ok(done) => done,
            Err(_) => Err(WireError::Unreachable(io::ErrorKind::TimedOut.into())),
        }
    }

    async fn start(&mut self, address: &Address, login: &Login) -> Result<(), WireError> {
        let own = [
            ("user", login.user.as_str()),
            ("database", address.database()),
            ("client_encoding", "UTF8"),
        ];
        let more = login.parameters.iter();
        let all = own
            .into_iter()
            .chain(more.map(|(name, value)| (name.as_str(), value.as_str())));
        let mut bytes = BytesMut::new();
        frontend::startup_message(all, &mut bytes).map_err(WireError::Lost)?;
        self.send(&bytes).await?;
        self.authenticate(login).await?;
        loop {
            match self.message().await? {
                Message::ParameterStatus(_) | Message::NoticeResponse(_) => {}
                Message::BackendKeyData(data) => {
                    self.key = CancelKey {
                        process: data.process_id(),
                        secret: data.secret_key(),
                    };
                }
                Message::ReadyForQuery(_) => return Ok(()),
                _ => return Err(WireError::Protocol("while it starts")),
            }
        }
    }

    async fn authenticate(&mut self, login: &Login) -> Result<(), WireError> {
        let password = || login.password.as_ref().ok_or(WireError::NoPassword);
        loop {
            match self.message().await? {
                Message::AuthenticationOk => return Ok(()),
                Message::AuthenticationSasl(body) => {
                    let offered: Vec<String> = body
                        .mechanisms()
                        .map(|one| Ok(one.to_owned()))
                        .collect()
                        .map_err(WireError::Lost)?;
                    if !offered.iter().any(|one| one == SCRAM_SHA_256) {
                        return Err(WireError::Method);
                    }
                    let secret = password()?.expose_secret().as_bytes();
                    let mut scram = ScramSha256::new(secret, ChannelBinding::unsupported());
                    self.prove(&mut scram).await?;
                }
                // In the clear it goes to nobody who has not shown a certificate.
                Message::AuthenticationCleartextPassword if self.encrypted => {
                    let secret = password()?.expose_secret().as_bytes();
                    let mut bytes = BytesMut::new();
                    frontend::password_message(secret, &mut bytes).map_err(WireError::Lost)?;
                    self.send(&bytes).await?;
                }
                _ => return Err(WireError::Method),
            }
        }
    }

    async fn prove(&mut self, scram: &mut ScramSha256) -> Result<(), WireError> {
        let mut bytes = BytesMut::new();
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut bytes)
            .map_err(WireError::Lost)?;
        self.send(&bytes).await?;
        let Message::AuthenticationSaslContinue(body) = self.message().await? else {
            return Err(WireError::Protocol("while it is proven who signs in"));
        };
        scram.update(body.data()).map_err(WireError::Impostor)?;
        bytes.clear();
        frontend::sasl_response(scram.message(), &mut bytes).map_err(WireError::Lost)?;
        self.send(&bytes).await?;
        let Message::AuthenticationSaslFinal(body) = self.message().await? else {
            return Err(WireError::Protocol("while it is proven who signs in"));
        };
        scram.finish(body.data()).map_err(WireError::Impostor)
    }

    /// Sends what was encoded, at once.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.stream
            .write_all(bytes)
            .await
            .map_err(WireError::Lost)?;
        self.stream.flush().await.map_err(WireError::Lost)
    }

    /// The next message, whatever it is. Nothing is lost when this is dropped.
    pub(crate) async fn receive(&mut self) -> Result<Frame, WireError> {
        let frame = read_frame(&mut self.stream, &mut self.incoming, LONGEST_MESSAGE).await;
        frame
            .map_err(WireError::Lost)?
            .ok_or_else(|| WireError::Lost(io::ErrorKind::UnexpectedEof.into()))
    }

    /// The next message; a no of the server is an error, and what it tells of itself is remembered.
    async fn message(&mut self) -> Result<Message, WireError> {
        let message = self.receive().await?.message().map_err(WireError::Lost)?;
        match message {
            Message::ErrorResponse(body) => Err(ServerError::from_fields(body.fields()).into()),
            Message::ParameterStatus(ref body) => {
                if let (Ok(name), Ok(value)) = (body.name(), body.value()) {
                    self.parameters.insert(name.into(), value.into());
                }
                Ok(message)
            }
            message => Ok(message),
        }
    }

    /// Runs statements by the simple protocol: all of them stand, or none.
    pub(crate) async fn simple(&mut self, sql: &str) -> Result<Answer, WireError> {
        let mut bytes = BytesMut::new();
        frontend::query(sql, &mut bytes).map_err(WireError::Lost)?;
        self.send(&bytes).await?;
        let (mut answer, mut refused) = (Answer::default(), None);
        loop {
            match self.message().await {
                Ok(Message::DataRow(row)) => {
                    let text = |range: std::ops::Range<usize>| {
                        String::from_utf8_lossy(&row.buffer()[range]).into_owned()
                    };
                    let values = row.ranges().map(|range| Ok(range.map(text))).collect();
                    answer.rows.push(values.map_err(WireError::Lost)?);
                }
                Ok(Message::ReadyForQuery(body)) => {
                    self.transaction = Transaction::from_status(body.status())?;
                    return match refused {
                        Some(error) => Err(WireError::Server(error)),
                        None => Ok(answer),
                    };
                }
                Ok(Message::CopyInResponse(_) | Message::CopyOutResponse(_)) => {
                    return Err(WireError::Protocol("COPY"));
                }
                Ok(_) => {}
                // Cut off: whether all of it was done is not known.
                Err(WireError::Server(error)) if error.is_fatal() => {
                    return Err(WireError::Lost(io::Error::other(error)));
                }
                Err(WireError::Server(error)) => refused = Some(error),
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Whether the server has closed it, or said something unasked, since it was last used.
    pub(crate) fn is_stale(&mut self) -> bool {
        let mut byte = [0];
        let look = self.stream.read(&mut byte);
        futures::FutureExt::now_or_never(look).is_some() || !self.incoming.is_empty()
    }

    /// Closes the connection at once, without a farewell.
    pub(crate) fn drop_connection(&mut self) {
        self.stream = Box::new(tokio::io::empty());
    }

    /// The connection itself, with what was read of it and not looked at.
    pub(crate) fn into_stream(self) -> (Box<dyn Stream>, BytesMut) {
        (self.stream, self.incoming)
    }
}

impl CancelKey {
    /// One that nobody can guess.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).expect("the system has random numbers");
        let [a, b, c, d, e, f, g, h] = bytes;
        Self {
            process: i32::from_be_bytes([a, b, c, d]),
            secret: i32::from_be_bytes([e, f, g, h]),
        }
    }

    /// Asks the server to cancel what the session of this key is doing. It does not say whether it did.
    pub(crate) async fn cancel(self, address: &Address) -> Result<(), WireError> {
        let asked = tokio::time::timeout(CONNECT, async {
            let (mut stream, _) = open(address).await?;
            let mut bytes = BytesMut::new();
            frontend::cancel_request(self.process, self.secret, &mut bytes);
            stream.write_all(&bytes).await.map_err(WireError::Lost)?;
            stream.flush().await.map_err(WireError::Lost)?;
            // It closes when it has done it.
            drop(stream.read(&mut [0]).await);
            Ok(())
        });
        asked
            .await
            .unwrap_or_else(|_| Err(WireError::Lost(io::ErrorKind::TimedOut.into())))
    }
}

/// Connects, and secures the way as the address asks for it.
async fn open(address: &Address) -> Result<(Box<dyn Stream>, bool), WireError> {
    let (host, mut stream): (_, Box<dyn Stream>) = match &address.place {
        Place::Socket(folder, port) => {
            let path = folder.join(format!(".s.PGSQL.{port}"));
            let stream = UnixStream::connect(path).await;
            return Ok((Box::new(stream.map_err(WireError::Unreachable)?), false));
        }
        Place::Host(host, port) => {
            let stream = TcpStream::connect((host.as_str(), *port)).await;
            let stream = stream.map_err(WireError::Unreachable)?;
            stream.set_nodelay(true).map_err(WireError::Unreachable)?;
            (host, Box::new(stream))
        }
    };
    if address.tls == Tls::Disable {
        return Ok((stream, false));
    }
    let config = tls::settings(address).await?;
    let mut bytes = BytesMut::new();
    frontend::ssl_request(&mut bytes);
    stream
        .write_all(&bytes)
        .await
        .map_err(WireError::Unreachable)?;
    // One byte and no more: what came with it in the clear would be taken for the server's.
    let answer = stream.read_u8().await.map_err(WireError::Unreachable)?;
    match (answer, address.tls) {
        (b'S', _) => {
            let secured = tls::secured(stream, host, config).await?;
            Ok((Box::new(secured), true))
        }
        (b'N', Tls::Prefer) => Ok((stream, false)),
        (b'N', _) => Err(WireError::NoTls),
        _ => Err(WireError::Protocol("when it was asked for TLS")),
    }
}
