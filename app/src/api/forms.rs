//! Forms as they arrive: what people type stays text until it is looked at, so that whatever was typed can be shown
//! again beside the reason why it will not do.

use serde::{Deserialize, Serialize};

/// Asks for access, in the ordinary way or by breaking the glass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// Made with the page, so that sending it twice asks once.
    pub request: String,
    /// What is to be opened.
    pub resource: String,
    /// Under which policy.
    pub policy: String,
    /// Why.
    pub reason: String,
    /// The ticket, if any.
    pub ticket: String,
    /// The incident, if any.
    pub incident: String,
    /// Not to be opened before then: `YYYY-MM-DDTHH:MM` in UTC; empty for no such wish.
    pub start: String,
    /// How much is at stake: `sev1` … `sev4`.
    pub urgency: String,
    /// For how long, in minutes.
    pub duration: String,
    /// `yes` where the second confirmation was given.
    pub confirmed: String,
}

/// Says yes or no to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignOffForm {
    /// Which request.
    pub request: String,
    /// In whose place, as an id; empty for oneself.
    pub on_behalf_of: String,
    /// `approve` or `deny`.
    pub decision: String,
    /// What to add.
    pub note: String,
    /// The digest of the statement that the page showed.
    pub statement: String,
}

/// Says what an access was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    /// Which request.
    pub request: String,
    /// `emergency`, `drill` or `misuse`.
    pub verdict: String,
    /// What was found, if something was.
    pub findings: String,
    /// The closing word.
    pub note: String,
}

/// Lets somebody else sign in one's place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DelegationForm {
    /// Who, as an id.
    pub to: String,
    /// For how long, in days.
    pub days: String,
}

/// Says that two people of the log are one human being.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    /// The one, as an id.
    pub person: String,
    /// The other, under whom both count from then on.
    pub into: String,
    /// `yes` where it was confirmed.
    pub confirmed: String,
}

/// Proposes a policy's next version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyForm {
    /// The policy whose next version it is; empty for a new policy.
    pub name: String,
    /// The version that was on the page when it was begun, 0 for a new policy.
    pub follows: u32,
    /// The policy as a file.
    pub toml: String,
}

/// [`SealedForm::opening`] where all are meant.
pub const ALL: &str = "all";

/// Asks for a sealed text, or that it be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SealedForm {
    /// Of which request.
    pub request: String,
    /// `disclose` or `erase`.
    pub deed: String,
    /// Which: the entry's place, a colon, the field's word; or [`ALL`].
    pub opening: String,
    /// What for.
    pub why: String,
}

#[cfg(feature = "ssr")]
mod parse {
    use access::command::Seen;
    use access::event::{Decision, Field, Mode, OpeningRef, Verdict};
    use access::ids::PersonId;
    use service::{Submit, Words};

    use super::{ALL, DelegationForm, LinkForm, RequestForm, ReviewForm, SealedForm, SignOffForm};
    use crate::api::ApiError;
    use crate::words::sealed::{DISCLOSE, Deed, ERASE};
    use crate::words::state::{URGENCIES, VERDICTS};
    use crate::words::time;

    impl RequestForm {
        /// The form as the use case wants it, or the first field that will not do.
        pub(crate) fn parse(&self, mode: Mode, seen: Seen) -> Result<Submit, ApiError> {
            Ok(Submit {
                request: self.request.parse().map_err(|_| ApiError::Malformed)?,
                mode,
                resource: self.resource.parse().map_err(|_| ApiError::Malformed)?,
                policy: self.policy.parse().map_err(|_| ApiError::Malformed)?,
                words: self.words(seen)?,
                confirmed: self.confirmed == "yes",
            })
        }

