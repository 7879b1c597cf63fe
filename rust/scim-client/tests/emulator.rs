//! The client against the emulator, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scim_client::config::CredentialKind;
use scim_client::event::{Event, Observer, Silent};
use scim_client::record::{Records, Value};
use scim_client::{Config, Endpoint, Error, Kind, List, Query, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig};

async fn emulator(users: usize) -> Emulator {
    Emulator::start(EmulatorConfig {
        users,
        groups: 40,
        ..EmulatorConfig::default()
    })
    .await
    .unwrap()
}

fn config(emulator: &Emulator) -> Config {
    Config {
        base_uri: Some(emulator.base_uri().to_owned()),
        authority: Some(emulator.authority().to_owned()),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential: CredentialKind::ClientSecret,

        retry_interval_milliseconds: Some(5),
        maximum_retry_count: Some(3),
        ..Config::default()
    }
}

fn secret(emulator: &Emulator) -> Secret {
    Secret::new(emulator.client_secret().as_bytes().to_vec())
}

fn session(emulator: &Emulator) -> Session {
    Session::open(config(emulator), secret(emulator)).unwrap()
}

async fn ids(list: &mut List) -> Result<Vec<String>, (Vec<String>, Error)> {
    let mut ids = Vec::new();
    loop {
        match list.next(&Silent).await {
            Ok(Some(page)) => ids.extend(ids_of(&page)),
            Ok(None) => return Ok(ids),
            Err(error) => return Err((ids, error)),
        }
    }
}

