//! Authorization codes: for one use, for a minute.

use std::collections::HashMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::authorization::Challenge;
use crate::clock::UnixSeconds;
use crate::session::{Session, random_token};

/// How long a code may wait for the portal. The portal redeems it in the same breath; OAuth's upper
/// limit is ten minutes (RFC 6749 §4.1.2).
const LIFETIME_S: u64 = 60;

/// What a code stands for.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) session: Session,
    pub(crate) nonce: String,
    pub(crate) challenge: Challenge,
}

/// The codes that are out.
#[derive(Debug, Default)]
pub(crate) struct Codes(HashMap<String, (UnixSeconds, Promise)>);

impl Codes {
    /// A new code for the promise.
    pub(crate) fn issue(&mut self, promise: Promise, now: UnixSeconds) -> String {
        self.0
            .retain(|_, (issued, _)| now.since(*issued) < LIFETIME_S);
        let code = random_token();
        self.0.insert(code.clone(), (now, promise));
        code
    }

    /// What the code stands for, once. It is spent even if what comes with it turns out wrong:
    /// whoever guesses at a verifier gets one guess.
    pub(crate) fn redeem(&mut self, code: &str, now: UnixSeconds) -> Option<Promise> {
        let (issued, promise) = self.0.remove(code)?;
        (now.since(issued) < LIFETIME_S).then_some(promise)
    }
}

impl Challenge {
    /// Whether the verifier is the one the challenge was made from (RFC 7636 §4.6, S256).
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let of_fit_length = (43..=128).contains(&verifier.len());
        let digest = Sha256::digest(verifier.as_bytes());
        of_fit_length && Base64UrlUnpadded::encode_string(&digest) == self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::PEOPLE;

    const START: UnixSeconds = UnixSeconds::new(1_000);

    fn promise() -> Promise {
        Promise {
            session: Session::begin(&PEOPLE[0], START),
            nonce: "n".to_owned(),
            challenge: Challenge::parse(&"c".repeat(43)).expect("43 characters"),
        }
    }

    #[test]
    fn a_code_works_once() {
        let mut codes = Codes::default();
        let code = codes.issue(promise(), START);
        assert!(codes.redeem(&code, START).is_some());
        assert!(codes.redeem(&code, START).is_none());
    }

    #[test]
    fn a_code_lives_for_a_minute() {
        let mut codes = Codes::default();
        let (in_time, late) = (codes.issue(promise(), START), codes.issue(promise(), START));
        assert!(codes.redeem(&in_time, UnixSeconds::new(1_059)).is_some());
        assert!(codes.redeem(&late, UnixSeconds::new(1_060)).is_none());
    }

    #[test]
    fn a_challenge_is_met_by_its_verifier_only() {
        // The example of RFC 7636, appendix B.
        let challenge =
            Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").expect("43 characters");
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
    }
}
