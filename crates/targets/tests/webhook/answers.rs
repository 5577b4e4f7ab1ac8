//! What each answer means, and how much of it is heard.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use targets::{AnsweredCall, Connector as _, LONGEST_ANSWER, TargetError, WebhookTarget};

use crate::stage::{access, answers, closing, grant, response, saying, settings, silent, target};

fn is_unknown<T>(outcome: Result<T, TargetError>) -> bool {
    matches!(outcome, Err(TargetError::Unknown(_)))
}

fn is_refused<T>(outcome: Result<T, TargetError>) -> bool {
    matches!(outcome, Err(TargetError::Refused(_)))
}

#[tokio::test]
async fn a_plain_no_is_a_no_and_is_not_asked_again() {
    for status in [301, 400, 401, 403, 404, 409, 410, 422] {
        let (at, requests) = saying(vec![response(status, "", b"no")]).await;
        let (target, answers) = target(at);
        assert!(is_refused(target.open(&access(grant())).await), "{status}");
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{status}");
        assert_eq!(answers.statuses(), [(AnsweredCall::Open, status)]);
    }
}

#[tokio::test]
async fn a_fault_of_the_target_is_unknown_after_all_tries() {
    for status in [408, 500, 502, 503, 504] {
        let (at, requests) = saying(vec![response(status, "", b"")]).await;
        let (target, answers) = target(at);
        assert!(is_unknown(target.end(grant()).await), "{status}");
        assert_eq!(requests.load(Ordering::SeqCst), 4, "{status}");
        assert_eq!(answers.statuses(), [(AnsweredCall::End, status)]);
    }
    let (at, requests) = saying(vec![response(501, "", b"")]).await;
    let (target, _) = target(at);
    assert!(is_unknown(target.open(&access(grant())).await));
    assert_eq!(requests.load(Ordering::SeqCst), 1, "it says that it cannot");
}

#[tokio::test]
async fn a_yes_after_faults_is_a_yes() {
    let faults = [response(503, "", b""), Vec::new(), response(429, "", b"")];
    let all = faults.into_iter().chain([response(204, "", b"")]).collect();
    let (at, requests) = saying(all).await;
    let (target, answers) = target(at);
    target.open(&access(grant())).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 4);
    assert_eq!(answers.statuses(), [(AnsweredCall::Open, 204)]);
}

/// A no to the second try says nothing about the first, which may have been taken.
#[tokio::test]
async fn a_no_after_a_lost_answer_is_unknown() {
    let (at, _) = saying(vec![Vec::new(), response(409, "", b"")]).await;
    assert!(is_unknown(target(at).0.open(&access(grant())).await));
    let (at, _) = saying(vec![response(429, "", b""), response(409, "", b"")]).await;
    assert!(is_refused(target(at).0.open(&access(grant())).await));
}

#[tokio::test]
async fn a_time_that_the_target_names_is_waited_for() {
    let busy = |seconds: u8| response(429, &format!("retry-after: {seconds}\r\n"), b"");
    let (at, _) = saying(vec![busy(1), response(200, "", b"")]).await;
    let begun = Instant::now();
    target(at).0.end(grant()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let (at, requests) = saying(vec![busy(99)]).await;
    let begun = Instant::now();
    assert!(is_refused(target(at).0.end(grant()).await));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "it is not waited for"
    );
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn silence_is_unknown_and_has_an_end() {
    let (at, _) = silent("127.0.0.1:0").await;
    let begun = Instant::now();
    assert!(is_unknown(target(at).0.open(&access(grant())).await));
    assert!(begun.elapsed() < Duration::from_secs(7));
    let (at, connections) = closing("127.0.0.1:0").await;
    assert!(is_unknown(target(at).0.open(&access(grant())).await));
    assert_eq!(connections.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_bound() {
    let longest = vec![b'x'; LONGEST_ANSWER];
    let (at, _) = saying(vec![response(200, "", &longest)]).await;
    let (heard, answers) = target(at);
    heard.open(&access(grant())).await.unwrap();
    assert_eq!(answers.0.lock().unwrap()[0].2.body, longest);

    let longer = vec![b'x'; LONGEST_ANSWER + 1];
    let (at, _) = saying(vec![response(200, "", &longer)]).await;
    let (unheard, answers) = target(at);
    assert!(is_unknown(unheard.open(&access(grant())).await));
    assert!(answers.statuses().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, connections) = closing("127.0.0.1:0").await;
    for status in [301, 302, 303, 307, 308] {
        let header = format!("location: http://{elsewhere}/\r\n");
        let (at, _) = saying(vec![response(status, &header, b"")]).await;
        assert!(is_refused(target(at).0.open(&access(grant())).await));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_receiver_may_leave_out_what_it_cannot_tell() {
    let (at, requests) = saying(vec![response(501, "", b"")]).await;
    let (target, _) = target(at);
    assert!(is_refused(target.inspect(grant()).await));
    assert!(target.sweep().await.unwrap().is_empty());
    assert!(target.admit(grant()).await.unwrap().is_none());
    assert_eq!(requests.load(Ordering::SeqCst), 3);
    let (at, _) = saying(vec![response(200, "", b"{}")]).await;
    let (vague, _) = crate::stage::target(at);
    assert!(is_refused(vague.inspect(grant()).await));
    assert!(is_refused(vague.sweep().await));
    assert_eq!(vague.end(grant()).await.unwrap(), 0);
}

/// Nothing secret stands in what is logged: not the webhook's secret, not a token in its address, no credential.
#[tokio::test]
async fn no_canary_is_printed() {
    let said = br#"{"credential":"canary-credential"}"#;
    let (at, _) = saying(vec![
        response(200, "", said),
        response(403, "", said),
        Vec::new(),
    ])
    .await;
    let url = format!("http://{at}/canary-path?canary-query");
    let kept = answers();
    let target = WebhookTarget::new(settings(&url, &["127.0.0.0/8"]), kept.clone()).unwrap();
    let mut printed = format!("{target:?}");
    let credential = target.admit(grant()).await.unwrap();
    printed += &format!("{credential:?}");
    for _ in 0..2 {
        let fault = target.open(&access(grant())).await.unwrap_err();
        printed += &format!("{fault:?} {fault}");
        let mut source = std::error::Error::source(&fault);
        while let Some(cause) = source {
            printed += &format!("{cause:?} {cause}");
            source = cause.source();
        }
    }
    for (_, _, answer) in kept.0.lock().unwrap().iter() {
        printed += &format!("{answer:?} {}", String::from_utf8_lossy(&answer.body));
    }
    assert!(printed.contains("403") && printed.contains("WebhookTarget"));
    for canary in ["canary", "b25seSBmb3Ig", "only for tests"] {
        assert!(!printed.contains(canary), "{printed}");
    }
}
