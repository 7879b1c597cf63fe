//! Every way to sign in, against the emulator's other side, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use scim_client::config::CredentialKind;
use scim_client::event::{Answering, Event, Observer, Question, Silent};
use scim_client::{
    Checks, Claims, Compatibility, Config, Endpoint, Error, Kind, List, Query, Secret, Session,
};
use scim_emulator::{Emulator, EmulatorConfig, Fault, FaultAction, IDENTITY_HEADER, JOB_TOKEN};

fn asset(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/certificates")
        .join(name)
}

fn certificate(name: &str) -> Vec<u8> {
    rustls_pki_types::CertificateDer::from_pem_file(asset(name))
        .unwrap()
        .as_ref()
        .to_vec()
}

async fn emulator(change: impl FnOnce(&mut EmulatorConfig)) -> Emulator {
    let mut config = EmulatorConfig {
        users: 250,
        groups: 3,
        certificates: vec![certificate("rsa.pem")],
        ..EmulatorConfig::default()
    };
    change(&mut config);
    Emulator::start(config).await.unwrap()
}

fn config(emulator: &Emulator, credential: CredentialKind) -> Config {
    use CredentialKind::{AccessToken, AccessTokenProvider, Identity};
    let elsewhere = matches!(credential, AccessToken | AccessTokenProvider | Identity);
    Config {
        base_uri: Some(emulator.base_uri().to_owned()),
        authority: (!elsewhere).then(|| emulator.authority().to_owned()),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential,
        entra: Some(true),
        retry_interval_milliseconds: Some(5),
        maximum_retry_count: Some(2),
        ..Config::default()
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn block(pairs: &[(&str, &str)]) -> Secret {
    secret(
        &pairs
            .iter()
            .map(|(n, v)| format!("{n}={v}\0"))
            .collect::<String>(),
    )
}

async fn reads_one(session: &Session, observer: &dyn Observer) {
    let query = Query {
        wanted: Some(1),
        ..Query::default()
    };
    let mut list = List::new(session, Endpoint::Users, query).unwrap();
    assert_eq!(list.next(observer).await.unwrap().unwrap().count, 1);
}

async fn refused(config: Config, secret: Secret) -> Error {
    match Session::open(config, secret) {
        Ok(session) => session.sign_in(&Silent).await.unwrap_err(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_certificate_of_a_file_signs() {
    let emulator = emulator(|_| ()).await;
    for (file, password) in [
        ("rsa.pfx", "pfx-password"),
        ("rsa-old.pfx", "pfx-password"),
        ("rsa.pem", ""),
        ("rsa-pkcs1.pem", ""),
        ("rsa-encrypted.pem", "pem-password"),
    ] {
        let config = Config {
            certificate_path: Some(asset(file).display().to_string()),
            ..config(&emulator, CredentialKind::Certificate)
        };
        let session = Session::open(config, secret(password)).unwrap_or_else(|e| panic!("{file}: {e}"));
        reads_one(&session, &Silent).await;
        assert_eq!(session.stats().token_requests, 1, "{file}");
        assert_eq!(session.describe().credential, "Certificate");
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_sign_in_is_refused_before_anything_is_sent() {
    let emulator = emulator(|_| ()).await;
    for (file, password, says) in [
        ("rsa.pfx", "wrong", "password of "),
        ("rsa-encrypted.pem", "wrong", "password of "),
        ("ec.pem", "", "elliptic-curve"),
        ("small.pem", "", "1024 bits"),
        ("no-key.pem", "", "not its private key"),
        ("other-key.pem", "", "doesn't match any certificate"),
        ("missing.pfx", "", "can't be read"),
        ("../sign_in.rs", "", "isn't a valid PFX or PEM file"),
    ] {
        let config = Config {
            certificate_path: Some(asset(file).display().to_string()),
            ..config(&emulator, CredentialKind::Certificate)
        };
        let error = Session::open(config, secret(password)).unwrap_err();
        assert_eq!(error.kind(), Kind::CertificateUnusable, "{file}: {error}");
        assert!(error.to_string().contains(says), "{file}: {error}");
    }
    assert_eq!(emulator.stats().token, 0);
}

#[tokio::test]
async fn a_certificate_outside_its_time_is_refused() {
    let emulator = emulator(|_| ()).await;
    let text = std::fs::read_to_string(asset("rsa.pem")).unwrap();
    let key = rcgen::KeyPair::from_pem(&text).unwrap();
    for (from, until, says) in [(2020, 2021, "has expired"), (2098, 2099, "isn't valid until")] {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        let config = Config {
            certificate: Some(STANDARD.encode(certificate.der())),
            ..config(&emulator, CredentialKind::CertificateInStore)
        };
        let error = Session::open(config, secret("")).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_registered_is_explained() {
    let emulator = emulator(|c| c.certificates.clear()).await;
    let config = Config {
        certificate_path: Some(asset("rsa.pem").display().to_string()),
        ..config(&emulator, CredentialKind::Certificate)
    };
    let error = refused(config, secret("")).await;
    assert!(error.to_string().contains("AADSTS700027"), "{error}");
}

/// The caller's side of a store: signs what it is asked to, or gives a token.
#[derive(Default)]
struct Caller {
    asked: AtomicUsize,
    token: Mutex<String>,
    wrong: bool,
    silent: bool,
}

impl Observer for Caller {
    fn event(&self, _: Event) {}

    fn ask(&self, question: Question) -> Answering<'_> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            if self.silent {
                std::future::pending::<()>().await;
            }
            match question {
                Question::AccessToken => Ok(secret(&self.token.lock().unwrap())),
                Question::Signature(_) if self.wrong => Ok(Secret::new(vec![7; 256])),
                Question::Signature(data) => {
                    let pem = rustls_pki_types::PrivatePkcs8KeyDer::from_pem_file(asset("rsa.pem")).unwrap();
                    let key = RsaKeyPair::from_pkcs8(pem.secret_pkcs8_der()).unwrap();
                    let mut signature = vec![0; key.public().modulus_len()];
                    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), &data, &mut signature)
                        .unwrap();
                    Ok(Secret::new(signature))
                }
            }
        })
    }
}

#[tokio::test]
async fn a_key_in_a_store_is_asked_to_sign() {
    let emulator = emulator(|_| ()).await;
    let config = Config {
        certificate: Some(STANDARD.encode(certificate("rsa.pem"))),
        ..config(&emulator, CredentialKind::CertificateInStore)
    };
    let session = Session::open(config.clone(), secret("")).unwrap();
    let caller = Caller::default();
    reads_one(&session, &caller).await;
    assert_eq!(caller.asked.load(Ordering::Relaxed), 1);
    // Another assertion, with an id of its own, or the emulator would refuse it as used.
    emulator.expire_tokens();
    reads_one(&session, &caller).await;
    assert_eq!(caller.asked.load(Ordering::Relaxed), 2);

    let session = Session::open(config, secret("")).unwrap();
    let forger = Caller {
        wrong: true,
        ..Caller::default()
    };
    let error = session.sign_in(&forger).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS700027"), "{error}");
    assert_eq!(
        session.sign_in(&Silent).await.unwrap_err().kind(),
        Kind::AuthenticationFailed
    );
}

#[tokio::test]
async fn who_never_answers_does_not_hold_the_others_up() {
    let emulator = emulator(|_| ()).await;
    let config = Config {
        certificate: Some(STANDARD.encode(certificate("rsa.pem"))),
        ..config(&emulator, CredentialKind::CertificateInStore)
    };
    let session = Session::open(config, secret("")).unwrap();
    let first = session.clone();
    let stuck = tokio::spawn(async move {
        let mute = Caller {
            silent: true,
            ..Caller::default()
        };
        first.sign_in(&mute).await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let began = Instant::now();
    session.sign_in(&Caller::default()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    // The one that asked in vain gets the token that the other has brought.
    stuck.await.unwrap().unwrap();
    assert_eq!(session.stats().token_requests, 1);
}

#[tokio::test]
async fn outside_tokens_sign_in_and_are_fetched_anew() {
    let emulator = emulator(|_| ()).await;
    let variables = block(&[
        (
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            &format!("{}/issuer/github?api-version=2.0", emulator.authority()),
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", JOB_TOKEN),
        (
            "SYSTEM_OIDCREQUESTURI",
            &format!("{}/issuer/azure-devops", emulator.authority()),
        ),
        ("SYSTEM_ACCESSTOKEN", JOB_TOKEN),
    ]);
    for kind in [CredentialKind::GitHubActions, CredentialKind::AzureDevOps] {
        let config = Config {
            service_connection_id: Some("c0ffee".to_owned()),
            ..config(&emulator, kind)
        };
        let session = Session::open(config, variables.clone()).unwrap();
        reads_one(&session, &Silent).await;
        assert_eq!(session.stats().token_requests, 2);
        emulator.expire_tokens();
        reads_one(&session, &Silent).await;
        assert_eq!(session.stats().token_requests, 4);
    }
    let error = refused(config(&emulator, CredentialKind::GitHubActions), secret("")).await;
    assert!(
        error.to_string().contains("ACTIONS_ID_TOKEN_REQUEST_URL"),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_file_is_read_anew_and_a_wrong_token_is_explained() {
    let emulator = emulator(|_| ()).await;
    let http = reqwest::Client::new();
    let outside = async |audience: &str| {
        let url = format!("{}/issuer/github?audience={audience}", emulator.authority());
        let answer = http
            .get(url)
            .bearer_auth(JOB_TOKEN)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["value"].as_str().unwrap().to_owned()
    };
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("federated-token");
    std::fs::write(&file, outside("api://AzureADTokenExchange").await + "\n").unwrap();
    let config = |kind| Config {
        federated_token_file: Some(file.display().to_string()),
        ..config(&emulator, kind)
    };
    let session = Session::open(config(CredentialKind::FederatedTokenFile), secret("")).unwrap();
    reads_one(&session, &Silent).await;
    emulator.expire_tokens();
    std::fs::write(&file, "not a token").unwrap();
    assert_eq!(
        session
            .get(Endpoint::Users, Some("x"), &[], &Silent)
            .await
            .unwrap_err()
            .kind(),
        Kind::FederatedTokenUnavailable
    );
    std::fs::write(&file, outside("api://AzureADTokenExchange").await).unwrap();
    reads_one(&session, &Silent).await;

    let given = secret(&outside("api://AzureADTokenExchange").await);
    let session = Session::open(config(CredentialKind::FederatedToken), given).unwrap();
    reads_one(&session, &Silent).await;
    let wrong = refused(
        config(CredentialKind::FederatedToken),
        secret(&outside("elsewhere").await),
    )
    .await;
    assert!(wrong.to_string().contains("AADSTS700212"), "{wrong}");
    std::fs::remove_file(&file).unwrap();
    let error = refused(config(CredentialKind::FederatedTokenFile), secret("")).await;
    assert!(error.to_string().contains("can't be read"), "{error}");
}

#[tokio::test]
async fn a_managed_identity_is_found_by_the_environment() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("arc-keys");
    std::fs::create_dir_all(&folder).unwrap();
    let emulator = emulator(|c| c.arc_key_folder = Some(folder.clone())).await;
    let at = |path: &str| format!("{}{path}", emulator.authority());
    for variables in [
        block(&[
            ("IDENTITY_ENDPOINT", &at("/identity/app-service")),
            ("IDENTITY_HEADER", IDENTITY_HEADER),
        ]),
        block(&[
            ("IDENTITY_ENDPOINT", &at("/identity/arc")),
            ("IMDS_ENDPOINT", "http://127.0.0.1:40342"),
        ]),
        block(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &at(""))]),
    ] {
        let config = Config {
            client_id: None,
            arc_key_folder: Some(folder.clone()),
            ..config(&emulator, CredentialKind::Identity)
        };
        let session = Session::open(config, variables).unwrap();
        reads_one(&session, &Silent).await;
        assert_eq!(session.describe().credential, "ManagedIdentity");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_metadata_service_is_retried_and_a_refusal_is_told() {
    let emulator = emulator(|_| ()).await;
    let variables = block(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.authority())]);
    let fault = |status| {
        Fault::once(FaultAction::Status {
            status,
            retry_after: None,
            detail: None,
            scim_type: None,
        })
        .on_path("/metadata/")
        .skip(1)
    };
    for status in [404, 410, 429, 500, 503] {
        emulator.inject(fault(status));
        let session = Session::open(config(&emulator, CredentialKind::Identity), variables.clone()).unwrap();
        session
            .sign_in(&Silent)
            .await
            .unwrap_or_else(|e| panic!("{status}: {e}"));
    }
    let config = Config {
        client_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        ..config(&emulator, CredentialKind::Identity)
    };
    let error = refused(config, variables).await;
    assert_eq!(error.kind(), Kind::ManagedIdentityUnavailable);
    assert!(error.to_string().contains("Identity not found"), "{error}");
}

#[tokio::test]
async fn an_update_of_the_metadata_service_is_waited_out_for_seventy_seconds() {
    let emulator = emulator(|_| ()).await;
    let variables = block(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.authority())]);
    let gone = |times| {
        Fault::once(FaultAction::Status {
            status: 410,
            retry_after: None,
            detail: None,
            scim_type: None,
        })
        .on_path("/metadata/")
        .skip(1)
        .times(times)
    };
    let config = || Config {
        maximum_retry_count: None,
        imds_second: Some(Duration::from_millis(1)),
        ..config(&emulator, CredentialKind::Identity)
    };
    // Seven retries, ten seconds apart.
    emulator.inject(gone(7));
    let session = Session::open(
        Config {
            client_id: None,
            ..config()
        },
        variables.clone(),
    )
    .unwrap();
    session.sign_in(&Silent).await.unwrap();
    assert_eq!(session.stats().token_requests, 8);
    emulator.inject(gone(99));
    let error = refused(config(), variables).await;
    assert_eq!(
        (error.kind(), error.details().status),
        (Kind::ManagedIdentityUnavailable, Some(410))
    );
}

#[tokio::test]
async fn the_services_word_on_renewing_holds_and_a_renewal_that_fails_stops_nobody() {
    let emulator = emulator(|c| c.refresh_in_seconds = Some(0)).await;
    let session = Session::open(
        config(&emulator, CredentialKind::ClientSecret),
        secret(emulator.client_secret()),
    )
    .unwrap();
    // Each page is asked for with a token of its own: refresh_in says that the one before is to be renewed.
    let mut list = List::new(&session, Endpoint::Users, Query::default()).unwrap();
    let mut count = 0;
    while let Some(page) = list.next(&Silent).await.unwrap() {
        count += page.count;
    }
    assert_eq!((count, session.stats().token_requests), (250, 3));
    emulator.inject(Fault::once(FaultAction::TokenRefusal { code: 90002 }).times(99));
    reads_one(&session, &Silent).await;
    assert_eq!(session.stats().token_requests, 4);
    // The next try is later.
    reads_one(&session, &Silent).await;
    assert_eq!(session.stats().token_requests, 4);
    // But one that the service refuses cannot be helped out with.
    emulator.expire_tokens();
    let error = session
        .get(Endpoint::Users, Some("x"), &[], &Silent)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::AuthenticationFailed);
}

#[tokio::test]
async fn where_there_is_no_metadata_service_it_gives_up_quickly() {
    let emulator = emulator(|_| ()).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // Takes connections and never answers, as a network does that drops packets.
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let began = Instant::now();
    let variables = block(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &silent)]);
    let error = refused(config(&emulator, CredentialKind::Identity), variables).await;
    assert_eq!(error.kind(), Kind::ManagedIdentityUnavailable);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_environment_names_client_and_credential() {
    let emulator = emulator(|_| ()).await;
    let path = asset("rsa.pfx").display().to_string();
    let config = || Config {
        authority: None,
        tenant_id: None,
        client_id: None,
        ..config(&emulator, CredentialKind::EnvironmentVariable)
    };
    let common = [
        ("AZURE_TENANT_ID", emulator.tenant_id()),
        ("AZURE_CLIENT_ID", emulator.client_id()),
        ("AZURE_AUTHORITY_HOST", emulator.authority()),
    ];
    let with = |more: &[(&str, &str)]| block(&[&common[..], more].concat());
    for (variables, name) in [
        (
            with(&[("AZURE_CLIENT_SECRET", emulator.client_secret())]),
            "ClientSecret",
        ),
        (
            with(&[
                ("AZURE_CLIENT_CERTIFICATE_PATH", &path),
                ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "pfx-password"),
            ]),
            "Certificate",
        ),
    ] {
        let session = Session::open(config(), variables).unwrap();
        reads_one(&session, &Silent).await;
        assert_eq!(session.describe().credential, name);
    }
    let error = refused(config(), with(&[])).await;
    assert!(
        error.to_string().contains("AZURE_FEDERATED_TOKEN_FILE"),
        "{error}"
    );
    let error = refused(config(), secret("")).await;
    assert!(error.to_string().contains("AZURE_TENANT_ID"), "{error}");
}

#[tokio::test]
async fn a_provider_is_asked_whenever_a_token_is_needed() {
    let emulator = emulator(|_| ()).await;
    let issuer = Session::open(
        config(&emulator, CredentialKind::ClientSecret),
        secret(emulator.client_secret()),
    )
    .unwrap();
    let fresh = async || {
        issuer.sign_in(&Silent).await.unwrap();
        let token = issuer.access_token(&Silent).await.unwrap().unwrap();
        String::from_utf8(token.bytes().to_vec()).unwrap()
    };
    let caller = Caller::default();
    *caller.token.lock().unwrap() = fresh().await;
    let session = Session::open(config(&emulator, CredentialKind::AccessTokenProvider), secret("")).unwrap();
    reads_one(&session, &caller).await;
    reads_one(&session, &caller).await;
    assert_eq!(caller.asked.load(Ordering::Relaxed), 1);
    emulator.expire_tokens();
    reads_one(&issuer, &Silent).await;
    *caller.token.lock().unwrap() = fresh().await;
    reads_one(&session, &caller).await;
    assert_eq!(caller.asked.load(Ordering::Relaxed), 2);
    *caller.token.lock().unwrap() = "two words".to_owned();
    emulator.expire_tokens();
    let error = session
        .get(Endpoint::Users, Some("x"), &[], &caller)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TokenResponseInvalid);
}

