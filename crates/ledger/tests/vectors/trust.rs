//! Vectors of policies, and of what is believed under one.

use ledger::SignedCheckpoint;
use ledger::policy::Policy;
use ledger::receipt::Receipt;

use crate::vector::Vector;
use crate::{first_word, variant};

/// `Ok`, or the fault and its line. What is read must also survive being written.
pub(crate) fn policy(vector: &Vector) -> String {
    match Policy::parse(&vector.content) {
        Ok(policy) => {
            let again = Policy::parse(&policy.to_bytes());
            assert_eq!(again, Ok(policy), "{}", vector.name);
            "Ok".to_owned()
        }
        Err(error) => format!("{} {}", first_word(error.fault()), error.line()),
    }
}

pub(crate) fn checkpoint(vector: &Vector) -> String {
    let signed =
        SignedCheckpoint::parse(&vector.content).expect("these checkpoints are well-formed");
    variant(vector.policy().verify(signed))
}

/// The error of reading, or the one of checking.
pub(crate) fn receipt(vector: &Vector) -> String {
    let receipt = match Receipt::parse(&vector.content) {
        Ok(receipt) => receipt,
        Err(error) => return first_word(&error),
    };
    assert_eq!(receipt.to_string().as_bytes(), vector.content);
    variant(receipt.verify_entry(vector.one("entry").as_bytes(), &vector.policy()))
}