        /// What the request says, or the first field that will not do.
        pub(crate) fn words(&self, seen: Seen) -> Result<Words, ApiError> {
            if self.reason.trim().is_empty() {
                return Err(ApiError::invalid(
                    "reason",
                    "Say why you need this. Approvers decide by it.",
                ));
            }
            let Some(&(urgency, ..)) = URGENCIES.iter().find(|known| known.1 == self.urgency)
            else {
                return Err(ApiError::invalid("urgency", "Choose how urgent it is."));
            };
            let minutes: u32 = self.duration.trim().parse().map_err(|_| {
                ApiError::invalid(
                    "duration",
                    "Say for how long, as a whole number of minutes.",
                )
            })?;
            let start_at_ms = match self.start.trim() {
                "" => None,
                start => Some(time::parse_utc(start).ok_or_else(|| {
                    ApiError::invalid(
                        "start",
                        "Say when in UTC, as 2026-11-23T08:00, or leave it empty.",
                    )
                })?),
            };
            let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            Ok(Words {
                duration_s: minutes.saturating_mul(60),
                urgency,
                reason: self.reason.trim().to_owned(),
                ticket: said(&self.ticket),
                incident: said(&self.incident),
                start_at_ms,
                seen,
            })
        }
    }

    impl SignOffForm {
        /// Yes or no.
        pub(crate) fn parse(&self) -> Result<Decision, ApiError> {
            match self.decision.as_str() {
                "approve" => Ok(Decision::Approve),
                "deny" => Ok(Decision::Deny),
                _ => Err(ApiError::Malformed),
            }
        }
    }

    impl SealedForm {
        /// What is asked for.
        pub(crate) fn deed(&self) -> &'static Deed {
            if self.deed == ERASE.word {
                &ERASE
            } else {
                &DISCLOSE
            }
        }

        /// Which text is meant; `None` for all.
        pub(crate) fn parse(&self) -> Result<Option<OpeningRef>, ApiError> {
            match self.opening.as_str() {
                ALL => return Ok(None),
                // What is chosen at first.
                "" => return Err(ApiError::invalid(self.deed().fields[1], "Choose a text.")),
                _ => {}
            }
            let (seq, word) = self.opening.split_once(':').ok_or(ApiError::Malformed)?;
            let known = Field::ALL.into_iter().find(|field| field.word() == word);
            Ok(Some(OpeningRef {
                seq: seq.parse().map_err(|_| ApiError::Malformed)?,
                field: known.ok_or(ApiError::Malformed)?,
            }))
        }
    }

    impl DelegationForm {
        /// Who, and for how many days.
        pub(crate) fn parse(&self) -> Result<(PersonId, u16), ApiError> {
            let to = chosen("to", &self.to)?;
            let days = self.days.parse();
            let days = days.map_err(|_| ApiError::invalid("days", "Choose for how long."))?;
            Ok((to, days))
        }
    }

    impl LinkForm {
        /// The one, and the other.
        pub(crate) fn parse(&self) -> Result<(PersonId, PersonId), ApiError> {
            let both = (chosen("person", &self.person)?, chosen("into", &self.into)?);
            if both.0 == both.1 {
                return Err(ApiError::invalid("into", "Choose two different ones."));
            }
            if self.confirmed != "yes" {
                return Err(ApiError::invalid(
                    "confirmed",
                    "Confirm that you know it: it cannot be undone.",
                ));
            }
            Ok(both)
        }
    }

    fn chosen(field: &str, id: &str) -> Result<PersonId, ApiError> {
        match id {
            "" => Err(ApiError::invalid(field, "Choose a person.")),
            id => id.parse().map_err(|_| ApiError::Malformed),
        }
    }

    impl ReviewForm {
        /// What it was.
        pub(crate) fn parse(&self) -> Result<Verdict, ApiError> {
            let Some(&(verdict, ..)) = VERDICTS.iter().find(|known| known.1 == self.verdict) else {
                return Err(ApiError::invalid("verdict", "Choose what it was."));
            };
            if self.note.trim().is_empty() {
                return Err(ApiError::invalid("note", "Say in words what you found."));
            }
            Ok(verdict)
        }
    }
}
