//! One request as one file: what it shows, and that nothing in it can be changed unseen.

use access::command::{Command, Facts, Seen};
use access::digest::{Commitment, Digest};
use access::event::{Actor, Decision, EndCause, Event, Mode, Urgency, Verdict};
use access::ids::{GrantId, RequestId};
use ledger::evidence::{Bundle, FORMAT, Member, Shown};
use ledger::{Checkpoint, Hash, Opening, SigningKey, leaf_hash, prove_inclusion, root_of};

use super::server::kinds;
use crate::evidence_bundle::{NotABundle, check};
use crate::key::LogKey;
use crate::report::{Outcome, Report, Subject};
use crate::sample::{Sample, groups, person, sealed};

const REASON: &str = "orders are stuck since the last deployment";
const SALT: [u8; 32] = [7; 32];
const REQUEST: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

pub(super) fn request() -> RequestId {
    REQUEST.parse().unwrap()
}

/// A log in which somebody asked, two signed, access was opened, given back and reviewed, beside others' requests.
fn log() -> Sample {
    let mut sample = Sample::lawful(90);
    sample.go_on();
    happen(&mut sample);
    sample
}

pub(super) fn somebody(number: u64, held: &[&str]) -> Actor {
    Actor::Person {
        person: person(number),
        groups: groups(held),
    }
}

pub(super) fn grant() -> GrantId {
    "16fd2706-8baf-433b-82eb-8c7fada847da".parse().unwrap()
}

fn ask(sample: &mut Sample) {
    let asks = somebody(3, &["oncall-database"]);
    let reason = Opening::new(SALT, REASON.as_bytes().to_vec()).commitment();
    let reason = Commitment {
        c: Digest::new(*reason.c().as_bytes()),
        n: reason.n(),
    };
    sample.act(
        &asks,
        Command::SubmitRequest {
            request: request(),
            mode: Mode::Ordinary,
            resource: "orders-db".parse().unwrap(),
            policy: "orders-admin".parse().unwrap(),
            facts: Facts {
                duration_s: 1800,
                urgency: Urgency::Sev2,
                reason,
                reason_chars: 40,
                ticket: None,
                ticket_text: None,
                incident: None,
                start_at_ms: None,
                seen: Seen::default(),
            },
            grant: grant(),
            confirmed: false,
        },
    );
}

fn happen(sample: &mut Sample) {
    opened(sample);
    over(sample);
}

/// Access is opened, and its way in is shown.
pub(super) fn opened(sample: &mut Sample) {
    ask(sample);
    let (asks, grant) = (somebody(3, &["oncall-database"]), grant());
    for number in [41, 42] {
        let statement = sample.state().request(request()).unwrap().statement_sha256;
        sample.act(
            &somebody(number, &["leads", "security"]),
            Command::SignOff {
                request: request(),
                on_behalf_of: None,
                decision: Decision::Approve,
                statement,
                auth_time_s: sample.now_s() + 20,
                id_token: sealed("an ID token"),
                note: None,
            },
        );
    }
    sample.act(
        &asks,
        Command::IntendGrant {
            request: request(),
            grant,
        },
    );
    sample.act(&Actor::system("portal"), Command::ConfirmGrant { grant });
    sample.act(&asks, Command::ShowCredential { grant });
}

/// It is given back and reviewed.
pub(super) fn over(sample: &mut Sample) {
    let (asks, grant) = (somebody(3, &["oncall-database"]), grant());
    let end = Command::EndGrant {
        grant,
        cause: EndCause::Returned,
        sessions_cut: 1,
    };
    sample.act(&asks, end);
    let review = Command::RecordReview {
        request: request(),
        verdict: Verdict::Emergency,
        findings: None,
        note: sealed("looked at"),
    };
    sample.act(&somebody(44, &["reviewers"]), review);
}

