//! What the log alone shows of who brought access about: read from it without the rules and the model.

use std::collections::{BTreeMap, BTreeSet};

use access::Record;
use access::event::{Actor, Decision, Event, Mode};
use access::ids::{GrantId, PersonId, RequestId};
use access::policy::{Debt, Policy};

/// A log without the entries that were found to break a rule.
struct Lawful<'a> {
    records: Vec<&'a Record>,
    /// Every link, with its place.
    links: Vec<(u64, PersonId, PersonId)>,
}

impl<'a> Lawful<'a> {
    fn of(log: &'a [Record], found: &BTreeSet<u64>) -> Self {
        let records: Vec<&Record> = log
            .iter()
            .filter(|record| !found.contains(&record.seq))
            .collect();
        let link = |record: &&Record| match record.event {
            Event::PersonLinked { person, into } => Some((record.seq, person, into)),
            _ => None,
        };
        let links = records.iter().filter_map(link).collect();
        Self { records, links }
    }

    /// Which human being a person was known to be before an entry.
    fn humans(&self, before: u64) -> impl Fn(PersonId) -> PersonId {
        let mut of: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        for (_, one, other) in self.links.iter().filter(|(seq, ..)| *seq < before) {
            let root = |of: &BTreeMap<PersonId, PersonId>, mut one: PersonId| {
                while let Some(next) = of.get(&one) {
                    one = *next;
                }
                one
            };
            let (one, other) = (root(&of, *one), root(&of, *other));
            if one != other {
                of.insert(one, other);
            }
        }
        move |mut person| {
            while let Some(next) = of.get(&person) {
                person = *next;
            }
            person
        }
    }

    fn before(&self, seq: u64) -> impl DoubleEndedIterator<Item = &'a Record> {
        self.records
            .iter()
            .copied()
            .filter(move |record| record.seq < seq)
    }

    fn requester(&self, id: RequestId) -> Option<(PersonId, Mode)> {
        self.records
            .iter()
            .find_map(|record| match (&record.event, &record.actor) {
                (Event::RequestSubmitted { request, mode, .. }, Actor::Person { person, .. })
                    if *request == id =>
                {
                    Some((*person, *mode))
                }
                _ => None,
            })
    }

    /// The policy of what a request said before an entry, and where it said so.
    fn policy(&self, log: &'a [Record], id: RequestId, before: u64) -> Option<(u64, &'a Policy)> {
        let name = self.records.iter().find_map(|record| match &record.event {
            Event::RequestSubmitted {
                request, policy, ..
            } if *request == id => Some(policy),
            _ => None,
        })?;
        let (said, number) = self
            .before(before)
            .rev()
            .find_map(|record| match &record.event {
                Event::RequestSubmitted {
                    request,
                    policy_version,
                    ..
                }
                | Event::RequestEdited {
                    request,
                    policy_version,
                    ..
                } if *request == id => Some((record.seq, *policy_version)),
                _ => None,
            })?;
        log.iter().find_map(|record| match &record.event {
            Event::PolicyActivated {
                policy, version, ..
            } if *version == number && policy.name == *name => Some((said, policy)),
            _ => None,
        })
    }
}

/// No ordinary access without the people of every stage: each another human being as far as was known
/// when it was opened, none of them its holder, each asked by group, by name, or in the place of somebody.
pub(crate) fn invariant_quorum(log: &[Record], found: &BTreeSet<u64>) {
    let lawful = Lawful::of(log, found);
    for record in &lawful.records {
        let Event::GrantIntended { request: id, .. } = record.event else {
            continue;
        };
        let Some((holder, Mode::Ordinary)) = lawful.requester(id) else {
            continue;
        };
        let human = lawful.humans(record.seq);
        let (said, policy) = lawful
            .policy(log, id, record.seq)
            .expect("a lawful request has a policy");
        let mut stage = 0;
        let mut yes: Vec<BTreeSet<PersonId>> = vec![BTreeSet::new(); policy.approval.stages.len()];
        let mut spoke = BTreeSet::from([human(holder)]);
        for before in lawful.before(record.seq).filter(|before| before.seq > said) {
            match (&before.event, &before.actor) {
                (Event::StageCompleted { request, .. }, _) if *request == id => stage += 1,
                (
                    Event::SignOffGiven {
                        request,
                        decision,
                        on_behalf_of,
                        ..
                    },
                    Actor::Person { person, .. },
                ) if *request == id => {
                    assert_eq!(
                        *decision,
                        Decision::Approve,
                        "opened after a no: {record:?}"
                    );
                    let theirs = [Some(human(*person)), on_behalf_of.map(&human)];
                    if theirs.iter().flatten().all(|one| !spoke.contains(one)) {
                        spoke.extend(theirs.into_iter().flatten());
                        yes[stage].insert(human(on_behalf_of.unwrap_or(*person)));
                    }
                }
                _ => {}
            }
        }
        for (yes, stage) in yes.iter().zip(&policy.approval.stages) {
            assert!(yes.len() >= usize::from(stage.n), "{record:?} with {yes:?}");
        }
    }
}

