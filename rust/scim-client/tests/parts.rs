//! Large pages that come in parts, over real sockets: what is given when an answer breaks off, and what comes after it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Query as Parameters;
use axum::response::Response;
use axum::routing::get;
use futures_util::{StreamExt, stream};
use scim_client::event::{Event, Observer, Silent};
use scim_client::record::{Records, Value};
use scim_client::{
    Compatibility, Config, Endpoint, Error, Kind, List, Query, Reader, Secret, Session, limits,
};
use tokio::sync::Notify;

const USERS: usize = 1300;
const PAGE: usize = 500;

/// How the server ends the body of its second page.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Whole,
    /// The connection closes before all that was announced has come.
    Broken,
    /// HTTP has it whole, but it is not.
    Cut,
    Garbage(&'static str),
}

#[derive(Clone, Copy)]
struct Server {
    end: End,
    /// Where in the body of the second page.
    at: f64,
    /// How often, before it comes whole.
    times: usize,
    by_cursor: bool,
    /// Whether a user is gone, and the order another one, when the second page is asked for again.
    moves: bool,
}

struct World {
    session: Session,
    requests: Arc<AtomicUsize>,
}

fn number(query: &HashMap<String, String>, name: &str) -> Option<usize> {
    query.get(name).map(|text| text.parse().unwrap())
}

