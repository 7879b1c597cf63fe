//! How long is waited, and what a machine's own network and clock have to do with it.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::routing::get as route;
use scim_client::event::{Event, Observer};
use scim_client::{Compatibility, Config, Endpoint, Kind, NetworkConfig, Session};
use scim_emulator::{Emulator, EmulatorConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use support::{emulator, get, open, serve_plain};

/// A server that begins an answer of eight bytes and sends one each `pause`; without a pause it stays silent.
async fn slow(pause: Option<Duration>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/scim", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = socket.read(&mut [0; 4096]).await;
                let _ = socket
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
                    .await;
                for byte in b"{      }" {
                    match pause {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => std::future::pending().await,
                    }
                    let _ = socket.write_all(&[*byte]).await;
                }
            });
        }
    });
    base
}

fn patient(base: String, whole: u64, stall: u64) -> Session {
    let config = Config {
        timeout_seconds: Some(whole),
        stall_timeout_seconds: Some(stall),
        maximum_retry_count: Some(0),
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    open(base, NetworkConfig::default(), config).unwrap()
}

#[tokio::test]
async fn silence_and_slowness_are_two_things() {
    let began = Instant::now();
    let error = get(&patient(slow(None).await, 60, 1)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Stalled, "{error}");
    assert!(began.elapsed() < Duration::from_secs(30));

    // A byte now and then is no silence; the limit for the whole request holds all the same.
    let steady = Duration::from_millis(500);
    get(&patient(slow(Some(steady)).await, 60, 3)).await.unwrap();
    let error = get(&patient(slow(Some(steady)).await, 1, 60)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
}

#[tokio::test]
async fn ipv6_addresses_are_addresses() {
    if TcpListener::bind("[::1]:0").await.is_err() {
        eprintln!("This machine has no IPv6.");
        return;
    }
    let address = serve_plain(emulator(), "[::1]:0").await;
    let session = patient(format!("http://{address}/rp/scim"), 60, 60);
    get(&session).await.unwrap();
    assert!(session.describe().base_uri.starts_with("http://[::1]:"));
}

#[tokio::test]
async fn connections_are_kept_from_one_operation_to_the_next() {
    let config = EmulatorConfig {
        static_tokens: vec!["token".to_owned()],
        ..EmulatorConfig::default()
    };
    let emulator = Emulator::start(config).await.unwrap();
    let session = patient(emulator.base_uri().to_owned(), 60, 60);
    for _ in 0..5 {
        get(&session).await.unwrap();
    }
    assert_eq!(emulator.stats().connections, 1);
}

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_once() {
    for (offset, words) in [
        (900_i64, "15 minutes behind"),
        (-7_260, "2 hours ahead of"),
        (30, ""),
    ] {
        let app = Router::new().route(
            "/scim/{*any}",
            route(move || async move {
                let seconds = Duration::from_secs(offset.unsigned_abs());
                let now = SystemTime::now();
                let date = if offset > 0 { now + seconds } else { now - seconds };
                ([("date", httpdate::fmt_http_date(date))], "{}")
            }),
        );
        let address = serve_plain(app, "127.0.0.1:0").await;
        let session = patient(format!("http://{address}/scim"), 60, 60);
        let heard = Arc::new(Warnings::default());
        for _ in 0..3 {
            session
                .get(Endpoint::ServiceProviderConfig, None, &[], &*heard)
                .await
                .unwrap();
        }
        let told = heard.0.lock().unwrap();
        assert_eq!(told.len(), usize::from(!words.is_empty()), "{told:?}");
        assert!(
            told.iter().all(|t| t.contains(words) && t.contains("127.0.0.1")),
            "{told:?}"
        );
    }
}

/// A mistake in the address isn't retried; a server that was there before may come back.
#[tokio::test]
async fn a_host_that_has_never_answered_fails_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for (base, kind) in [
        (format!("http://{address}/scim"), Kind::ConnectionRefused),
        ("http://no-such-host.invalid/scim".to_owned(), Kind::NameNotFound),
    ] {
        let config = Config {
            base_uri: Some(base),
            allow_unencrypted_authentication: true,
            compatibility: vec![Compatibility::SkipDiscovery],
            ..Config::default()
        };
        let session = Session::open(config, scim_client::Secret::new(b"token".to_vec())).unwrap();
        let began = Instant::now();
        let error = session
            .get(Endpoint::Users, Some("1"), &[], &scim_client::event::Silent)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!((session.stats().requests, session.stats().retries), (1, 0));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_time_limit_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = Config {
        base_uri: Some(format!("http://{}/scim", listener.local_addr().unwrap())),
        compatibility: vec![Compatibility::SkipDiscovery],
        timeout_seconds: Some(3),
        stall_timeout_seconds: Some(2),
        retry_interval_milliseconds: Some(1),
        ..Config::default()
    };
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            open.push(socket);
        }
    });
    let session = Session::open(config, scim_client::Secret::new(b"token".to_vec())).unwrap();
    let began = Instant::now();
    let error = session
        .get(Endpoint::Users, Some("1"), &[], &scim_client::event::Silent)
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), Kind::Timeout | Kind::Stalled), "{error}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}
