//! A webhook under the trials, with the receiver that others start from.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::ids::GrantId;
use async_trait::async_trait;
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use targets::{
    Answer, AnswerLog, AnsweredCall, Connector, Pace, WebhookSecret, WebhookSettings, WebhookTarget,
};
use uuid::Uuid;

use crate::receiver::{Receiver, SECRET};
use crate::suite::{self, Live, Seen, Trial};

struct Webhook(Receiver);

/// Nobody looks at what was answered.
#[derive(Debug)]
struct Unheard;

#[async_trait]
impl AnswerLog for Unheard {
    async fn answered(&self, _: GrantId, _: AnsweredCall, _: Answer) {}
}

#[async_trait]
impl Trial for Webhook {
    fn name(&self) -> &str {
        "webhook"
    }

    fn role(&self) -> String {
        "oncall".into()
    }

    fn address(&self) -> Option<SocketAddr> {
        Some(self.0.at)
    }

    async fn connector(&self, address: Option<SocketAddr>) -> Box<dyn Connector> {
        let at = address.unwrap_or(self.0.at);
        let settings = WebhookSettings {
            url: format!("http://{at}/").parse().unwrap(),
            secrets: vec![WebhookSecret::new(&SECRET.into()).unwrap()],
            allow_private: vec!["127.0.0.0/8".parse().unwrap()],
            pace: Pace {
                waits: vec![Duration::from_millis(50); 2],
                ..Pace::default()
            },
        };
        Box::new(WebhookTarget::new(settings, Arc::new(Unheard)).unwrap())
    }

    /// Asks the receiver by hand, signed by other code than the connector's.
    async fn seen(&self, grant: GrantId) -> Seen {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let (id, at) = (Uuid::new_v4(), now.as_secs());
        let data = json!({"account": grant.account()});
        let body = json!({"type": "grant.inspect", "data": data}).to_string();
        let key = Base64::decode_vec(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        let signature = Base64::encode_string(&mac.finalize().into_bytes());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client
            .post(format!("http://{}/", self.0.at))
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", at)
            .header("webhook-signature", format!("v1,{signature}"))
            .body(body);
        let text = request.send().await.unwrap().text().await.unwrap();
        let said: Value = serde_json::from_str(&text).unwrap();
        match said["standing"].as_str().unwrap() {
            "absent" => Seen::Nothing,
            _ => Seen::Stands(0),
        }
    }

    async fn get_in(&self, _: GrantId) -> Option<Box<dyn Live>> {
        None
    }

    /// What lets in is a token, looked at with each request.
    fn has_sessions(&self) -> bool {
        false
    }

    fn ends_for_good(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_conforms() {
    suite::run(&Webhook(Receiver::start().await)).await;
}
