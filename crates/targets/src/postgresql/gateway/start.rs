//! From a connection to a client that is let in.

use std::io;
use std::net::SocketAddr;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::cancels::Cancels;
use super::reply::{self, Severity};
use super::scram::{Decoy, Exchange};
use super::{GatewayGuard, Verifier};
use crate::postgresql::wire::{CancelKey, Frame, Stream, read_frame};

/// The longest first message, in bytes: PostgreSQL's own limit.
const LONGEST_START: usize = 10_000;

const SSL_REQUEST: u32 = (1234 << 16) | 5679;
const GSS_REQUEST: u32 = (1234 << 16) | 5680;
const CANCEL_REQUEST: u32 = (1234 << 16) | 5678;

/// Settings that a client may have from the start. `role`, `options` and the like would be statements that nobody
/// recorded; `replication` is another protocol.
const SETTINGS: [&str; 9] = [
    "application_name",
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "extra_float_digits",
    "search_path",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
];

/// What it takes to let a client in.
pub(super) struct Start<'a> {
    pub(super) guard: &'a dyn GatewayGuard,
    pub(super) tls: Option<&'a TlsAcceptor>,
    pub(super) cancels: &'a Cancels,
    pub(super) decoy: &'a Decoy,
    pub(super) from: SocketAddr,
}

/// A client that has proven that it knows a password. It hears that when its target is reached.
pub(super) struct Arrived {
    pub(super) stream: Box<dyn Stream>,
    pub(super) incoming: BytesMut,
    pub(super) user: String,
    database: Option<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) verifier: Verifier,
    /// What it hears first: that the gateway knows the password too.
    pub(super) greeting: BytesMut,
}

impl Arrived {
    /// Whether it means this database, or has not said which.
    pub(super) fn means(&self, database: &str) -> bool {
        // A name of its own is what clients take for a database when they are told none.
        let meant = self.database.as_deref().unwrap_or_default();
        meant.is_empty() || meant == database || meant == self.user
    }

    /// Tells why it goes no further.
    pub(super) async fn refuse(&mut self, code: &str, message: &str) {
        refuse(&mut self.stream, code, message).await;
    }
}

/// What a client says first.
enum First {
    Tls,
    Gss,
    Cancel(CancelKey),
    Startup {
        minor: u16,
        said: Vec<(String, String)>,
    },
    Other,
}

impl Start<'_> {
    /// `None` where a client wanted something else than to come in, or was told why it may not.
    pub(super) async fn arrive(&self, stream: TcpStream) -> io::Result<Option<Arrived>> {
        let mut stream: Box<dyn Stream> = Box::new(stream);
        let mut secured = false;
        let (minor, said) = loop {
            match first(&mut stream).await? {
                First::Tls => match self.tls {
                    Some(tls) if !secured => {
                        // What the client sent already in the clear is left unread: it would be the handshake's.
                        stream.write_all(b"S").await?;
                        stream = Box::new(tls.accept(stream).await?);
                        secured = true;
                    }
                    _ => stream.write_all(b"N").await?,
                },
                First::Gss => stream.write_all(b"N").await?,
                First::Cancel(key) => {
                    self.cancels.cancel(key).await;
                    return Ok(None);
                }
                First::Startup { minor, said } => break (minor, said),
                First::Other => {
                    let told = "This gateway speaks version 3 of the protocol.";
                    refuse(&mut stream, "0A000", told).await;
                    return Ok(None);
                }
            }
        };
        if !secured && !self.from.ip().is_loopback() {
            let told = "This gateway takes clients by TLS only: use sslmode=verify-full.";
            refuse(&mut stream, "28000", told).await;
            return Ok(None);
        }
        let wishes = match Wishes::of(said) {
            Ok(wishes) => wishes,
            Err(told) => {
                refuse(&mut stream, "0A000", &told).await;
                return Ok(None);
            }
        };
        if minor > 0 || !wishes.unknown_options.is_empty() {
            let answer = reply::negotiate(&wishes.unknown_options);
            stream.write_all(&answer).await?;
        }
        let mut incoming = BytesMut::new();
        let proven = self.prove(&mut stream, &mut incoming, &wishes.user).await?;
        let Some((verifier, greeting)) = proven else {
            return Ok(None);
        };
        Ok(Some(Arrived {
            stream,
            incoming,
            user: wishes.user,
            database: wishes.database,
            parameters: wishes.parameters,
            verifier,
            greeting,
        }))
    }

    async fn prove(
        &self,
        stream: &mut Box<dyn Stream>,
        incoming: &mut BytesMut,
        user: &str,
    ) -> io::Result<Option<(Verifier, BytesMut)>> {
        let known = self.guard.verifier(user, self.from).await;
        let verifier = match &known {
            Some(verifier) => verifier.clone(),
            None => self.decoy.verifier(user),
        };
        let offer = reply::authentication(10, b"SCRAM-SHA-256\0\0");
        stream.write_all(&offer).await?;
        stream.flush().await?;
        let initial = said(stream, incoming).await?;
        let exchange =
            initial_response(initial).and_then(|client| Exchange::begin(&verifier, &client).ok());
        let Some(exchange) = exchange else {
            refuse(stream, "08P01", "This gateway takes SCRAM-SHA-256 only.").await;
            return Ok(None);
        };
        let answer = reply::authentication(11, exchange.first.as_bytes());
        stream.write_all(&answer).await?;
        stream.flush().await?;
        let last = said(stream, incoming).await?;
        let last = String::from_utf8_lossy(last.body()).into_owned();
        let (Ok(proof), Some(verifier)) = (exchange.end(&last), known) else {
            let told = "The name or the one-time password is not right, or it is used up. The portal gives another.";
            refuse(stream, "28P01", told).await;
            return Ok(None);
        };
        let greeting = reply::authentication(12, proof.as_bytes());
        Ok(Some((verifier, greeting)))
    }
}

