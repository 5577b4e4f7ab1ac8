//! Vectors of requests to a witness.

use ledger::TreeHead;
use ledger::witness::{AddCheckpoint, Witness};

use crate::first_word;
use crate::vector::Vector;

/// The HTTP status, and the variant of the error.
pub(crate) fn request(vector: &Vector) -> String {
    let request = match AddCheckpoint::parse(&vector.content) {
        Ok(request) => request,
        Err(error) => return format!("{} {}", error.status(), first_word(&error)),
    };
    assert_eq!(request.to_string().as_bytes(), vector.content);
    match Witness::new(vector.keys()).decide(&request, remembered(vector)) {
        Ok(accepted) => {
            assert_eq!(accepted.head(), request.head(), "{}", vector.name);
            "200".to_owned()
        }
        Err(refusal) => format!("{} {}", refusal.status(), first_word(&refusal)),
    }
}

fn remembered(vector: &Vector) -> Option<TreeHead> {
    let (size, root) = vector.all("remembered").next()?.split_once(' ')?;
    let size = size.parse().expect("a size");
    let root = root.parse().expect("a root");
    Some(TreeHead { size, root })
}
