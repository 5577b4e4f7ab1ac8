//! Vectors of policies, and of what is believed under one.

use ledger::SignedCheckpoint;
use ledger::policy::Policy;
use ledger::receipt::Receipt;

use super::{Outcome, Vector, first_word};

/// `Ok`, or the fault and its line. What is read must also survive being written.
pub(super) fn policy(vector: &Vector) -> Outcome {
    let policy = Policy::parse(&vector.content);
    let words = match &policy {
        Ok(policy) => {
            let again = Policy::parse(&policy.to_bytes());
            assert_eq!(again.as_ref(), Ok(policy), "{}", vector.name);
            "Ok".to_owned()
        }
        Err(error) => format!("{} {}", first_word(error.fault()), error.line()),
    };
    Outcome::new(words, &policy)
}

pub(super) fn checkpoint(vector: &Vector) -> Outcome {
    match SignedCheckpoint::parse(&vector.content) {
        Ok(signed) => Outcome::of(&vector.policy().verify(signed)),
        Err(error) => Outcome::of::<(), _>(&Err(error)),
    }
}

/// The error of reading, or the one of checking.
pub(super) fn receipt(vector: &Vector) -> Outcome {
    let receipt = match Receipt::parse(&vector.content) {
        Ok(receipt) => receipt,
        Err(error) => return Outcome::of::<(), _>(&Err(error)),
    };
    assert_eq!(receipt.to_string().as_bytes(), vector.content);
    Outcome::of(&receipt.verify_entry(vector.one("entry").as_bytes(), &vector.policy()))
}
