//! How answers travel: JSON, read from text.
//!
//! Leptos reads the data that comes with a page from text, and its own JSON codec reads answers from bytes: each type's
//! reader would be in the WebAssembly twice. This codec reads text too, so it is there once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};

/// Answers as JSON.
pub type Wire = Post<JsonText>;

/// JSON, read from text.
#[derive(Debug)]
pub struct JsonText;

/// An answer that is not JSON, or not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not what this page expects")]
pub struct Unreadable;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = Unreadable;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let text = core::str::from_utf8(&bytes).map_err(|_| Unreadable)?;
        serde_json::from_str(text).map_err(|_| Unreadable)
    }
}
