//! Whether a policy makes sense at all, and its digest.

use found::{Found, MAX_PARTS};

use super::conditions::zone;
use super::{Connector, Emergency, Extend, GrantTemplate, Policy, Recording, Stage};
use crate::digest::Digest;

mod found;

/// The longest policy, in bytes of its JSON: its entry says a little more than the policy.
const MAX_BYTES: usize = 60_000;

/// The longest description, in characters: a few sentences, and far from the entry's limit.
const MAX_DESCRIPTION_CHARS: usize = 1_000;

/// The most that a policy may ask of a reason, in characters: nobody types more in an emergency.
const MAX_REASON_CHARS: u32 = 1_000;

/// The longest name of a role on a target, in bytes: PostgreSQL's limit for identifiers.
const MAX_ROLE_LEN: usize = 63;

/// The longest name of a login on a machine, in characters: that of Linux (`useradd`).
const MAX_LOGIN_LEN: usize = 32;

/// Why a policy cannot be put in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{at}` {why}")]
pub struct PolicyError {
    /// Which member contradicts, as a path: `approval.stages[0].n`.
    pub at: String,
    /// What is wrong with it, and often what to do.
    pub why: String,
}

impl Policy {
    /// Refuses a policy that contradicts itself.
    ///
    /// # Errors
    ///
    /// The first contradiction, from the top.
    pub fn check(&self) -> Result<(), PolicyError> {
        self.contradictions().into_iter().next().map_or(Ok(()), Err)
    }

    /// Every contradiction, from the top; none where the policy makes sense.
    pub fn contradictions(&self) -> Vec<PolicyError> {
        let mut found = Found::default();
        let to = &mut found;
        let blank = self.description.trim().is_empty();
        to.ensure(
            !blank,
            "description",
            "is empty: say in a sentence what the policy is for",
        );
        let chars = self
            .description
            .chars()
            .take(MAX_DESCRIPTION_CHARS + 1)
            .count();
        let why = format!("is longer than {MAX_DESCRIPTION_CHARS} characters");
        to.ensure(chars <= MAX_DESCRIPTION_CHARS, "description", why);
        to.names(
            "resources",
            &self.resources,
            "is empty: the policy opens nothing",
        );
        to.names("eligible", &self.eligible, "is empty: nobody could ask");
        self.check_conditions(to);
        self.check_durations(to);
        self.check_approval(to);
        if let Some(emergency) = &self.emergency {
            self.check_emergency(to, emergency);
        }
        to.names(
            "review.groups",
            &self.review.groups,
            "is empty: nobody could review",
        );
        let at_once = "is 0: every review would be overdue at once";
        to.time("review.within_s", self.review.within_s, at_once);
        self.check_review_follows(to);
        if let Some(drill) = &self.drill {
            let day = (1..=366).contains(&drill.every_days);
            to.ensure(day, "drill.every_days", "is not between 1 and 366");
            let why = "asks for a drill of the emergency access that the policy does not have";
            to.ensure(self.emergency.is_some(), "drill", why);
        }
        self.check_grant(to);
        let why =
            format!("and the rest come to more than {MAX_BYTES} bytes: make two policies of it");
        to.ensure(self.json().len() <= MAX_BYTES, "name", why);
        found.all
    }

