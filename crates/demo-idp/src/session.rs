//! Who is signed in where, and the sign-in forms that are out.

use std::collections::HashMap;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::authorization::AuthorizationRequest;
use crate::clock::UnixSeconds;
use crate::people::Person;

/// How long a sign-in form may stand open.
const FORM_LIFETIME_S: u64 = 600;

/// A person signed in at the provider, in one browser.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: &'static Person,
    /// The claim `sid`: names the session to the portal, opens nothing.
    pub(crate) sid: String,
    /// When they last said who they are.
    pub(crate) auth_time: UnixSeconds,
}

impl Session {
    pub(crate) fn begin(person: &'static Person, now: UnixSeconds) -> Self {
        Self {
            person,
            sid: random_token(),
            auth_time: now,
        }
    }
}

/// The sessions, by the value of their cookie.
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    pub(crate) fn find(&self, cookie: &str) -> Option<&Session> {
        self.0.get(cookie)
    }

    /// Notes a sign-in and gives the new cookie. The same person again keeps their `sid`; another
    /// person in the same browser is another session.
    pub(crate) fn sign_in(
        &mut self,
        old_cookie: Option<&str>,
        person: &'static Person,
        now: UnixSeconds,
    ) -> (String, Session) {
        let old = old_cookie.and_then(|cookie| self.0.remove(cookie));
        let session = match old {
            Some(old) if old.person == person => Session {
                auth_time: now,
                ..old
            },
            _ => Session::begin(person, now),
        };
        let cookie = random_token();
        self.0.insert(cookie.clone(), session.clone());
        (cookie, session)
    }

    pub(crate) fn end(&mut self, cookie: &str) -> Option<Session> {
        self.0.remove(cookie)
    }
}

/// A sign-in form that was shown: what it is for and which browser may answer it.
#[derive(Debug)]
struct Form {
    request: AuthorizationRequest,
    browser: String,
    shown: UnixSeconds,
}

/// The sign-in forms that are out, by their id.
#[derive(Debug, Default)]
pub(crate) struct Forms(HashMap<String, Form>);

impl Forms {
    pub(crate) fn show(
        &mut self,
        request: AuthorizationRequest,
        browser: &str,
        now: UnixSeconds,
    ) -> String {
        self.0
            .retain(|_, form| now.since(form.shown) < FORM_LIFETIME_S);
        let id = random_token();
        self.0.insert(
            id.clone(),
            Form {
                request,
                browser: browser.to_owned(),
                shown: now,
            },
        );
        id
    }

    /// What the form was for, if this browser may answer it; once.
    pub(crate) fn answer(
        &mut self,
        id: &str,
        browser: &str,
        now: UnixSeconds,
    ) -> Option<AuthorizationRequest> {
        let form = self.0.get(id)?;
        if form.browser != browser || now.since(form.shown) >= FORM_LIFETIME_S {
            return None;
        }
        self.0.remove(id).map(|form| form.request)
    }
}

/// 256 random bits as text.
pub(crate) fn random_token() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    Base64UrlUnpadded::encode_string(&bytes)
}
