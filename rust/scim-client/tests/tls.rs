//! Trust: over real TLS, with certificates made here.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::Version;
use axum::middleware::{self, Next};
use scim_client::{Config, Kind, NetworkConfig, Secret, Secrets, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use support::{Authority, connect, count, emulator, get, open, serve, tls};

const YEAR: i32 = 2100;

fn trusting(authority: &Authority) -> NetworkConfig {
    NetworkConfig {
        certificate_authority: Some(authority.pem()),
        ..NetworkConfig::default()
    }
}

/// An emulator with a certificate for `name`, and its base URI by the name `localhost`.
async fn emulator_as(authority: &Authority, name: &str, year: i32) -> String {
    let acceptor = tls(&authority.issue(name, year), None, &["h2", "http/1.1"]);
    let address = serve(emulator(), acceptor).await;
    format!("https://localhost:{}/rp/scim", address.port())
}

#[tokio::test]
async fn each_reason_not_to_trust_has_its_own_id() {
    let authority = Authority::new("An authority");
    for (name, year, network, kind) in [
        (
            "localhost",
            YEAR,
            NetworkConfig::default(),
            Kind::CertificateUntrusted,
        ),
        (
            "localhost",
            YEAR,
            trusting(&Authority::new("Another")),
            Kind::CertificateUntrusted,
        ),
        (
            "elsewhere.example",
            YEAR,
            trusting(&authority),
            Kind::CertificateNameMismatch,
        ),
        ("localhost", 2002, trusting(&authority), Kind::CertificateExpired),
    ] {
        let session = connect(emulator_as(&authority, name, year).await, network);
        let error = get(&session).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("localhost"), "{error}");
        assert_eq!(session.stats().retries, 0, "trust does not come by trying again");
    }
}

#[tokio::test]
async fn a_certificate_that_signed_itself_is_refused() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let issued = support::Issued {
        certificate: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
    };
    let address = serve(emulator(), tls(&issued, None, &[])).await;
    let base = format!("https://localhost:{}/rp/scim", address.port());
    let error = get(&connect(base, NetworkConfig::default())).await.unwrap_err();
    assert_eq!(error.kind(), Kind::CertificateUntrusted, "{error}");
    assert!(
        error
            .to_string()
            .contains("is self-signed, or its authority isn't trusted"),
        "{error}"
    );
}

#[tokio::test]
async fn no_check_means_no_check() {
    let base = emulator_as(&Authority::new("An authority"), "elsewhere.example", 2002).await;
    let network = NetworkConfig {
        skip_certificate_check: true,
        ..NetworkConfig::default()
    };
    get(&connect(base, network)).await.unwrap();
}

#[tokio::test]
async fn authorities_come_from_files_too_and_a_bad_one_is_named() {
    let authority = Authority::new("An authority");
    let base = emulator_as(&authority, "localhost", YEAR).await;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("authorities");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        NetworkConfig {
            certificate_authority_files: vec![path.to_str().unwrap().to_owned()],
            ..NetworkConfig::default()
        }
    };
    let bundle = Authority::new("Another").pem() + &authority.pem();
    get(&connect(base.clone(), file("bundle.pem", bundle.as_bytes())))
        .await
        .unwrap();
    let der = pem_bytes(&authority.pem());
    for (name, bytes, words) in [
        ("empty.pem", &b""[..], "doesn't contain a PEM certificate"),
        (
            "nonsense.pem",
            b"This is no certificate.",
            "doesn't contain a PEM certificate",
        ),
        ("authority.cer", &der, "in DER format"),
        (
            "broken.pem",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n",
            "can't be read",
        ),
    ] {
        let error = open(base.clone(), file(name, bytes), Config::default()).unwrap_err();
        assert_eq!(
            error.kind(),
            Kind::CertificateAuthorityUnusable,
            "{name}: {error}"
        );
        assert!(
            error.to_string().contains(name) && error.to_string().contains(words),
            "{error}"
        );
    }
    let missing = NetworkConfig {
        certificate_authority_files: vec![folder.join("missing.pem").to_str().unwrap().to_owned()],
        ..NetworkConfig::default()
    };
    let error = open(base, missing, Config::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::CertificateAuthorityUnusable);
    std::fs::remove_dir_all(folder).unwrap();
}

