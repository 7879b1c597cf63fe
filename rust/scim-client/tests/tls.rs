//! Trust: over real TLS, with certificates made here.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::Version;
use axum::middleware::{self, Next};
use axum_server::tls_rustls::RustlsConfig;
use scim_client::event::Silent;
use scim_client::{Config, Endpoint, Kind, List, Query, Secret, Session};
use scim_emulator::EmulatorConfig;

/// A TLS server for an app, and its certificate, which no authority has signed.
async fn serve(app: axum::Router, name: &str) -> (SocketAddr, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let config = RustlsConfig::from_pem(certificate.clone().into_bytes(), key.into_bytes())
        .await
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(
        axum_server::from_tcp_rustls(listener, config)
            .unwrap()
            .serve(app.into_make_service()),
    );
    (address, certificate)
}

fn emulator() -> axum::Router {
    let config = EmulatorConfig {
        users: 250,
        static_tokens: vec!["token".to_owned()],
        ..EmulatorConfig::default()
    };
    scim_emulator::app(config).unwrap()
}

fn connect(host: &str, address: SocketAddr, authority: Option<String>) -> Session {
    let base = format!("https://{host}:{}/rp/scim", address.port());
    let config = Config {
        base_uri: Some(base),
        certificate_authority: authority,
        ..Config::default()
    };
    Session::open(config, Secret::new(b"token".to_vec())).unwrap()
}

async fn get(session: &Session) -> Result<(), scim_client::Error> {
    session
        .get(Endpoint::ServiceProviderConfig, None, &[], &Silent)
        .await
        .map(drop)
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_refused() {
    let (address, _) = serve(emulator(), "localhost").await;
    let session = connect("localhost", address, None);
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), Kind::TlsFailure, "{error}");
    assert!(error.to_string().contains("localhost"), "{error}");
    assert_eq!(session.stats().retries, 0, "trust does not come by trying again");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (address, certificate) = serve(emulator(), "elsewhere.example").await;
    let error = get(&connect("localhost", address, Some(certificate)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TlsFailure, "{error}");
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_http2_and_compression_are_used() {
    for encoding in ["br", "gzip"] {
        let seen: Arc<Mutex<Vec<(Version, String)>>> = Arc::default();
        let notes = Arc::clone(&seen);
        let compression = tower_http::compression::CompressionLayer::new()
            .gzip(encoding == "gzip")
            .br(encoding == "br");
        let app =
            emulator()
                .layer(compression)
                .layer(middleware::from_fn(move |request: Request, next: Next| {
                    let notes = Arc::clone(&notes);
                    async move {
                        let version = request.version();
                        let response = next.run(request).await;
                        let encoding = response
                            .headers()
                            .get("content-encoding")
                            .map(|v| v.to_str().unwrap().to_owned());
                        notes
                            .lock()
                            .unwrap()
                            .push((version, encoding.unwrap_or_default()));
                        response
                    }
                }));
        let (address, certificate) = serve(app, "localhost").await;
        let session = connect("localhost", address, Some(certificate));
        let mut list = List::new(&session, Endpoint::Users, Query::default()).unwrap();
        let mut count = 0;
        while let Some(page) = list.next(&Silent).await.unwrap() {
            count += page.count;
        }
        assert_eq!(count, 250);
        let expected = (Version::HTTP_2, encoding.to_owned());
        assert_eq!(*seen.lock().unwrap(), vec![expected; 3]);
    }
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
