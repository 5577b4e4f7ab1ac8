//! A gateway: PostgreSQL's wire for the holder's own client, with every statement recorded before the target sees it.
//!
//! The client signs in with a one-time password, whose verifier is all that is kept; behind the gateway the grant's
//! account signs in with another that nobody sees. What is forwarded is encoded anew from what was recorded, so
//! nothing travels beside it.
//!
//! Messages are decoded here and not by `pgwire`: its decoders replace what is not UTF-8, so that what is recorded
//! would not be what was sent, take an unended text for an empty one, and panic where a message is too short.
//! `postgres-protocol` does the encoding.
//!
//! Invariant: no byte of a statement leaves for the target before [`Recorder::intend`] has returned for it, and nothing
//! that a client sent after it does either.

mod back;
mod cancels;
mod message;
mod pending;
mod portals;
mod reply;
mod scram;
mod session;
mod start;
mod there;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::event::StatementClass;
use async_trait::async_trait;
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ending::Ending;
use super::wire::{Address, Login, Session};
use crate::recorder::Recorder;
use cancels::Cancels;
use scram::Decoy;
pub use scram::{NoVerifier, Verifier};
use start::{Arrived, Start};

/// Clients at a time, those that have not signed in among them.
const CLIENTS: usize = 512;

/// How long a client may take to sign in.
const SIGN_IN: Duration = Duration::from_secs(30);

/// Who may come in, and what they find.
#[async_trait]
pub trait GatewayGuard: std::fmt::Debug + Send + Sync {
    /// What a client that calls itself so has to prove that it knows; `None` where nobody of that name may come.
    /// A client hears no difference between the two.
    async fn verifier(&self, user: &str, from: SocketAddr) -> Option<Verifier>;

    /// Lets a client in that has proven that it knows what belongs to `verifier`. Whether a password is good for one
    /// session or for a few is decided here, where it can be counted.
    async fn admit(
        &self,
        user: &str,
        verifier: &Verifier,
        from: SocketAddr,
    ) -> Result<Admitted, NotAdmitted>;

    /// A client that was let in is gone, or never got as far as the target. Everything is recorded that will be.
    async fn left(&self, user: &str, admitted: &Admitted, left: Left);
}

/// What a client is let in to.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Where the target is.
    pub address: Address,
    /// The grant's account there.
    pub account: String,
    /// Its password, which the client never sees.
    pub password: SecretString,
    /// Writes down what is done.
    pub recorder: Arc<dyn Recorder>,
    /// What the policy refuses.
    pub refuse: Vec<StatementClass>,
    /// Tells when access has ended.
    pub ending: Ending,
}

/// A client is not let in though it knows the password: access has just ended, or it was used already.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct NotAdmitted(pub String);

/// How a client's session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The client closed it.
    Closed,
    /// Access had ended.
    AccessEnded,
    /// Something could not be recorded.
    RecorderLost,
    /// The target was not reached, or went away.
    TargetLost,
    /// The client said what cannot be said there.
    Misspoke,
}

