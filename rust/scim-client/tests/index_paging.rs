//! Servers without cursors: paging by index (RFC 7644 section 3.4.2.4), and the ways in which servers get it wrong.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use axum::Router;
use axum::extract::Query as Parameters;
use axum::http::StatusCode;
use axum::routing::get;
use scim_client::event::Silent;
use scim_client::{Compatibility, Config, Endpoint, Error, Kind, List, Query, Secret, Session};

/// How a server of so many users answers.
#[derive(Clone, Copy)]
struct Server {
    users: usize,
    /// Users a page at most.
    page: usize,
    total: Total,
    ignores_start: bool,
    /// Knows no parameter `cursor`, and minds.
    refuses_cursors: bool,
}

#[derive(Clone, Copy)]
enum Total {
    Right,
    AsText,
    Missing,
    GrowsByOneAPage,
}

const PLAIN: Server = Server {
    users: 25,
    page: 10,
    total: Total::Right,
    ignores_start: false,
    refuses_cursors: false,
};

/// Lists all users of such a server: how many came, the requests it took, and the error that ended it.
async fn list(server: Server) -> (usize, usize, Option<Error>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let app = Router::new().route(
        "/scim/v2/Users",
        get(move |Parameters(query): Parameters<HashMap<String, String>>| {
            let request = counter.fetch_add(1, Relaxed);
            async move {
                if server.refuses_cursors && query.contains_key("cursor") {
                    return (StatusCode::BAD_REQUEST, String::new());
                }
                (StatusCode::OK, server.answer(&query, request))
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/scim/v2/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let config = Config {
        base_uri: Some(base),
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
    let mut list = List::new(
        &session,
        Endpoint::Users,
        Query {
            page_size: Some(10),
            ..Query::default()
        },
    )
    .unwrap();
    let mut count = 0;
    loop {
        match list.next(&Silent).await {
            Ok(Some(page)) => count += page.count,
            Ok(None) => return (count, requests.load(Relaxed), None),
            Err(error) => return (count, requests.load(Relaxed), Some(error)),
        }
    }
}

impl Server {
    fn answer(self, query: &HashMap<String, String>, request: usize) -> String {
        let number = |name: &str, otherwise: usize| query.get(name).map_or(otherwise, |n| n.parse().unwrap());
        let start = if self.ignores_start {
            1
        } else {
            number("startIndex", 1).max(1)
        };
        let count = number("count", 100).min(self.page);
        let users: Vec<_> = (start..=self.users)
            .take(count)
            .map(|i| serde_json::json!({ "id": i }))
            .collect();
        let mut body = serde_json::json!({ "itemsPerPage": count, "startIndex": start, "Resources": users });
        match self.total {
            Total::Right => body["totalResults"] = self.users.into(),
            Total::AsText => body["totalResults"] = self.users.to_string().into(),
            Total::Missing => {}
            Total::GrowsByOneAPage => body["totalResults"] = (self.users - 2 + request).into(),
        }
        body.to_string()
    }
}

#[tokio::test]
async fn all_users_come_once() {
    for (server, users, requests) in [
        (PLAIN, 25, 3),
        (Server { users: 0, ..PLAIN }, 0, 1),
        (Server { users: 1, ..PLAIN }, 1, 1),
        // A total that is no more than a full page may be that of the page.
        (Server { users: 10, ..PLAIN }, 10, 2),
        (Server { users: 11, ..PLAIN }, 11, 2),
        (
            Server {
                total: Total::AsText,
                ..PLAIN
            },
            25,
            3,
        ),
        (
            Server {
                total: Total::Missing,
                ..PLAIN
            },
            25,
            4,
        ),
        (
            Server {
                total: Total::Missing,
                users: 20,
                ..PLAIN
            },
            20,
            // An empty page behind a full one is not the end by itself, where no total says so.
            4,
        ),
        (
            Server {
                total: Total::GrowsByOneAPage,
                ..PLAIN
            },
            25,
            3,
        ),
        // A page smaller than asked for: the list advances by what came.
        (Server { page: 4, ..PLAIN }, 25, 7),
    ] {
        let (count, made, error) = list(server).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!((count, made), (users, requests));
    }
}

#[tokio::test]
async fn a_server_that_gives_the_first_page_again_is_stopped() {
    for refuses_cursors in [false, true] {
        let (count, requests, error) = list(Server {
            ignores_start: true,
            refuses_cursors,
            ..PLAIN
        })
        .await;
        let error = error.unwrap();
        assert_eq!(error.kind(), Kind::PagingLoop);
        assert!(error.to_string().contains("after 10 resources"), "{error}");
        // The third asked by an empty cursor.
        assert_eq!((count, requests), (10, 3));
    }
}