    fn check_conditions(&self, to: &mut Found) {
        let conditions = &self.conditions;
        let why = format!("is more than {MAX_REASON_CHARS}");
        let short = conditions.min_reason_chars <= MAX_REASON_CHARS;
        to.ensure(short, "conditions.min_reason_chars", why);
        to.unique("conditions.networks", &conditions.networks);
        to.unique("conditions.acr", &conditions.acr);
        to.unique("conditions.amr", &conditions.amr);
        for (list, words) in [("acr", &conditions.acr), ("amr", &conditions.amr)] {
            let visible = |word: &String| {
                (1..=128).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic())
            };
            let why = "names something that is not 1 to 128 visible ASCII characters";
            to.ensure(words.iter().all(visible), format!("conditions.{list}"), why);
        }
        to.few("conditions.windows", conditions.windows.len());
        for (number, window) in conditions.windows.iter().enumerate() {
            let at = format!("conditions.windows[{number}]");
            to.unique(&format!("{at}.days"), &window.days);
            to.ensure(
                !window.never_holds(),
                at,
                "never opens: it has no day, or ends as it begins",
            );
        }
        self.check_zone(to)
    }

    fn check_grant(&self, to: &mut Found) {
        let GrantTemplate {
            connector,
            role,
            recording,
            refuse,
        } = &self.grant;
        let named = (1..=MAX_ROLE_LEN).contains(&role.len()) && !role.chars().any(char::is_control);
        let why = format!("is no role: 1 to {MAX_ROLE_LEN} bytes without control characters");
        to.ensure(named, "grant.role", why);
        let why = format!(
            "is no name to log in by: 1 to {MAX_LOGIN_LEN} characters out of a-z, A-Z, 0-9, '.', '_' and '-', a letter or '_' first"
        );
        let login = *connector != Connector::Ssh || !named || is_login(role);
        to.ensure(login, "grant.role", why);
        let why = "is required, and a webhook has no way in that is recorded: leave it out";
        let recorded = *connector != Connector::Webhook || *recording == Recording::Optional;
        to.ensure(recorded, "grant.recording", why);
        to.unique("grant.refuse", refuse);
        let why = "names statements, which only the connector postgresql tells apart: leave it out";
        let statements = *connector == Connector::Postgresql || refuse.is_empty();
        to.ensure(statements, "grant.refuse", why);
    }

    fn check_zone(&self, to: &mut Found) {
        let conditions = &self.conditions;
        let Some(name) = &conditions.zone else {
            let why = "is missing: by which clocks are the windows meant?";
            to.ensure(conditions.windows.is_empty(), "conditions.zone", why);
            let why = "is the rule of no zone: name it in `zone`";
            to.ensure(conditions.zone_rule.is_none(), "conditions.zone_rule", why);
            return;
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-+".contains(&byte);
        let named = (1..=64).contains(&name.len()) && name.bytes().all(plain);
        to.ensure(
            named,
            "conditions.zone",
            "is no name of a time zone, such as Europe/Berlin",
        );
        let why = "binds no window: leave it out";
        to.ensure(!conditions.windows.is_empty(), "conditions.zone", why);
        let known = conditions
            .zone_rule
            .as_deref()
            .is_some_and(|rule| zone(rule).is_some());
        let why = "is no rule in the form of POSIX TZ, such as CET-1CEST,M3.5.0,M10.5.0/3";
        to.ensure(known, "conditions.zone_rule", why);
    }

    fn check_durations(&self, to: &mut Found) {
        let (default_s, max_s) = (self.duration.default_s, self.duration.max_s);
        to.time("duration.max_s", max_s, "is 0: no access could be given");
        to.time("duration.default_s", default_s, "is 0");
        let why = format!("is {default_s}, more than `duration.max_s`, {max_s}");
        to.ensure(default_s <= max_s || max_s == 0, "duration.default_s", why);
        if let Some(Extend { times, by_s, .. }) = &self.duration.extend {
            let why = "is 0: leave `extend` out to allow no extension";
            to.ensure(*times > 0, "duration.extend.times", why);
            to.time(
                "duration.extend.by_s",
                *by_s,
                "is 0: that makes nothing longer",
            );
        }
    }

    fn check_approval(&self, to: &mut Found) {
        let approval = &self.approval;
        to.time(
            "approval.within_s",
            approval.within_s,
            "is 0: every request would lapse at once",
        );
        let none = approval.stages.is_empty();
        to.ensure(
            !none,
            "approval.stages",
            "is empty: at least one other person signs off",
        );
        to.few("approval.stages", approval.stages.len());
        for (number, stage) in approval.stages.iter().enumerate() {
            self.check_stage(to, &format!("approval.stages[{number}]"), stage);
        }
        let needed = approval.needed() as usize;
        let only_people = approval
            .stages
            .iter()
            .all(|stage| stage.asked(MAX_PARTS).next().is_none());
        let mut people: Vec<_> = approval
            .stages
            .iter()
            .flat_map(|stage| &stage.people)
            .collect();
        people.sort_unstable();
        people.dedup();
        let why = format!(
            "take {needed} people in all and name {}: nobody counts twice, so they cannot be filled",
            people.len()
        );
        to.ensure(
            !only_people || needed <= people.len(),
            "approval.stages",
            why,
        );
    }

    fn check_stage(&self, to: &mut Found, at: &str, stage: &Stage) {
        to.ensure(
            stage.n > 0,
            format!("{at}.n"),
            "is 0: at least one other person signs off",
        );
        to.unique(&format!("{at}.groups"), &stage.groups);
        to.unique(&format!("{at}.people"), &stage.people);
        to.few(&format!("{at}.ladder"), stage.ladder.len());
        let nobody = stage.groups.is_empty() && stage.people.is_empty();
        to.ensure(
            !nobody,
            at,
            "names neither `groups` nor `people`: nobody could sign off",
        );
        if nobody {
            return;
        }
        let mut before = 0;
        for (number, step) in stage.ladder.iter().enumerate() {
            let at = format!("{at}.ladder[{number}]");
            to.names(
                &format!("{at}.groups"),
                &step.groups,
                "is empty: nobody more would be asked",
            );
            let why = format!("is not after the step before, {before} s");
            to.ensure(step.after_s > before, format!("{at}.after_s"), why);
            let why = "is not before `approval.within_s`: the request would have lapsed by then";
            let in_time = step.after_s < self.approval.within_s;
            to.ensure(in_time, format!("{at}.after_s"), why);
            before = step.after_s;
        }
        let n = usize::from(stage.n);
        let groups = stage.asked(MAX_PARTS).count();
        let why = format!(
            "is {n}, and only {} people are named: nobody could fill the stage",
            stage.people.len()
        );
        to.ensure(
            groups > 0 || n <= stage.people.len(),
            format!("{at}.n"),
            why,
        );
        let mut distinct: Vec<_> = stage.asked(MAX_PARTS).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let why = format!(
            "wants {n} different groups, and {} are named: nobody could fill the stage",
            distinct.len()
        );
        let enough = !stage.distinct_groups || n <= distinct.len();
        to.ensure(enough, format!("{at}.distinct_groups"), why);
        let why = "stands beside `people`, who stand for no group: name groups only";
        let groups_only = !stage.distinct_groups || stage.people.is_empty();
        to.ensure(groups_only, format!("{at}.distinct_groups"), why);
    }

    fn check_emergency(&self, to: &mut Found, emergency: &Emergency) {
        let (emergency_s, max_s) = (emergency.max_duration_s, self.duration.max_s);
        let at = "emergency.max_duration_s";
        to.time(
            at,
            emergency_s,
            "is 0: leave `emergency` out to switch it off",
        );
        let why = format!("is {emergency_s}, more than `duration.max_s`, {max_s}");
        to.ensure(emergency_s <= max_s, at, why);
        to.unique("emergency.alarm", &emergency.alarm);
        match emergency.ratify_within_s {
            Some(0) => {
                let why = "is 0: the access would be taken back at once";
                to.ensure(false, "emergency.ratify_within_s", why);
            }
            Some(within_s) => {
                let why = format!(
                    "is {within_s}, and the access is over after {emergency_s}: nothing would come of it"
                );
                to.ensure(within_s < emergency_s, "emergency.ratify_within_s", why);
            }
            None => {}
        }
    }

    /// No review comes before an emergency's time to be ratified is over: where it were due before that, it would be
    /// overdue, and nobody could give it.
    fn check_review_follows(&self, to: &mut Found) {
        let emergency = self.emergency.as_ref();
        let Some(ratify_s) = emergency.and_then(|emergency| emergency.ratify_within_s) else {
            return;
        };
        let within_s = self.review.within_s;
        let why = format!(
            "is {within_s}, less than `emergency.ratify_within_s`, {ratify_s}: no review comes before that is over, so it would be overdue before anybody could give it"
        );
        let in_time = within_s == 0 || ratify_s <= within_s;
        to.ensure(in_time, "review.within_s", why);
    }

    /// The policy's compact JSON, every member in the order of the fields.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a policy has string keys and no floats")
    }

    /// SHA-256 of [`Policy::json`].
    pub fn digest(&self) -> Digest {
        Digest::of(self.json().as_bytes())
    }
}

/// Whether a machine may have a login of this name. It stands in certificates and on command lines: nothing in it
/// is an option, a list, or another host.
fn is_login(name: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    name.len() <= MAX_LOGIN_LEN && name.bytes().next().is_some_and(first) && name.bytes().all(plain)
}
