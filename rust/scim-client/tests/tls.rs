//! Trust: over real TLS, with certificates made here.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::SocketAddr;

use axum_server::tls_rustls::RustlsConfig;
use scim_client::event::Silent;
use scim_client::{Config, Endpoint, Kind, Secret, Session};
use scim_emulator::EmulatorConfig;

async fn serve(names: &[&str]) -> SocketAddr {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = made.signing_key.serialize_pem().into_bytes();
    let config = RustlsConfig::from_pem(made.cert.pem().into_bytes(), key)
        .await
        .unwrap();
    let app = scim_emulator::app(EmulatorConfig {
        users: 5,
        ..EmulatorConfig::default()
    })
    .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(
        axum_server::from_tcp_rustls(listener, config)
            .unwrap()
            .serve(app.into_make_service()),
    );
    address
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_refused() {
    let address = serve(&["localhost"]).await;
    let config = Config {
        base_uri: Some(format!("https://localhost:{}/rp/scim", address.port())),
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
    let error = session
        .get(Endpoint::Users, Some("x"), &[], &Silent)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TlsFailure, "{error}");
    assert!(error.to_string().contains("localhost"), "{error}");
    assert_eq!(session.stats().retries, 0, "trust does not come by trying again");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let config = Config {
        base_uri: Some(format!("https://127.0.0.1:{port}/")),
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
    let error = session
        .get(Endpoint::Users, Some("x"), &[], &Silent)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TlsFailure, "{error}");
}
