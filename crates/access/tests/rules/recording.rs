//! What is done while access is open: recorded step by step, by its holder alone, and to its end.

use access::command::Command;
use access::event::{ActionOutcome, Actor, Event, RecordingEnd, StatementClass, Way};
use access::policy::{Connector, Policy};
use access::refusal::Rule;
use access::state::Recording;

use crate::company::orders_admin;
use crate::stage::{
    ARI, DANA, ELI, RAE, Stage, grant, orders_read, portal, recording, request, seal, who,
};

mod beside;
mod end;
mod steps;

pub(crate) fn recorder() -> Actor {
    Actor::system("recorder")
}

/// Dana's open access, under `orders-read` as it was changed.
pub(crate) fn open_under(change: impl FnOnce(&mut Policy)) -> Stage {
    let mut policy = orders_read();
    change(&mut policy);
    let mut stage = Stage::set_under(&[policy, orders_admin()]);
    stage.open(1);
    stage
}

pub(crate) fn start(way: Way) -> Command {
    Command::StartRecording {
        recording: recording(1),
        grant: grant(1),
        way,
    }
}

pub(crate) fn intend(classes: &[StatementClass]) -> Command {
    Command::IntendAction {
        recording: recording(1),
        classes: classes.to_vec(),
        statement: seal(120),
    }
}

pub(crate) fn intended(number: u32, classes: &[StatementClass]) -> Event {
    Event::ActionIntended {
        recording: recording(1),
        number,
        classes: classes.to_vec(),
        statement: seal(120),
    }
}

fn refuse(class: StatementClass) -> Command {
    Command::RefuseAction {
        recording: recording(1),
        class,
        statement: seal(121),
    }
}

fn finish(number: u32, outcome: ActionOutcome) -> Command {
    Command::FinishAction {
        recording: recording(1),
        number,
        outcome,
        rows: Some(3),
        duration_ms: 12,
        result: Some(seal(32)),
    }
}

pub(crate) fn finished(number: u32) -> Event {
    Event::ActionFinished {
        recording: recording(1),
        number,
        outcome: ActionOutcome::Done,
        rows: None,
        duration_ms: 12,
        result: None,
    }
}

fn piece() -> Command {
    Command::RecordChunk {
        recording: recording(1),
        content: seal(900),
    }
}

pub(crate) fn chunk(number: u32) -> Event {
    Event::RecordingChunk {
        recording: recording(1),
        number,
        content: seal(900),
    }
}

fn stop(cause: RecordingEnd) -> Command {
    Command::EndRecording {
        recording: recording(1),
        cause,
    }
}

pub(crate) fn stopped(cause: RecordingEnd, actions: u32, chunks: u32) -> Event {
    Event::RecordingEnded {
        recording: recording(1),
        cause,
        actions,
        chunks,
    }
}

fn kept(stage: &Stage) -> &Recording {
    stage.state.recording(recording(1)).unwrap()
}

/// Work under way in the console, with one action that was done.
pub(crate) fn at_work() -> Stage {
    let mut stage = open_under(|_| {});
    stage.run(&who(DANA), start(Way::Console));
    stage.run(&who(DANA), intend(&[]));
    stage.run(&who(DANA), finish(0, ActionOutcome::Done));
    stage
}

#[test]
fn work_is_recorded_from_its_beginning_to_its_end() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[StatementClass::Export]));
    assert_eq!(kept(&stage).waiting().count(), 1);
    stage.run(&recorder(), finish(1, ActionOutcome::Cut));
    let events = stage.run(&who(DANA), stop(RecordingEnd::Closed));
    assert_eq!(events, [stopped(RecordingEnd::Closed, 2, 0)]);
    let kept = kept(&stage);
    assert_eq!((kept.actions, kept.refused, kept.chunks), (2, 0, 0));
    assert_eq!(kept.request, request(1));
    assert_eq!(stage.state.open_recordings().count(), 0);
    assert_eq!(access::unfinished(&stage.state), []);
    let more = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(more, Rule::WrongState);
    let again = stage.refused_and_found(
        &who(DANA),
        stop(RecordingEnd::Closed),
        stopped(RecordingEnd::Closed, 2, 0),
    );
    assert_eq!(again, Rule::WrongState);
}

#[test]
fn nobody_works_by_the_access_of_another() {
    let stage = open_under(|_| {});
    let started = Event::RecordingStarted {
        recording: recording(1),
        grant: grant(1),
        way: Way::Console,
    };
    for other in [who(ELI), who(ARI), who(RAE)] {
        let rule = stage.refused_and_found(&other, start(Way::Console), started.clone());
        assert_eq!(rule, Rule::NotRequester);
    }
    let rule = stage.refused_and_found(&portal(), start(Way::Console), started);
    assert_eq!(rule, Rule::PersonOnly);
    let mut stage = at_work();
    for other in [ELI, ARI, RAE] {
        let other = who(other);
        let rule = stage.refused_and_found(&other, intend(&[]), intended(1, &[]));
        assert_eq!(rule, Rule::NotHolder);
        let end = stopped(RecordingEnd::Closed, 1, 0);
        let rule = stage.refused_and_found(&other, stop(RecordingEnd::Closed), end);
        assert_eq!(rule, Rule::NotHolder);
    }
    stage.run(&who(DANA), intend(&[]));
    let rule = stage.refused(&who(ELI), finish(1, ActionOutcome::Done));
    assert_eq!(rule, Rule::NotHolder);
    assert_eq!(stage.refused(&recorder(), intend(&[])), Rule::PersonOnly);
}

#[test]
fn a_recording_is_of_one_access_and_begins_once() {
    let mut stage = at_work();
    let rule = stage.refused(&who(DANA), start(Way::Console));
    assert_eq!(rule, Rule::RecordingExists);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Gateway,
    };
    stage.run(&who(DANA), other);
    let both: Vec<_> = stage
        .state
        .recordings_of(request(1))
        .map(|one| one.id)
        .collect();
    assert_eq!(both, [recording(1), recording(2)]);
    let unknown = Command::IntendAction {
        recording: recording(3),
        classes: Vec::new(),
        statement: seal(1),
    };
    assert_eq!(stage.refused(&who(DANA), unknown), Rule::UnknownRecording);
    let nowhere = Command::StartRecording {
        recording: recording(3),
        grant: grant(9),
        way: Way::Console,
    };
    assert_eq!(stage.refused(&who(DANA), nowhere), Rule::UnknownGrant);
}

#[test]
fn each_kind_of_access_is_used_in_its_own_ways() {
    use Connector::{Postgresql, Ssh, Webhook};
    for (connector, ways) in [
        (Postgresql, &[Way::Console, Way::Gateway, Way::Reported][..]),
        (Ssh, &[Way::Terminal, Way::Reported]),
        (Webhook, &[Way::Reported]),
    ] {
        let stage = open_under(|policy| policy.grant.connector = connector);
        for way in [Way::Console, Way::Gateway, Way::Terminal, Way::Reported] {
            if ways.contains(&way) {
                stage.clone().run(&who(DANA), start(way));
            } else {
                let rule = stage.refused(&who(DANA), start(way));
                assert_eq!(rule, Rule::WayNotOffered, "{connector:?} {way:?}");
            }
        }
    }
}
