//! What a target answered, within bounds, and who is told of it.

use std::fmt;

use access::ids::GrantId;
use async_trait::async_trait;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::connector::Standing;

/// The longest answer that is read, in bytes. Longer ones count as none.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// What stands in an answer's copy where a credential stood.
const TAKEN_OUT: &str = "(shown to the holder, kept nowhere)";

/// A call whose answer is evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredCall {
    /// Access was asked for.
    Open,
    /// Its end was.
    End,
}

/// An answer as it may be recorded: no credential is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body: byte for byte, but where a top-level `credential` was taken out of a JSON object.
    pub body: Vec<u8>,
}

/// Is told what a target answered to the calls that give and end access: where it says yes, before whoever called goes
/// on, and where it says no too.
///
/// A call that is repeated tells its answer again, which a receiver that keeps to Standard Webhooks gives unchanged. So
/// what is lost with a process is told to the next.
#[async_trait]
pub trait AnswerLog: fmt::Debug + Send + Sync {
    /// Takes the last answer to a call. It fails nothing: access must end although this cannot be kept.
    async fn answered(&self, grant: GrantId, call: AnsweredCall, answer: Answer);
}

/// An answer whole: with what the holder is to be shown, where there is any.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) answer: Answer,
    pub(super) credential: Option<SecretString>,
    /// The response's `Retry-After`, in seconds.
    pub(super) retry_after_s: Option<u64>,
}

impl Heard {
    pub(super) fn new(status: u16, retry_after_s: Option<u64>, body: Vec<u8>) -> Self {
        let (credential, body) = match serde_json::from_slice::<Value>(&body) {
            Ok(Value::Object(mut members)) if members.contains_key("credential") => {
                let credential = members.insert("credential".to_owned(), TAKEN_OUT.into());
                let text = credential.and_then(|value| match value {
                    Value::String(text) => Some(SecretString::from(text)),
                    _ => None,
                });
                (text, Value::Object(members).to_string().into_bytes())
            }
            _ => (None, body),
        };
        Self {
            answer: Answer { status, body },
            credential,
            retry_after_s,
        }
    }
}

impl Answer {
    /// What `grant.end` may say: how many sessions were cut.
    pub(super) fn sessions_cut(&self) -> u32 {
        #[derive(Deserialize)]
        struct Ended {
            sessions_cut: u32,
        }
        serde_json::from_slice(&self.body).map_or(0, |ended: Ended| ended.sessions_cut)
    }

    /// What `grant.inspect` says.
    pub(super) fn standing(&self) -> Option<Standing> {
        #[derive(Deserialize)]
        #[serde(tag = "standing", rename_all = "snake_case")]
        enum Said {
            Absent,
            Barred,
            Open {
                #[serde(default)]
                sessions: u32,
            },
        }
        Some(match serde_json::from_slice(&self.body).ok()? {
            Said::Absent => Standing::Absent,
            Said::Barred => Standing::Barred,
            Said::Open { sessions } => Standing::Open(sessions),
        })
    }

    /// What `grants.sweep` says: the accounts that stand. Names that are no grant's are not ours, whoever says them.
    pub(super) fn accounts(&self) -> Option<Vec<String>> {
        #[derive(Deserialize)]
        struct Swept {
            accounts: Vec<String>,
        }
        let swept: Swept = serde_json::from_slice(&self.body).ok()?;
        let ours = |account: &String| GrantId::from_account(account).is_some();
        Some(swept.accounts.into_iter().filter(ours).collect())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_credential_is_taken_out_and_all_else_stays() {
        let body = br#"{"credential":"canary","note":"in the vault"}"#;
        let heard = Heard::new(200, None, body.to_vec());
        assert_eq!(heard.credential.as_ref().unwrap().expose_secret(), "canary");
        let kept = String::from_utf8(heard.answer.body.clone()).unwrap();
        assert!(
            kept.contains("in the vault") && !kept.contains("canary"),
            "{kept}"
        );
        assert!(!format!("{heard:?}").contains("canary"));

        // Written twice, of another type, not JSON, not at the top.
        let twice = Heard::new(
            200,
            None,
            br#"{"credential":"canary","credential":"b"}"#.to_vec(),
        );
        assert!(
            !String::from_utf8(twice.answer.body)
                .unwrap()
                .contains("canary")
        );
        let number = Heard::new(200, None, br#"{"credential":["canary"]}"#.to_vec());
        assert!(number.credential.is_none());
        assert!(
            !String::from_utf8(number.answer.body)
                .unwrap()
                .contains("canary")
        );
        for exact in ["{ \"a\" : 1 }", "done", "\u{feff}", ""] {
            let heard = Heard::new(200, None, exact.as_bytes().to_vec());
            assert_eq!(heard.answer.body, exact.as_bytes());
            assert!(heard.credential.is_none());
        }
    }

    #[test]
    fn a_sweep_tells_accounts_of_grants_only() {
        let account = GrantId::new(uuid::Uuid::new_v4()).account();
        let body = format!(r#"{{"accounts":["root","{account}","bg_1",""]}}"#).into_bytes();
        let answer = Answer { status: 200, body };
        assert_eq!(answer.accounts().unwrap(), [account]);
    }
}
