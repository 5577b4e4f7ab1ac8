//! Whether a policy makes sense at all, and its digest.

use super::Policy;
use crate::digest::Digest;

/// The most names that one list of a policy may hold. The whole policy stands in one entry of at
/// most 65,535 bytes: 100 resources of 64 bytes and three lists of 100 groups of 128 bytes are 46,000
/// with their punctuation. Groups named with nothing but quotation marks could exceed it; writing the
/// entry refuses them then.
const MAX_NAMES: usize = 100;

/// The longest description, in characters: a few sentences, and far from the entry's limit.
const MAX_DESCRIPTION_CHARS: usize = 1_000;

/// The most that a policy may ask of a reason, in characters: nobody types more in an emergency.
const MAX_REASON_CHARS: u32 = 1_000;

/// The longest name of a role on a target, in bytes: PostgreSQL's limit for identifiers.
const MAX_ROLE_LEN: usize = 63;

/// Why a policy cannot be put in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Nobody could tell what it is for.
    #[error("the description is empty: say in a sentence what the policy is for")]
    NoDescription,
    /// It would not fit where it is shown.
    #[error("the description is longer than {MAX_DESCRIPTION_CHARS} characters")]
    LongDescription,
    /// It opens nothing.
    #[error("`resources` is empty: the policy opens nothing")]
    NoResources,
    /// Nobody could ask.
    #[error("`eligible` is empty: nobody could ask")]
    NobodyEligible,
    /// A list is longer than an entry should hold.
    #[error("`{list}` names more than {MAX_NAMES}")]
    TooManyNames {
        /// Which list.
        list: &'static str,
    },
    /// A list names something twice.
    #[error("`{list}` names {name} twice")]
    NamedTwice {
        /// Which list.
        list: &'static str,
        /// What it names twice.
        name: String,
    },
    /// No grant could be made.
    #[error("`max_duration_s` is 0: no access could be given")]
    ZeroMaximum,
    /// The default asks for nothing.
    #[error("`default_duration_s` is 0")]
    ZeroDefault,
    /// The default is refused by the policy itself.
    #[error("`default_duration_s` is {default_s}, more than `max_duration_s`, {max_s}")]
    DefaultAboveMaximum {
        /// The default, in seconds.
        default_s: u32,
        /// The maximum, in seconds.
        max_s: u32,
    },
    /// It asks for more than anybody writes.
    #[error("`min_reason_chars` is more than {MAX_REASON_CHARS}")]
    ReasonTooLong,
    /// Access without anybody's yes.
    #[error("`approval.n` is 0: at least one other person signs off")]
    ZeroApprovals,
    /// Nobody could sign off.
    #[error("`approval.groups` is empty: nobody could sign off")]
    NoApprovers,
    /// Every request would lapse at once.
    #[error("`approval.within_s` is 0: every request would lapse at once")]
    ZeroApprovalTime,
    /// An emergency without any time.
    #[error("`emergency.max_duration_s` is 0: leave `emergency` out to switch it off")]
    ZeroEmergency,
    /// An emergency is to be shorter than ordinary access, never longer.
    #[error("`emergency.max_duration_s` is {emergency_s}, more than `max_duration_s`, {max_s}")]
    EmergencyAboveMaximum {
        /// The emergency's maximum, in seconds.
        emergency_s: u32,
        /// The ordinary maximum, in seconds.
        max_s: u32,
    },
    /// Nobody could review.
    #[error("`review.groups` is empty: nobody could review")]
    NoReviewers,
    /// Every review would be late at once.
    #[error("`review.within_s` is 0: every review would be overdue at once")]
    ZeroReviewTime,
    /// The account would have no rights, or a role that cannot be named.
    #[error("`grant.role` is no role: 1 to {MAX_ROLE_LEN} bytes without control characters")]
    BadRole,
}

impl Policy {
    /// Refuses a policy that contradicts itself.
    ///
    /// # Errors
    ///
    /// The first contradiction, from the top.
    pub fn check(&self) -> Result<(), PolicyError> {
        let Self {
            description,
            resources,
            eligible,
            approval,
            emergency,
            review,
            grant,
            ..
        } = self;
        ensure(!description.trim().is_empty(), PolicyError::NoDescription)?;
        let chars = description.chars().take(MAX_DESCRIPTION_CHARS + 1).count();
        ensure(chars <= MAX_DESCRIPTION_CHARS, PolicyError::LongDescription)?;
        names("resources", resources, PolicyError::NoResources)?;
        names("eligible", eligible, PolicyError::NobodyEligible)?;
        self.check_durations()?;
        ensure(
            self.min_reason_chars <= MAX_REASON_CHARS,
            PolicyError::ReasonTooLong,
        )?;

        ensure(approval.n > 0, PolicyError::ZeroApprovals)?;
        names(
            "approval.groups",
            &approval.groups,
            PolicyError::NoApprovers,
        )?;
        ensure(approval.within_s > 0, PolicyError::ZeroApprovalTime)?;
        if let Some(emergency) = emergency {
            ensure(emergency.max_duration_s > 0, PolicyError::ZeroEmergency)?;
            let above = PolicyError::EmergencyAboveMaximum {
                emergency_s: emergency.max_duration_s,
                max_s: self.max_duration_s,
            };
            ensure(emergency.max_duration_s <= self.max_duration_s, above)?;
        }
        names("review.groups", &review.groups, PolicyError::NoReviewers)?;
        ensure(review.within_s > 0, PolicyError::ZeroReviewTime)?;

        let role = &grant.role;
        let named = (1..=MAX_ROLE_LEN).contains(&role.len()) && !role.chars().any(char::is_control);
        ensure(named, PolicyError::BadRole)
    }

    fn check_durations(&self) -> Result<(), PolicyError> {
        let (default_s, max_s) = (self.default_duration_s, self.max_duration_s);
        ensure(max_s > 0, PolicyError::ZeroMaximum)?;
        ensure(default_s > 0, PolicyError::ZeroDefault)?;
        ensure(
            default_s <= max_s,
            PolicyError::DefaultAboveMaximum { default_s, max_s },
        )
    }

    /// SHA-256 over the policy's compact JSON, members in the order of the fields.
    pub fn digest(&self) -> Digest {
        let json = serde_json::to_vec(self).expect("a policy has string keys and no floats");
        Digest::of(&json)
    }
}

fn ensure(holds: bool, error: PolicyError) -> Result<(), PolicyError> {
    if holds { Ok(()) } else { Err(error) }
}

fn names<T: Ord + ToString>(
    list: &'static str,
    given: &[T],
    empty: PolicyError,
) -> Result<(), PolicyError> {
    ensure(!given.is_empty(), empty)?;
    ensure(given.len() <= MAX_NAMES, PolicyError::TooManyNames { list })?;
    let mut sorted: Vec<&T> = given.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(PolicyError::NamedTwice {
            list,
            name: pair[0].to_string(),
        }),
        None => Ok(()),
    }
}
