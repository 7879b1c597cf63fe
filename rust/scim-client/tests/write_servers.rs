//! Writing to servers that do it differently: redirects, ETags, filters that are ignored, answers that are another's.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode};
use scim_client::event::{Event, Observer};
use scim_client::record::Records;
use scim_client::write::{Options, Outcome, Report, Stopper, Writer};
use scim_client::{Compatibility, Config, Kind, Secret, Session};
use serde_json::json;
use world::{change, text, user};

/// What the server was asked: method, path with query, If-Match, body.
type Asked = Arc<Mutex<Vec<(String, String, Option<String>, String)>>>;
type Answer = fn(usize, &str, &str) -> Response<Body>;

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

struct Server {
    session: Session,
    asked: Asked,
}

impl Server {
    /// `answer` gets the number of the request, from 0, its method and its path. The server isn't asked what it can do.
    async fn start(answer: Answer) -> Self {
        Self::with(answer, vec![Compatibility::SkipDiscovery]).await
    }

    async fn with(answer: Answer, compatibility: Vec<Compatibility>) -> Self {
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
            compatibility,
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
        self.heard(change).await.0
    }

    /// The report, and the warnings.
    async fn heard(&self, change: scim_client::change::Change) -> (Report, Vec<String>) {
        let heard = Arc::new(Warnings::default());
        let mut writer = Writer::new(
            &self.session,
            Options::default(),
            &Stopper::default(),
            heard.clone(),
        )
        .await
        .unwrap();
        let secret = change
            .password
            .then(|| Secret::new(world::PASSWORD.as_bytes().to_vec()));
        writer.submit(&change, secret);
        writer.finish();
        let report = writer.next().await.unwrap();
        assert!(writer.next().await.is_none());
        let warnings = heard.0.lock().unwrap().clone();
        (report, warnings)
    }

    /// The body of the last request with this method.
    fn body(&self, method: &str) -> serde_json::Value {
        let asked = self.asked.lock().unwrap();
        let last = asked.iter().rev().find(|(asked, ..)| asked == method).unwrap();
        serde_json::from_str(&last.3).unwrap()
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
async fn a_version_that_no_header_can_hold_is_refused_before_anything_is_sent() {
    let server = Server::start(|_, _, _| error(500, "never asked")).await;
    for version in ["W/\"5\"\r\nX-Injected: 1", "a\nb", "\u{0}", "\u{1b}[2J"] {
        let report = server
            .write(json!({"verb": "Update", "id": "1", "ifMatch": version, "set": [{"name": "title", "value": "x"}]}))
            .await;
        let error = report.error.unwrap();
        assert_eq!(
            (report.outcome, error.kind()),
            (Outcome::Failed, Kind::InvalidValue),
            "{error}"
        );
        assert!(error.to_string().contains("Nothing was sent"), "{error}");
    }
    assert!(server.asked.lock().unwrap().is_empty());
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
        (0, _) => json(200, &json!({"id": "1", "userName": "other@b.c"})),
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
    for change in [
        json!({"verb": "Delete", "id": "1"}),
        json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}),
        json!({"verb": "AddMember", "endpoint": "Groups", "id": "g", "member": "a"}),
        json!({"verb": "RemoveMember", "endpoint": "Groups", "id": "g", "member": "a"}),
    ] {
        let report = server.write(change.clone()).await;
        assert_eq!(report.outcome, Outcome::Unknown, "{change}");
    }
    let report = server.write(json!({"verb": "Read", "id": "1"})).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::HtmlBody)
    );
}

