//! Messages as they come: a byte that says what it is, a length, a body.

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use postgres_protocol::message::backend::Message;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// One message with its header, as it was received.
///
/// ```text
/// | type: u8 | length: i32, of itself and the body | body |
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) bytes: Bytes,
}

impl Frame {
    pub(crate) fn tag(&self) -> u8 {
        self.bytes[0]
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[5..]
    }

    /// What it says, if it is a server's.
    pub(crate) fn message(&self) -> io::Result<Message> {
        Message::parse(&mut BytesMut::from(&self.bytes[..]))?
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Takes one message from what was read, if all of it is there.
pub(crate) fn take_frame(buffer: &mut BytesMut, longest: usize) -> io::Result<Option<Frame>> {
    let Some((header, _)) = buffer.split_at_checked(5) else {
        return Ok(None);
    };
    let length = (&header[1..]).get_u32() as usize;
    if !(4..=longest).contains(&length) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a message of a length that is not taken",
        ));
    }
    if buffer.len() <= length {
        buffer.reserve(length + 1 - buffer.len());
        return Ok(None);
    }
    Ok(Some(Frame {
        bytes: buffer.split_to(length + 1).freeze(),
    }))
}

/// Reads one message; `None` where the other side has closed between two. Nothing is lost when this is dropped.
pub(crate) async fn read_frame(
    from: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
    longest: usize,
) -> io::Result<Option<Frame>> {
    loop {
        if let Some(frame) = take_frame(buffer, longest)? {
            return Ok(Some(frame));
        }
        buffer.reserve(8 * 1024);
        if from.read_buf(buffer).await? == 0 {
            return match buffer.is_empty() {
                true => Ok(None),
                false => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[tokio::test]
    async fn messages_are_cut_where_they_end() {
        let bytes = b"Q\0\0\0\x06a\0S\0\0\0\x04Q\0\0";
        let (mut from, mut buffer) = (&bytes[..], BytesMut::new());
        let first = read_frame(&mut from, &mut buffer, 100).await.unwrap();
        assert_eq!(first.unwrap().body(), b"a\0");
        let second = read_frame(&mut from, &mut buffer, 100).await.unwrap();
        assert_eq!(second.unwrap().tag(), b'S');
        assert!(read_frame(&mut from, &mut buffer, 100).await.is_err());
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        for length in [0_u32, 3, 101, u32::MAX] {
            let mut buffer = BytesMut::from(&b"Q"[..]);
            buffer.extend_from_slice(&length.to_be_bytes());
            assert!(take_frame(&mut buffer, 100).is_err(), "{length}");
        }
    }
}