#[tokio::test]
async fn a_name_and_password_go_with_each_request() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = Config {
        base_uri: Some(format!("http://{}/scim", listener.local_addr().unwrap())),
        user_name: Some("Aladdin".to_owned()),
        credential: CredentialKind::Basic,
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = socket.read(&mut request).await.unwrap();
        socket
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/scim+json\r\ncontent-length: 10\r\n\r\n{\"id\":\"1\"}")
            .await
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    // The pair of RFC 7617 section 2.
    let session = Session::open(config, secret("open sesame")).unwrap();
    session.sign_in(&Silent).await.unwrap();
    session
        .get(Endpoint::Users, Some("1"), &[], &Silent)
        .await
        .unwrap();
    assert!(
        server
            .await
            .unwrap()
            .contains("authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")
    );
    assert!(session.access_token(&Silent).await.unwrap().is_none());
    assert_eq!(session.stats().token_requests, 0);
}

#[tokio::test]
async fn fifty_at_once_make_one_token_request_and_a_list_outlives_its_token() {
    let emulator = emulator(|_| ()).await;
    let session = Session::open(
        config(&emulator, CredentialKind::ClientSecret),
        secret(emulator.client_secret()),
    )
    .unwrap();
    let all: Vec<_> = (0..50)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move { reads_one(&session, &Silent).await })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(session.stats().token_requests, 1);

    let mut list = List::new(&session, Endpoint::Users, Query::default()).unwrap();
    let mut count = 0;
    while let Some(page) = list.next(&Silent).await.unwrap() {
        count += page.count;
        emulator.expire_tokens();
    }
    assert_eq!(count, 250);
    assert_eq!(session.stats().token_requests, 3);
}