#[tokio::test]
async fn a_creation_that_is_answered_with_201_and_an_id_is_done() {
    let created = |endpoint: &str, name: &str, value: &str| {
        change(json!({"verb": "Create", "endpoint": endpoint, "set": [{"name": name, "value": value}]}))
    };
    // The server makes something else of the name, of a display name with blanks, and of a long one.
    let answers: [(Answer, &str, &str, &str, &str); 4] = [
        (
            |_, _, _| json(201, &json!({"id": "77", "userName": "CORP/kim"})),
            "Users",
            "userName",
            "kim",
            "77",
        ),
        (
            |_, _, _| json(201, &json!({"id": "8", "displayName": "Sales"})),
            "Groups",
            "displayName",
            " Sales ",
            "8",
        ),
        (
            |_, _, _| json(201, &json!({"id": 9, "displayName": "Sal"})),
            "Groups",
            "displayName",
            "Sales",
            "9",
        ),
        (
            |_, _, _| {
                let body = r#"{"id":184467440737095516150,"userName":"CORP/kim"}"#;
                Response::builder().status(201).body(Body::from(body)).unwrap()
            },
            "Users",
            "userName",
            "kim",
            "184467440737095516150",
        ),
    ];
    for (answer, endpoint, name, value, id) in answers {
        let server = Server::start(answer).await;
        let (report, warnings) = server.heard(created(endpoint, name, value)).await;
        assert_eq!(report.outcome, Outcome::Done, "{value}: {:?}", report.error);
        assert_eq!(report.id.as_deref(), Some(id), "{value}");
        assert_eq!(server.methods(), ["POST"], "{value}");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains(name) && warnings[0].contains(id),
            "{warnings:?}"
        );
    }
    let server = Server::start(|_, _, _| json(201, &json!({"id": "1", "userName": "kim"}))).await;
    let (_, warnings) = server.heard(created("Users", "userName", "kim")).await;
    assert!(warnings.is_empty(), "{warnings:?}");
}

/// The schemas of a server that says whether user names are unique.
fn discovered(path: &str, config: serde_json::Value, uniqueness: &str) -> Option<Response<Body>> {
    match path {
        "/scim/ServiceProviderConfig" => Some(json(200, &config)),
        "/scim/Schemas" if !uniqueness.is_empty() => Some(json(
            200,
            &json!({"Resources": [{"id": world::USER, "attributes": [{"name": "userName", "uniqueness": uniqueness}]}]}),
        )),
        "/scim/ResourceTypes" | "/scim/Schemas" => Some(empty(404)),
        _ => None,
    }
}

#[tokio::test]
async fn a_lost_creation_is_sent_again_only_where_names_are_known_to_be_unique() {
    let answers: [(Answer, Outcome, usize); 3] = [
        (
            |i, method, path| match discovered(path, json!({}), "") {
                Some(answer) => answer,
                None if method == "GET" => users(&[]),
                None if i < 4 => empty(502),
                None => json(201, &json!({"id": "1", "userName": "me@b.c"})),
            },
            Outcome::Unknown,
            1,
        ),
        (
            |i, method, path| match discovered(path, json!({}), "none") {
                Some(answer) => answer,
                None if method == "GET" => users(&[]),
                None if i < 4 => empty(502),
                None => json(201, &json!({"id": "1", "userName": "me@b.c"})),
            },
            Outcome::Unknown,
            1,
        ),
        (
            |i, method, path| match discovered(path, json!({}), "server") {
                Some(answer) => answer,
                None if method == "GET" => users(&[]),
                None if i < 4 => empty(502),
                None => json(201, &json!({"id": "1", "userName": "me@b.c"})),
            },
            Outcome::Done,
            2,
        ),
    ];
    for (answer, outcome, posts) in answers {
        let server = Server::with(answer, vec![]).await;
        let report = server.send(user("me@b.c")).await;
        assert_eq!(report.outcome, outcome, "{:?}", report.error);
        let sent = server.methods().iter().filter(|method| *method == "POST").count();
        assert_eq!(sent, posts);
    }
}

