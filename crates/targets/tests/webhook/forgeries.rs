//! What the receiver refuses, and that what is signed here is what others sign.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::ids::GrantId;
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use targets::{Connector as _, TargetError, WebhookSecret, WebhookTarget};

use crate::receiver::{Receiver, SECRET};
use crate::stage::{access, answers, client, grant, pace, settings, target};

/// A call made by hand, signed as the standard says and not by the code that is tested.
struct Forged {
    id: String,
    at: u64,
    secret: &'static str,
    body: String,
}

impl Forged {
    fn open(grant: GrantId) -> Self {
        let data = json!({
            "account": grant.account(), "role": "oncall", "expires_at": "2100-01-01T00:00:00Z",
        });
        let body = json!({"type": "grant.open", "attempt": "1", "data": data});
        Self {
            id: format!("{}_open", grant.account()),
            at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_secs(),
            secret: SECRET,
            body: body.to_string(),
        }
    }

    fn signature(&self) -> String {
        let key = Base64::decode_vec(self.secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id, self.at, self.body).as_bytes());
        format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
    }

    async fn send(&self, receiver: &Receiver, signature: &str) -> (u16, Value) {
        let request = client()
            .post(format!("http://{}/", receiver.at))
            .header("webhook-id", &self.id)
            .header("webhook-timestamp", self.at)
            .header("webhook-signature", signature)
            .body(self.body.clone());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn sent(&self, receiver: &Receiver) -> u16 {
        self.send(receiver, &self.signature()).await.0
    }
}

#[tokio::test]
async fn a_copy_of_a_call_is_refused_and_a_second_try_is_answered_alike() {
    let receiver = Receiver::start().await;
    let mut call = Forged::open(grant());
    let (status, first) = call.send(&receiver, &call.signature()).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(call.sent(&receiver).await, 409, "a copy");

    call.body = call.body.replace(r#""attempt":"1""#, r#""attempt":"2""#);
    let again = call.send(&receiver, &call.signature()).await;
    assert_eq!(again, (200, first), "a second try");
    call.body = call.body.replace("oncall", "admin");
    assert_eq!(
        call.sent(&receiver).await,
        409,
        "another call by the same id"
    );

    let receiver = receiver.killed_and_started_again().await;
    call.body = call.body.replace("admin", "oncall");
    assert_eq!(call.sent(&receiver).await, 409, "a copy after a crash");
}

#[tokio::test]
async fn what_is_not_signed_with_the_secret_just_now_is_refused() {
    let receiver = Receiver::start().await;
    let (target, _) = target(receiver.at);
    let call = || Forged::open(grant());
    let signature = call().signature();
    assert_eq!(call().send(&receiver, &signature).await.0, 401, "another's");
    assert_eq!(call().send(&receiver, "").await.0, 401, "none");
    assert_eq!(call().send(&receiver, "v1,").await.0, 401);
    assert_eq!(call().send(&receiver, "v1,ä").await.0, 401);
    let other = Forged {
        secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ..call()
    };
    assert_eq!(other.sent(&receiver).await, 401, "another secret");
    let asymmetric = call().signature().replace("v1,", "v1a,");
    assert_eq!(call().send(&receiver, &asymmetric).await.0, 401);
    for (seconds, name) in [(-310, "old"), (310, "early")] {
        let mut call = call();
        call.at = call.at.checked_add_signed(seconds).unwrap();
        assert_eq!(call.sent(&receiver).await, 401, "{name}");
    }
    let long = Forged {
        body: " ".repeat(64 * 1024 + 1),
        ..call()
    };
    assert_eq!(long.sent(&receiver).await, 413);
    let unreadable = Forged {
        body: "[".repeat(60_000),
        ..call()
    };
    assert_eq!(unreadable.sent(&receiver).await, 400);
    assert!(target.sweep().await.unwrap().is_empty());

    let good = call();
    let among = format!("v1,AAAA v2,x {} v1a,y", good.signature());
    assert_eq!(good.send(&receiver, &among).await.0, 200, "one of several");
    assert_eq!(target.sweep().await.unwrap().len(), 1);
}

/// A secret gives way to another without a gap: both sign for a while.
#[tokio::test]
async fn two_secrets_sign_while_the_receiver_changes_over() {
    let receiver = Receiver::start().await;
    let next = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let secret = |text: &str| WebhookSecret::new(&text.into()).unwrap();
    let url = format!("http://{}/", receiver.at);
    for (secrets, taken) in [
        (vec![secret(next), secret(SECRET)], true),
        (vec![secret(next)], false),
    ] {
        let mut settings = settings(&url, &["127.0.0.0/8"]);
        settings.secrets = secrets;
        let target = WebhookTarget::new(settings, answers()).unwrap();
        assert_eq!(target.check().await.is_ok(), taken);
    }
}

/// A portal whose clock is wrong by more than the tolerance is told no, and never believes that something stands.
#[tokio::test]
async fn a_portal_with_a_wrong_clock_is_refused() {
    let receiver = Receiver::start().await;
    let mut settings = settings(&format!("http://{}/", receiver.at), &["127.0.0.0/8"]);
    settings.pace = targets::Pace {
        clock: || SystemTime::now() - Duration::from_secs(600),
        ..pace()
    };
    let wrong = WebhookTarget::new(settings, answers()).unwrap();
    let opened = wrong.open(&access(grant())).await;
    assert!(matches!(opened, Err(TargetError::Refused(_))), "{opened:?}");
    let (right, _) = target(receiver.at);
    assert!(right.sweep().await.unwrap().is_empty());
}
