//! PostgreSQL's wire, as far as a test in the middle of it needs it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;

use sqlx::postgres::PgConnectOptions;

/// A connection to the server, whatever it is made of.
pub struct Server {
    pub read: Box<dyn Read + Send>,
    pub write: Box<dyn Write + Send>,
    /// Closes both ways.
    pub cut: Box<dyn Fn() + Send>,
}

impl Server {
    pub fn connect(options: &PgConnectOptions) -> std::io::Result<Self> {
        let port = options.get_port();
        if let Some(folder) = options.get_socket() {
            let stream = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}")))?;
            let (read, cut) = (stream.try_clone()?, stream.try_clone()?);
            Ok(Self {
                read: Box::new(read),
                write: Box::new(stream),
                cut: Box::new(move || drop(cut.shutdown(Shutdown::Both))),
            })
        } else {
            let stream = TcpStream::connect((options.get_host(), port))?;
            let (read, cut) = (stream.try_clone()?, stream.try_clone()?);
            Ok(Self {
                read: Box::new(read),
                write: Box::new(stream),
                cut: Box::new(move || drop(cut.shutdown(Shutdown::Both))),
            })
        }
    }
}

/// The first message of a client: it has no type.
pub fn start_message(from: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; 4];
    from.read_exact(&mut message)?;
    body(from, message, 0)
}

/// Any other: a byte that says what it is, a length, a body.
pub fn typed_message(from: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; 5];
    from.read_exact(&mut message)?;
    body(from, message, 1)
}

/// The rest of a message whose length stands at `at` and counts itself.
fn body(from: &mut impl Read, mut message: Vec<u8>, at: usize) -> std::io::Result<Vec<u8>> {
    let length = u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
    message.resize(at + length as usize, 0);
    from.read_exact(&mut message[at + 4..])?;
    Ok(message)
}
