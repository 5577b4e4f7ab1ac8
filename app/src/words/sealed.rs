//! Sealed texts in words.

use access::event::Field;
use access::view::{ErasureView, OpeningState, OpeningView, PersonView, RequestView};

use super::people::name;

/// What can be asked about a sealed text, and how a form says so.
#[derive(Debug)]
pub struct Deed {
    /// Its value in the form.
    pub word: &'static str,
    /// The ids of the field that says why, and of the one that says which.
    pub fields: [&'static str; 2],
    /// What opens the form.
    pub title: &'static str,
    /// Asks which text.
    pub which: &'static str,
    /// How all of them are called, where all may be meant.
    pub all: Option<&'static str>,
    /// Asks why.
    pub why: &'static str,
    /// How to answer.
    pub hint: &'static str,
    /// What does it.
    pub button: &'static str,
}

/// Being shown one.
pub const DISCLOSE: Deed = Deed {
    word: "disclose",
    fields: ["purpose", "disclose-which"],
    title: "Disclose a text",
    which: "Text",
    all: None,
    why: "Purpose",
    hint: "Which case, and what you need to know. It is sealed in the log; those whom the request concerns can read it.",
    button: "Disclose",
};

/// Having them erased.
pub const ERASE: Deed = Deed {
    word: "erase",
    fields: ["erasure-reason", "erase-which"],
    title: "Order an erasure",
    which: "What to erase",
    all: Some("All of them"),
    why: "Reason for the erasure",
    hint: "Another custodian confirms it. Do not repeat what is to be erased: this reason stays.",
    button: "Order erasure",
};

/// "Reason in entry 41, by Dana".
pub fn title(text: &OpeningView) -> String {
    let by = text
        .by
        .as_ref()
        .map_or_else(String::new, |by| format!(", by {}", name(by)));
    format!("{} in entry {}{by}", field(text.field), text.seq)
}

/// What the text is.
fn field(field: Field) -> &'static str {
    match field {
        Field::Reason => "Reason",
        Field::Ticket => "Ticket",
        Field::Incident => "Incident",
        Field::Findings => "Findings",
        Field::IdToken => "Proof of identity",
        Field::Note => "Note",
        Field::Purpose => "Purpose",
        Field::Answer => "Target's answer",
        Field::Statement => "Statement",
        Field::Result => "Result",
        Field::Content => "Piece of a terminal",
        Field::Recording => "Recording",
    }
}

/// What the viewer sees of it, and why.
pub fn state(text: &OpeningView) -> String {
    let gone = |seq| {
        format!("Sealed, erased: entry {seq} says so, and the seal still proves that it was there.")
    };
    match text.state {
        OpeningState::Sealed => "Sealed.".into(),
        OpeningState::Shown => {
            let salt = text.salt.as_deref().unwrap_or_default();
            format!("Shown to you. It is what the entry's seal says, with the salt {salt}.")
        }
        OpeningState::Altered => "What is kept here is not what was sealed: it is not shown.".into(),
        OpeningState::Erased => gone(text.erased_seq.unwrap_or_default()),
        OpeningState::Missing => {
            "Not kept here: no entry says that it was erased, so the database was restored without it.".into()
        }
    }
}

/// What stands where the text of the request itself is not shown; `None` where it has none.
pub fn instead<P>(request: &RequestView<P>, wanted: Field) -> Option<String> {
    let asked = request.openings.first()?.seq;
    let text = request
        .openings
        .iter()
        .find(|text| (text.seq, text.field) == (asked, wanted))?;
    Some(state(text))
}

/// What stands where somebody's note or findings are not shown; `None` where they added none.
pub fn text_instead(texts: &[OpeningView], field: Field, by: &PersonView) -> Option<String> {
    let theirs = |text: &&OpeningView| {
        text.field == field && text.by.as_ref().is_some_and(|author| author.id == by.id)
    };
    texts.iter().find(theirs).map(state)
}

/// "Erase all sealed texts", "Erase the note of entry 44".
pub fn order(erasure: &ErasureView) -> String {
    match erasure.of {
        None => "Erase all sealed texts".into(),
        Some(of) => format!(
            "Erase the {} of entry {}",
            field(of.field).to_lowercase(),
            of.seq
        ),
    }
}
