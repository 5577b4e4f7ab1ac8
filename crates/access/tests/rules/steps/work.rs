//! Dice about what is done while access is open.

use std::sync::OnceLock;

use access::command::Command;
use access::digest::Digest;
use access::event::{ActionOutcome, Actor, Call, Mode, RecordingEnd, StatementClass, Way};
use access::ids::{GrantId, RecordingId};
use access::policy::{Connector, Policy, Recording};
use access::view::GrantState;

use super::{Step, tried};
use crate::company::{emergency, orders_admin, orders_read};
use crate::stage::{
    ARI, ELI, LEE, RAE, SAM, Stage, ask_as, grant, portal, recording, request, seal, who,
};

/// `orders-read`, whose database nobody gets to but recorded, and which refuses some statements.
fn desk() -> Policy {
    let mut policy = orders_read();
    policy.grant.recording = Recording::Required;
    policy.grant.refuse = vec![StatementClass::SetRole, StatementClass::Code];
    policy
}

/// `orders-admin`, of a machine; an emergency there has to be ratified.
fn machine() -> Policy {
    let mut policy = orders_admin();
    policy.grant.connector = Connector::Ssh;
    policy.emergency = Some(emergency(1_800, Some(900)));
    policy
}

/// `orders-read`, by a webhook.
fn hook() -> Policy {
    let mut policy = orders_read();
    policy.name = "orders-hook".parse().unwrap();
    policy.grant.connector = Connector::Webhook;
    policy
}

/// Where traces of work begin: access of each kind is open.
pub(crate) fn at_work() -> Stage {
    static SET: OnceLock<Stage> = OnceLock::new();
    SET.get_or_init(|| {
        let mut stage = Stage::set_under(&[desk(), machine(), hook()]);
        stage.open(0);
        let glass = ask_as(1, "orders-admin", Mode::Emergency, 1_800);
        stage.run(&who(ELI), glass);
        stage.ask(2, "orders-hook");
        stage.yes(ARI, 2);
        stage.intend(2);
        for number in [1, 2] {
            let grant = grant(number);
            stage.run(&portal(), Command::ConfirmGrant { grant });
        }
        stage
    })
    .clone()
}

/// What a step of work tries, and who tries it: what fits where the access stands, mostly.
pub(crate) fn working(stage: &Stage, step: &Step) -> (Actor, Command) {
    let id = request(u128::from(step.on));
    let found = stage.state.request(id);
    let grant = found.and_then(|found| stage.state.grant(found.grant?));
    let open = grant.is_some_and(|grant| matches!(grant.state, GrantState::Active { .. }));
    let recorded = stage
        .state
        .recordings_of(id)
        .any(|one| one.stopped.is_none());
    let choices: &[u8] = match (open, recorded) {
        (true, true) => &[
            61, 61, 61, 62, 62, 63, 63, 64, 64, 65, 65, 66, 60, 67, 68, 5, 61, 63, 18, 20, 19, 61,
        ],
        (true, false) => &[60, 60, 60, 67, 68, 63, 66, 18, 60],
        (false, true) => &[66, 63, 61, 64, 66, 22, 60, 62, 66],
        (false, false) => &[63, 22, 28, 30, 33, 61, 22, 33, 30],
    };
    tried(stage, step, choices[usize::from(step.what) % choices.len()])
}

/// The newest recording of the request's, mostly, or any.
fn known(stage: &Stage, step: &Step) -> RecordingId {
    let id = request(u128::from(step.on));
    let newest = stage.state.recordings_of(id).next_back();
    match newest {
        Some(newest) if !step.dial.is_multiple_of(8) => newest.id,
        _ => recording(u128::from(step.dial % 4)),
    }
}

fn classes(step: &Step) -> Vec<StatementClass> {
    match step.by % 16 {
        1 => vec![StatementClass::Export],
        2 => vec![StatementClass::Listen, StatementClass::SetRole],
        _ => Vec::new(),
    }
}

/// Recordings, what is in them, and other ways in; and who may, `None` for whoever holds the access.
pub(super) fn work(
    stage: &Stage,
    step: &Step,
    what: u8,
    grant: GrantId,
) -> (Option<&'static [u128]>, Command) {
    const PORTAL: Option<&[u128]> = Some(&[0]);
    let (dial, known) = (step.dial, known(stage, step));
    let found = stage.state.recording(known);
    match what {
        60 => {
            let connector = stage.state.grant(grant).map(|grant| grant.connector);
            let way = match (dial % 8, connector) {
                (0, _) => Way::Console,
                (1, _) => Way::Terminal,
                (2 | 3, _) | (_, Some(Connector::Webhook) | None) => Way::Reported,
                (4, Some(Connector::Postgresql)) => Way::Gateway,
                (_, Some(Connector::Postgresql)) => Way::Console,
                (_, Some(Connector::Ssh)) => Way::Terminal,
            };
            let start = Command::StartRecording {
                recording: recording(u128::from(dial % 64)),
                grant,
                way,
            };
            (None, start)
        }
        61 => {
            let intend = Command::IntendAction {
                recording: known,
                classes: classes(step),
                statement: seal(120),
            };
            (None, intend)
        }
        62 => {
            let refuse = Command::RefuseAction {
                recording: known,
                class: StatementClass::ALL[usize::from(dial / 8) % 2],
                statement: seal(121),
            };
            (None, refuse)
        }
        63 => {
            let first = found.and_then(|found| found.waiting().next());
            let by: Option<&[u128]> = if dial.is_multiple_of(4) { PORTAL } else { None };
            let finish = Command::FinishAction {
                recording: known,
                number: first.map_or(0, |(number, _)| number),
                outcome: ActionOutcome::Done,
                rows: Some(u64::from(dial)),
                duration_ms: 3,
                result: Some(seal(32)),
            };
            (by, finish)
        }
        64 => {
            let content = seal(900);
            (
                None,
                Command::RecordChunk {
                    recording: known,
                    content,
                },
            )
        }
        65 => {
            let next = found.map_or(0, |found| found.actions);
            let to = next + u32::from(dial % 4);
            (
                PORTAL,
                Command::NoteGap {
                    recording: known,
                    to,
                },
            )
        }
        66 => {
            let (by, cause): (Option<&[u128]>, _) = match dial % 6 {
                0 | 1 => (None, RecordingEnd::Closed),
                2 => (PORTAL, RecordingEnd::Closed),
                3 => (PORTAL, RecordingEnd::AccessEnded),
                4 => (PORTAL, RecordingEnd::Lost),
                _ => (Some(&[ARI, SAM, LEE, RAE]), RecordingEnd::Cut),
            };
            (
                by,
                Command::EndRecording {
                    recording: known,
                    cause,
                },
            )
        }
        67 => {
            let source = (dial % 2 == 0).then(|| "10.0.0.0/8".parse().unwrap());
            let key = Digest::of(b"key");
            (None, Command::IssueCertificate { grant, key, source })
        }
        _ => {
            let call = if dial.is_multiple_of(2) {
                Call::Open
            } else {
                Call::End
            };
            let note = Command::NoteAnswer {
                grant,
                call,
                status: 200,
                answer: seal(14),
            };
            (PORTAL, note)
        }
    }
}
