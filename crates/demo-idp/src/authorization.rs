//! The portal's request for a sign-in, checked before anybody is asked anything.

use serde::Deserialize;

use crate::provider::Provider;

/// The parameters as they come. A parameter that comes twice is refused before this
/// (RFC 6749 §3.1).
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Parameters {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    response_mode: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    max_age: Option<String>,
    request: Option<String>,
    request_uri: Option<String>,
}

/// What the portal wants to be sure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Whoever is signed in will do.
    Remembered,
    /// No page may be shown.
    Never,
    /// The person must say again who they are.
    Always,
}

/// An S256 challenge (RFC 7636 §4.2).
#[derive(Debug, Clone)]
pub(crate) struct Challenge(String);

impl Challenge {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 43
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request that may be answered with a code.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) challenge: Challenge,
    pub(crate) prompt: Prompt,
    /// How old a sign-in may be, in seconds.
    pub(crate) max_age_s: Option<u64>,
}

/// Why there will be no code. The first two must not be answered by a redirect: the address
/// would be the attacker's (RFC 6749 §4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("client_id is not the portal's")]
    UnknownClient,
    #[error("redirect_uri is not the portal's callback")]
    UnknownRedirectUri,
    #[error("only response_type=code is spoken here")]
    NotCode,
    #[error("only response_mode=query is spoken here")]
    NotQuery,
    #[error("request objects are not spoken here")]
    RequestObject,
    #[error("the scope lacks openid")]
    NoOpenid,
    #[error("state is missing")]
    NoState,
    #[error("nonce is missing")]
    NoNonce,
    #[error("code_challenge is missing or not 43 characters of base64url")]
    NoChallenge,
    #[error("code_challenge_method must be S256")]
    NotS256,
    #[error("prompt must be none alone, or a list of login, select_account and consent")]
    BadPrompt,
    #[error("max_age is not a number of seconds")]
    BadMaxAge,
    #[error("the person is not signed in here, or not recently enough")]
    LoginRequired,
    #[error("the person went back without signing in")]
    WentBack,
}

impl RequestError {
    /// The code that the portal is told (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotCode => "unsupported_response_type",
            Self::RequestObject => "request_not_supported",
            Self::NoOpenid => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::WentBack => "access_denied",
            Self::UnknownClient
            | Self::UnknownRedirectUri
            | Self::NotQuery
            | Self::NoState
            | Self::NoNonce
            | Self::NoChallenge
            | Self::NotS256
            | Self::BadPrompt
            | Self::BadMaxAge => "invalid_request",
        }
    }
}

impl Parameters {
    /// Whether an answer may be sent to the portal at all.
    pub(crate) fn check_return_address(&self, provider: &Provider) -> Result<(), RequestError> {
        if self.client_id.as_deref() != Some(&provider.config.client_id) {
            return Err(RequestError::UnknownClient);
        }
        // Compared as text: no normalisation can be tricked (RFC 9700 §2.1).
        if self.redirect_uri.as_deref() != Some(provider.redirect_uri().as_str()) {
            return Err(RequestError::UnknownRedirectUri);
        }
        Ok(())
    }

    /// The state to send back with an error, if there was one.
    pub(crate) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Everything else.
    pub(crate) fn parse(self) -> Result<AuthorizationRequest, RequestError> {
        if self.request.is_some() || self.request_uri.is_some() {
            return Err(RequestError::RequestObject);
        }
        if self.response_type.as_deref() != Some("code") {
            return Err(RequestError::NotCode);
        }
        if self
            .response_mode
            .as_deref()
            .is_some_and(|mode| mode != "query")
        {
            return Err(RequestError::NotQuery);
        }
        if !self
            .scope
            .as_deref()
            .unwrap_or_default()
            .split(' ')
            .any(|scope| scope == "openid")
        {
            return Err(RequestError::NoOpenid);
        }
        let max_age_s = self
            .max_age
            .map(|age| age.parse().map_err(|_| RequestError::BadMaxAge));
        let challenge = Challenge::parse(self.code_challenge.as_deref().unwrap_or_default())
            .ok_or(RequestError::NoChallenge)?;
        if self.code_challenge_method.as_deref() != Some("S256") {
            return Err(RequestError::NotS256);
        }
        Ok(AuthorizationRequest {
            state: non_empty(self.state).ok_or(RequestError::NoState)?,
            nonce: non_empty(self.nonce).ok_or(RequestError::NoNonce)?,
            challenge,
            prompt: parse_prompt(self.prompt.as_deref().unwrap_or_default())?,
            max_age_s: max_age_s.transpose()?,
        })
    }
}

/// Reads `prompt`, a list. There is nothing to consent to, and choosing an account is signing in.
fn parse_prompt(text: &str) -> Result<Prompt, RequestError> {
    let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words == ["none"] {
        return Ok(Prompt::Never);
    }
    if !words
        .iter()
        .all(|word| ["login", "select_account", "consent"].contains(word))
    {
        return Err(RequestError::BadPrompt);
    }
    let asks = words
        .iter()
        .any(|word| ["login", "select_account"].contains(word));
    Ok(if asks {
        Prompt::Always
    } else {
        Prompt::Remembered
    })
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
