//! Writing to servers that do it differently: redirects, ETags, filters that are ignored, answers that are another's.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode};
use scim_client::record::Records;
use scim_client::write::{Options, Outcome, Report};
use scim_client::{Compatibility, Config, Kind, Secret, Session};
use serde_json::json;
use world::{change, text, user};

/// What the server was asked: method, path with query, If-Match, body.
type Asked = Arc<Mutex<Vec<(String, String, Option<String>, String)>>>;
type Answer = fn(usize, &str, &str) -> Response<Body>;

struct Server {
    session: Session,
    asked: Asked,
}

impl Server {
    /// `answer` gets the number of the request, from 0, its method and its path.
    async fn start(answer: Answer) -> Self {
        let asked = Asked::default();
        let router = Router::new()
            .fallback(
                move |State(asked): State<Asked>, request: Request<Body>| async move {
                    let (parts, body) = request.into_parts();
                    let body = to_bytes(body, 1 << 20).await.unwrap();
                    let path = parts.uri.path_and_query().unwrap().to_string();
                    let version = parts
                        .headers
                        .get("if-match")
                        .map(|v| v.to_str().unwrap().to_owned());
                    let mut asked = asked.lock().unwrap();
                    asked.push((
                        parts.method.to_string(),
                        path.clone(),
                        version,
                        String::from_utf8(body.to_vec()).unwrap(),
                    ));
                    answer(asked.len() - 1, parts.method.as_str(), &path)
                },
            )
            .with_state(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = Config {
            base_uri: Some(format!("http://{address}/scim")),
            retry_interval_milliseconds: Some(1),
            maximum_retry_count: Some(2),
            compatibility: vec![Compatibility::SkipDiscovery],
            ..Config::default()
        };
        Self {
            session: Session::open(config, Secret::new(b"token".to_vec())).unwrap(),
            asked,
        }
    }

    async fn write(&self, value: serde_json::Value) -> Report {
        self.send(change(value)).await
    }

    async fn send(&self, change: scim_client::change::Change) -> Report {
        let (mut reports, _) = world::write(&self.session, Options::default(), [change]).await;
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    fn methods(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .map(|(method, ..)| method.clone())
            .collect()
    }
}

fn json(status: u16, body: &serde_json::Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/scim+json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn error(status: u16, detail: &str) -> Response<Body> {
    json(status, &json!({"detail": detail, "status": status.to_string()}))
}

fn redirect(status: u16, to: &str) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("location", to)
        .body(Body::empty())
        .unwrap()
}

fn empty(status: u16) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .body(Body::empty())
        .unwrap()
}

fn users(users: &[(&str, &str)]) -> Response<Body> {
    let users: Vec<_> = users
        .iter()
        .map(|(id, name)| json!({"id": id, "userName": name}))
        .collect();
    json(200, &json!({"totalResults": users.len(), "Resources": users}))
}

#[tokio::test]
async fn a_write_never_becomes_a_read_on_the_way() {
    for status in [301, 302, 303] {
        let server = Server::start(match status {
            301 => |_, method, _| {
                if method == "GET" {
                    users(&[])
                } else {
                    redirect(301, "/scim/Elsewhere")
                }
            },
            302 => |_, method, _| {
                if method == "GET" {
                    users(&[])
                } else {
                    redirect(302, "/scim/Elsewhere")
                }
            },
            _ => |_, method, _| {
                if method == "GET" {
                    users(&[])
                } else {
                    redirect(303, "/scim/Elsewhere")
                }
            },
        })
        .await;
        let report = server
            .write(json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}))
            .await;
        assert_eq!(report.outcome, Outcome::Failed);
        assert_eq!(report.error.unwrap().kind(), Kind::RedirectRefused);
        let report = server.send(user("a@b.c")).await;
        assert_eq!(report.outcome, Outcome::Failed);
        assert_eq!(server.methods(), ["PATCH", "POST"], "{status}");
    }
}

#[tokio::test]
async fn a_redirect_that_keeps_the_method_is_followed_on_the_same_server() {
    let server = Server::start(|_, _, path| match path {
        "/scim/Users/1" => redirect(308, "/scim/People/1"),
        _ => empty(204),
    })
    .await;
    let report = server
        .write(json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}))
        .await;
    assert_eq!(report.outcome, Outcome::Done);
    let asked = server.asked.lock().unwrap();
    assert_eq!(
        (asked[1].0.as_str(), asked[1].1.as_str()),
        ("PATCH", "/scim/People/1")
    );
    assert_eq!(asked[0].3, asked[1].3);
}

