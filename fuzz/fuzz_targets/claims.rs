//! What a token says of itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_client::Claims;

fuzz_target!(|text: &str| {
    if let Some(claims) = Claims::read(text) {
        let _ = (claims.audience(), claims.roles(), claims.expires());
    }
});
