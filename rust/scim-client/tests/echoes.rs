//! Servers that repeat what they were sent: no secret of the connection or of the request comes back in an error, an event,
//! a report or the trace, however it is encoded.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scim_client::config::CredentialKind;
use scim_client::event::{Event, Observer, Silent};
use scim_client::write::Outcome;
use scim_client::{Compatibility, Config, Endpoint, Error, Kind, NetworkConfig, Secret, Session};

mod support;
mod world;

const TOKEN: &str = "opaque/Token+with=signs~and.more";
/// What `world` gives each new user.
const PASSWORD: &str = world::PASSWORD;
/// A password with every character that an encoding changes.
const ODD: &str = "Pa55 w\"rd/&+é";

/// Every byte as `%4a`, in lower case, where [`form`] writes some in upper case and leaves the rest.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Every way in which a server here repeats a secret.
fn forms(secret: &str) -> Vec<String> {
    vec![
        secret.to_owned(),
        percent(secret),
        form(secret),
        STANDARD.encode(secret),
        STANDARD.encode(format!("Bearer {secret}")),
        STANDARD.encode(format!("id:{secret}")),
    ]
}

/// Whether no form of a secret is in a text. Of the forms in base64 the middle counts, which is the secret's alone.
fn assert_hidden(text: &str, secret: &str) {
    let escaped = serde_json::to_string(secret).unwrap();
    for form in forms(secret)
        .into_iter()
        .chain([escaped.trim_matches('"').to_owned()])
    {
        let middle = if form.len() > 24 {
            &form[8..form.len() - 8]
        } else {
            &form
        };
        assert!(!text.contains(middle), "{middle} is in {text}");
    }
}

/// A server that answers every request with this status, and repeats its credentials and the secrets of its body.
fn echo(status: u16, secrets: &'static [&'static str]) -> Router {
    Router::new().fallback(move |headers: HeaderMap, _body: Bytes| async move {
        let given = headers["authorization"].to_str().unwrap().to_owned();
        let all: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
        let detail = format!("{given} is wrong: {}", all.join(" "));
        let body = serde_json::json!({ "status": status.to_string(), "scimType": given, "detail": detail });
        let header = [("request-id", given.replace("Bearer ", ""))];
        (StatusCode::from_u16(status).unwrap(), header, body.to_string()).into_response()
    })
}

async fn start(app: Router) -> String {
    format!("http://{}/scim", support::serve_plain(app, "127.0.0.1:0").await)
}

fn open(base: String, secret: &str, change: impl FnOnce(&mut Config)) -> Session {
    let mut config = Config {
        base_uri: Some(base),
        maximum_retry_count: Some(0),
        compatibility: vec![Compatibility::SkipDiscovery],
        network: NetworkConfig {
            no_proxy: true,
            ..NetworkConfig::default()
        },
        ..Config::default()
    };
    change(&mut config);
    Session::open(config, Secret::new(secret.as_bytes().to_vec())).unwrap()
}

fn everything(error: &Error) -> String {
    format!("{error} {error:?}")
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event.to_string());
    }
}

#[tokio::test]
async fn a_token_that_an_error_repeats_is_masked_everywhere() {
    let trace = world::folder("echoes-token").join("trace.txt");
    for status in [200, 400, 403, 404, 500] {
        let base = start(echo(status, &[TOKEN])).await;
        let session = open(base, TOKEN, |config| config.trace_path = Some(trace.clone()));
        let notes = Notes::default();
        if let Err(error) = session.get(Endpoint::Users, Some("1"), &[], &notes).await {
            assert_hidden(&everything(&error), TOKEN);
            assert!(status == 200 || error.to_string().contains("***"), "{error}");
        }
        assert_hidden(&notes.0.lock().unwrap().join("\n"), TOKEN);
    }
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(text.contains("is wrong: ***"), "{text}");
    assert_hidden(&text, TOKEN);
}

#[tokio::test]
async fn a_secret_in_words_that_are_cut_short_is_masked() {
    let app = Router::new().fallback(|| async {
        let words = format!("{} {TOKEN}", "x".repeat(280));
        (StatusCode::BAD_REQUEST, words).into_response()
    });
    let session = open(start(app).await, TOKEN, |_| ());
    let error = session
        .get(Endpoint::Users, None, &[], &Silent)
        .await
        .unwrap_err();
    assert!(
        error.details().detail.as_deref().unwrap().ends_with("x ***"),
        "{error}"
    );
}

#[tokio::test]
async fn a_name_and_password_that_an_error_repeats_are_masked() {
    let session = open(start(echo(401, &[ODD])).await, ODD, |config| {
        config.credential = CredentialKind::Basic;
        config.user_name = Some("somebody".to_owned());
    });
    let error = session
        .get(Endpoint::Users, None, &[], &Silent)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidAuthenticationToken);
    assert_hidden(&everything(&error), ODD);
    assert_hidden(&everything(&error), &format!("somebody:{ODD}"));
}

#[tokio::test]
async fn the_password_of_a_new_user_is_masked_in_reports_the_journal_and_the_trace() {
    let folder = world::folder("echoes-password");
    let (trace, journal) = (folder.join("trace.txt"), folder.join("journal.jsonl"));
    for status in [200, 400, 500] {
        let session = open(start(echo(status, &[PASSWORD])).await, TOKEN, |config| {
            config.trace_path = Some(trace.clone());
        });
        let _ = std::fs::remove_file(&journal);
        let (reports, _) =
            world::write(&session, world::journal(&journal), [world::user("a@contoso.com")]).await;
        let report = &reports[0];
        assert_ne!(report.outcome, Outcome::NotSent, "{report:?}");
        let shown = format!("{:?} {:?} {:?}", report.error, report.id, report.request_id);
        assert_hidden(&shown, PASSWORD);
        drop(session);
        assert_hidden(&std::fs::read_to_string(&journal).unwrap(), PASSWORD);
        assert_hidden(&std::fs::read_to_string(&journal).unwrap(), TOKEN);
    }
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(text.contains("POST"), "{text}");
    assert_hidden(&text, PASSWORD);
    assert_hidden(&text, TOKEN);
}

#[tokio::test]
async fn a_client_secret_that_the_token_endpoint_repeats_is_masked() {
    const CLIENT: &str = "client~Secret/of+the=application";
    fn answer(body: String) -> Response {
        (StatusCode::UNAUTHORIZED, body).into_response()
    }
    for form in forms(CLIENT) {
        let said = form.clone();
        let app = Router::new().fallback(move || {
            let said = said.clone();
            async move {
                answer(
                    serde_json::json!({"error": said, "error_description": format!("no {said}"), "correlation_id": said})
                        .to_string(),
                )
            }
        });
        let base = start(app).await;
        let session = open(base.clone(), CLIENT, |config| {
            config.credential = CredentialKind::ClientSecret;
            config.tenant_id = Some("t".to_owned());
            config.client_id = Some("c".to_owned());
            config.authority = Some(base.clone());
        });
        let error = session.sign_in(&Silent).await.unwrap_err();
        assert_eq!(error.kind(), Kind::AuthenticationFailed);
        assert_hidden(&everything(&error), CLIENT);
        assert!(error.to_string().contains("***"), "{form}: {error}");
    }
}
