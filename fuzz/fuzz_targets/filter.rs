//! A filter and a path of a PATCH: what is understood survives being printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_client::filter::{Resource, parse, parse_path, plan};

fuzz_target!(|text: &str| {
    if let Ok(filter) = parse(text) {
        assert_eq!(parse(&filter.to_string()).as_ref(), Ok(&filter), "{filter}");
        let _ = plan(Resource::User, &filter);
    }
    if let Ok(path) = parse_path(text) {
        assert_eq!(parse_path(&path.to_string()).as_ref(), Ok(&path), "{path}");
    }
});
