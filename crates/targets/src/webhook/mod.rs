//! Anything else as a target: an address of its own that is called to give access and to end it.
//!
//! Each call is one POST of JSON, signed after Standard Webhooks 1.0. `examples/webhook-receiver` is the other side,
//! and says in its README what a receiver is asked and answers.
//!
//! A call that may change something has an id that follows from the grant, so it may be repeated: within the call, by
//! the reconciler, after a crash. What has no answer is unknown, never a no. A grant that was ended opens no more: the
//! receiver sees to that, because an answer can be lost and the call come late.

mod answer;
mod message;
mod pace;
mod post;
mod reach;
mod signature;

use std::fmt;
use std::sync::Arc;

use access::ids::GrantId;
use access::policy::{self, Network};
use access::time::UnixMillis;
use async_trait::async_trait;
use reqwest::dns::Resolve;
use secrecy::SecretString;
use time::OffsetDateTime;
use url::Url;

pub use answer::{Answer, AnswerLog, AnsweredCall, LONGEST_ANSWER};
pub use pace::Pace;
pub use reach::BadAddress;
pub use signature::{BadSecret, WebhookSecret};

use crate::connector::{Access, Connector, Standing, TargetError};
use answer::Heard;
use message::Call;
use post::{CallFault, Failed};
use reach::{Guarded, Reach, System};

/// What a webhook is told at start.
#[derive(Debug)]
pub struct WebhookSettings {
    /// Where it is called: `https`, or `http` on this machine where `allow_private` has its address.
    pub url: Url,
    /// What calls are signed with, the first one current: another beside it while the receiver changes over.
    pub secrets: Vec<WebhookSecret>,
    /// Networks that are not public and may be called all the same.
    pub allow_private: Vec<Network>,
    /// How patient it is.
    pub pace: Pace,
}

