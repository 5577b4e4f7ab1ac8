//! Vectors of requests to a witness.

use ledger::TreeHead;
use ledger::witness::{AddCheckpoint, Witness};

use super::{Outcome, Vector, first_word};

/// The HTTP status, and the variant of the error.
pub(super) fn request(vector: &Vector) -> Outcome {
    let request = match AddCheckpoint::parse(&vector.content) {
        Ok(request) => request,
        Err(error) => {
            let words = format!("{} {}", error.status(), first_word(&error));
            return Outcome::new(words, &error);
        }
    };
    assert_eq!(request.to_string().as_bytes(), vector.content);
    let decided = Witness::new(vector.keys()).decide(&request, remembered(vector));
    let words = match &decided {
        Ok(accepted) => {
            assert_eq!(accepted.head(), request.head(), "{}", vector.name);
            "200".to_owned()
        }
        Err(refusal) => format!("{} {}", refusal.status(), first_word(refusal)),
    };
    Outcome::new(words, &decided)
}

fn remembered(vector: &Vector) -> Option<TreeHead> {
    let (size, root) = vector.all("remembered").next()?.split_once(' ')?;
    let size = size.parse().expect("a size");
    let root = root.parse().expect("a root");
    Some(TreeHead { size, root })
}
