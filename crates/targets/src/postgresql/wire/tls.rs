//! TLS to a target, as its address asks for it.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::address::{Address, Tls};
use super::error::WireError;
use super::session::Stream;
use super::verifier::Lenient;

/// What a server's certificate is judged by.
///
/// An authority that the address names is the only one: a certificate for the same host by any of the
/// authorities of the web is refused then. Where none is named, those of the web are believed.
pub(super) async fn settings(address: &Address) -> Result<Arc<ClientConfig>, WireError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|fault| WireError::Tls(io::Error::other(fault)))?;
    let config = match address.tls {
        Tls::VerifyFull => builder
            .with_root_certificates(roots(address).await?)
            .with_no_client_auth(),
        tls => {
            let looks = tls == Tls::VerifyCa || address.authority.is_some();
            let chain = match looks {
                true => Some(chain(address, &provider).await?),
                false => None,
            };
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Lenient { provider, chain }))
                .with_no_client_auth()
        }
    };
    Ok(Arc::new(config))
}

/// Does the handshake, with a server that has said that it speaks TLS.
pub(super) async fn secured(
    stream: Box<dyn Stream>,
    host: &str,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<Box<dyn Stream>>, WireError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|fault| WireError::Tls(io::Error::other(fault)))?;
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(WireError::Tls)
}

async fn chain(
    address: &Address,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, WireError> {
    let roots = Arc::new(roots(address).await?);
    WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|fault| WireError::Authority(io::Error::other(fault)))
}

async fn roots(address: &Address) -> Result<RootCertStore, WireError> {
    let Some(authority) = &address.authority else {
        let web = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
        return Ok(web.collect());
    };
    let pem = match authority.trim_start().starts_with("-----BEGIN") {
        true => authority.clone().into_bytes(),
        false => tokio::fs::read(authority)
            .await
            .map_err(WireError::Authority)?,
    };
    let unreadable = |fault| WireError::Authority(io::Error::other(fault));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|fault| unreadable(fault.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|fault| unreadable(fault.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unreadable("no certificate is in it".into()));
    }
    Ok(roots)
}