#[tokio::test]
async fn a_version_is_sent_and_its_refusal_is_an_error_of_its_own() {
    let server = Server::start(|_, _, _| error(412, "Changed meanwhile")).await;
    let update =
        json!({"verb": "Update", "id": "1", "ifMatch": "W/\"5\"", "set": [{"name": "title", "value": "x"}]});
    let report = server.write(update.clone()).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::PreconditionFailed)
    );
    assert_eq!(server.asked.lock().unwrap()[0].2.as_deref(), Some("W/\"5\""));
    // After a lost answer the version may have been changed by ourselves.
    let server = Server::start(|i, _, _| {
        if i == 0 {
            error(500, "?")
        } else {
            error(412, "Changed meanwhile")
        }
    })
    .await;
    let report = server.write(update).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Unknown, Kind::OutcomeUnknown)
    );
}

#[tokio::test]
async fn a_refusal_for_want_of_room_says_nothing_of_the_try_before() {
    let server = Server::start(|i, _, _| match i {
        0 => error(500, "?"),
        _ => Response::builder()
            .status(429)
            .header("retry-after", "9999")
            .body(Body::empty())
            .unwrap(),
    })
    .await;
    let report = server
        .write(json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}))
        .await;
    assert_eq!(report.outcome, Outcome::Unknown);
    // A verdict on the change itself was the verdict on the try before too.
    let server = Server::start(|i, _, _| {
        if i == 0 {
            error(500, "?")
        } else {
            error(400, "No such title")
        }
    })
    .await;
    let report = server
        .write(json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}))
        .await;
    assert_eq!(report.outcome, Outcome::Failed);
}

#[tokio::test]
async fn a_server_that_ignores_filters_is_not_believed() {
    // It gives everybody, whoever is asked for; one of them happens to be the first on the page.
    let server = Server::start(|_, method, _| match method {
        "GET" => users(&[("1", "someone@b.c"), ("2", "other@b.c")]),
        _ => empty(204),
    })
    .await;
    let key = json!({"attribute": "userName", "value": "me@b.c"});
    let report = server.write(json!({"verb": "Delete", "key": key})).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::AmbiguousKey)
    );
    assert_eq!(server.methods(), ["GET"]);
    // A lost creation cannot be looked for there.
    let server = Server::start(|_, method, _| match method {
        "GET" => users(&[("1", "someone@b.c")]),
        _ => error(500, "?"),
    })
    .await;
    let report = server.send(user("me@b.c")).await;
    assert_eq!(report.outcome, Outcome::Unknown);
    assert_eq!(server.methods(), ["POST", "GET"]);
}

#[tokio::test]
async fn a_key_finds_its_object_before_anything_is_written() {
    let server = Server::start(|_, method, _| match method {
        "GET" => users(&[("7", "ME@b.c")]),
        _ => empty(204),
    })
    .await;
    let key = json!({"attribute": "userName", "value": "me@b.c"});
    let report = server.write(json!({"verb": "Delete", "key": key})).await;
    assert_eq!((report.outcome, report.id.as_deref()), (Outcome::Done, Some("7")));
    assert_eq!(server.asked.lock().unwrap()[1].1, "/scim/Users/7");
}

#[tokio::test]
async fn an_answer_to_another_request_is_none() {
    // A middlebox that sends an answer twice shifts all answers behind it.
    let server = Server::start(|i, method, _| match (i, method) {
        (0, _) => json(201, &json!({"id": "1", "userName": "other@b.c"})),
        (1, "GET") => json(
            200,
            &json!({"totalResults": 1, "Resources": [{
            "id": "2", "userName": "me@b.c", "displayName": "me@b.c", "active": true}]}),
        ),
        _ => empty(500),
    })
    .await;
    let report = server.send(user("me@b.c")).await;
    // The server keeps no time of creation, but what it has is all that we gave it.
    assert_eq!(
        (report.outcome, report.id.as_deref()),
        (Outcome::Done, Some("2")),
        "{:?}",
        report.error
    );
    let page = report.page.unwrap();
    assert_eq!(
        text(Records::open(&page.buffer).unwrap().get(0).unwrap(), "userName"),
        "me@b.c"
    );
}

#[tokio::test]
async fn a_member_whom_the_server_has_already_is_no_error() {
    let server = Server::start(|_, _, _| error(409, "Already a member")).await;
    let report = server
        .write(json!({"verb": "AddMember", "endpoint": "Groups", "id": "g", "member": "u"}))
        .await;
    assert_eq!(report.outcome, Outcome::Unchanged);
    assert_eq!(server.methods(), ["PATCH"]);
}

#[tokio::test]
async fn a_web_page_is_no_answer_to_a_write() {
    let server = Server::start(|_, _, _| {
        Response::builder()
            .status(200)
            .header("content-type", "text/html")
            .body(Body::from("<html>Please sign in</html>"))
            .unwrap()
    })
    .await;
    let report = server.write(json!({"verb": "Delete", "id": "1"})).await;
    assert_eq!(report.outcome, Outcome::Unknown);
    let report = server.write(json!({"verb": "Read", "id": "1"})).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::HtmlBody)
    );
}
