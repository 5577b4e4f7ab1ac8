//! An auditor's own policy says who must have looked; the server only hands over what they signed.

use ledger::{Checkpoint, CosigningKey, Hash, SignedCheckpoint, SigningKey, leaf_hash, root_of};

use super::server::{Server, kinds, outcome};
use crate::key::LogKey;
use crate::report::{Check, Outcome, Report, Subject};
use crate::sample::Sample;
use crate::witnesses::{NotATrustPolicy, TrustPolicy};

/// When the witnesses say that they signed: 2026-01-05T09:46:40Z, after the sample's last entry.
const AT_S: u64 = 1_767_606_400;

fn witness(number: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("w{number}.example"), [100 + number; 32]).unwrap()
}

/// Two of three witnesses, for this log.
fn text(vkey: &str) -> String {
    let [one, two, three] = [1, 2, 3].map(|number| witness(number).verifier_key());
    format!(
        "log {vkey}\nwitness one {one}\nwitness two {two}\nwitness three {three}\n\
         group most 2 one two three\nquorum most\n"
    )
}

fn policy(text: &str, vkey: &str) -> Result<TrustPolicy, NotATrustPolicy> {
    TrustPolicy::parse(text.as_bytes(), &LogKey::parse(vkey).unwrap())
}

/// A server whose reader has the policy.
fn asked(sample: &Sample) -> Server {
    let mut server = Server::of(sample);
    server.policy = Some(policy(&text(&server.vkey), &server.vkey).unwrap());
    server
}

/// The checkpoint of the first `size` entries with these witnesses' signatures.
fn cosigned(sample: &Sample, size: usize, witnesses: &[u8]) -> Vec<u8> {
    let leaves: Vec<Hash> = sample.entries[..size]
        .iter()
        .map(|e| leaf_hash(e))
        .collect();
    signed(sample, size, root_of(&leaves), witnesses)
}

fn cosigned_at(sample: &Sample, size: usize, witnesses: &[u8], at_s: u64) -> Vec<u8> {
    let leaves: Vec<Hash> = sample.entries[..size]
        .iter()
        .map(|e| leaf_hash(e))
        .collect();
    signed_at(sample, size, root_of(&leaves), witnesses, at_s)
}

fn signed(sample: &Sample, size: usize, root: Hash, witnesses: &[u8]) -> Vec<u8> {
    signed_at(sample, size, root, witnesses, AT_S)
}

fn signed_at(sample: &Sample, size: usize, root: Hash, witnesses: &[u8], at_s: u64) -> Vec<u8> {
    let checkpoint = Checkpoint::new(sample.origin.clone(), size as u64, root).unwrap();
    let mut note = checkpoint.sign(&sample.key);
    let bare = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    for number in witnesses {
        note += &bare.note().cosignature(&witness(*number), at_s);
    }
    note.into_bytes()
}

fn said(report: &Report) -> &Check {
    let mut checks = report.checks.iter();
    checks.find(|c| c.subject == Subject::Witnesses).unwrap()
}

#[test]
fn without_a_policy_nothing_is_asked_and_the_verdict_is_as_it_was() {
    let sample = Sample::lawful(300);
    let (report, asked) = Server::of(&sample).check_and_log(Vec::new());
    assert!(report.proven);
    assert_eq!(said(&report).outcome, Outcome::Unknown);
    assert!(said(&report).text.contains("no trust policy"));
    assert!(report.sentence.ends_with("and keep the rules."));
    assert_eq!(asked[0], "checkpoint");
}

#[test]
fn a_quorum_is_named_with_its_times() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.checkpoint = cosigned(&sample, 300, &[1, 3]);
    let report = server.check();
    assert!(report.proven, "{:?}", report.findings);
    assert_eq!(said(&report).outcome, Outcome::Passed);
    let text = "Enough witnesses have signed the checkpoint over 300 entries: \
        one (2026-01-05T09:46:40.000Z), three (2026-01-05T09:46:40.000Z).";
    assert_eq!(said(&report).text, text);
    assert!(
        report
            .sentence
            .ends_with("Enough of your witnesses have signed them.")
    );
}

#[test]
fn what_lacks_for_a_quorum_is_named() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.checkpoint = cosigned(&sample, 300, &[2]);
    let report = server.check();
    assert!(!report.proven);
    assert_eq!(kinds(&report), ["quorum_missing"]);
    assert_eq!(outcome(&report, Subject::Witnesses), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Signature), Outcome::Passed);
    let finding = &report.findings[0];
    assert!(
        finding
            .sentence
            .ends_with("there is no signature of one, three.")
    );
    assert_eq!(finding.expected.as_deref(), Some("2 of (one, two, three)"));
    let found = finding.found.as_deref().unwrap();
    assert_eq!(found, "signed by two (2026-01-05T09:46:40.000Z)");
}

