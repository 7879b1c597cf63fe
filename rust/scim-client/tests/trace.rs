//! The trace of a connection: what went over the wire is in it, and no secret is.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use scim_client::event::Silent;
use scim_client::{Compatibility, Config, Endpoint, Kind, Secret, Session};
use scim_emulator::EmulatorConfig;

mod world;

use world::World;

fn file(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trace-{name}.txt"));
    let _ = fs::remove_file(&path);
    path
}

#[tokio::test]
async fn every_request_is_written_down_and_no_secret() {
    let path = file("all");
    fs::write(&path, "what was there\n").unwrap();
    let config = EmulatorConfig {
        users: 900,
        groups: 3,
        ..EmulatorConfig::default()
    };
    let World { emulator, session } =
        World::with(config, |config| config.trace_path = Some(path.clone())).await;
    let parameters = [("count", "900"), ("attributes", "id,userName,displayName")];
    session
        .get(Endpoint::Users, None, &parameters, &Silent)
        .await
        .unwrap();
    session
        .get(Endpoint::Users, Some("nobody"), &[], &Silent)
        .await
        .unwrap_err();
    let token = session.access_token(&Silent).await.unwrap().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("what was there\n"));
    for expected in [
        "#1\n> POST http://127.0.0.1:",
        "> grant_type=client_credentials&",
        "client_secret=***",
        "\"access_token\":\"***\"",
        "#2\n> GET http://127.0.0.1:",
        "/users?count=900&attributes=id%2CuserName%2CdisplayName\n",
        "> authorization: ***\n",
        "> accept: application/json\n",
        "#2\n< HTTP/1.1 200 OK after ",
        "< request-id: ",
        "< {\"schemas\":",
        "(65536 of ",
        "#3\n< HTTP/1.1 40",
    ] {
        assert!(
            text.contains(expected),
            "{expected} is not in {}",
            text.chars().take(6000).collect::<String>()
        );
    }
    let token = std::str::from_utf8(token.bytes()).unwrap();
    for secret in [emulator.client_secret(), token, token.rsplit('.').next().unwrap()] {
        assert!(!text.contains(secret));
    }
    assert!(text.len() < 3 * 65536);
}

#[tokio::test]
async fn a_request_without_an_answer_is_written_down_too() {
    let path = file("refused");
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = Config {
        base_uri: Some(format!("http://127.0.0.1:{free}/scim")),
        maximum_retry_count: Some(0),
        trace_path: Some(path.clone()),
        compatibility: vec![Compatibility::SkipDiscovery],
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"hunter2".to_vec())).unwrap();
    session
        .get(Endpoint::Users, None, &[], &Silent)
        .await
        .unwrap_err();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("#1\n! 127.0.0.1"), "{text}");
    assert!(
        text.contains("refused the connection for GET /scim/Users"),
        "{text}"
    );
    assert!(!text.contains("hunter2"));
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let config = Config {
        trace_path: Some(file("x").join("no/folder")),
        ..Config::default()
    };
    let error = Session::open(config, Secret::new(b"t".to_vec())).unwrap_err();
    assert_eq!(error.kind(), Kind::FileNotWritten);
    assert!(error.to_string().contains("-TracePath"), "{error}");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    for there in [false, true] {
        let path = file(if there { "there" } else { "new" });
        if there {
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        let config = Config {
            trace_path: Some(path.clone()),
            ..Config::default()
        };
        Session::open(config, Secret::new(b"t".to_vec())).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
