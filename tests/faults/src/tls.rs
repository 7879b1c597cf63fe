//! A certificate of the proxies' own, and what accepts connections with it.

use std::io;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Who the proxies are: `localhost`.
pub struct Identity {
    /// Accepts connections.
    pub acceptor: TlsAcceptor,
    /// The certificate in PEM form that a client has to trust.
    pub certificate: String,
}

/// Makes one.
///
/// # Errors
/// No certificate can be made, or rustls does not take it.
pub fn identity() -> io::Result<Identity> {
    // Taken where nobody else in the process has chosen another.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    Ok(Identity {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        certificate: made.cert.pem(),
    })
}
