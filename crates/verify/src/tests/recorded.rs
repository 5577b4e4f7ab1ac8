//! What was done while access was open, in the whole log and in a request's file: what is shown is said, and nothing
//! of it can be left out unseen.

use access::command::Command;
use access::event::{ActionOutcome, Actor, RecordingEnd, StatementClass, Way};
use access::ids::RecordingId;
use ledger::evidence::{Bundle, Shown};
use ledger::{Hash, Opening};

use super::evidence::{
    bundle_of, checked, grant, opened, outcome, over, request, somebody, text, wanted,
};
use super::server::{Server, kinds};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

const STATEMENT: &str = "update orders set state = 'open' where id = 41";
const SALT: [u8; 32] = [9; 32];

fn recording(number: u8) -> RecordingId {
    let text = format!("0c9e6679-7425-40de-944b-e07fc1f90a0{number}");
    text.parse().unwrap()
}

fn sealed(text: &str) -> access::digest::Commitment {
    let sealed = Opening::new(SALT, text.as_bytes().to_vec()).commitment();
    access::digest::Commitment {
        c: access::digest::Digest::new(*sealed.c().as_bytes()),
        n: sealed.n(),
    }
}

/// A session in which so many statements were run.
fn work(sample: &mut Sample, number: u8, way: Way, statements: u32) {
    let works = somebody(3, &["oncall-database"]);
    let (recording, grant) = (recording(number), grant());
    sample.act(
        &works,
        Command::StartRecording {
            recording,
            grant,
            way,
        },
    );
    for number in 0..statements {
        let intend = Command::IntendAction {
            recording,
            classes: vec![StatementClass::Export],
            statement: sealed(STATEMENT),
        };
        sample.act(&works, intend);
        let finish = Command::FinishAction {
            recording,
            number,
            outcome: ActionOutcome::Done,
            rows: Some(1),
            duration_ms: 3,
            result: None,
        };
        sample.act(&works, finish);
    }
    if way == Way::Reported {
        let to = statements + 2;
        let recorder = Actor::system("recorder");
        sample.act(&recorder, Command::NoteGap { recording, to });
    }
    let cause = RecordingEnd::Closed;
    sample.act(&works, Command::EndRecording { recording, cause });
}

/// Three sessions: three statements, two, and one of a tool that kept two to itself.
fn log() -> Sample {
    let mut sample = Sample::lawful(90);
    sample.go_on();
    opened(&mut sample);
    work(&mut sample, 1, Way::Console, 3);
    work(&mut sample, 2, Way::Gateway, 2);
    work(&mut sample, 3, Way::Reported, 1);
    over(&mut sample);
    sample
}

/// The file, with each statement that is in it opened.
fn bundle(sample: &Sample, wanted: &[u64]) -> Bundle {
    let mut bundle = bundle_of(sample, wanted, sample.checkpoint());
    let sent = bundle.entries.iter().filter(|member| {
        String::from_utf8_lossy(&member.entry).contains(r#""kind":"action.intended""#)
    });
    let shown = sent.map(|member| Shown {
        seq: member.seq,
        field: "statement".to_owned(),
        salt: Hash::new(SALT),
        text: STATEMENT.to_owned(),
    });
    bundle.openings.extend(shown.collect::<Vec<_>>());
    bundle
}

/// Where the entries of a recording's inside stand: all but its beginning and end.
fn inside(sample: &Sample, number: u8) -> Vec<u64> {
    let name = recording(number).to_string();
    let all: Vec<u64> = (0..)
        .zip(&sample.entries)
        .filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(&name))
        .map(|(seq, _)| seq)
        .collect();
    all[1..all.len() - 1].to_vec()
}

#[test]
fn a_log_with_recordings_is_proven_and_they_are_counted() {
    let report = Server::of(&log()).check();
    assert!(report.proven, "{:?}", report.findings);
    let rules = text(&report, Subject::Rules);
    let said = "3 recordings of what was done, with 8 actions";
    assert!(rules.contains(said), "{rules}");
}

#[test]
fn a_file_says_what_of_the_work_it_shows() {
    let sample = log();
    let report = checked(&sample, &bundle(&sample, &wanted(&sample)));
    assert!(report.proven, "{:?}", report.findings);
    let rules = text(&report, Subject::Rules);
    let said = "What was done is recorded: 3 recordings with 8 actions, of which 2 were never reported, each in its place";
    assert!(rules.contains(said), "{rules}");
    assert_eq!(
        text(&report, Subject::Openings),
        "7 texts are those that were sealed. 6 of them were recorded of the work. 3 seals stay closed."
    );
}

#[test]
fn no_entry_of_a_recording_can_be_left_out_alone() {
    let sample = log();
    let all = wanted(&sample);
    for number in [1, 2, 3] {
        let within = inside(&sample, number);
        assert!(within.len() > 2);
        for gone in &within {
            let mut without = all.clone();
            without.retain(|seq| seq != gone);
            let report = checked(&sample, &bundle(&sample, &without));
            assert!(!report.proven, "without {gone}");
            assert_eq!(outcome(&report, Subject::Rules), Outcome::Failed);
        }
        // The last of them together: the end tells of more.
        let mut short = all.clone();
        short.retain(|seq| !within[1..].contains(seq));
        assert!(!checked(&sample, &bundle(&sample, &short)).proven);
    }
}

/// A file holds some thousand entries, a recording may hold more: then it stands there with beginning and end alone.
#[test]
fn a_recording_may_be_left_out_as_a_whole_and_it_is_told() {
    let sample = log();
    let mut short = wanted(&sample);
    let within = inside(&sample, 1);
    short.retain(|seq| !within.contains(seq));
    let report = checked(&sample, &bundle(&sample, &short));
    assert!(report.proven, "{:?}", report.findings);
    let rules = text(&report, Subject::Rules);
    assert!(rules.contains("2 recordings with 5 actions"), "{rules}");
    assert!(
        rules.contains("What was done in 1 recording is not in this file."),
        "{rules}"
    );
    let beyond = text(&report, Subject::Beyond);
    assert!(
        beyond.contains("holds what its end says is taken as said"),
        "{beyond}"
    );
}

#[test]
fn a_recording_of_another_request_does_not_belong() {
    let mut sample = Sample::lawful(90);
    sample.go_on();
    opened(&mut sample);
    let bytes = sample.entries.len();
    // Whoever owns the portal writes without asking the rules, and signs.
    let started = access::event::Event::RecordingStarted {
        recording: recording(7),
        grant: recording(8).uuid().into(),
        way: Way::Console,
    };
    let actor = somebody(3, &["oncall-database"]).json();
    sample.write(started.kind(), &actor, &started.body_json());
    let mut all = wanted(&sample);
    all.push(bytes as u64);
    let report = checked(&sample, &bundle_of(&sample, &all, sample.checkpoint()));
    assert_eq!(kinds(&report), ["not_of_request"]);
    assert_eq!(sample.state().request(request()).unwrap().recordings, []);
}