/// What a client wants.
struct Wishes {
    user: String,
    database: Option<String>,
    parameters: Vec<(String, String)>,
    unknown_options: Vec<String>,
}

impl Wishes {
    fn of(said: Vec<(String, String)>) -> Result<Self, String> {
        let mut wishes = Self {
            user: String::new(),
            database: None,
            parameters: Vec::new(),
            unknown_options: Vec::new(),
        };
        for (name, value) in said {
            let setting = SETTINGS.iter().find(|one| one.eq_ignore_ascii_case(&name));
            match name.as_str() {
                "user" => wishes.user = value,
                "database" => wishes.database = Some(value),
                "client_encoding" if is_utf8(&value) => {}
                "client_encoding" => {
                    return Err("This gateway speaks UTF8: set the client's encoding to it.".into());
                }
                option if option.starts_with("_pq_.") => wishes.unknown_options.push(name),
                _ if setting.is_some() => wishes.parameters.push((name, value)),
                _ => {
                    return Err(format!(
                        "This gateway takes no {name} at the start of a session; set it by a statement."
                    ));
                }
            }
        }
        if wishes.user.is_empty() {
            return Err("The client tells no user.".into());
        }
        Ok(wishes)
    }
}

/// Whether an encoding's name is one of those that PostgreSQL takes for UTF-8.
pub(super) fn is_utf8(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain = letters.collect::<String>().to_ascii_lowercase();
    matches!(plain.as_str(), "utf8" | "unicode")
}

async fn first(stream: &mut Box<dyn Stream>) -> io::Result<First> {
    let length = stream.read_u32().await? as usize;
    if !(8..=LONGEST_START).contains(&length) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // Exactly this message: what follows may be TLS.
    let mut body = vec![0; length - 4];
    stream.read_exact(&mut body).await?;
    let mut body = Bytes::from(body);
    Ok(match (body.get_u32(), body.len()) {
        (SSL_REQUEST, 0) => First::Tls,
        (GSS_REQUEST, 0) => First::Gss,
        (CANCEL_REQUEST, 8) => First::Cancel(CancelKey {
            process: body.get_i32(),
            secret: body.get_i32(),
        }),
        (version, _) if version >> 16 == 3 => First::Startup {
            minor: (version & 0xffff) as u16,
            said: pairs(&body).ok_or(io::ErrorKind::InvalidData)?,
        },
        _ => First::Other,
    })
}

/// Names and values that end with a zero each, and one more zero.
fn pairs(body: &[u8]) -> Option<Vec<(String, String)>> {
    let body = body.strip_suffix(b"\0")?;
    if body.is_empty() {
        return Some(Vec::new());
    }
    let texts: Vec<String> = body
        .strip_suffix(b"\0")?
        .split(|byte| *byte == 0)
        .map(|text| String::from_utf8(text.to_vec()).ok())
        .collect::<Option<_>>()?;
    let pairs = texts.chunks(2).map(|pair| match pair {
        [name, value] => Some((name.clone(), value.clone())),
        _ => None,
    });
    pairs.collect()
}

/// What a client says while it proves who it is.
async fn said(stream: &mut Box<dyn Stream>, incoming: &mut BytesMut) -> io::Result<Frame> {
    let frame = read_frame(stream, incoming, LONGEST_START).await?;
    match frame {
        Some(frame) if frame.tag() == b'p' => Ok(frame),
        Some(_) => Err(io::ErrorKind::InvalidData.into()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The client's first word of SCRAM, if it has chosen that.
fn initial_response(frame: Frame) -> Option<String> {
    let body = frame.body();
    let rest = body.strip_prefix(b"SCRAM-SHA-256\0")?;
    let (length, data) = rest.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    (length == data.len()).then(|| String::from_utf8_lossy(data).into_owned())
}

async fn refuse(stream: &mut Box<dyn Stream>, code: &str, message: &str) {
    let told = reply::error(Severity::Fatal, code, message, None);
    // Who is gone already hears nothing.
    drop(stream.write_all(&told).await);
    drop(stream.flush().await);
    drop(stream.shutdown().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_at_the_start_is_read_or_refused() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(b"user\0dana\0database\0\0\0"),
            Some(vec![pair("user", "dana"), pair("database", "")])
        );
        for broken in [&b"user\0dana\0"[..], b"user\0\0", b"", b"\xff\0a\0\0"] {
            assert_eq!(pairs(broken), None, "{broken:?}");
        }
        let of = |name: &str, value: &str| Wishes::of(vec![pair("user", "u"), pair(name, value)]);
        assert!(of("timezone", "UTC").is_ok());
        assert!(of("client_encoding", "'utf-8'").is_ok());
        for (name, value) in [
            ("role", "postgres"),
            ("options", "-c role=postgres"),
            ("session_authorization", "postgres"),
            ("replication", "database"),
            ("client_encoding", "SJIS"),
            ("user", ""),
        ] {
            assert!(of(name, value).is_err(), "{name}");
        }
    }
}
