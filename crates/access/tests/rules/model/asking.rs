//! Asking, and saying it anew.

use core::net::IpAddr;

use access::command::{Command, Facts, Unsealed};
use access::event::{Decision, Event, Mode};
use access::ids::{GroupName, PersonId, RequestId, ResourceName};
use access::policy::{Debt, Policy, Window};

use super::Model;
use super::log::{Asked, shares};
use crate::steps::GOOD_TICKET;

impl Model<'_> {
    pub(super) fn allows_asking(
        self,
        command: &Command,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        match command {
            Command::SubmitRequest {
                request,
                mode,
                resource,
                policy,
                facts,
                grant,
                confirmed,
            } => {
                let Some((_, policy)) = self.in_force(policy) else {
                    return false;
                };
                let glass = *mode == Mode::Ordinary
                    || (*confirmed
                        && self.intended(*grant).is_none()
                        && !self.owes(me)
                        && !self.was_refused(me));
                self.asked(*request).is_none()
                    && glass
                    && self.fits(policy, groups, resource, (*mode, facts))
            }
            Command::EditRequest { request, facts } => {
                let Some(asked) = self.asked(*request) else {
                    return false;
                };
                let Some((_, policy)) = self.in_force(&asked.policy.name) else {
                    return false;
                };
                asked.requester == me
                    && asked.mode == Mode::Ordinary
                    && !self.over(*request)
                    && self.now_ms < self.lapses_at(&asked)
                    && self.fits(policy, groups, asked.resource, (Mode::Ordinary, facts))
            }
            _ => false,
        }
    }

    fn fits(
        self,
        policy: &Policy,
        groups: &[GroupName],
        resource: &ResourceName,
        (mode, facts): (Mode, &Facts),
    ) -> bool {
        shares(groups, &policy.eligible)
            && self.covers(policy, resource)
            && lasts(policy, mode, facts.duration_s)
            && says_enough(policy, facts)
            && is_seen(policy, facts)
            && facts.start_at_ms.is_none_or(|start| {
                let latest_ms = self.now_ms + 30 * 86_400_000;
                mode == Mode::Ordinary && (self.now_ms..=latest_ms).contains(&start.millis())
            })
    }

    /// The traces' policies select by a name, or by one label.
    pub(super) fn covers(self, policy: &Policy, resource: &ResourceName) -> bool {
        policy.resources.iter().any(|selector| {
            let selector = selector.to_string();
            match selector.split_once('=') {
                Some((label, value)) => self
                    .labels(resource)
                    .is_some_and(|labels| labels.get(label).is_some_and(|found| found == value)),
                None => selector == resource.to_string(),
            }
        })
    }

    /// Whether a review of an earlier access of theirs is overdue, and its policy blocks.
    fn owes(self, me: PersonId) -> bool {
        self.log.iter().any(|record| {
            let Event::GrantEnded { grant, .. } = record.event else {
                return false;
            };
            let Some((_, request)) = self.intended(grant) else {
                return false;
            };
            let Some(asked) = self.asked(request) else {
                return false;
            };
            let review = &asked.policy.review;
            let reviewed = self.any(
                |event| matches!(event, Event::ReviewRecorded { request: r, .. } if *r == request),
            );
            review.debt == Debt::Block
                && !reviewed
                && self.same(asked.requester, me)
                && record.time.millis() + i64::from(review.within_s) * 1_000 < self.now_ms
        })
    }

    /// Whether there was a no to an emergency of theirs that was not given up before it stood, or no ratification
    /// in time; as long as nobody has reviewed it.
    fn was_refused(self, me: PersonId) -> bool {
        self.log.iter().any(|record| {
            let Event::GrantIntended {
                grant, request: id, ..
            } = record.event
            else {
                return false;
            };
            let Some(asked) = self.asked(id) else {
                return false;
            };
            let failed = self
                .any(|event| matches!(event, Event::GrantFailed { grant: g, .. } if *g == grant));
            let reviewed = self.any(
                |event| matches!(event, Event::ReviewRecorded { request, .. } if *request == id),
            );
            let until = self.to_be_ratified_until(id, &asked);
            let late = until.is_some_and(|until| until <= self.now_ms);
            asked.mode == Mode::Emergency
                && self.same(asked.requester, me)
                && !failed
                && !reviewed
                && (self.was_denied(id) || late)
        })
    }

    fn was_denied(self, id: RequestId) -> bool {
        self.any(|event| {
            matches!(event, Event::SignOffGiven { request, decision: Decision::Deny, .. }
                if *request == id)
        })
    }

    /// Until when an emergency has to be ratified that is not yet.
    fn to_be_ratified_until(self, id: RequestId, asked: &Asked<'_>) -> Option<i64> {
        let ratified =
            self.any(|event| matches!(event, Event::RequestRatified { request } if *request == id));
        let within_s = asked.policy.emergency.as_ref()?.ratify_within_s?;
        let until_ms = asked.begin_ms + i64::from(within_s) * 1_000;
        (asked.mode == Mode::Emergency && !ratified).then_some(until_ms)
    }

    /// Whether somebody may still ratify or refuse an emergency.
    pub(super) fn is_undecided(self, id: RequestId, asked: &Asked<'_>) -> bool {
        let until = self.to_be_ratified_until(id, asked);
        until.is_some_and(|until| self.now_ms < until) && !self.was_denied(id)
    }

    /// The traces' windows lie within one day, in India, which is 5½ hours ahead all year.
    pub(super) fn in_window(self, policy: &Policy) -> bool {
        let minutes = (self.now_ms.div_euclid(60_000) + 330).rem_euclid(7 * 1_440);
        // 1970-01-01 was a Thursday.
        let (day, minute) = ((minutes / 1_440 + 3) % 7, minutes % 1_440);
        let holds = |window: &Window| {
            let begins = window.days.iter().any(|begin| *begin as i64 == day);
            begins
                && (i64::from(window.from.minutes())..i64::from(window.to.minutes()))
                    .contains(&minute)
        };
        policy.conditions.windows.is_empty() || policy.conditions.windows.iter().any(holds)
    }
}

