//! Yes and no: who is asked, who counts, what is complete.

use std::collections::BTreeSet;

use access::command::Command;
use access::event::{Decision, Event, Mode};
use access::ids::{GroupName, PersonId, RequestId};
use access::policy::{Policy, Stage};

use super::Model;
use super::log::{Asked, by};

impl<'a> Model<'a> {
    pub(super) fn asks(
        self,
        stage: &Stage,
        steps: usize,
        person: PersonId,
        groups: &[GroupName],
    ) -> bool {
        let ladder = stage
            .ladder
            .iter()
            .take(steps)
            .flat_map(|step| &step.groups);
        stage.people.contains(&person)
            || stage
                .groups
                .iter()
                .chain(ladder)
                .any(|group| groups.contains(group))
    }

    /// Which stage waits, since when.
    fn stage(self, id: RequestId, asked: &Asked<'_>) -> (usize, i64) {
        let mut stage = (0, asked.said.1);
        for record in self.after(asked.said.0) {
            if matches!(record.event, Event::StageCompleted { request, .. } if request == id) {
                stage = (stage.0 + 1, record.time.millis());
            }
        }
        stage
    }

    /// How many steps of a stage's ladder were taken.
    fn steps(self, id: RequestId, asked: &Asked<'_>, wanted: usize) -> usize {
        let step = |event: &Event| {
            matches!(event, Event::RequestEscalated { request, stage, .. }
                if *request == id && usize::from(*stage) == wanted)
        };
        self.after(asked.said.0)
            .filter(|record| step(&record.event))
            .count()
    }

    /// Whether it waits for a word, and until when one can be given.
    fn waits_until(self, id: RequestId, asked: &Asked<'_>) -> Option<i64> {
        if asked.mode == Mode::Ordinary {
            let waits = !self.over(id) && self.approval(id, asked).is_none();
            return waits.then_some(asked.lapses_ms);
        }
        let grant = self.grant_of(id)?;
        let stood = !self.settled(grant) || self.active(grant) || self.ended(grant);
        let within_s = asked.policy.emergency.as_ref()?.ratify_within_s?;
        let done = self.any(|event| match event {
            Event::RequestRatified { request } => *request == id,
            Event::SignOffGiven {
                request,
                decision: Decision::Deny,
                ..
            } => *request == id,
            _ => false,
        });
        let until_ms = asked.begin_ms + i64::from(within_s) * 1_000;
        (stood && !done && self.now_ms < until_ms).then_some(until_ms)
    }

    pub(super) fn may_climb(self, id: RequestId) -> bool {
        let Some(asked) = self.asked(id) else {
            return false;
        };
        let (stage, since_ms) = self.stage(id, &asked);
        let taken = self.steps(id, &asked, stage);
        let ladder = asked
            .policy
            .approval
            .stages
            .get(stage)
            .map(|stage| &stage.ladder);
        let step = ladder.and_then(|ladder| ladder.get(taken));
        let due =
            step.is_some_and(|step| self.now_ms >= since_ms + i64::from(step.after_s) * 1_000);
        due && self.waits_until(id, &asked).is_some()
    }

    pub(super) fn may_look(self, id: RequestId, me: PersonId, groups: &[GroupName]) -> bool {
        let Some(asked) = self.asked(id) else {
            return false;
        };
        let approval = &asked.policy.approval;
        let any_stage = |person, groups: &[GroupName]| {
            approval
                .stages
                .iter()
                .any(|stage| self.asks(stage, stage.ladder.len(), person, groups))
        };
        let for_another = || {
            let mut away = self.away_for(me).into_iter();
            approval.delegation && away.any(|of| any_stage(of, &self.groups_last_seen(of)))
        };
        let seen = self.log.iter().any(|record| {
            matches!(record.event, Event::RequestViewed { request } if request == id)
                && record.seq > asked.said.0
                && by(record) == Some(me)
        });
        !seen
            && !self.same(me, asked.requester)
            && (any_stage(me, groups) || for_another())
            && self.waits_until(id, &asked).is_some()
    }