impl Server {
    fn body(self, from: usize, again: bool) -> String {
        let mut ids: Vec<usize> = (from..USERS).take(PAGE).collect();
        if self.moves && again {
            ids.remove(7);
            ids.reverse();
        }
        let users: Vec<String> = ids
            .iter()
            .map(|id| {
                format!(r#"{{"id":"{id}","displayName":"Zoë \u00e9 {id}","emails":[{{"value":"{id}@x"}}]}}"#)
            })
            .collect();
        let next = from + PAGE;
        let cursor = if self.by_cursor && next < USERS {
            format!(r#","nextCursor":"{next}""#)
        } else {
            String::new()
        };
        format!(
            r#"{{"totalResults":{USERS},"itemsPerPage":{},"Resources":[{}]{cursor}}}"#,
            ids.len(),
            users.join(",")
        )
    }

    fn answer(self, query: &HashMap<String, String>, seconds: &AtomicUsize) -> Response {
        let from = number(query, "cursor")
            .or(number(query, "startIndex").map(|n| n - 1))
            .unwrap_or(0);
        let time = if from == PAGE {
            seconds.fetch_add(1, Relaxed)
        } else {
            usize::MAX
        };
        let body = self.body(from, time > 0 && from == PAGE);
        if time >= self.times {
            return Response::new(Body::from(body));
        }
        let at = (body.len() as f64 * self.at) as usize;
        let mut bytes = body.into_bytes();
        let length = bytes.len();
        bytes.truncate(at);
        match self.end {
            End::Whole => unreachable!("a whole body has no end to be put at"),
            End::Cut => Response::new(Body::from(bytes)),
            End::Garbage(garbage) => {
                bytes.extend_from_slice(garbage.as_bytes());
                bytes.resize(length.max(bytes.len()), b' ');
                Response::new(Body::from(bytes))
            }
            End::Broken => {
                let broken = stream::once(async {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    Err(std::io::Error::other("closed"))
                });
                let sent = stream::iter([Ok(bytes)]).chain(broken);
                Response::builder()
                    .header("content-length", length)
                    .body(Body::from_stream(sent))
                    .unwrap()
            }
        }
    }

    async fn start(self, retries: u32) -> World {
        let requests = Arc::new(AtomicUsize::new(0));
        let (counter, seconds) = (Arc::clone(&requests), Arc::new(AtomicUsize::new(0)));
        let app = Router::new().route(
            "/scim/v2/Users",
            get(move |Parameters(query): Parameters<HashMap<String, String>>| {
                counter.fetch_add(1, Relaxed);
                let seconds = Arc::clone(&seconds);
                async move { self.answer(&query, &seconds) }
            }),
        );
        World {
            session: served(app, retries).await,
            requests,
        }
    }
}

async fn served(app: Router, retries: u32) -> Session {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/scim/v2/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let config = Config {
        base_uri: Some(base),
        maximum_retry_count: Some(retries),
        retry_interval_milliseconds: Some(1),
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    Session::open(config, Secret::new(b"token".to_vec())).unwrap()
}

impl World {
    /// Reads on from a cursor: the ids, the parts, and the error that ended it.
    async fn list(&self, cursor: Option<String>) -> (Vec<usize>, usize, Option<Error>) {
        let query = Query {
            page_size: Some(PAGE as u32),
            cursor,
            ..Query::default()
        };
        let mut list = List::new(&self.session, Endpoint::Users, query).unwrap();
        let (mut ids, mut parts) = (Vec::new(), 0);
        loop {
            match list.next(&Silent).await {
                Ok(Some(page)) => {
                    parts += 1;
                    for record in Records::open(&page.buffer).unwrap().iter() {
                        let Some(Value::String(id)) = record.get("id") else {
                            unreachable!("the server gives ids")
                        };
                        ids.push(id.parse().unwrap());
                    }
                }
                Ok(None) => return (ids, parts, None),
                Err(error) => return (ids, parts, Some(error)),
            }
        }
    }
}

const PLAIN: Server = Server {
    end: End::Whole,
    at: 1.0,
    times: 0,
    by_cursor: true,
    moves: false,
};

/// Places in a body: in the envelope, among the resources, and behind the last.
const PLACES: [f64; 8] = [0.0, 0.0005, 0.01, 0.3, 0.5001, 0.77, 0.999, 0.99998];

#[tokio::test]
async fn a_large_page_comes_in_parts_and_costs_one_request() {
    for by_cursor in [true, false] {
        let world = Server { by_cursor, ..PLAIN }.start(0).await;
        let (ids, parts, error) = world.list(None).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, Vec::from_iter(0..USERS));
        assert_eq!(world.requests.load(Relaxed), 3);
        assert_eq!(parts, 4 + 4 + 3, "of {} resources each", limits::PART_RECORDS);
    }
}

#[tokio::test]
async fn parts_tell_what_is_known_of_their_page() {
    let world = PLAIN.start(0).await;
    let query = Query {
        page_size: Some(PAGE as u32),
        ..Query::default()
    };
    let mut list = List::new(&world.session, Endpoint::Users, query).unwrap();
    let mut come = 0;
    while let Some(page) = list.next(&Silent).await.unwrap() {
        come += page.count;
        let in_page = come.div_ceil(PAGE) * PAGE;
        assert_eq!(page.whole, Some(in_page.min(USERS) - (in_page - PAGE)));
        assert_eq!(page.last, come == in_page.min(USERS));
        assert_eq!(list.has_more(), come < USERS);
        assert_eq!(world.requests.load(Relaxed), come.div_ceil(PAGE));
    }
}

/// Goes on, or does not.
struct Wants(bool);

impl Observer for Wants {
    fn event(&self, _: Event) {}
}

impl Reader for Wants {
    fn goes_on(&self) -> bool {
        self.0
    }
}

/// A server whose page ends only when the next was asked for, or a while later.
async fn two_pages(ahead: bool) -> (Vec<String>, bool) {
    let second = Arc::new(Notify::new());
    let was_asked = Arc::new(AtomicUsize::new(0));
    let (asked, in_time) = (Arc::clone(&second), Arc::clone(&was_asked));
    let app = Router::new().route(
        "/scim/v2/Users",
        get(move |Parameters(query): Parameters<HashMap<String, String>>| {
            let (asked, in_time) = (Arc::clone(&asked), Arc::clone(&in_time));
            async move {
                if query.contains_key("cursor") {
                    asked.notify_one();
                    return Response::new(Body::from(r#"{"Resources":[{"id":"b"}]}"#));
                }
                let head = r#"{"totalResults":2,"nextCursor":"two","Resources":["#;
                let rest = async move {
                    let waited = tokio::time::timeout(Duration::from_millis(500), asked.notified()).await;
                    in_time.fetch_add(usize::from(waited.is_ok()), Relaxed);
                    Ok(r#"{"id":"a"}]}"#)
                };
                let body = stream::iter([Ok::<_, std::io::Error>(head)]).chain(stream::once(rest));
                Response::new(Body::from_stream(body))
            }
        }),
    );
    let session = served(app, 0).await;
    let query = Query {
        page_size: Some(1),
        ..Query::default()
    };
    let mut list = List::new(&session, Endpoint::Users, query)
        .unwrap()
        .read_ahead_for(Arc::new(Wants(ahead)));
    let mut ids = Vec::new();
    while let Some(page) = list.next(&Silent).await.unwrap() {
        for record in Records::open(&page.buffer).unwrap().iter() {
            let Some(Value::String(id)) = record.get("id") else {
                unreachable!("the server gives ids")
            };
            ids.push(id.to_owned());
        }
    }
    assert_eq!(session.stats().requests, 2);
    (ids, was_asked.load(Relaxed) == 1)
}

#[tokio::test]
async fn the_next_page_is_asked_for_while_a_page_arrives_once_the_reader_goes_on() {
    assert_eq!(
        two_pages(true).await,
        (vec!["a".to_owned(), "b".to_owned()], true)
    );
}

#[tokio::test]
async fn nothing_is_asked_for_ahead_of_a_reader_who_may_stop() {
    assert_eq!(
        two_pages(false).await,
        (vec!["a".to_owned(), "b".to_owned()], false)
    );
}

#[tokio::test]
async fn pages_come_whole_for_who_asks_for_that() {
    let world = PLAIN.start(0).await;
    let query = Query {
        page_size: Some(PAGE as u32),
        whole_pages: true,
        ..Query::default()
    };
    let mut list = List::new(&world.session, Endpoint::Users, query).unwrap();
    let mut counts = Vec::new();
    while let Some(page) = list.next(&Silent).await.unwrap() {
        assert!(page.last);
        counts.push(page.count);
    }
    assert_eq!(counts, [500, 500, 300]);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_and_nobody_comes_twice() {
    for by_cursor in [true, false] {
        for at in PLACES {
            let server = Server {
                end: End::Broken,
                at,
                times: 2,
                by_cursor,
                ..PLAIN
            };
            let world = server.start(2).await;
            let (ids, _, error) = world.list(None).await;
            assert!(error.is_none(), "{at}: {error:?}");
            assert_eq!(ids, Vec::from_iter(0..USERS), "{at}");
            assert_eq!(world.requests.load(Relaxed), 5, "{at}");
            assert_eq!(world.session.stats().retries, 2, "{at}");
        }
    }
}

#[tokio::test]
async fn what_the_server_changes_meanwhile_makes_nobody_come_twice() {
    for at in PLACES {
        let server = Server {
            end: End::Broken,
            at,
            times: 1,
            moves: true,
            ..PLAIN
        };
        let world = server.start(1).await;
        let (mut ids, _, error) = world.list(None).await;
        assert!(error.is_none(), "{at}: {error:?}");
        let came = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), came, "{at}");
        // The user that is gone came where it was given before.
        assert!(
            came == USERS || came == USERS - 1 && !ids.contains(&(PAGE + 7)),
            "{at}: {came}"
        );
    }
}

#[tokio::test]
async fn the_cursor_of_an_error_goes_on_behind_the_last_that_came() {
    for by_cursor in [true, false] {
        for at in PLACES {
            for (end, kinds) in [
                (End::Broken, &[Kind::ConnectionLost][..]),
                (End::Cut, &[Kind::TruncatedBody, Kind::NotJson]),
                (End::Garbage("\u{1}<html>"), &[Kind::NotJson, Kind::HtmlBody]),
                (
                    End::Garbage(r#"{"id":"1","id":"2"}"#),
                    &[Kind::NotJson, Kind::DuplicateMember, Kind::NotAListResponse],
                ),
                (
                    End::Garbage(r#""\ud800"#),
                    &[Kind::NotJson, Kind::InvalidText, Kind::NotAListResponse],
                ),
            ] {
                let server = Server {
                    end,
                    at,
                    times: 1,
                    by_cursor,
                    ..PLAIN
                };
                let world = server.start(0).await;
                let (mut ids, _, error) = world.list(None).await;
                let error = error.unwrap();
                assert!(
                    kinds.contains(&error.kind()),
                    "{end:?} at {at}: {:?} {error}",
                    error.kind()
                );
                assert!(ids.len() >= PAGE, "{end:?} at {at}");
                let cursor = error.details().cursor.clone().unwrap();
                let (rest, _, error) = world.list(Some(cursor)).await;
                assert!(error.is_none(), "{end:?} at {at}: {error:?}");
                ids.extend(rest);
                assert_eq!(ids, Vec::from_iter(0..USERS), "{end:?} at {at}");
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_does_not_go_on_in_a_page_that_has_changed() {
    let server = Server {
        end: End::Cut,
        at: 0.77,
        times: 1,
        moves: true,
        ..PLAIN
    };
    let world = server.start(0).await;
    let (_, _, error) = world.list(None).await;
    let cursor = error.unwrap().details().cursor.clone().unwrap();
    let (ids, _, error) = world.list(Some(cursor)).await;
    assert_eq!((ids.len(), error.unwrap().kind()), (0, Kind::InvalidCursor));
}

#[tokio::test]
async fn the_same_list_goes_on_behind_its_error() {
    let server = Server {
        end: End::Cut,
        at: 0.77,
        times: 1,
        ..PLAIN
    };
    let world = server.start(0).await;
    let query = Query {
        page_size: Some(PAGE as u32),
        ..Query::default()
    };
    let mut list = List::new(&world.session, Endpoint::Users, query).unwrap();
    let (mut count, mut errors) = (0, 0);
    loop {
        match list.next(&Silent).await {
            Ok(Some(page)) => count += page.count,
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    assert_eq!((count, errors), (USERS, 1));
}