fn ids_of(page: &scim_client::page::Page) -> Vec<String> {
    let records = Records::open(&page.buffer).unwrap();
    records
        .iter()
        .map(|r| match r.get("id") {
            Some(Value::String(id)) => id.to_owned(),
            other => panic!("no id: {other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn a_directory_comes_whole_in_the_fewest_pages() {
    let emulator = emulator(2500).await;
    let session = session(&emulator);
    let mut all = List::new(&session, Endpoint::Users, Query::default()).unwrap();
    let mut whole = ids(&mut all).await.unwrap();
    assert_eq!(session.stats().requests, 25);
    let attributes = vec!["id".to_owned(), "userName".to_owned()];
    let query = Query {
        attributes,
        ..Query::default()
    };
    let mut narrow = List::new(&session, Endpoint::Users, query).unwrap();
    assert_eq!(ids(&mut narrow).await.unwrap(), whole);
    let stats = session.stats();
    assert_eq!(
        (
            stats.requests,
            stats.billable_requests,
            stats.token_requests,
            stats.retries
        ),
        (28, 28, 1, 0)
    );
    assert!((session.estimated_cost() - 0.056).abs() < 1e-9);
    assert_eq!(whole.len(), 2500);
    whole.sort_unstable();
    whole.dedup();
    assert_eq!(whole.len(), 2500);
}

#[tokio::test]
async fn a_page_is_never_larger_than_what_is_wanted() {
    let emulator = emulator(500).await;
    let session = session(&emulator);
    let query = Query {
        wanted: Some(7),
        ..Query::default()
    };
    let mut list = List::new(&session, Endpoint::Users, query).unwrap();
    assert_eq!(list.next(&Silent).await.unwrap().unwrap().count, 7);
}

#[tokio::test]
async fn one_token_serves_all_and_an_old_one_is_renewed() {
    let emulator = emulator(10).await;
    let session = session(&emulator);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move {
                session
                    .get(Endpoint::ServiceProviderConfig, None, &[], &Silent)
                    .await
                    .map(drop)
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(session.stats().token_requests, 1);
    assert_eq!(session.stats().requests, 50);
}

#[tokio::test]
async fn a_wrong_secret_is_explained_and_never_shown() {
    let emulator = emulator(1).await;
    let session = Session::open(config(&emulator), Secret::new(b"hunter2-not-the-secret".to_vec())).unwrap();
    let error = session.sign_in(&Silent).await.unwrap_err();
    assert_eq!(error.kind(), Kind::AuthenticationFailed);
    assert!(error.to_string().contains("AADSTS7000215"), "{error}");
    assert!(error.details().request_id.is_some());
    assert!(!format!("{error:?} {session:?}").contains("hunter2"));
}

#[tokio::test]
async fn an_unknown_tenant_and_client_are_explained() {
    let emulator = emulator(1).await;
    let tenant = Config {
        tenant_id: Some("fabrikam.example".to_owned()),
        ..config(&emulator)
    };
    let client = Config {
        client_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        ..config(&emulator)
    };
    for (config, code) in [(tenant, "AADSTS90002"), (client, "AADSTS700016")] {
        let session = Session::open(config, secret(&emulator)).unwrap();
        let error = session.sign_in(&Silent).await.unwrap_err();
        assert_eq!(error.kind(), Kind::AuthenticationFailed);
        assert!(error.to_string().contains(code), "{error}");
    }
}

#[tokio::test]
async fn an_id_never_becomes_another_path() {
    let emulator = emulator(3).await;
    let session = session(&emulator);
    for id in ["a/b", "a?filter=x", "../groups", "a#b", "%2e%2e", "a b"] {
        let error = session
            .get(Endpoint::Users, Some(id), &[], &Silent)
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind(), Kind::ResourceNotFound | Kind::BadRequest),
            "{id}: {error}"
        );
        assert!(error.to_string().contains("/rp/scim/users/"), "{id}: {error}");
    }
    let requests = session.stats().requests;
    for id in ["", ".", ".."] {
        let error = session
            .get(Endpoint::Users, Some(id), &[], &Silent)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidId);
    }
    assert_eq!(session.stats().requests, requests);
}

#[tokio::test]
async fn the_budget_refuses_before_it_sends() {
    let emulator = emulator(1000).await;
    let config = Config {
        request_budget: Some(3),
        ..config(&emulator)
    };
    let session = Session::open(config, secret(&emulator)).unwrap();
    let mut list = List::new(&session, Endpoint::Users, Query::default()).unwrap();
    let (received, error) = ids(&mut list).await.unwrap_err();
    assert_eq!((received.len(), error.kind()), (300, Kind::BudgetExceeded));
    assert!(error.details().cursor.is_some());
    assert_eq!(emulator.stats().list, 3);
}

/// Keeps what it hears.
#[derive(Default)]
struct Notes(Mutex<Vec<Event>>);

impl Observer for Notes {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

#[tokio::test]
async fn each_request_is_told_with_status_bytes_and_time() {
    let emulator = emulator(5).await;
    let session = session(&emulator);
    let notes = Arc::new(Notes::default());
    session
        .get(Endpoint::ServiceProviderConfig, None, &[], &*notes)
        .await
        .unwrap();
    let lines: Vec<String> = notes.0.lock().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].contains("PSScim's emulator and not a directory"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("Token from http://127.0.0.1:"), "{lines:?}");
    assert!(
        lines[2].starts_with("GET /rp/scim/serviceproviderconfig: 200, "),
        "{lines:?}"
    );
    assert!(lines[2].contains(" ms, request ID "), "{lines:?}");
}

#[tokio::test]
async fn nobody_there_is_told_apart_from_no_name() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = |base: String| Config {
        base_uri: Some(base),
        maximum_retry_count: Some(1),
        retry_interval_milliseconds: Some(1),
        ..Config::default()
    };
    let began = Instant::now();
    for (base, kind) in [
        (format!("http://127.0.0.1:{free}/scim"), Kind::ConnectionRefused),
        ("https://no-such-host.invalid/scim".to_owned(), Kind::NameNotFound),
    ] {
        let session = Session::open(config(base), Secret::new(b"token".to_vec())).unwrap();
        let error = session
            .get(Endpoint::Users, Some("x"), &[], &Silent)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}