/// Why there is no such target.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Its address may not be called.
    #[error("the webhook's address cannot be used")]
    Address(#[from] BadAddress),
    /// Nobody could tell a call from a forgery.
    #[error("a webhook needs a secret")]
    NoSecret,
    /// TLS cannot be set up.
    #[error("the webhook cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// One address that is called.
pub struct WebhookTarget {
    client: reqwest::Client,
    url: Url,
    secrets: Vec<WebhookSecret>,
    pace: Pace,
    answers: Arc<dyn AnswerLog>,
}

impl WebhookTarget {
    /// A target at an address, without calling it yet.
    ///
    /// # Errors
    /// [`WebhookError`] where it cannot or may not be called.
    pub fn new(
        settings: WebhookSettings,
        answers: Arc<dyn AnswerLog>,
    ) -> Result<Self, WebhookError> {
        Self::resolving(settings, answers, Arc::new(System))
    }

    /// The same, with names resolved by somebody else. What that finds is judged like anything else.
    ///
    /// # Errors
    /// As [`WebhookTarget::new`].
    pub fn resolving(
        settings: WebhookSettings,
        answers: Arc<dyn AnswerLog>,
        names: Arc<dyn Resolve>,
    ) -> Result<Self, WebhookError> {
        if settings.secrets.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        let reach = Reach::new(&settings.url, settings.allow_private)?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve the name for itself.
            .no_proxy()
            .dns_resolver(Arc::new(Guarded {
                inner: names,
                reach,
            }))
            .connect_timeout(settings.pace.attempt / 2)
            // One that was kept open may be closed from the other side just when it is used.
            .pool_max_idle_per_host(0)
            .user_agent("breakglass")
            .build()
            .map_err(WebhookError::Client)?;
        Ok(Self {
            client,
            url: settings.url,
            secrets: settings.secrets,
            pace: settings.pace,
            answers,
        })
    }

    /// Asks for what the holder is to be shown, such as a password or an address with a token in it; `None` where the
    /// target gives nothing of the kind. What was given before is void then.
    ///
    /// It is asked for when the holder wants to see it, so that the portal keeps it nowhere.
    ///
    /// # Errors
    /// [`TargetError`] where it did not answer, or with a no.
    pub async fn admit(&self, grant: GrantId) -> Result<Option<SecretString>, TargetError> {
        let heard = self.ask(&Call::admit(grant, self.now())).await;
        Ok(if_implemented(heard)?.and_then(|heard| heard.credential))
    }

    /// Calls it once without asking anything of it: is it there, and is the secret the same on both sides?
    ///
    /// # Errors
    /// [`TargetError`] with what is wrong.
    pub async fn check(&self) -> Result<(), TargetError> {
        self.ask(&Call::check(self.now()))
            .await
            .map(drop)
            .map_err(error)
    }

    /// Calls, and tells what was answered, whether yes or no.
    async fn tell(
        &self,
        grant: GrantId,
        what: AnsweredCall,
        call: Call,
    ) -> Result<Answer, TargetError> {
        let (answer, outcome) = match self.ask(&call).await {
            Ok(heard) => (Some(heard.answer), Ok(())),
            Err(failed) => {
                let failed = match what {
                    AnsweredCall::Open => failed,
                    AnsweredCall::End => failed.nobody_said_no(),
                };
                (failed.heard.map(|heard| heard.answer), Err(failed.error))
            }
        };
        if let Some(answer) = &answer {
            self.answers.answered(grant, what, answer.clone()).await;
        }
        outcome?;
        answer.ok_or(TargetError::Unknown(None))
    }

    fn now(&self) -> OffsetDateTime {
        (self.pace.clock)().into()
    }
}

#[async_trait]
impl Connector for WebhookTarget {
    fn kind(&self) -> policy::Connector {
        policy::Connector::Webhook
    }

    async fn open(&self, access: &Access) -> Result<(), TargetError> {
        let call = Call::open(access, self.now());
        self.tell(access.grant, AnsweredCall::Open, call)
            .await
            .map(drop)
    }

    async fn lengthen(&self, grant: GrantId, expires_at: UnixMillis) -> Result<(), TargetError> {
        let call = Call::lengthen(grant, expires_at, self.now());
        self.ask(&call).await.map(drop).map_err(error)
    }

    /// A receiver that does not tell is one whose standing is not known: that is a no to the question.
    async fn inspect(&self, grant: GrantId) -> Result<Standing, TargetError> {
        let heard = self.ask(&Call::inspect(grant, self.now())).await;
        let unclear = |what| TargetError::Refused(CallFault::Unclear(what).into());
        let heard =
            if_implemented(heard)?.ok_or_else(|| unclear("it does not tell how a grant stands"))?;
        let standing = heard.answer.standing();
        standing.ok_or_else(|| unclear("`standing` is absent, barred or open"))
    }

    async fn end(&self, grant: GrantId) -> Result<u32, TargetError> {
        let call = Call::end(grant, self.now());
        let answer = self.tell(grant, AnsweredCall::End, call).await;
        Ok(answer?.sessions_cut())
    }

    /// A receiver that does not tell names nothing.
    async fn sweep(&self) -> Result<Vec<String>, TargetError> {
        let heard = self.ask(&Call::sweep(self.now())).await;
        match if_implemented(heard)? {
            None => Ok(Vec::new()),
            Some(heard) => heard.answer.accounts().ok_or_else(|| {
                TargetError::Refused(CallFault::Unclear("`accounts` is a list of names").into())
            }),
        }
    }

    async fn remove(&self, name: &str) -> Result<u32, TargetError> {
        let grant = GrantId::from_account(name).ok_or_else(|| {
            TargetError::Refused(CallFault::Unclear("no grant has this name").into())
        })?;
        let heard = self.ask(&Call::remove(grant, self.now())).await;
        let heard = heard.map_err(|failed| failed.nobody_said_no().error);
        Ok(heard?.answer.sessions_cut())
    }
}

/// What was answered; `None` where the receiver does not know the call.
fn if_implemented(heard: Result<Heard, Failed>) -> Result<Option<Heard>, TargetError> {
    match heard {
        Ok(heard) => Ok(Some(heard)),
        Err(Failed {
            heard: Some(Heard { answer, .. }),
            ..
        }) if answer.status == 501 => Ok(None),
        Err(failed) => Err(failed.error),
    }
}

fn error(failed: Failed) -> TargetError {
    failed.error
}

/// Neither the path, which may hold a token, nor a secret.
impl fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        f.debug_struct("WebhookTarget")
            .field("host", &host)
            .finish_non_exhaustive()
    }
}
