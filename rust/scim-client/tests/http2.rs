//! HTTP/2 servers that end a connection or a stream in the middle of a list: every user comes, and comes once.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use axum::http::{Response, StatusCode};
use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use scim_client::{Compatibility, Config, Kind, NetworkConfig, Session};
use tokio::net::TcpListener;

use support::{Authority, count, open, tls};

const USERS: usize = 25;
const PAGE: usize = 10;

/// What befalls the second request that the server gets.
#[derive(Clone, Copy, PartialEq)]
enum Mishap {
    /// GOAWAY behind the first answer, as a server does that is being restarted.
    GoAwayBetween,
    /// GOAWAY that does not take the stream any more (RFC 9113 section 6.8).
    GoAwayWithoutIt,
    /// REFUSED_STREAM: it was not looked at.
    Refused,
    /// The stream breaks off in the middle of its body.
    ResetInside,
    /// The connection does.
    GoAwayInside,
    /// Every stream breaks off.
    AlwaysReset,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

async fn serve(mishap: Mishap) -> (String, NetworkConfig, Arc<Seen>) {
    let authority = Authority::new("An authority");
    let acceptor = tls(&authority.issue("localhost", 2100), None, &["h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}/scim", listener.local_addr().unwrap().port());
    let seen = Arc::new(Seen::default());
    let notes = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, notes) = (acceptor.clone(), Arc::clone(&notes));
            tokio::spawn(async move {
                notes.connections.fetch_add(1, Relaxed);
                let stream = acceptor.accept(socket).await.ok()?;
                let mut connection = h2::server::handshake(stream).await.ok()?;
                while let Some(Ok((request, respond))) = connection.accept().await {
                    let number = notes.requests.fetch_add(1, Relaxed) + 1;
                    let path = request.uri().to_string();
                    if answer(mishap, number, &path, respond) {
                        match mishap {
                            Mishap::GoAwayBetween => connection.graceful_shutdown(),
                            Mishap::GoAwayWithoutIt => connection.abrupt_shutdown(Reason::NO_ERROR),
                            _ => connection.abrupt_shutdown(Reason::INTERNAL_ERROR),
                        }
                    }
                }
                Some(())
            });
        }
    });
    let network = NetworkConfig {
        certificate_authority: Some(authority.pem()),
        ..NetworkConfig::default()
    };
    (base, network, seen)
}

/// A connection that asks for nothing but the list, whose requests the server counts.
fn skipping(base: String, network: NetworkConfig) -> Session {
    let config = Config {
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    open(base, network, config).unwrap()
}

/// Answers a request, or lets the mishap befall it; then whether the connection ends.
fn answer(mishap: Mishap, number: usize, path: &str, mut respond: SendResponse<Bytes>) -> bool {
    let page = page(path);
    let mut whole = |page: String| {
        let mut stream = respond.send_response(ok(), false).unwrap();
        stream.send_data(page.into(), true).unwrap();
    };
    match (mishap, number) {
        (Mishap::GoAwayBetween, 1) => {
            whole(page);
            true
        }
        (Mishap::GoAwayWithoutIt, 2) => true,
        (Mishap::Refused, 2) => {
            respond.send_reset(Reason::REFUSED_STREAM);
            false
        }
        (Mishap::ResetInside, 2) | (Mishap::AlwaysReset, _) => {
            let mut stream = respond.send_response(ok(), false).unwrap();
            stream.send_data(page[..20].to_owned().into(), false).unwrap();
            stream.send_reset(Reason::INTERNAL_ERROR);
            false
        }
        (Mishap::GoAwayInside, 2) => {
            let mut stream = respond.send_response(ok(), false).unwrap();
            stream.send_data(page[..20].to_owned().into(), false).unwrap();
            true
        }
        _ => {
            whole(page);
            false
        }
    }
}

fn ok() -> Response<()> {
    Response::builder().status(StatusCode::OK).body(()).unwrap()
}

fn page(path: &str) -> String {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let start = query
        .split('&')
        .find_map(|p| p.strip_prefix("startIndex="))
        .map_or(1, |n| n.parse::<usize>().unwrap());
    let users: Vec<_> = (start..=USERS)
        .take(PAGE)
        .map(|i| serde_json::json!({ "id": i.to_string() }))
        .collect();
    serde_json::json!({ "totalResults": USERS, "startIndex": start, "Resources": users }).to_string()
}

#[tokio::test]
async fn a_connection_or_stream_that_ends_in_the_middle_of_a_list_costs_nothing() {
    for mishap in [
        Mishap::GoAwayBetween,
        Mishap::GoAwayWithoutIt,
        Mishap::Refused,
        Mishap::ResetInside,
        Mishap::GoAwayInside,
    ] {
        let (base, network, seen) = serve(mishap).await;
        let session = skipping(base, network);
        let users = count(&session).await;
        assert_eq!(users.unwrap(), USERS, "mishap {}", mishap as u8);
        let connections = seen.connections.load(Relaxed);
        let again = !matches!(mishap, Mishap::Refused | Mishap::ResetInside);
        assert_eq!(connections, 1 + usize::from(again), "mishap {}", mishap as u8);
    }
}

#[tokio::test]
async fn a_stream_that_always_breaks_off_is_an_error_in_the_end() {
    let (base, network, seen) = serve(Mishap::AlwaysReset).await;
    let session = skipping(base, network);
    let error = count(&session).await.unwrap_err();
    assert_eq!(error.kind(), Kind::ConnectionLost, "{error}");
    assert_eq!(seen.requests.load(Relaxed), 6, "one try and five more");
}
