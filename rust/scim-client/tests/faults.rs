//! What a server or a network can do to a list, over real sockets, and what the client makes of it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use scim_client::config::CredentialKind;
use scim_client::event::Silent;
use scim_client::{Config, Endpoint, Error, Kind, List, Query, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig, Fault, FaultAction};

const USERS: usize = 450;

struct World {
    emulator: Emulator,
    session: Session,
}

async fn world(change: impl FnOnce(&mut Config)) -> World {
    let emulator = Emulator::start(EmulatorConfig {
        users: USERS,
        groups: 5,
        ..EmulatorConfig::default()
    })
    .await
    .unwrap();
    let mut config = Config {
        base_uri: Some(emulator.base_uri().to_owned()),
        authority: Some(emulator.authority().to_owned()),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential: CredentialKind::ClientSecret,

        retry_interval_milliseconds: Some(5),
        maximum_retry_count: Some(3),
        ..Config::default()
    };
    change(&mut config);
    let session = Session::open(config, Secret::new(emulator.client_secret().as_bytes().to_vec())).unwrap();
    World { emulator, session }
}

impl World {
    /// How many users come, and the error that ends the list, if one does.
    async fn list(&self) -> (usize, Option<Error>) {
        let mut list = List::new(&self.session, Endpoint::Users, Query::default()).unwrap();
        let mut count = 0;
        loop {
            match list.next(&Silent).await {
                Ok(Some(page)) => count += page.count,
                Ok(None) => return (count, None),
                Err(error) => return (count, Some(error)),
            }
        }
    }
}

fn status(status: u16, retry_after: Option<&str>) -> FaultAction {
    FaultAction::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        detail: None,
        scim_type: None,
    }
}

fn body(text: &str) -> FaultAction {
    FaultAction::Body {
        status: 200,
        text: text.to_owned(),
        repeat: 1,
        content_type: "application/scim+json".to_owned(),
    }
}

