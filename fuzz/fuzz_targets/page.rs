//! A body becomes a page, or an error; what became a page is JSON again, and serde_json agrees with each record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_client::page::PageParser;
use scim_client::record::Records;

fuzz_target!(|body: &[u8]| {
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
});
