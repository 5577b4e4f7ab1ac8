//! Requests to the identity provider: no redirects, bounded in time and size.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// The provider has this long for a whole answer. A person waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// And this long to take the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest answer that is read, in bytes. Discovery documents have about 5 KB, large key sets 30 KB.
const MAX_BODY: usize = 256 * 1024;

/// The client that `openidconnect` is given.
#[derive(Debug, Clone)]
pub(super) struct Http(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    #[error("the request failed")]
    Request(#[source] reqwest::Error),
    #[error("the answer is longer than {MAX_BODY} bytes")]
    TooLong,
    #[error("the answer is not HTTP")]
    Malformed(#[source] ::http::Error),
}

impl Http {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        reqwest::Client::builder()
            // A redirect could lead anywhere inside the network (SSRF); no endpoint of a provider needs one.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("breakglass/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let request = reqwest::Request::try_from(request).map_err(HttpFault::Request)?;
        let mut response = self
            .0
            .execute(request)
            .await
            .map_err(|e| HttpFault::Request(e.without_url()))?;
        let mut answer = ::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|e| HttpFault::Request(e.without_url()))?
        {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(HttpFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(HttpFault::Malformed)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.fetch(request))
    }
}