pub(super) fn lasts(policy: &Policy, mode: Mode, duration_s: u32) -> bool {
    let longest = match (mode, &policy.emergency) {
        (Mode::Ordinary, _) => policy.duration.max_s,
        (Mode::Emergency, Some(emergency)) => emergency.max_duration_s,
        (Mode::Emergency, None) => 0,
    };
    duration_s > 0 && duration_s <= longest
}

/// Of the traces' tickets one has the form that is wanted.
fn says_enough(policy: &Policy, facts: &Facts) -> bool {
    let conditions = &policy.conditions;
    let good = Unsealed::new(GOOD_TICKET);
    let ticket = || facts.ticket.is_some() && facts.ticket_text.as_ref() == Some(&good);
    facts.reason.n.min(facts.reason_chars) >= conditions.min_reason_chars
        && (conditions.ticket.is_none() || ticket())
        && (!conditions.incident || facts.incident.is_some())
}

/// The traces' network is 10.0.0.0/8, however an address in it is written.
fn is_seen(policy: &Policy, facts: &Facts) -> bool {
    let conditions = &policy.conditions;
    let ten = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => {
            let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10];
            address.octets()[..13] == mapped
        }
    };
    let strong = |wanted: &String| facts.seen.amr.iter().any(|amr| amr == wanted);
    (conditions.networks.is_empty() || facts.seen.address.is_some_and(ten))
        && (conditions.acr.is_empty()
            || facts
                .seen
                .acr
                .as_ref()
                .is_some_and(|acr| conditions.acr.iter().any(|one| one == acr)))
        && conditions.amr.iter().all(strong)
}