#[tokio::test]
async fn each_code_of_the_identity_platform_is_explained() {
    let emulator = emulator(|_| ()).await;
    for row in scim_client::aadsts::TABLE {
        emulator.inject(Fault::once(FaultAction::TokenRefusal { code: row.code }));
        let error = refused(config(&emulator, CredentialKind::ClientSecret), secret("x")).await;
        assert_eq!(error.kind(), Kind::AuthenticationFailed);
        assert!(error.to_string().contains(row.meaning), "{error}");
        assert_eq!(error.details().advice, row.advice);
    }
}

async fn checks(session: &Session) -> Vec<(&'static str, &'static str)> {
    let mut checks = Checks::new(session, true);
    let mut all = Vec::new();
    while let Some(check) = checks.next(&Silent).await {
        assert_eq!(check.status == "Failed", !check.advice.is_empty(), "{check:?}");
        all.push((check.name, check.status));
    }
    all
}

#[tokio::test]
async fn a_good_connection_passes_every_check_for_one_request() {
    let emulator = emulator(|_| ()).await;
    let session = Session::open(
        config(&emulator, CredentialKind::ClientSecret),
        secret(emulator.client_secret()),
    )
    .unwrap();
    let all = checks(&session).await;
    assert_eq!(all.len(), 12);
    assert!(all.iter().all(|(_, status)| *status == "Passed"), "{all:?}");
    assert_eq!(
        (session.stats().requests, session.stats().billable_requests),
        (1, 1)
    );
}

