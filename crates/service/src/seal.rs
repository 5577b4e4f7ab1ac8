//! Sealing: a text becomes a commitment for the entry and an opening for the table beside it.

use access::digest::{Commitment, Digest};
use ledger::{Entry, Hash, Opening, SealedField};
use serde_json::Value;

/// The operating system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub(crate) struct NoRandomness(#[source] getrandom::Error);

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// Seals a text under a fresh salt.
pub(crate) fn seal(text: &str) -> Result<(Commitment, Opening), NoRandomness> {
    let opening = Opening::new(random()?, text.as_bytes().to_vec());
    let sealed = opening.commitment();
    let commitment = Commitment {
        c: Digest::new(*sealed.c().as_bytes()),
        n: sealed.n(),
    };
    Ok((commitment, opening))
}

/// The text that is kept, if it is what the entry with these bytes seals in that field.
pub(crate) fn opened(entry: &[u8], field: &str, opening: &Opening) -> Option<String> {
    let body: Value = serde_json::from_str(Entry::parse(entry).ok()?.body()).ok()?;
    let sealed: Commitment = serde_json::from_value(body.get(field)?.clone()).ok()?;
    let sealed = SealedField::new(Hash::new(*sealed.c.as_bytes()), sealed.n);
    let is_it = opening.matches(&sealed);
    is_it.then(|| String::from_utf8_lossy(opening.bytes()).into_owned())
}

/// What is sealed as a proof of identity: the ID token, a line feed, and the nonce's random part in hex.
pub(crate) fn proof_text(id_token: &str, nonce_salt: &[u8; 32]) -> String {
    let salt = nonce_salt.map(|byte| format!("{byte:02x}")).concat();
    format!("{id_token}\n{salt}")
}