#[tokio::test]
async fn a_put_has_what_can_be_set_and_the_version_as_it_came() {
    fn stored(etag: Option<&str>, version: &str) -> Response<Body> {
        let body = json!({
            "id": "1", "userName": "ada", "title": "Countess", "password": "********",
            "groups": [{"value": "g"}], "meta": {"version": version}, "roles": [{"value": "admin"}],
        });
        let mut response = json(200, &body);
        if let Some(etag) = etag {
            response.headers_mut().insert("etag", etag.parse().unwrap());
        }
        response
    }
    const CONFIG: &str = r#"{"patch":{"supported":false},"etag":{"supported":true}}"#;
    let answers: [(Answer, &str); 3] = [
        // The header goes before meta.version, and quotes are part of a version.
        (
            |_, _, path| {
                discovered(path, serde_json::from_str(CONFIG).unwrap(), "server")
                    .unwrap_or_else(|| stored(Some("\"5\""), "5"))
            },
            "\"5\"",
        ),
        (
            |_, _, path| {
                discovered(path, serde_json::from_str(CONFIG).unwrap(), "server")
                    .unwrap_or_else(|| stored(Some("W/\"6\""), "W/\"5\""))
            },
            "W/\"6\"",
        ),
        (
            |_, _, path| {
                discovered(path, serde_json::from_str(CONFIG).unwrap(), "server")
                    .unwrap_or_else(|| stored(None, "W/\"5\""))
            },
            "W/\"5\"",
        ),
    ];
    for (answer, version) in answers {
        let server = Server::with(answer, vec![]).await;
        let report = server
            .write(json!({"verb": "Update", "id": "1", "add": [{"name": "roles", "value": {"value": "auditor"}}]}))
            .await;
        assert_eq!(report.outcome, Outcome::Done, "{:?}", report.error);
        assert_eq!(
            server.body("PUT"),
            json!({
                "schemas": [world::USER], "id": "1", "userName": "ada", "title": "Countess",
                "roles": [{"value": "admin"}, {"value": "auditor"}],
            })
        );
        let asked = server.asked.lock().unwrap();
        assert_eq!(asked.last().unwrap().2.as_deref(), Some(version));
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_put_that_would_be_sent() {
    let server = Server::with(
        |_, _, path| {
            let config = json!({"patch": {"supported": false}, "etag": {"supported": true}});
            discovered(path, config, "server").unwrap_or_else(|| {
                json(
                    200,
                    &json!({"id": "1", "userName": "ada", "meta": {"version": "\"5\""}}),
                )
            })
        },
        vec![],
    )
    .await;
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let update = change(json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}));
    let (reports, _) = world::write(&server.session, options, [update]).await;
    let page = reports[0].page.as_ref().unwrap();
    let record = Records::open(&page.buffer).unwrap().get(0).unwrap();
    assert_eq!(
        (text(record, "method"), text(record, "ifMatch")),
        ("PUT".to_owned(), "\"5\"".to_owned())
    );
    assert!(
        text(record, "body").contains("\"title\":\"x\""),
        "{}",
        record.to_json()
    );
    assert!(server.methods().iter().all(|method| method == "GET"));
}

#[tokio::test]
async fn a_typed_value_that_is_not_there_is_added_whole() {
    // A strict server: a filter that matches nothing is no target.
    let server = Server::start(|_, method, _| match method {
        "GET" => json(
            200,
            &json!({"id": "1", "userName": "ada", "emails": [{"type": "home", "value": "h@b.c"}]}),
        ),
        _ => empty(204),
    })
    .await;
    let set = json!([{"name": "emails[work]", "value": "a@b.c"}, {"name": "emails[home]", "value": "x@b.c"}]);
    let report = server
        .write(json!({"verb": "Update", "id": "1", "set": set}))
        .await;
    assert_eq!(report.outcome, Outcome::Done, "{:?}", report.error);
    assert_eq!(
        server.body("PATCH")["Operations"],
        json!([
            {"op": "add", "path": "emails", "value": [{"type": "work", "value": "a@b.c"}]},
            {"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x@b.c"},
        ])
    );
    // What isn't there need not be removed.
    let report = server
        .write(json!({"verb": "Update", "id": "1", "clear": ["emails[other]"]}))
        .await;
    assert_eq!(report.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn after_a_500_the_object_is_looked_at() {
    let title = || json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]});
    // A client's mistake: the object never has the change, and two tries are enough to know it.
    let server = Server::start(|_, method, _| match method {
        "GET" => json(200, &json!({"id": "1", "title": "old"})),
        _ => error(500, "That title is not allowed"),
    })
    .await;
    let report = server.write(title()).await;
    let failed = report.error.unwrap();
    assert_eq!(
        (report.outcome, failed.kind()),
        (Outcome::Failed, Kind::ServerError)
    );
    assert!(failed.to_string().contains("doesn't have the change"), "{failed}");
    assert_eq!(server.methods(), ["PATCH", "GET", "PATCH", "GET"]);
    // Done, and failed behind it.
    let server = Server::start(|_, method, _| match method {
        "GET" => json(200, &json!({"id": "1", "title": "x"})),
        _ => error(500, "?"),
    })
    .await;
    assert_eq!(server.write(title()).await.outcome, Outcome::Done);
    assert_eq!(server.methods(), ["PATCH", "GET"]);
    // A value that is added is not added twice, and is known to be there or not.
    let added =
        || json!({"verb": "Update", "id": "1", "add": [{"name": "roles", "value": {"value": "auditor"}}]});
    let server = Server::start(|i, method, _| match (i, method) {
        (_, "GET") => json(200, &json!({"id": "1", "roles": []})),
        (0, _) => error(500, "?"),
        _ => empty(204),
    })
    .await;
    assert_eq!(server.write(added()).await.outcome, Outcome::Done);
    assert_eq!(server.methods(), ["PATCH", "GET", "PATCH"]);
    let server = Server::start(|_, method, _| match method {
        "GET" => error(404, "gone"),
        _ => error(500, "?"),
    })
    .await;
    assert_eq!(
        server.write(json!({"verb": "Delete", "id": "1"})).await.outcome,
        Outcome::Done
    );
    assert_eq!(server.methods(), ["DELETE", "GET"]);
}

