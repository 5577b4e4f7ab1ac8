//! Who of a policy has signed a checkpoint, and whether that is enough.

use alloc::vec::Vec;

use super::{Member, Name, Policy, TrustError, Witness};
use crate::checkpoint::{SignedCheckpoint, VerifiedCheckpoint};
use crate::key::{KeyKind, VerifierKey};
use crate::note::{NoteError, VerifiedSignature};

/// Who of a policy has signed a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    logs: Vec<VerifierKey>,
    witnesses: Vec<Cosigned>,
    not_checked: Vec<VerifierKey>,
    quorum_reached: bool,
}

/// A witness's good cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    name: Name,
    key: VerifierKey,
    unix_seconds: u64,
}

impl Evaluation {
    /// The log's keys that have signed; one is enough.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The witnesses that have signed, in the policy's order.
    pub fn witnesses(&self) -> &[Cosigned] {
        &self.witnesses
    }

    /// Keys of the policy that the checkpoint has lines of, and whose type no code here can check.
    /// They count for nothing.
    pub fn not_checked(&self) -> &[VerifierKey] {
        &self.not_checked
    }

    /// Whether the witnesses that have signed are the quorum.
    pub fn quorum_reached(&self) -> bool {
        self.quorum_reached
    }
}

impl Cosigned {
    /// The witness's name in the policy.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The witness's key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// When the witness says it signed, in seconds since 1970. A policy sets no bounds to it.
    pub fn unix_seconds(&self) -> u64 {
        self.unix_seconds
    }
}

impl Policy {
    /// Says who of the policy has signed; nothing is decided yet, see [`verify`](Self::verify). A
    /// log's key counts for checkpoints of its own name only, and is not known for others.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] where the signature by one of the policy's keys does not fit.
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> Result<Evaluation, NoteError> {
        let origin = signed.claimed().origin().as_str();
        let logs = self.logs.iter().map(|log| &log.key);
        let logs = logs.filter(|key| key.name() == origin);
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        let known: Vec<VerifierKey> = logs.chain(witnesses).cloned().collect();
        let good = match signed.note().verify(&known) {
            Ok(note) => note.signatures().to_vec(),
            Err(NoteError::NoKnownSignature) => Vec::new(),
            Err(error) => return Err(error),
        };
        let cosigned: Vec<Option<Cosigned>> = self
            .witnesses
            .iter()
            .map(|witness| cosigned(witness, &good))
            .collect();
        let witnessed: Vec<bool> = cosigned.iter().map(Option::is_some).collect();
        let quorum_reached = self.is_reached(&witnessed);
        Ok(Evaluation {
            logs: good
                .iter()
                .map(|signature| signature.key().clone())
                .filter(|key| key.kind() == KeyKind::Ed25519)
                .collect(),
            witnesses: cosigned.into_iter().flatten().collect(),
            not_checked: not_checked(signed, known),
            quorum_reached,
        })
    }

    /// Decides whether the checkpoint is to be believed: one of the log's keys has signed, and so
    /// has the quorum.
    ///
    /// # Errors
    /// One [`TrustError`] that says what is missing or bad.
    pub fn verify(
        &self,
        signed: SignedCheckpoint,
    ) -> Result<(VerifiedCheckpoint, Evaluation), TrustError> {
        let evaluation = self.evaluate(&signed)?;
        let origin = signed.claimed().origin().clone();
        let Some(key) = evaluation.logs.first() else {
            let known = self
                .logs
                .iter()
                .any(|log| log.key.name() == origin.as_str());
            return Err(if known {
                TrustError::NotSigned(origin)
            } else {
                TrustError::UnknownLog(origin)
            });
        };
        if let Some(quorum) = self.quorum().filter(|_| !evaluation.quorum_reached) {
            return Err(TrustError::NoQuorum {
                cosigned: evaluation.witnesses.len(),
                quorum: quorum.clone(),
            });
        }
        let checkpoint = signed.verify(key, &origin)?;
        Ok((checkpoint, evaluation))
    }

    /// Whether the quorum could be reached if those witnesses signed for which `signs` holds, and no
    /// others.
    pub fn reachable_with(&self, signs: impl Fn(&Witness) -> bool) -> bool {
        let witnessed: Vec<bool> = self.witnesses.iter().map(signs).collect();
        self.is_reached(&witnessed)
    }

    fn is_reached(&self, witnesses: &[bool]) -> bool {
        let mut groups = Vec::with_capacity(self.groups.len());
        let witnessed = |member: &Member, groups: &[bool]| match *member {
            Member::Witness(at) => witnesses.get(at).copied().unwrap_or(false),
            Member::Group(at) => groups.get(at).copied().unwrap_or(false),
        };
        // A group's members stand before it, so one pass tells of each.
        for group in &self.groups {
            let members = group.members.iter();
            let count = members.filter(|m| witnessed(m, &groups)).count();
            groups.push(count >= group.threshold);
        }
        self.quorum.is_none_or(|member| witnessed(&member, &groups))
    }
}

fn cosigned(witness: &Witness, good: &[VerifiedSignature]) -> Option<Cosigned> {
    let signature = good.iter().find(|s| s.key() == &witness.key)?;
    Some(Cosigned {
        name: witness.name.clone(),
        key: witness.key.clone(),
        unix_seconds: signature.unix_seconds()?,
    })
}

fn not_checked(signed: &SignedCheckpoint, known: Vec<VerifierKey>) -> Vec<VerifierKey> {
    let has_line = |key: &VerifierKey| {
        let mut lines = signed.note().signatures().iter();
        lines.any(|line| line.key_id() == key.key_id() && line.name() == key.name())
    };
    known
        .into_iter()
        .filter(|key| key.kind() == KeyKind::MlDsa44 && has_line(key))
        .collect()
}