/// The entries that a portal would export: the first, the keys, the policy, and the request's.
pub(super) fn wanted(sample: &Sample) -> Vec<u64> {
    let asked = sample.state().request(request()).unwrap();
    let grants = asked.grant;
    let own = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let kind = |kind: &str| text.contains(&format!(r#""kind":"{kind}""#));
        text.contains(REQUEST)
            || grants.is_some_and(|grant| text.contains(&grant.to_string()))
            || asked
                .recordings
                .iter()
                .any(|one| text.contains(&one.to_string()))
            || kind("ledger.opened")
            || kind("policy.activated")
            || kind("key.rotated")
    };
    (0_u64..)
        .zip(&sample.entries)
        .filter(|(_, bytes)| own(bytes))
        .map(|(seq, _)| seq)
        .collect()
}

pub(super) fn bundle_of(sample: &Sample, wanted: &[u64], checkpoint: String) -> Bundle {
    let leaves: Vec<Hash> = sample
        .entries
        .iter()
        .map(|entry| leaf_hash(entry))
        .collect();
    let member = |seq: &u64| Member {
        seq: *seq,
        entry: sample.entries[*seq as usize].clone(),
        proof: prove_inclusion(&leaves, *seq).unwrap(),
    };
    let submitted = wanted.iter().copied().find(|seq| {
        String::from_utf8_lossy(&sample.entries[*seq as usize]).contains("request.submitted")
    });
    let shown = Shown {
        seq: submitted.unwrap_or(0),
        field: "reason".to_owned(),
        salt: Hash::new(SALT),
        text: REASON.to_owned(),
    };
    Bundle {
        format: FORMAT.to_owned(),
        log: sample.origin.as_str().to_owned(),
        request: REQUEST.to_owned(),
        checkpoint,
        entries: wanted.iter().map(member).collect(),
        openings: submitted.map(|_| shown).into_iter().collect(),
    }
}

fn bundle(sample: &Sample) -> Bundle {
    bundle_of(sample, &wanted(sample), sample.checkpoint())
}

fn file(bundle: &Bundle) -> Vec<u8> {
    serde_json::to_vec(bundle).unwrap()
}

pub(super) fn checked(sample: &Sample, bundle: &Bundle) -> Report {
    let key = LogKey::parse(&sample.vkey()).unwrap();
    check(&key, &file(bundle)).unwrap()
}

pub(super) fn outcome(report: &Report, subject: Subject) -> Outcome {
    let check = report.checks.iter().find(|check| check.subject == subject);
    check.unwrap().outcome
}

pub(super) fn text(report: &Report, subject: Subject) -> &str {
    let check = report.checks.iter().find(|check| check.subject == subject);
    &check.unwrap().text
}

#[test]
fn an_honest_file_is_proven_and_says_what_it_does_not_show() {
    let sample = log();
    let report = checked(&sample, &bundle(&sample));
    assert!(report.proven, "{:?}", report.findings);
    assert_eq!(report.format, "breakglass.evidence-verification/1");
    assert!(
        !report.may_be_remembered,
        "a part of a log is none to remember"
    );
    for check in &report.checks {
        let expected = match check.subject {
            Subject::Beyond => Outcome::Unknown,
            _ => Outcome::Passed,
        };
        assert_eq!(check.outcome, expected, "{}: {}", check.title, check.text);
        assert!(!check.text.is_empty());
    }
    let rules = text(&report, Subject::Rules);
    assert!(
        rules.contains("orders-admin, version 1, with 2 sign-offs"),
        "{rules}"
    );
    assert!(rules.contains("has ended and was reviewed"), "{rules}");
    let texts = text(&report, Subject::Openings);
    assert_eq!(
        texts,
        "1 text is the one that was sealed. 3 seals stay closed."
    );
    assert!(text(&report, Subject::Beyond).contains("left out"));
    let last = sample.entries.len() as u64;
    assert_eq!(report.proven_ranges.first(), Some(&(0, 1)));
    assert_eq!(report.proven_ranges.last().map(|(_, end)| *end), Some(last));
    assert!(
        report
            .proven_ranges
            .iter()
            .map(|(from, to)| to - from)
            .sum::<u64>()
            < last
    );
}

/// A file of three entries: every bit of it is tried.
#[test]
fn no_single_bit_can_be_flipped_unseen() {
    let mut sample = Sample::lawful(58);
    sample.go_on();
    ask(&mut sample);
    let key = LogKey::parse(&sample.vkey()).unwrap();
    let small = bundle(&sample);
    assert_eq!((small.entries.len(), small.openings.len()), (3, 1));
    let whole = file(&small);
    assert!(check(&key, &whole).unwrap().proven);
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[at] ^= 1 << bit;
            if let Ok(report) = check(&key, &bent) {
                assert!(!report.proven, "bit {bit} of byte {at}");
                assert!(!report.findings.is_empty());
            }
        }
    }
}