#[tokio::test]
async fn a_creation_that_gets_500_twice_and_is_not_there_has_failed() {
    let server = Server::with(
        |_, method, path| match discovered(path, json!({}), "server") {
            Some(answer) => answer,
            None if method == "GET" => users(&[]),
            None => error(500, "userName has a blank"),
        },
        vec![],
    )
    .await;
    let report = server.send(user("me@b.c")).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::ServerError)
    );
    let posts = server.methods().iter().filter(|method| *method == "POST").count();
    assert_eq!(posts, 2);
}

#[tokio::test]
async fn a_member_whom_the_group_lacks_afterwards_was_not_added() {
    let add = |member: &str| json!({"verb": "AddMember", "endpoint": "Groups", "id": "g", "member": member});
    let server = Server::start(|_, _, _| json(200, &json!({"id": "g", "members": [{"value": "a"}]}))).await;
    let report = server.write(add("b")).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::NotApplied)
    );
    assert_eq!(server.write(add("a")).await.outcome, Outcome::Done);
    // A response that shows no members says nothing of them, and one may show only the first.
    let server = Server::start(|_, _, _| json(200, &json!({"id": "g"}))).await;
    assert_eq!(server.write(add("b")).await.outcome, Outcome::Done);
    let server = Server::start(|_, method, _| match method {
        "GET" => json(
            200,
            &json!({"id": "g", "members": [{"value": "a"}, {"value": "b"}]}),
        ),
        _ => json(200, &json!({"id": "g", "members": [{"value": "a"}]})),
    })
    .await;
    assert_eq!(server.write(add("b")).await.outcome, Outcome::Done);
    // Of several, those who are there are done.
    let server = Server::start(|_, _, _| json(200, &json!({"id": "g", "members": [{"value": "a"}]}))).await;
    let (reports, _) = world::write(
        &server.session,
        Options::default(),
        ["a", "b"].map(|id| world::member("AddMember", "g", id)),
    )
    .await;
    assert_eq!(
        world::outcomes(&reports),
        [Outcome::Done, Outcome::Failed],
        "{reports:?}"
    );
}

#[tokio::test]
async fn what_is_not_known_is_called_by_its_name() {
    let cut: Answer = |_, _, _| empty(502);
    for (change, what, advice) in [
        (
            json!({"verb": "Update", "id": "1", "set": [{"name": "title", "value": "x"}]}),
            "the change was applied",
            "Run the command again",
        ),
        (
            json!({"verb": "Update", "id": "1", "add": [{"name": "roles", "value": [{"value": "x"}]}]}),
            "the change was applied",
            "Read the object",
        ),
        (
            json!({"verb": "Delete", "id": "1"}),
            "the object was deleted",
            "Run the command again",
        ),
        (
            json!({"verb": "Create", "endpoint": "Groups", "set": [{"name": "displayName", "value": "x"}]}),
            "the group was created",
            "-FindUnknown",
        ),
        (
            json!({"verb": "AddMember", "endpoint": "Groups", "id": "g", "member": "a"}),
            "the member was added",
            "Adding a member again",
        ),
    ] {
        let report = Server::start(cut).await.write(change.clone()).await;
        let error = report.error.unwrap();
        assert_eq!(error.kind(), Kind::OutcomeUnknown, "{change}");
        assert!(error.to_string().contains(what), "{error}");
        assert!(
            error.details().advice.contains(advice),
            "{}",
            error.details().advice
        );
    }
    // Nothing was sent where the object could not even be looked up.
    let key = json!({"attribute": "userName", "value": "me@b.c"});
    for change in [
        json!({"verb": "Delete", "key": key}),
        json!({"verb": "Update", "key": key, "set": [{"name": "title", "value": "x"}]}),
    ] {
        let server = Server::start(cut).await;
        let report = server.write(change).await;
        assert_eq!(
            (report.outcome, report.error.unwrap().kind()),
            (Outcome::Failed, Kind::ServerError)
        );
        assert!(server.methods().iter().all(|method| method == "GET"));
    }
}