#[tokio::test]
async fn what_passes_is_waited_out_and_nothing_is_lost() {
    for action in [
        status(429, Some("0")),
        status(429, None),
        status(500, None),
        status(502, None),
        status(503, Some("0")),
        status(504, None),
        FaultAction::ResetBefore,
        FaultAction::ResetAfter,
        FaultAction::CutBody { bytes: None },
    ] {
        let world = world(|_| ()).await;
        world
            .emulator
            .inject(Fault::once(action.clone()).skip(2).times(2));
        let (count, error) = world.list().await;
        assert!(error.is_none(), "{action:?}: {error:?}");
        assert_eq!(count, USERS, "{action:?}");
        let stats = world.session.stats();
        assert_eq!((stats.requests, stats.retries), (7, 2), "{action:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_ends_the_list_and_says_where() {
    for (action, kind) in [
        (status(429, Some("0")), Kind::TooManyRequests),
        (status(503, None), Kind::ServerError),
        (FaultAction::ResetBefore, Kind::ConnectionLost),
        (status(400, None), Kind::BadRequest),
        (status(403, None), Kind::InsufficientPrivileges),
        (status(404, None), Kind::ResourceNotFound),
        (
            FaultAction::ApiNotEnabled {
                status: 400,
                subscription: false,
            },
            Kind::ApiNotEnabled,
        ),
        (
            FaultAction::ApiNotEnabled {
                status: 401,
                subscription: true,
            },
            Kind::ApiNotEnabled,
        ),
        (FaultAction::GarbageBody, Kind::NotJson),
        (FaultAction::HtmlBody, Kind::HtmlBody),
        (body(r#"{"Resources":[{"id":"1"}"#), Kind::TruncatedBody),
        (body(r#"{"totalResults":5}"#), Kind::NotAListResponse),
        (
            body(r#"{"resources":[{"id":"\ud83d","displayName":"x"}]}"#),
            Kind::InvalidText,
        ),
        (
            body(r#"{"resources":[{"id":"1","id":"2"}]}"#),
            Kind::DuplicateMember,
        ),
        (
            body(&format!("{{\"resources\":[{{\"a\":{}", "[".repeat(10_000))),
            Kind::NestedTooDeep,
        ),
    ] {
        let world = world(|_| ()).await;
        world
            .emulator
            .inject(Fault::once(action.clone()).skip(2).times(100));
        let (count, error) = world.list().await;
        let error = error.unwrap();
        assert_eq!(error.kind(), kind, "{action:?}: {error}");
        assert_eq!(count, 200, "{action:?}");
        // The cursor that the error carries fetches the rest.
        world.emulator.clear_faults();
        let query = Query {
            cursor: error.details().cursor.clone(),
            ..Query::default()
        };
        let mut rest = List::new(&world.session, Endpoint::Users, query).unwrap();
        let mut count = 200;
        while let Some(page) = rest.next(&Silent).await.unwrap() {
            count += page.count;
        }
        assert_eq!(count, USERS, "{action:?}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_in_the_middle_of_a_list() {
    let world = world(|_| ()).await;
    let mut list = List::new(&world.session, Endpoint::Users, Query::default()).unwrap();
    let mut count = list.next(&Silent).await.unwrap().unwrap().count;
    world.emulator.expire_tokens();
    while let Some(page) = list.next(&Silent).await.unwrap() {
        count += page.count;
    }
    assert_eq!((count, world.session.stats().token_requests), (USERS, 2));

    world.emulator.inject(Fault::once(status(401, None)).times(100));
    let (_, error) = world.list().await;
    assert_eq!(error.unwrap().kind(), Kind::InvalidAuthenticationToken);
    assert_eq!(world.session.stats().token_requests, 3);
}

#[tokio::test]
async fn a_cursor_that_repeats_itself_ends_the_list() {
    let world = world(|_| ()).await;
    world
        .emulator
        .inject(Fault::once(FaultAction::RepeatCursor).skip(1).times(1000));
    let (count, error) = world.list().await;
    assert_eq!(error.unwrap().kind(), Kind::PagingLoop);
    // The page that said it was good, and is there.
    assert_eq!(count, 200);
}

#[tokio::test]
async fn empty_pages_with_ever_new_cursors_end_the_list() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    // After a page with a user, `empty` pages without one follow, and then one with a user again.
    let serve = async |empty: usize| {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let app = axum::Router::new().fallback(move || {
            let number = counter.fetch_add(1, Relaxed);
            async move {
                let users = if number.is_multiple_of(empty + 1) {
                    format!(r#"{{"id":"{number}"}}"#)
                } else {
                    String::new()
                };
                let next = if number > 4 * empty.min(20) {
                    String::new()
                } else {
                    format!(r#","nextCursor":"c{number}""#)
                };
                format!(r#"{{"totalResults":9,"Resources":[{users}]{next}}}"#)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/rp/scim", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let config = Config {
            base_uri: Some(base),
            ..Config::default()
        };
        let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
        let mut list = List::new(&session, Endpoint::Users, Query::default()).unwrap();
        let mut count = 0;
        let error = loop {
            match list.next(&Silent).await {
                Ok(Some(page)) => count += page.count,
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        (count, error, asked.load(Relaxed))
    };
    // As many as a service with a filter may have.
    let (count, error, _) = serve(10).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(count, 4);
    let (count, error, requests) = serve(1_000_000).await;
    let error = error.unwrap();
    assert_eq!((count, error.kind()), (1, Kind::PagingLoop));
    assert_eq!(requests, 12, "each is billed on Entra");
    assert!(
        error.to_string().contains("pages in a row without a resource"),
        "{error}"
    );
    assert!(error.details().cursor.is_some());
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    for action in [FaultAction::Hang, FaultAction::StallBody { bytes: Some(100) }] {
        let world = world(|c| {
            c.timeout_seconds = Some(1);
            c.maximum_retry_count = Some(0);
        })
        .await;
        world.session.sign_in(&Silent).await.unwrap();
        world.emulator.inject(Fault::once(action));
        let began = Instant::now();
        let (_, error) = world.list().await;
        assert_eq!(error.unwrap().kind(), Kind::Timeout);
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_cap() {
    let world = world(|_| ()).await;
    // White space: of anything else it is known before that it is no list.
    let text = " ".repeat(1 << 20);
    world.emulator.inject(Fault::once(FaultAction::Body {
        status: 200,
        text,
        repeat: 1024,
        content_type: "application/scim+json".to_owned(),
    }));
    let (_, error) = world.list().await;
    let error = error.unwrap();
    assert_eq!(error.kind(), Kind::BodyTooLarge);
    assert!(error.to_string().contains("64 MiB"), "{error}");
}

#[tokio::test]
async fn a_service_that_asks_for_too_long_a_wait_is_not_waited_for() {
    let world = world(|c| c.retry_budget_seconds = Some(10)).await;
    world.emulator.inject(Fault::once(status(429, Some("3600"))));
    let (_, error) = world.list().await;
    let error = error.unwrap();
    assert_eq!(error.kind(), Kind::TooManyRequests);
    assert_eq!(error.details().retry_after, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn a_token_endpoint_that_answers_nonsense_is_named() {
    for (action, kind) in [
        (FaultAction::HtmlBody, Kind::TokenResponseInvalid),
        (
            body(r#"{"token_type":"Bearer","expires_in":3599}"#),
            Kind::TokenResponseInvalid,
        ),
        (
            body(r#"{"access_token":"a b","expires_in":"3599"}"#),
            Kind::TokenResponseInvalid,
        ),
    ] {
        let world = world(|_| ()).await;
        world
            .emulator
            .inject(Fault::once(action.clone()).on_path("/oauth2/").times(100));
        let error = world.session.sign_in(&Silent).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{action:?}: {error}");
    }
}