/// The gateway's certificate is none.
#[derive(Debug, thiserror::Error)]
pub enum NoCertificate {
    /// No PEM, or no certificate or key in it.
    #[error("the gateway's certificate and key cannot be read as PEM")]
    Pem(#[source] tokio_rustls::rustls::pki_types::pem::Error),
    /// They do not belong together.
    #[error("the gateway's certificate and key do not fit")]
    Fit(#[source] tokio_rustls::rustls::Error),
}

/// Takes clients.
pub struct Gateway {
    guard: Arc<dyn GatewayGuard>,
    tls: Option<TlsAcceptor>,
    cancels: Cancels,
    decoy: Decoy,
    clients: Semaphore,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tls = self.tls.is_some();
        f.debug_struct("Gateway")
            .field("tls", &tls)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway that speaks no TLS: it takes clients of the same machine only.
    pub fn for_loopback(guard: Arc<dyn GatewayGuard>) -> Self {
        Self {
            guard,
            tls: None,
            cancels: Cancels::default(),
            decoy: Decoy::new(),
            clients: Semaphore::new(CLIENTS),
        }
    }

    /// A gateway with a certificate and its key, both in PEM.
    ///
    /// # Errors
    /// They are none, or do not fit.
    pub fn with_tls(
        guard: Arc<dyn GatewayGuard>,
        certificates: &[u8],
        key: &[u8],
    ) -> Result<Self, NoCertificate> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(NoCertificate::Pem)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(NoCertificate::Pem)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(certificates, key)
            })
            .map_err(NoCertificate::Fit)?;
        Ok(Self {
            tls: Some(TlsAcceptor::from(Arc::new(config))),
            ..Self::for_loopback(guard)
        })
    }

    /// Takes clients until `shutdown`; returns when the last of them is gone. Whoever is in then is cut.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, shutdown: CancellationToken) {
        let clients = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = shutdown.cancelled() => break,
            };
            match accepted {
                Ok((stream, from)) => {
                    let (gateway, shutdown) = (self.clone(), shutdown.clone());
                    clients.spawn(async move { gateway.client(stream, from, shutdown).await });
                }
                // Too many files are open, most likely: others will close theirs.
                Err(fault) => {
                    tracing::warn!(%fault, "the gateway could not take a client");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        clients.close();
        clients.wait().await;
    }

    async fn client(&self, stream: TcpStream, from: SocketAddr, shutdown: CancellationToken) {
        let Ok(_permit) = self.clients.try_acquire() else {
            tracing::warn!(%from, "the gateway has as many clients as it takes");
            return;
        };
        drop(stream.set_nodelay(true));
        let start = Start {
            guard: &*self.guard,
            tls: self.tls.as_ref(),
            cancels: &self.cancels,
            decoy: &self.decoy,
            from,
        };
        let arrived = tokio::select! {
            arrived = tokio::time::timeout(SIGN_IN, start.arrive(stream)) => arrived,
            () = shutdown.cancelled() => return,
        };
        match arrived {
            Ok(Ok(Some(arrived))) => self.lead_on(arrived, from, shutdown).await,
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(fault)) => {
                tracing::debug!(%from, %fault, "a client of the gateway did not sign in")
            }
        }
    }

    /// From a client that has proven who it is to the target.
    async fn lead_on(&self, mut client: Arrived, from: SocketAddr, shutdown: CancellationToken) {
        let admitted = self.guard.admit(&client.user, &client.verifier, from);
        let admitted = match admitted.await {
            Ok(admitted) => admitted,
            Err(why) => return client.refuse("28000", &why.to_string()).await,
        };
        let left = self.lead_in(&mut client, &admitted, shutdown).await;
        self.guard.left(&client.user, &admitted, left).await;
    }

    async fn lead_in(
        &self,
        client: &mut Arrived,
        admitted: &Admitted,
        shutdown: CancellationToken,
    ) -> Left {
        let there = admitted.address.database();
        if !client.means(there) {
            let told = format!("This way in leads to the database {there}, and to no other.");
            client.refuse("3D000", &told).await;
            return Left::Misspoke;
        }
        let login = Login {
            user: admitted.account.clone(),
            password: Some(admitted.password.clone()),
            parameters: std::mem::take(&mut client.parameters),
        };
        let connected = tokio::select! {
            connected = Session::sign_in(&admitted.address, &login) => connected,
            why = admitted.ending.over() => {
                client.refuse("57P01", &why).await;
                return Left::AccessEnded;
            }
        };
        match connected {
            Ok(target) => {
                let held = self.cancels.register(&admitted.address, target.key);
                session::run(client, admitted, target, held, shutdown).await
            }
            Err(fault) => {
                tracing::warn!(address = %admitted.address, %fault, "the gateway does not reach a target");
                let told = "The target could not be reached, or let the grant's account not in. Nothing was done there; \
                            try again, or ask an operator.";
                client.refuse("08006", told).await;
                Left::TargetLost
            }
        }
    }
}
