//! What the gateway itself says to a client.

use bytes::{BufMut as _, BytesMut};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// The statement is not done.
    Error,
    /// The session is over.
    Fatal,
}

/// `ErrorResponse`.
pub(super) fn error(severity: Severity, code: &str, message: &str, hint: Option<&str>) -> BytesMut {
    let severity = match severity {
        Severity::Error => "ERROR",
        Severity::Fatal => "FATAL",
    };
    let fields = [
        (b'S', Some(severity)),
        (b'V', Some(severity)),
        (b'C', Some(code)),
        (b'M', Some(message)),
        (b'H', hint),
    ];
    typed(b'E', |body| {
        for (field, text) in fields {
            if let Some(text) = text {
                body.put_u8(field);
                put_text(body, text);
            }
        }
        body.put_u8(0);
    })
}

/// `Authentication…` of this kind.
pub(super) fn authentication(kind: i32, data: &[u8]) -> BytesMut {
    typed(b'R', |body| {
        body.put_i32(kind);
        body.put_slice(data);
    })
}

/// `ParameterStatus`.
pub(super) fn parameter(name: &str, value: &str) -> BytesMut {
    typed(b'S', |body| {
        put_text(body, name);
        put_text(body, value);
    })
}

/// `BackendKeyData`.
pub(super) fn key(process: i32, secret: i32) -> BytesMut {
    typed(b'K', |body| {
        body.put_i32(process);
        body.put_i32(secret);
    })
}

/// `ReadyForQuery`, outside of any transaction.
pub(super) fn ready() -> BytesMut {
    typed(b'Z', |body| body.put_u8(b'I'))
}

/// `NegotiateProtocolVersion`: 3.0 is spoken, and none of these options.
pub(super) fn negotiate(options: &[String]) -> BytesMut {
    typed(b'v', |body| {
        body.put_i32(3 << 16);
        body.put_u32(u32::try_from(options.len()).unwrap_or(0));
        for option in options {
            put_text(body, option);
        }
    })
}

fn typed(tag: u8, write: impl FnOnce(&mut BytesMut)) -> BytesMut {
    let mut body = BytesMut::new();
    write(&mut body);
    let mut message = BytesMut::with_capacity(body.len() + 5);
    message.put_u8(tag);
    message.put_u32(u32::try_from(body.len() + 4).unwrap_or(u32::MAX));
    message.put_slice(&body);
    message
}

/// A text that ends with a zero; it has none in it.
fn put_text(body: &mut BytesMut, text: &str) {
    body.extend(text.bytes().filter(|byte| *byte != 0));
    body.put_u8(0);
}
