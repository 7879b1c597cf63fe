//! `scim_fuzz::filter`, driven by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scim_fuzz::filter(bytes));
