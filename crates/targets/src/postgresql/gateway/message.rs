//! What a client asks for, decoded.

use bytes::{Buf as _, Bytes};

use crate::postgresql::wire::Frame;

/// The longest message that a client may send, in bytes: parameters are held in memory until they are recorded.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Query(String),
    Parse {
        name: String,
        text: String,
        types: Vec<u32>,
    },
    Bind(Bind),
    /// Of a statement (`S`) or a portal (`P`).
    Describe(u8, String),
    Close(u8, String),
    Execute {
        portal: String,
        rows: i32,
    },
    Sync,
    Flush,
    CopyData,
    CopyDone,
    CopyFail,
    /// A function by its number, which is no text that anybody could read.
    Function,
    Terminate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind {
    pub(super) portal: String,
    pub(super) statement: String,
    /// Of each value: 0 is text, 1 binary. One for all, or none where all are text.
    pub(super) formats: Vec<i16>,
    pub(super) values: Vec<Option<Bytes>>,
    pub(super) results: Vec<i16>,
}

/// Why a message cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untaken {
    /// It is not what its kind says it is, or of no kind.
    Malformed,
    /// A text in it is not UTF-8.
    Encoding,
}

impl Asked {
    pub(super) fn read(frame: &Frame) -> Result<Self, Untaken> {
        let mut body = Body(frame.bytes.slice(5..));
        let asked = match frame.tag() {
            b'Q' => Self::Query(body.text()?),
            b'P' => Self::Parse {
                name: body.text()?,
                text: body.text()?,
                types: body.many(Body::u32)?,
            },
            b'B' => Self::Bind(Bind {
                portal: body.text()?,
                statement: body.text()?,
                formats: body.many(Body::i16)?,
                values: body.many(Body::value)?,
                results: body.many(Body::i16)?,
            }),
            b'D' => Self::Describe(body.u8()?, body.text()?),
            b'C' => Self::Close(body.u8()?, body.text()?),
            b'E' => Self::Execute {
                portal: body.text()?,
                rows: body.i32()?,
            },
            b'S' => Self::Sync,
            b'H' => Self::Flush,
            b'F' => return Ok(Self::Function),
            b'd' => return Ok(Self::CopyData),
            b'f' => return Ok(Self::CopyFail),
            b'c' => Self::CopyDone,
            b'X' => Self::Terminate,
            _ => return Err(Untaken::Malformed),
        };
        let kind = match &asked {
            Self::Describe(kind, _) | Self::Close(kind, _) => *kind,
            _ => b'S',
        };
        match body.0.is_empty() && matches!(kind, b'S' | b'P') {
            true => Ok(asked),
            false => Err(Untaken::Malformed),
        }
    }
}

impl Bind {
    /// The format of a value.
    pub(super) fn format(&self, index: usize) -> i16 {
        match self.formats.as_slice() {
            [] => 0,
            [all] => *all,
            each => each.get(index).copied().unwrap_or(0),
        }
    }
}

struct Body(Bytes);

impl Body {
    /// Up to a zero.
    fn text(&mut self) -> Result<String, Untaken> {
        let end = self.0.iter().position(|byte| *byte == 0);
        let bytes = self.0.split_to(end.ok_or(Untaken::Malformed)?);
        self.0.advance(1);
        String::from_utf8(bytes.into()).map_err(|_| Untaken::Encoding)
    }

    fn u8(&mut self) -> Result<u8, Untaken> {
        self.0.try_get_u8().map_err(|_| Untaken::Malformed)
    }

    fn i16(&mut self) -> Result<i16, Untaken> {
        self.0.try_get_i16().map_err(|_| Untaken::Malformed)
    }

    fn u32(&mut self) -> Result<u32, Untaken> {
        self.0.try_get_u32().map_err(|_| Untaken::Malformed)
    }

    fn i32(&mut self) -> Result<i32, Untaken> {
        self.0.try_get_i32().map_err(|_| Untaken::Malformed)
    }

    fn value(&mut self) -> Result<Option<Bytes>, Untaken> {
        match usize::try_from(self.i32()?) {
            Ok(length) if length <= self.0.len() => Ok(Some(self.0.split_to(length))),
            Ok(_) => Err(Untaken::Malformed),
            Err(_) => Ok(None),
        }
    }

    fn many<T>(
        &mut self,
        one: impl Fn(&mut Self) -> Result<T, Untaken>,
    ) -> Result<Vec<T>, Untaken> {
        let count = self.0.try_get_u16().map_err(|_| Untaken::Malformed)?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: u8, body: &[u8]) -> Result<Asked, Untaken> {
        let mut bytes = vec![tag];
        bytes.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
        bytes.extend_from_slice(body);
        Asked::read(&Frame {
            bytes: bytes.into(),
        })
    }

    #[test]
    fn messages_are_what_they_say() {
        assert_eq!(read(b'Q', b"select\0"), Ok(Asked::Query("select".into())));
        assert_eq!(
            read(b'P', b"a\0b\0\0\x01\0\0\0\x17"),
            Ok(Asked::Parse {
                name: "a".into(),
                text: "b".into(),
                types: vec![23]
            })
        );
        let bound = read(
            b'B',
            b"p\0s\0\0\x01\0\x01\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\0",
        );
        let Ok(Asked::Bind(bind)) = bound else {
            panic!("{bound:?}");
        };
        assert_eq!(bind.values, [Some(Bytes::from_static(b"ab")), None]);
        assert_eq!((bind.format(0), bind.format(1)), (1, 1));
    }

    /// Of each message every shorter one, and each with something behind its end.
    #[test]
    fn nothing_is_taken_that_is_too_short_or_too_long() {
        let whole: [(u8, &[u8]); 7] = [
            (b'Q', b"a\0"),
            (b'P', b"a\0b\0\0\x01\0\0\0\x17"),
            (b'B', b"p\0s\0\0\x01\0\x01\0\x01\0\0\0\x02ab\0\x01\0\0"),
            (b'D', b"Pa\0"),
            (b'C', b"Sa\0"),
            (b'E', b"a\0\0\0\0\x01"),
            (b'S', b""),
        ];
        for (tag, body) in whole {
            assert!(read(tag, body).is_ok(), "{}", tag as char);
            for length in 0..body.len() {
                let cut = read(tag, &body[..length]);
                assert_eq!(cut, Err(Untaken::Malformed), "{} {length}", tag as char);
            }
            let long = [body, b"\0"].concat();
            assert_eq!(read(tag, &long), Err(Untaken::Malformed), "{}", tag as char);
        }
        assert_eq!(read(b'Q', b"\xff\0"), Err(Untaken::Encoding));
        assert_eq!(read(b'D', b"Xa\0"), Err(Untaken::Malformed));
        assert_eq!(read(b'?', b""), Err(Untaken::Malformed));
    }
}
