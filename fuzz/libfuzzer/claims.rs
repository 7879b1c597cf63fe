//! `scim_fuzz::claims`, driven by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scim_fuzz::claims(bytes));
