//! A configuration as it crosses the border: it opens a session or is refused by an error with an id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_client::{Config, Secret, Session};

fuzz_target!(|json: &[u8]| {
    if let Ok(mut config) = serde_json::from_slice::<Config>(json) {
        // No file of this machine is to be read.
        (config.certificate_path, config.federated_token_file) = (None, None);
        if let Err(error) = Session::open(config, Secret::new(b"secret".to_vec())) {
            assert_ne!(error.kind().id(), "InternalError", "{error}");
        }
    }
});