    pub(super) fn allows_sign_off(
        self,
        command: &Command,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        let Command::SignOff {
            request,
            on_behalf_of,
            statement,
            auth_time_s,
            ..
        } = command
        else {
            return false;
        };
        let Some(asked) = self.asked(*request) else {
            return false;
        };
        let policy = match asked.mode {
            Mode::Ordinary => self.same_policy(&asked),
            Mode::Emergency => Some(asked.policy),
        };
        let Some(policy) = policy else {
            return false;
        };
        let (principal, groups) = match on_behalf_of {
            Some(of) if !policy.approval.delegation || self.delegate(*of) != Some(me) => {
                return false;
            }
            Some(of) => (*of, self.groups_last_seen(*of)),
            None => (me, groups.to_vec()),
        };
        let both = [me, principal];
        let spoke = self.after(asked.said.0).any(|record| {
            let Event::SignOffGiven {
                request: r,
                on_behalf_of,
                ..
            } = record.event
            else {
                return false;
            };
            let before = [by(record), on_behalf_of].into_iter().flatten();
            r == *request
                && before
                    .into_iter()
                    .any(|one| both.iter().any(|other| self.same(one, *other)))
        });
        let (stage, _) = self.stage(*request, &asked);
        let steps = self.steps(*request, &asked, stage);
        let is_asked = policy.approval.stages.get(stage);
        let since_s = asked.said.1.div_euclid(1000);
        let until_s = self.now_ms.div_euclid(1000) + 60;
        self.waits_until(*request, &asked)
            .is_some_and(|until| self.now_ms < until)
            && !both.iter().any(|one| self.same(*one, asked.requester))
            && is_asked.is_some_and(|stage| self.asks(stage, steps, principal, &groups))
            && !spoke
            && *statement == asked.statement
            && (since_s..=until_s).contains(auth_time_s)
    }

    /// How many count at each stage: human beings who said yes, are asked still, and did not ask; each
    /// by the first word of theirs that counts.
    fn counted(self, id: RequestId, asked: &Asked<'a>, policy: &Policy) -> Vec<usize> {
        let mut used: BTreeSet<PersonId> = self.human(asked.requester);
        let mut counted = Vec::new();
        for (number, stage) in policy.approval.stages.iter().enumerate() {
            let (mut at, mut groups) = (0, Vec::new());
            let steps = self.steps(id, asked, number);
            for record in self.after(asked.said.0) {
                match record.event {
                    Event::StageCompleted { request, .. } if request == id => at += 1,
                    Event::SignOffGiven {
                        request,
                        on_behalf_of,
                        decision: Decision::Approve,
                        ..
                    } if request == id && at == number => {
                        let Some(me) = by(record) else { continue };
                        let principal = on_behalf_of.unwrap_or(me);
                        let theirs = self.groups_last_seen(principal);
                        let fresh = !used.contains(&me) && !used.contains(&principal);
                        if fresh && self.asks(stage, steps, principal, &theirs) {
                            used.extend(self.human(me));
                            used.extend(self.human(principal));
                            groups.push(theirs);
                        }
                    }
                    _ => {}
                }
            }
            let ladder = stage
                .ladder
                .iter()
                .take(steps)
                .flat_map(|step| &step.groups);
            let named: Vec<&GroupName> = stage.groups.iter().chain(ladder).collect();
            counted.push(if stage.distinct_groups {
                spread(&groups, &named, &[])
            } else {
                groups.len()
            });
        }
        counted
    }

    /// Whether every stage has its people and all but the last were said to be complete.
    pub(super) fn approved_by_enough(
        self,
        id: RequestId,
        asked: &Asked<'a>,
        policy: &Policy,
    ) -> bool {
        let stages = &policy.approval.stages;
        let counted = self.counted(id, asked, policy);
        self.stage(id, asked).0 + 1 >= stages.len()
            && counted
                .iter()
                .zip(stages)
                .all(|(counted, stage)| *counted >= usize::from(stage.n))
    }

    /// What has to follow the sign-off that is the log's last entry.
    pub(crate) fn follows(self, id: RequestId) -> Option<&'static str> {
        let asked = self.asked(id)?;
        let last = self.log.last()?;
        let Event::SignOffGiven { decision, .. } = last.event else {
            return None;
        };
        let (stage, _) = self.stage(id, &asked);
        let stages = &asked.policy.approval.stages;
        let full = self.counted(id, &asked, asked.policy)[stage] >= usize::from(stages[stage].n);
        match (decision, asked.mode) {
            (Decision::Deny, Mode::Ordinary) => Some("request.denied"),
            (Decision::Deny, Mode::Emergency) => None,
            _ if stage + 1 < stages.len() => full.then_some("stage.completed"),
            _ if !self.approved_by_enough(id, &asked, asked.policy) => None,
            (_, Mode::Ordinary) => Some("request.approved"),
            (_, Mode::Emergency) => Some("request.ratified"),
        }
    }
}

/// The most people who can each stand for another group: every way is tried.
fn spread(people: &[Vec<GroupName>], named: &[&GroupName], taken: &[&GroupName]) -> usize {
    let Some((first, rest)) = people.split_first() else {
        return 0;
    };
    let free = named
        .iter()
        .filter(|group| first.contains(group) && !taken.contains(group));
    let with = free.map(|group| 1 + spread(rest, named, &[taken, &[*group]].concat()));
    with.chain([spread(rest, named, taken)]).max().unwrap_or(0)
}