#[tokio::test]
async fn a_check_that_fails_spends_nothing_more() {
    let reader = emulator(|c| c.roles = vec!["User.Read.All".into(), "Group.Read.All".into()]).await;
    let session = Session::open(
        config(&reader, CredentialKind::ClientSecret),
        secret(reader.client_secret()),
    )
    .unwrap();
    let all = checks(&session).await;
    assert!(
        all.contains(&("ReadUsers", "Passed")) && all.contains(&("WriteUsers", "Failed")),
        "{all:?}"
    );
    assert_eq!(all.last(), Some(&("ReadOneUser", "Skipped")));
    assert_eq!(session.stats().requests, 0);

    let off = emulator(|_| ()).await;
    off.inject(
        Fault::once(FaultAction::ApiNotEnabled {
            status: 401,
            subscription: true,
        })
        .times(9),
    );
    let session = Session::open(
        config(&off, CredentialKind::ClientSecret),
        secret(off.client_secret()),
    )
    .unwrap();
    let all = checks(&session).await;
    assert_eq!(all[10..], [("ApiEnabled", "Failed"), ("ReadOneUser", "Skipped")]);
    assert_eq!(session.stats().billable_requests, 0);
}

#[tokio::test]
async fn a_token_for_another_service_is_told_by_its_audience() {
    let emulator = emulator(|_| ()).await;
    let encode = |json: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json);
    let token = format!(
        "{}.{}.c2ln",
        encode(r#"{"alg":"RS256"}"#),
        encode(r#"{"aud":"https://vault.azure.net"}"#)
    );
    assert_eq!(
        Claims::read(&token).unwrap().audience(),
        Some("https://vault.azure.net")
    );
    let session = Session::open(config(&emulator, CredentialKind::AccessToken), secret(&token)).unwrap();
    let all = checks(&session).await;
    assert_eq!(all[3], ("Audience", "Failed"));
    assert_eq!(session.stats().requests, 0);
}
