//! What must hold for any bytes that others give us. Each function takes such bytes and panics where something does not
//! hold. libFuzzer calls them (`fuzz/run`), and `tests/mutations.rs` does for a while in every test run.
#![allow(clippy::expect_used, clippy::panic)]

use std::time::{Duration, UNIX_EPOCH};

use scim_client::filter::plan::plan;
use scim_client::filter::{Resource, parse, parse_path};
use scim_client::page::PageParser;
use scim_client::record::Records;
use scim_client::{Claims, Config, Secret, Session, headers};

/// A target's name and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them; the seeds of each are in `fuzz/seeds`, in a folder of its name.
pub const TARGETS: [Target; 5] = [
    ("page", page),
    ("filter", filter),
    ("headers", header),
    ("claims", claims),
    ("config", config),
];

/// A body becomes a page, or an error; what became a page is JSON again.
pub fn page(body: &[u8]) {
    let mut parser = PageParser::default();
    // Twice: names kept from an earlier page must not change a later one.
    for _ in 0..2 {
        if let Ok(page) = parser.list(body) {
            let records = Records::open(&page.buffer).expect("a page that was written can be read");
            assert_eq!(records.len(), page.count);
            for record in records.iter() {
                let _: serde_json::Value = serde_json::from_str(&record.to_json()).expect("a record is JSON");
            }
        }
    }
    let _ = parser.resource(body);
    // The bytes as a page buffer: whatever is wrong in it is no read outside it.
    if let Some(records) = Records::open(body) {
        for record in records.iter().take(1000) {
            let _ = record.to_json();
        }
    }
}

/// A filter and a path of a PATCH: what is understood survives being printed.
pub fn filter(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    if let Ok(filter) = parse(text) {
        assert_eq!(parse(&filter.to_string()).as_ref(), Ok(&filter), "{filter}");
        let _ = plan(Resource::User, &filter);
    }
    if let Ok(path) = parse_path(text) {
        assert_eq!(parse_path(&path.to_string()).as_ref(), Ok(&path), "{path}");
    }
}

/// `Retry-After` and `WWW-Authenticate`.
pub fn header(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let pause = headers::retry_after(text, now).unwrap_or_default();
    assert!(pause <= Duration::from_secs(86_400 * 365));
    if let Some(realm) = headers::basic_realm(text) {
        assert!(text.contains(realm));
    }
}

/// What a token says of itself.
pub fn claims(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    if let Some(claims) = Claims::read(text) {
        let _ = (claims.audience(), claims.roles(), claims.expires());
    }
}

/// A configuration as it crosses the border: it opens a session or is refused by an error with an id.
pub fn config(json: &[u8]) {
    let Ok(mut config) = serde_json::from_slice::<Config>(json) else {
        return;
    };
    // No file of this machine is to be read or written.
    (
        config.certificate_path,
        config.federated_token_file,
        config.trace_path,
    ) = (None, None, None);
    config.network.certificate_authority_files.clear();
    config.network.client_certificate_path = None;
    if let Err(error) = Session::open(config, Secret::new(b"secret".to_vec())) {
        assert_ne!(error.kind().id(), "InternalError", "{error}");
    }
}