/// Nobody does alone what takes two: no policy comes into force or goes by the word of one human being,
/// nobody reviews their own access, and nobody who owes a review breaks the glass.
pub(crate) fn invariant_people(log: &[Record], found: &BTreeSet<u64>) {
    let lawful = Lawful::of(log, found);
    for record in &lawful.records {
        let human = lawful.humans(record.seq);
        let Actor::Person { person, .. } = &record.actor else {
            continue;
        };
        match &record.event {
            Event::PolicyActivated {
                proposal: Some(seq),
                ..
            }
            | Event::PolicyRetired { proposal: seq, .. } => {
                let word = lawful
                    .before(record.seq)
                    .filter(|before| match before.event {
                        Event::ProposalEndorsed { proposal } => proposal == *seq,
                        _ => before.seq == *seq,
                    });
                let first = word.rev().find_map(|before| before.actor.as_person());
                let (first, _) = first.expect("somebody's word");
                assert_ne!(human(first), human(*person), "{record:?}");
            }
            Event::ReviewRecorded { request, .. } => {
                let holder = lawful.requester(*request).map(|(holder, _)| human(holder));
                assert_ne!(holder, Some(human(*person)), "{record:?}");
            }
            Event::RequestSubmitted {
                mode: Mode::Emergency,
                ..
            } => {
                for ended in lawful.before(record.seq) {
                    let Event::GrantEnded { grant, .. } = ended.event else {
                        continue;
                    };
                    let owed = owed(&lawful, log, (grant, ended), record);
                    assert!(
                        owed.is_none_or(|holder| human(holder) != human(*person)),
                        "{record:?}"
                    );
                }
            }
            _ => {}
        }
    }
}

/// Who owed the review of an access that ended, when another entry was made, if its policy blocks.
fn owed(
    lawful: &Lawful<'_>,
    log: &[Record],
    (grant, ended): (GrantId, &Record),
    at: &Record,
) -> Option<PersonId> {
    let request = lawful
        .before(ended.seq)
        .find_map(|record| match record.event {
            Event::GrantIntended {
                grant: id, request, ..
            } if id == grant => Some(request),
            _ => None,
        })?;
    let mut reviews = lawful.before(at.seq);
    let reviewed = reviews.any(
        |record| matches!(record.event, Event::ReviewRecorded { request: r, .. } if r == request),
    );
    let (holder, _) = lawful.requester(request)?;
    let (_, policy) = lawful.policy(log, request, ended.seq)?;
    let due_ms = ended.time.millis() + i64::from(policy.review.within_s) * 1_000;
    (policy.review.debt == Debt::Block && !reviewed && due_ms < at.time.millis()).then_some(holder)
}

/// A grant never outlives its policy's maximum, nor the emergency's, when it is intended.
pub(crate) fn invariant_duration(log: &[Record], found: &BTreeSet<u64>) {
    let lawful = Lawful::of(log, found);
    for record in &lawful.records {
        let Event::GrantIntended {
            expires_at_ms,
            request,
            ..
        } = &record.event
        else {
            continue;
        };
        let Some((_, mode)) = lawful.requester(*request) else {
            continue;
        };
        let (_, policy) = lawful
            .policy(log, *request, record.seq)
            .expect("and a policy");
        let longest_s = match (mode, &policy.emergency) {
            (Mode::Emergency, Some(emergency)) => emergency.max_duration_s,
            (Mode::Emergency, None) => 0,
            (Mode::Ordinary, _) => policy.duration.max_s,
        };
        let lasts_ms = expires_at_ms.millis() - record.time.millis();
        assert!(
            (1..=i64::from(longest_s) * 1000).contains(&lasts_ms),
            "{record:?}"
        );
    }
}
