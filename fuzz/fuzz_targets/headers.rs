//! Retry-After and WWW-Authenticate.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use scim_client::headers;

fuzz_target!(|text: &str| {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let pause = headers::retry_after(text, now).unwrap_or_default();
    assert!(pause <= Duration::from_secs(86_400 * 365));
    if let Some(realm) = headers::basic_realm(text) {
        assert!(text.contains(realm));
    }
});