#[test]
fn witnesses_that_nobody_named_count_for_nothing() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.checkpoint = cosigned(&sample, 300, &[1, 4, 5, 6]);
    assert_eq!(kinds(&server.check()), ["quorum_missing"]);
}

#[test]
fn an_altered_signature_of_a_witness_is_a_finding() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    let other = cosigned(&sample, 299, &[1, 2]);
    let lines = String::from_utf8(other).unwrap();
    let (_, lines) = lines.split_once("\n\n").unwrap();
    let (_, lines) = lines.split_once('\n').unwrap();
    server.checkpoint.extend_from_slice(lines.as_bytes());
    let report = server.check();
    assert_eq!(kinds(&report), ["witness_signature"]);
    assert!(!report.proven);
}

#[test]
fn a_log_that_outgrew_its_witnesses_says_how_far_they_looked() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.witnessed = Some(cosigned(&sample, 260, &[1, 2]));
    let report = server.check();
    assert!(report.proven, "{:?}", report.findings);
    assert_eq!(said(&report).outcome, Outcome::Passed);
    assert!(said(&report).text.contains("the first 260 of 300 entries"));
    assert!(
        report
            .sentence
            .ends_with("have signed the first 260 of them.")
    );
}

#[test]
fn witnesses_who_have_not_looked_for_long_are_not_enough() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    // The newest entry is ten minutes and more younger than what they have signed, by their own clocks.
    for (size, at_s) in [(0, AT_S), (1, AT_S - 3_600), (299, AT_S - 3_600)] {
        server.witnessed = Some(cosigned_at(&sample, size, &[1, 2], at_s));
        let report = server.check();
        assert!(!report.proven && !report.may_be_remembered, "{size}");
        assert_eq!(kinds(&report), ["witnesses_behind"], "{size}");
    }
}

#[test]
fn a_policy_for_another_key_of_that_name_is_a_finding() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    let other = SigningKey::from_seed(sample.origin.as_str(), [77; 32]).unwrap();
    let other = other.verifier_key().to_string();
    server.policy = Some(policy(&text(&other), &server.vkey).unwrap());
    server.checkpoint = cosigned(&sample, 300, &[1, 2]);
    let report = server.check();
    assert_eq!(kinds(&report), ["policy_other_key"]);
    assert!(!report.proven && !report.may_be_remembered);
}

#[test]
fn witnesses_who_were_shown_another_history_are_believed() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.witnessed = Some(signed(&sample, 260, Hash::new([1; 32]), &[1, 2]));
    assert_eq!(kinds(&server.check()), ["witnesses_saw_another"]);
}

#[test]
fn a_log_shown_shorter_than_to_its_witnesses_is_a_finding() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.witnessed = Some(signed(&sample, 301, Hash::new([1; 32]), &[1, 2]));
    assert_eq!(kinds(&server.check()), ["witnesses_saw_more"]);
}

#[test]
fn what_the_server_calls_witnessed_is_believed_by_its_signatures_only() {
    let sample = Sample::lawful(300);
    let few = cosigned(&sample, 260, &[1]);
    // The log's own key did not sign: the auditor's key is another.
    let mut impostor = Sample::lawful(260);
    impostor.key = SigningKey::from_seed("breakglass.demo/log", [8; 32]).unwrap();
    let unsigned = cosigned(&impostor, 260, &[1, 2]);
    for witnessed in [few, unsigned, b"nonsense".to_vec(), vec![b'a'; 100_000]] {
        let mut server = asked(&sample);
        server.witnessed = Some(witnessed);
        assert_eq!(kinds(&server.check()), ["quorum_missing"]);
    }
}

#[test]
fn a_checkpoint_that_is_refused_has_no_witnesses_looked_at() {
    let sample = Sample::lawful(300);
    let mut server = asked(&sample);
    server.checkpoint = b"nonsense".to_vec();
    let report = server.check();
    assert_eq!(outcome(&report, Subject::Witnesses), Outcome::Unknown);
}

#[test]
fn a_policy_that_asks_for_nobody_is_satisfied() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    let text = format!("log {}\nquorum none\n", server.vkey);
    server.policy = Some(policy(&text, &server.vkey).unwrap());
    let report = server.check();
    assert!(report.proven);
    assert!(
        said(&report)
            .text
            .starts_with("Your trust policy asks for no witness.")
    );
}

#[test]
fn a_policy_that_is_none_or_anothers_is_refused_in_a_sentence() {
    let vkey = Sample::lawful(0).vkey();
    let error = policy("log\n", &vkey).unwrap_err().to_string();
    assert!(
        error.starts_with("This is not a trust policy: line 1"),
        "{error}"
    );
    assert!(
        error.ends_with("Correct that line and try again."),
        "{error}"
    );
    let other = SigningKey::from_seed("other.example/log", [1; 32]).unwrap();
    let error = policy(&text(&other.verifier_key().to_string()), &vkey).unwrap_err();
    let log = "breakglass.demo/log".to_owned();
    assert_eq!(error, NotATrustPolicy::OtherLog(log));
}
