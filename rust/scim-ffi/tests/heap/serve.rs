//! The other process: an emulator whose secrets are its own, and TLS before it.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use scim_emulator::{Emulator, EmulatorConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(crate) fn certificate(name: &str) -> String {
    format!(
        "{}/../scim-client/tests/certificates/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Writes where the emulator is, as a line of JSON, and runs until standard input ends.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let der = CertificateDer::from_pem_file(certificate("rsa.pem")).unwrap();
    let config = EmulatorConfig {
        users: 250,
        client_secret: std::env::var("PSSCIM_TEST_SECRET").unwrap(),
        certificates: vec![der.as_ref().to_vec()],
        static_tokens: vec![std::env::var("PSSCIM_TEST_TOKEN").unwrap()],
        ..EmulatorConfig::default()
    };
    let emulator = runtime.block_on(Emulator::start(config)).unwrap();
    let address = emulator.base_uri();
    let port = address
        .split(['/', ':'])
        .find_map(|part| part.parse().ok())
        .unwrap();
    let (tls, authority) = runtime.block_on(tls(SocketAddr::from(([127, 0, 0, 1], port))));
    let line = serde_json::json!({
        "tls": format!("https://localhost:{}", tls.port()), "certificateAuthority": authority,
        "baseUri": emulator.base_uri(), "authority": emulator.authority(),
        "tenantId": emulator.tenant_id(), "clientId": emulator.client_id(),
    });
    println!("{line}");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// A server on this machine that hands on to another what comes over TLS, and the PEM of the authority that vouches for
/// it.
async fn tls(server: SocketAddr) -> (SocketAddr, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let issued = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![issued.der().clone()],
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut there = TcpStream::connect(server).await.unwrap();
                // A client that ends the connection without a word ends it all the same.
                if let Ok(mut here) = acceptor.accept(socket).await {
                    let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                }
            });
        }
    });
    (address, authority.pem())
}
