//! Vectors of policies, and of what is believed under one.

use ledger::SignedCheckpoint;
use ledger::policy::Policy;

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
