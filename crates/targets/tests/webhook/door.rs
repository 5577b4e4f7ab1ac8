//! A grant from its opening to its end, with the receiver that others start from.

use secrecy::ExposeSecret as _;
use targets::{Access, AnsweredCall, Connector as _, Standing, TargetError};

use crate::receiver::Receiver;
use crate::stage::{access, grant, in_s, losing, target};

#[tokio::test]
async fn a_grant_lets_in_until_its_end() {
    let receiver = Receiver::start().await;
    let (target, answers) = target(receiver.at);
    let grant = grant();
    target.check().await.unwrap();
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Absent);
    target.open(&access(grant)).await.unwrap();
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Barred);
    assert_eq!(target.sweep().await.unwrap(), [grant.account()]);

    let first = target.admit(grant).await.unwrap().unwrap();
    assert_eq!(receiver.visit(first.expose_secret()).await, 200);
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Open(0));
    // The newest one counts.
    let second = target.admit(grant).await.unwrap().unwrap();
    assert_eq!(receiver.visit(first.expose_secret()).await, 403);
    assert_eq!(receiver.visit(second.expose_secret()).await, 200);

    target.lengthen(grant, in_s(7_200)).await.unwrap();
    assert_eq!(target.end(grant).await.unwrap(), 0);
    assert_eq!(receiver.visit(second.expose_secret()).await, 403);
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Absent);
    assert!(target.sweep().await.unwrap().is_empty());
    // It is over for good, also for who asks in another way.
    assert!(matches!(
        target.admit(grant).await,
        Err(TargetError::Refused(_))
    ));
    assert_eq!(target.end(grant).await.unwrap(), 0);
    let all = [AnsweredCall::Open, AnsweredCall::End, AnsweredCall::End];
    assert_eq!(answers.statuses(), all.map(|call| (call, 200)));
    let told = answers.0.lock().unwrap();
    let opened = String::from_utf8(told[0].2.body.clone()).unwrap();
    assert_eq!(opened, format!(r#"{{"account": "{}"}}"#, grant.account()));
}

/// The call was taken, and nobody heard the yes: the second try hears it, and nothing was done twice.
#[tokio::test]
async fn a_lost_answer_makes_a_second_try_that_does_no_harm() {
    let receiver = Receiver::start().await;
    let grant = grant();
    let (through, answers) = target(losing(receiver.at, 1).await);
    through.open(&access(grant)).await.unwrap();
    assert_eq!(answers.statuses(), [(AnsweredCall::Open, 200)]);
    let (straight, _) = target(receiver.at);
    assert_eq!(straight.sweep().await.unwrap(), [grant.account()]);

    let (through, _) = target(losing(receiver.at, 2).await);
    let token = through.admit(grant).await.unwrap().unwrap();
    assert_eq!(receiver.visit(token.expose_secret()).await, 200);
    let (through, answers) = target(losing(receiver.at, 3).await);
    through.end(grant).await.unwrap();
    assert_eq!(answers.statuses(), [(AnsweredCall::End, 200)]);
    assert_eq!(receiver.visit(token.expose_secret()).await, 403);
}

#[tokio::test]
async fn no_answer_at_all_is_unknown_and_the_end_clears_it() {
    let receiver = Receiver::start().await;
    let grant = grant();
    let (through, answers) = target(losing(receiver.at, usize::MAX).await);
    let opened = through.open(&access(grant)).await;
    assert!(matches!(opened, Err(TargetError::Unknown(_))), "{opened:?}");
    assert!(answers.statuses().is_empty(), "nothing was answered");
    // It stands all the same.
    let (straight, _) = target(receiver.at);
    assert_eq!(straight.inspect(grant).await.unwrap(), Standing::Barred);
    straight.end(grant).await.unwrap();
    assert_eq!(straight.inspect(grant).await.unwrap(), Standing::Absent);
}

/// The portal gave up and ended a grant; then its opening arrives, which a network held back.
#[tokio::test]
async fn what_was_ended_is_not_opened_by_a_late_call() {
    let receiver = Receiver::start().await;
    let (target, answers) = target(receiver.at);
    let grant = grant();
    target.end(grant).await.unwrap();
    let late = target.open(&access(grant)).await;
    assert!(matches!(late, Err(TargetError::Refused(_))), "{late:?}");
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Absent);
    let told = [(AnsweredCall::End, 200), (AnsweredCall::Open, 410)];
    assert_eq!(answers.statuses(), told, "a no is told too");
}

#[tokio::test]
async fn a_receiver_that_was_killed_still_knows_what_it_answered() {
    let receiver = Receiver::start().await;
    let (target, answers) = target(receiver.at);
    let (kept, over) = (grant(), grant());
    let opened = access(over);
    target.open(&access(kept)).await.unwrap();
    target.open(&opened).await.unwrap();
    target.end(over).await.unwrap();
    let token = target.admit(kept).await.unwrap().unwrap();

    let mut receiver = receiver.killed_and_started_again().await;
    target.open(&opened).await.unwrap();
    assert_eq!(target.inspect(over).await.unwrap(), Standing::Absent);
    assert_eq!(receiver.visit(token.expose_secret()).await, 200);
    assert_eq!(answers.statuses().len(), 4);

    // Down at the end: nobody there said no, and the end is made up for.
    receiver.kill().await;
    let ended = target.end(kept).await;
    assert!(matches!(ended, Err(TargetError::Unknown(_))), "{ended:?}");
    let removed = target.remove(&kept.account()).await;
    assert!(
        matches!(removed, Err(TargetError::Unknown(_))),
        "{removed:?}"
    );
    let opened = target.open(&access(grant())).await;
    assert!(matches!(opened, Err(TargetError::Refused(_))), "{opened:?}");
    let receiver = receiver.killed_and_started_again().await;
    target.end(kept).await.unwrap();
    assert_eq!(receiver.visit(token.expose_secret()).await, 403);
}

/// A sweep finds it, so it stands, whatever was answered to an end before.
#[tokio::test]
async fn an_orphan_is_removed_by_the_name_that_a_sweep_told() {
    let receiver = Receiver::start().await;
    let (target, _) = target(receiver.at);
    let orphan = grant();
    target.open(&access(orphan)).await.unwrap();
    for name in target.sweep().await.unwrap() {
        target.remove(&name).await.unwrap();
    }
    assert!(target.sweep().await.unwrap().is_empty());
    assert!(matches!(
        target.remove("root").await,
        Err(TargetError::Refused(_))
    ));
}

/// The second belt: nobody called the end, and the door shuts by itself.
#[tokio::test]
async fn the_door_shuts_when_the_time_is_over() {
    let receiver = Receiver::start().await;
    let (target, _) = target(receiver.at);
    let grant = grant();
    let over = Access {
        expires_at: in_s(-1),
        ..access(grant)
    };
    target.open(&over).await.unwrap();
    let token = target.admit(grant).await.unwrap().unwrap();
    assert_eq!(receiver.visit(token.expose_secret()).await, 403);
    assert_eq!(target.inspect(grant).await.unwrap(), Standing::Barred);
    target.lengthen(grant, in_s(60)).await.unwrap();
    assert_eq!(receiver.visit(token.expose_secret()).await, 200);
}