#[tokio::test]
async fn an_id_may_have_slashes() {
    let server = Server::start(|_, method, _| match method {
        "GET" => json(200, &json!({"id": "CORP/ann", "userName": "ann"})),
        _ => empty(204),
    })
    .await;
    for change in [
        json!({"verb": "Read", "id": "CORP/ann"}),
        json!({"verb": "Update", "id": "CORP/ann", "set": [{"name": "title", "value": "x"}]}),
        json!({"verb": "Delete", "id": "CORP/ann"}),
        json!({"verb": "Delete", "id": "CORP\\ann"}),
    ] {
        let report = server.write(change.clone()).await;
        assert_eq!(report.outcome, Outcome::Done, "{change}: {:?}", report.error);
    }
    let paths: Vec<String> = server
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|(_, path, ..)| path.to_string())
        .collect();
    assert_eq!(paths[..3], ["/scim/Users/CORP%2Fann"; 3]);
    assert_eq!(paths[3], "/scim/Users/CORP%5Cann");
    for id in ["..", "a/../b", "a\\..", "./a"] {
        let report = server.write(json!({"verb": "Delete", "id": id})).await;
        assert_eq!(report.error.unwrap().kind(), Kind::InvalidId, "{id}");
    }
}

#[tokio::test]
async fn a_password_is_changed_where_the_server_takes_one() {
    let update = || {
        change(
            json!({"verb": "Update", "id": "1", "password": true, "set": [{"name": "title", "value": "x"}]}),
        )
    };
    let server = Server::with(
        |_, _, path| {
            discovered(path, json!({"changePassword": {"supported": true}}), "").unwrap_or_else(|| empty(204))
        },
        vec![],
    )
    .await;
    assert_eq!(server.send(update()).await.outcome, Outcome::Done);
    assert_eq!(
        server.body("PATCH")["Operations"],
        json!([
            {"op": "replace", "path": "title", "value": "x"},
            {"op": "replace", "path": "password", "value": world::PASSWORD},
        ])
    );
    let server = Server::with(
        |_, _, path| {
            discovered(path, json!({"changePassword": {"supported": false}}), "")
                .unwrap_or_else(|| empty(204))
        },
        vec![],
    )
    .await;
    let report = server.send(update()).await;
    assert_eq!(
        (report.outcome, report.error.unwrap().kind()),
        (Outcome::Failed, Kind::PasswordOnUpdate)
    );
    assert!(server.methods().iter().all(|method| method == "GET"));
}

#[tokio::test]
async fn a_server_that_is_gone_is_why_nothing_further_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let config = Config {
        base_uri: Some(format!("http://{address}/scim")),
        retry_interval_milliseconds: Some(1),
        maximum_retry_count: Some(2),
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
    let changes = (0..100).map(|i| world::set_title(&i.to_string(), "x"));
    let (reports, ending) = world::write(&session, Options::default(), changes).await;
    assert_eq!(ending.unwrap().kind(), Kind::ConnectionRefused);
    for report in reports {
        assert_eq!(report.outcome, Outcome::NotSent);
        assert_eq!(report.error.unwrap().kind(), Kind::ConnectionRefused);
    }
}

#[tokio::test]
async fn after_the_first_error_nothing_further_is_sent_where_that_is_wanted() {
    let server = Server::start(|i, _, _| match i {
        1 => error(400, "No such title"),
        _ => empty(204),
    })
    .await;
    let options = Options {
        stop_on_error: true,
        throttle_limit: 1,
        ..Options::default()
    };
    let changes = (0..50).map(|i| world::set_title(&i.to_string(), "x"));
    let (reports, ending) = world::write(&server.session, options, changes).await;
    assert!(ending.is_none());
    let outcomes = world::outcomes(&reports);
    assert_eq!(outcomes[..2], [Outcome::Done, Outcome::Failed]);
    assert!(
        outcomes[2..].iter().all(|outcome| *outcome == Outcome::NotSent),
        "{outcomes:?}"
    );
    assert_eq!(server.methods().len(), 2);
}