#[test]
fn cut_off_or_written_anew_it_is_refused() {
    let sample = log();
    let key = LogKey::parse(&sample.vkey()).unwrap();
    let whole = file(&bundle(&sample));
    for end in (0..whole.len()).step_by(13) {
        assert!(check(&key, &whole[..end]).is_err(), "cut at {end}");
    }
    let pretty = serde_json::to_vec_pretty(&bundle(&sample)).unwrap();
    assert!(matches!(check(&key, &pretty), Err(NotABundle::OtherForm)));
    let mut ended = whole.clone();
    ended.push(b'\n');
    assert!(matches!(check(&key, &ended), Err(NotABundle::OtherForm)));
    let more =
        String::from_utf8(whole)
            .unwrap()
            .replacen(r#"{"format""#, r#"{"more":1,"format""#, 1);
    assert!(matches!(
        check(&key, more.as_bytes()),
        Err(NotABundle::Unreadable(_))
    ));
}

#[test]
fn beyond_the_limits_nothing_is_read() {
    let sample = log();
    let key = LogKey::parse(&sample.vkey()).unwrap();
    let long = vec![b' '; ledger::evidence::MAX_LEN + 1];
    assert!(matches!(check(&key, &long), Err(NotABundle::TooLong)));
    let mut many = bundle(&sample);
    let (first, shown) = (many.entries[0].clone(), many.openings[0].clone());
    many.openings = vec![shown.clone(); ledger::evidence::MAX_OPENINGS + 1];
    assert!(matches!(
        check(&key, &file(&many)),
        Err(NotABundle::TooMany)
    ));
    many.openings = vec![shown.clone(), shown];
    assert!(matches!(check(&key, &file(&many)), Err(NotABundle::Order)));
    many.openings.clear();
    many.entries = vec![first.clone(); ledger::evidence::MAX_ENTRIES + 1];
    assert!(matches!(
        check(&key, &file(&many)),
        Err(NotABundle::TooMany)
    ));
    many.entries = vec![first.clone(), first];
    assert!(matches!(check(&key, &file(&many)), Err(NotABundle::Order)));
    many.entries.clear();
    assert!(matches!(
        check(&key, &file(&many)),
        Err(NotABundle::NoBeginning)
    ));
    for other in [
        REQUEST.to_uppercase(),
        REQUEST.replace('-', ""),
        String::new(),
    ] {
        let request = Bundle {
            request: other,
            ..bundle(&sample)
        };
        assert!(matches!(
            check(&key, &file(&request)),
            Err(NotABundle::Request(_))
        ));
    }
    let format = Bundle {
        format: "breakglass.evidence/2".into(),
        ..bundle(&sample)
    };
    assert!(matches!(
        check(&key, &file(&format)),
        Err(NotABundle::OtherFormat(_))
    ));
}

#[test]
fn an_entry_that_was_never_signed_is_named_with_what_was_expected_and_found() {
    let sample = log();
    let mut forged = bundle(&sample);
    let at = forged.entries.len() - 1;
    let member = &mut forged.entries[at];
    let said = String::from_utf8(member.entry.clone()).unwrap();
    member.entry = said
        .replace(r#""verdict":"emergency""#, r#""verdict":"drill""#)
        .into_bytes();
    let report = checked(&sample, &forged);
    assert_eq!(kinds(&report), ["not_in_tree"]);
    let finding = &report.findings[0];
    assert_eq!(finding.seq, Some(forged.entries[at].seq));
    assert_eq!(
        finding.expected,
        report.checkpoint.as_ref().map(|it| it.root.to_string())
    );
    assert!(finding.found.is_some() && finding.bytes.is_some());
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Failed);
    assert_eq!(
        report.broken_ranges,
        [(finding.seq.unwrap(), finding.seq.unwrap() + 1)]
    );
}

#[test]
fn a_proof_of_another_place_or_length_proves_nothing() {
    let sample = log();
    let mut swapped = bundle(&sample);
    let (one, other) = (
        swapped.entries[3].proof.clone(),
        swapped.entries[5].proof.clone(),
    );
    (swapped.entries[3].proof, swapped.entries[5].proof) = (other, one);
    assert_eq!(kinds(&checked(&sample, &swapped)), ["not_in_tree"; 2]);
    let mut short = bundle(&sample);
    short.entries[4].proof.pop();
    assert_eq!(kinds(&checked(&sample, &short)), ["not_in_tree"]);
    let mut beyond = bundle(&sample);
    let end = sample.entries.len() as u64;
    let last = beyond.entries.last_mut().unwrap();
    last.seq = end;
    let report = checked(&sample, &beyond);
    assert!(
        kinds(&report).starts_with(&["not_in_tree", "seq_mismatch"]),
        "{:?}",
        kinds(&report)
    );
}

#[test]
fn another_logs_checkpoint_or_another_key_proves_nothing() {
    let sample = log();
    let other = SigningKey::from_seed(sample.origin.as_str(), [9; 32]).unwrap();
    let leaves: Vec<Hash> = sample
        .entries
        .iter()
        .map(|entry| leaf_hash(entry))
        .collect();
    let size = leaves.len() as u64;
    let checkpoint = Checkpoint::new(sample.origin.clone(), size, root_of(&leaves)).unwrap();
    let stolen = Bundle {
        checkpoint: checkpoint.sign(&other),
        ..bundle(&sample)
    };
    let report = checked(&sample, &stolen);
    assert_eq!(kinds(&report), ["checkpoint_refused"]);
    assert!(!report.proven && report.checkpoint.is_none() && report.proven_ranges.is_empty());

    let elsewhere: ledger::Origin = "other.example/log".parse().unwrap();
    let key = SigningKey::from_seed(elsewhere.as_str(), [7; 32]).unwrap();
    let checkpoint = Checkpoint::new(elsewhere.clone(), size, root_of(&leaves)).unwrap();
    let mut foreign = Bundle {
        checkpoint: checkpoint.sign(&key),
        ..bundle(&sample)
    };
    assert_eq!(kinds(&checked(&sample, &foreign)), ["checkpoint_refused"]);
    foreign.log = elsewhere.as_str().to_owned();
    assert_eq!(kinds(&checked(&sample, &foreign)), ["checkpoint_refused"]);
    // By its own key it is a file of that log, and says itself that it is not.
    let held = LogKey::parse(&key.verifier_key().to_string()).unwrap();
    let report = check(&held, &file(&foreign)).unwrap();
    assert!(!report.proven);
    assert!(
        kinds(&report).contains(&"opened_as_other"),
        "{:?}",
        kinds(&report)
    );
}

#[test]
fn an_opening_of_another_entry_or_field_is_found() {
    let sample = log();
    let honest = bundle(&sample);
    let bent = |bend: fn(&mut Shown)| {
        let mut bent = honest.clone();
        bend(&mut bent.openings[0]);
        let report = checked(&sample, &bent);
        assert_eq!(outcome(&report, Subject::Openings), Outcome::Failed);
        kinds(&report)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(bent(|shown| shown.text.push('!')), ["seal_mismatch"]);
    assert_eq!(
        bent(|shown| shown.salt = Hash::new([8; 32])),
        ["seal_mismatch"]
    );
    assert_eq!(
        bent(|shown| shown.field = "ticket".into()),
        ["seal_missing"]
    );
    assert_eq!(bent(|shown| shown.seq = 0), ["seal_missing"]);
    assert_eq!(bent(|shown| shown.seq += 1), ["seal_missing"]);
    // A sign-off holds a seal, and it is not this one.
    let mut other = honest.clone();
    other.openings[0].seq += 1;
    other.openings[0].field = "id_token".into();
    assert_eq!(kinds(&checked(&sample, &other)), ["seal_mismatch"]);
}

#[test]
fn an_entry_left_out_is_missed_where_the_others_need_it_and_else_the_report_says_that_it_cannot_know()
 {
    let sample = log();
    let honest = bundle(&sample);
    let kind = |member: &Member| {
        let text = String::from_utf8_lossy(&member.entry).into_owned();
        let (_, rest) = text.split_once(r#""kind":""#).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let mut missed_by_nobody = Vec::new();
    for at in 1..honest.entries.len() {
        let mut without = honest.clone();
        let gone = without.entries.remove(at);
        without.openings.retain(|shown| shown.seq != gone.seq);
        let report = checked(&sample, &without);
        assert_eq!(outcome(&report, Subject::Beyond), Outcome::Unknown);
        assert!(text(&report, Subject::Beyond).contains("were left out of it"));
        if report.proven {
            missed_by_nobody.push(kind(&gone));
        }
        let rules = report
            .findings
            .iter()
            .filter(|found| found.subject == Subject::Rules);
        for finding in rules {
            assert!(
                finding.sentence.starts_with("By this file, entry"),
                "{}",
                finding.sentence
            );
            assert!(finding.notes[0].contains("left out of the file"));
        }
    }
    assert_eq!(missed_by_nobody, ["credential.shown", "review.recorded"]);
    let mut unreviewed = honest;
    unreviewed.entries.pop();
    let report = checked(&sample, &unreviewed);
    let rules = text(&report, Subject::Rules);
    assert!(
        rules.contains("access was opened and has ended."),
        "{rules}"
    );
    assert!(report.sentence.ends_with("only the whole log shows."));
}

#[test]
fn what_belongs_to_another_request_is_not_let_in() {
    let sample = log();
    let mut all = wanted(&sample);
    let foreign = (0..sample.entries.len() as u64)
        .find(|seq| !all.contains(seq) && *seq > 60)
        .unwrap();
    all.push(foreign);
    all.sort_unstable();
    let report = checked(&sample, &bundle_of(&sample, &all, sample.checkpoint()));
    assert_eq!(kinds(&report), ["not_of_request"]);
    assert_eq!(report.findings[0].seq, Some(foreign));
    let nobodys = Bundle {
        request: "00000000-0000-4000-8000-000000000000".into(),
        ..bundle(&sample)
    };
    assert_eq!(kinds(&checked(&sample, &nobodys))[0], "request_missing");
}

#[test]
fn access_that_the_policy_does_not_give_is_found_though_it_was_signed() {
    let mut sample = Sample::lawful(90);
    sample.go_on();
    happen(&mut sample);
    // Whoever owns the portal writes without asking the rules, and signs.
    let again = Event::GrantOpened {
        grant: "16fd2706-8baf-433b-82eb-8c7fada847da".parse().unwrap(),
    };
    sample.write(
        again.kind(),
        &Actor::system("portal").json(),
        &again.body_json(),
    );
    let report = checked(&sample, &bundle(&sample));
    assert_eq!(kinds(&report), ["violation"]);
    assert_eq!(report.findings[0].rule.as_deref(), Some("wrong_state"));
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Passed);
    assert_eq!(outcome(&report, Subject::Rules), Outcome::Failed);
}

#[test]
fn whoever_holds_any_key_of_the_log_can_check_and_only_by_its_rotations() {
    let mut sample = log();
    let first = sample.rotate([9; 32]).verifier_key().to_string();
    let second = sample.vkey();
    let honest = bundle(&sample);
    for vkey in [&first, &second] {
        let key = LogKey::parse(vkey).unwrap();
        let report = check(&key, &file(&honest)).unwrap();
        assert!(report.proven, "{:?}", report.findings);
    }
    let key = LogKey::parse(&first).unwrap();
    let signer = check(&key, &file(&honest)).unwrap();
    assert!(text(&signer, Subject::Signature).contains("a key that the log gave itself"));
    let mut unannounced = honest;
    unannounced.entries.pop();
    let report = check(&key, &file(&unannounced)).unwrap();
    assert_eq!(kinds(&report), ["checkpoint_refused"]);
    // Who holds the later key only cannot tell how the log came to it.
    let key = LogKey::parse(&second).unwrap();
    let report = check(&key, &file(&unannounced)).unwrap();
    assert_eq!(kinds(&report), ["opened_under_other_key"]);
}