fn pem_bytes(pem: &str) -> Vec<u8> {
    use rustls_pki_types::pem::PemObject;
    rustls_pki_types::CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn a_server_that_wants_a_client_certificate_gets_it() {
    let (servers, clients) = (
        Authority::new("Authority of servers"),
        Authority::new("Authority of clients"),
    );
    let acceptor = tls(&servers.issue("localhost", YEAR), Some(&clients), &[]);
    let address = serve(emulator(), acceptor).await;
    let base = format!("https://localhost:{}/rp/scim", address.port());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("client.pem");
    let shown = |issued: support::Issued| {
        // The key first, and another certificate before its own: the order does not matter.
        let chain = issued.key + &clients.pem() + &issued.certificate;
        std::fs::write(&file, chain).unwrap();
        NetworkConfig {
            client_certificate_path: Some(file.to_str().unwrap().to_owned()),
            ..trusting(&servers)
        }
    };
    get(&connect(base.clone(), shown(clients.issue("client", YEAR))))
        .await
        .unwrap();

    let strangers = Authority::new("Authority of strangers");
    for (network, how) in [
        (trusting(&servers), "without one"),
        (shown(strangers.issue("client", YEAR)), "with a stranger's"),
    ] {
        let session = connect(base.clone(), network);
        let error = get(&session).await.unwrap_err();
        assert_eq!(error.kind(), Kind::ClientCertificateRefused, "{how}: {error}");
        assert_eq!(session.stats().retries, 0, "{how}");
    }

    let error = open(
        base.clone(),
        shown(clients.issue("client", 2002)),
        Config::default(),
    )
    .unwrap_err();
    assert_eq!(error.kind(), Kind::ClientCertificateUnusable);
    assert!(error.to_string().contains("expired"), "{error}");

    // Its key is another's.
    let (one, other) = (clients.issue("one", YEAR), clients.issue("other", YEAR));
    let mixed = support::Issued {
        certificate: one.certificate,
        key: other.key,
    };
    let error = open(base, shown(mixed), Config::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::ClientCertificateUnusable);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_client_certificate_with_another_password_is_told_without_the_password() {
    for (file, password) in [("rsa.pfx", "wrong-one"), ("rsa-encrypted.pem", "wrong-one")] {
        let path = format!("{}/tests/certificates/{file}", env!("CARGO_MANIFEST_DIR"));
        let config = Config {
            base_uri: Some("https://scim.example.org".to_owned()),
            network: NetworkConfig {
                client_certificate_path: Some(path),
                ..NetworkConfig::default()
            },
            ..Config::default()
        };
        let secrets = Secrets {
            sign_in: Secret::new(b"token".to_vec()),
            network: Secret::new(format!("clientCertificatePassword={password}\0").into_bytes()),
        };
        let error = Session::open(config, secrets).unwrap_err();
        assert_eq!(error.kind(), Kind::ClientCertificateUnusable, "{file}: {error}");
        assert!(
            error.to_string().contains(file) && !error.to_string().contains(password),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_http2_and_compression_are_used() {
    let authority = Authority::new("An authority");
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
        let acceptor = tls(&authority.issue("localhost", YEAR), None, &["h2", "http/1.1"]);
        let address = serve(app, acceptor).await;
        let base = format!("https://localhost:{}/rp/scim", address.port());
        assert_eq!(count(&connect(base, trusting(&authority))).await.unwrap(), 250);
        let expected = (Version::HTTP_2, encoding.to_owned());
        assert_eq!(*seen.lock().unwrap(), vec![expected; 3]);
    }
}

/// What a server answers to a TLS client's greeting, and the error that comes of it.
async fn greeted_with(answer: &'static [u8]) -> scim_client::Error {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut greeting = [0; 64];
            let _ = socket.read_exact(&mut greeting).await;
            let _ = socket.write_all(answer).await;
            let _ = socket.shutdown().await;
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
    });
    let session = connect(format!("https://127.0.0.1:{port}/"), NetworkConfig::default());
    let error = get(&session).await.unwrap_err();
    assert_eq!(session.stats().retries, 0, "{error}");
    error
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told() {
    let error = greeted_with(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert_eq!(error.kind(), Kind::TlsFailure, "{error}");
}

#[tokio::test]
async fn a_server_older_than_tls_1_2_is_refused() {
    // A ServerHello of TLS 1.1 (RFC 4346 section 7.4.1.3), and the alert protocol_version.
    const HELLO: [u8; 47] = {
        let mut record = [7; 47];
        let begin = [0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
        let mut i = 0;
        while i < begin.len() {
            record[i] = begin[i];
            i += 1;
        }
        // No session id, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        (record[43], record[44], record[45], record[46]) = (0, 0, 0x2f, 0);
        record
    };
    for answer in [&HELLO[..], &[0x15, 3, 1, 0, 2, 2, 70]] {
        let error = greeted_with(answer).await;
        assert_eq!(error.kind(), Kind::TlsVersionTooOld, "{error}");
    }
}
