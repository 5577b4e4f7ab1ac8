//! Access: opening, the way in, more time, the end, the review.

use access::command::Command;
use access::event::{Decision, Event, Mode};
use access::ids::{GrantId, GroupName, PersonId, RequestId};
use access::policy::Extend;

use super::Model;
use super::asking::lasts;
use super::log::{Asked, by, shares};

impl<'a> Model<'a> {
    pub(super) fn allows_access(
        self,
        command: &Command,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        match command {
            Command::IntendGrant { request, grant } => {
                let Some(asked) = self.asked(*request) else {
                    return false;
                };
                let Some(policy) = self.same_policy(&asked) else {
                    return false;
                };
                asked.requester == me
                    && asked.mode == Mode::Ordinary
                    && self.intended(*grant).is_none()
                    && !self.over(*request)
                    && self
                        .approval(*request, &asked)
                        .is_some_and(|lapses| self.now_ms < lapses)
                    && asked.start_ms.is_none_or(|start| start <= self.now_ms)
                    && shares(groups, &policy.eligible)
                    && self.covers(policy, asked.resource)
                    && lasts(policy, asked.mode, asked.duration_s)
                    && self.approved_by_enough(*request, &asked, policy)
                    && self.in_window(policy)
            }
            Command::AskExtension { grant } => {
                self.longer(*grant).is_some_and(|(asked, extend)| {
                    asked.requester == me
                        && extend.approval
                        && shares(groups, &asked.policy.eligible)
                        && self.wish(*grant).is_none()
                        && !self.any(
                            |event| matches!(event, Event::ExtensionDenied { grant: g } if g == grant),
                        )
                })
            }
            Command::DenyExtension { grant } => {
                self.wish(*grant).is_some() && self.may_let_on(*grant, me, groups)
            }
            Command::ExtendGrant { grant, proof } => {
                self.longer(*grant).is_some_and(|(asked, extend)| {
                    if !extend.approval {
                        return asked.requester == me && shares(groups, &asked.policy.eligible);
                    }
                    let (Some(since_ms), Some(proof)) = (self.wish(*grant), proof) else {
                        return false;
                    };
                    let until_s = self.now_ms.div_euclid(1_000) + 60;
                    self.may_let_on(*grant, me, groups)
                        && (since_ms.div_euclid(1_000)..=until_s).contains(&proof.auth_time_s)
                })
            }
            _ => false,
        }
    }

    /// The request and the policy's extension, where the grant can have one more.
    fn longer(self, id: GrantId) -> Option<(Asked<'a>, &'a Extend)> {
        let (_, request) = self.intended(id)?;
        let asked = self.asked(request)?;
        let policy = self.same_policy(&asked)?;
        let extend = policy.duration.extend.as_ref()?;
        let before = self.log.iter().filter(
            |record| matches!(record.event, Event::GrantExtended { grant, .. } if grant == id),
        );
        let open = self.active(id) && self.now_ms < self.expires_at(id)?;
        let may = open
            && asked.mode == Mode::Ordinary
            && self.covers(policy, asked.resource)
            && self.in_window(policy)
            && before.count() < usize::from(extend.times);
        may.then_some((asked, extend))
    }

    /// When more time was asked for, if nobody has answered.
    fn wish(self, id: GrantId) -> Option<i64> {
        let last = self.log.iter().rev().find_map(|record| match record.event {
            Event::ExtensionAsked { grant } if grant == id => Some(Some(record.time.millis())),
            Event::ExtensionDenied { grant } | Event::GrantExtended { grant, .. }
                if grant == id =>
            {
                Some(None)
            }
            _ => None,
        });
        last.flatten()
    }

    fn may_let_on(self, id: GrantId, me: PersonId, groups: &[GroupName]) -> bool {
        let Some((_, request)) = self.intended(id) else {
            return false;
        };
        let Some(asked) = self.asked(request) else {
            return false;
        };
        let policy = self.same_policy(&asked);
        !self.same(me, asked.requester)
            && policy.is_some_and(|policy| {
                let mut stages = policy.approval.stages.iter();
                stages.any(|stage| self.asks(stage, stage.ladder.len(), me, groups))
            })
    }

    pub(super) fn expires_at(self, id: GrantId) -> Option<i64> {
        self.log.iter().rev().find_map(|record| match record.event {
            Event::GrantIntended {
                grant,
                expires_at_ms,
                ..
            }
            | Event::GrantExtended {
                grant,
                expires_at_ms,
                ..
            } if grant == id => Some(expires_at_ms.millis()),
            _ => None,
        })
    }

    /// When an emergency has to be ratified by, or somebody said no.
    pub(super) fn ratify_by(self, id: GrantId) -> Option<i64> {
        let (_, request) = self.intended(id)?;
        let asked = self.asked(request)?;
        if asked.mode == Mode::Ordinary {
            return None;
        }
        let within_s = asked.policy.emergency.as_ref()?.ratify_within_s?;
        let ratified = self
            .any(|event| matches!(event, Event::RequestRatified { request: r } if *r == request));
        let no = self.log.iter().find_map(|record| match record.event {
            Event::SignOffGiven {
                request: r,
                decision: Decision::Deny,
                ..
            } if r == request => Some(record.time.millis()),
            _ => None,
        });
        let by = asked.begin_ms + i64::from(within_s) * 1_000;
        (!ratified).then(|| no.map_or(by, |no| no.min(by)))
    }

    pub(super) fn ends_at(self, id: GrantId) -> Option<i64> {
        let expires = self.expires_at(id)?;
        Some(self.ratify_by(id).map_or(expires, |by| by.min(expires)))
    }

    pub(super) fn may_revoke(self, id: GrantId, me: PersonId, groups: &[GroupName]) -> bool {
        self.active(id) && self.takes_away(id, me, groups)
    }

    /// Whether somebody is of those who may take access away while it is open.
    pub(super) fn takes_away(self, id: GrantId, me: PersonId, groups: &[GroupName]) -> bool {
        let asked = self
            .intended(id)
            .and_then(|(_, request)| self.asked(request));
        asked.is_some_and(|asked| {
            // A policy that is in force no longer says who may all the same.
            let policy = self
                .in_force(&asked.policy.name)
                .map_or(asked.policy, |(_, policy)| policy);
            let mut stages = policy.approval.stages.iter();
            !self.same(asked.requester, me)
                && (stages.any(|stage| self.asks(stage, stage.ladder.len(), me, groups))
                    || shares(groups, &policy.review.groups))
        })
    }

    pub(super) fn may_review(self, id: RequestId, me: PersonId, groups: &[GroupName]) -> bool {
        let (Some(asked), Some(grant)) = (self.asked(id), self.grant_of(id)) else {
            return false;
        };
        let policy = self
            .in_force(&asked.policy.name)
            .map_or(asked.policy, |(_, policy)| policy);
        let involved = self.log.iter().any(|record| {
            let people = match record.event {
                Event::SignOffGiven {
                    request,
                    on_behalf_of,
                    ..
                } if request == id => [by(record), on_behalf_of],
                Event::GrantExtended {
                    grant: g,
                    proof: Some(_),
                    ..
                } if g == grant => [by(record), None],
                Event::ExtensionDenied { grant: g } if g == grant => [by(record), None],
                _ => [None, None],
            };
            people.into_iter().flatten().any(|one| self.same(one, me))
        });
        self.ended(grant)
            && !self.is_undecided(id, &asked)
            && !involved
            && !self.same(asked.requester, me)
            && shares(groups, &policy.review.groups)
            && !self.any(
                |event| matches!(event, Event::ReviewRecorded { request, .. } if *request == id),
            )
    }
}
