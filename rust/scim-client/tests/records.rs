//! Any JSON object survives the way into a record and back, and what is no JSON is refused with its reason.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use scim_client::limits;
use scim_client::page::{PageError, PageParser};
use scim_client::record::Records;
use serde_json::Value;

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no NaN", |f| f.is_finite())
            .prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "urn:[a-z:.0-9]{1,60}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 200, 200, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..200).prop_map(Value::from),
            prop::collection::btree_map(".{0,12}", inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(".{0,12}", json(), 0..12)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_object_survives(objects in prop::collection::vec(object(), 1..6), pretty: bool) {
        let mut parser = PageParser::default();
        // Twice with the same parser: names kept from an earlier page must not change a later one.
        for _ in 0..2 {
            let envelope = serde_json::json!({ "totalResults": objects.len(), "Resources": objects });
            let body = if pretty { serde_json::to_string_pretty(&envelope) } else { serde_json::to_string(&envelope) };
            let page = parser.list(body.unwrap().as_bytes()).unwrap();
            prop_assert_eq!(page.count, objects.len());
            let records = Records::open(&page.buffer).unwrap();
            for (record, object) in records.iter().zip(&objects) {
                let back: Value = serde_json::from_str(&record.to_json()).unwrap();
                prop_assert_eq!(&back, object);
            }
        }
    }

    #[test]
    fn a_cut_body_is_never_a_page(object in object(), cut in 0.0f64..1.0) {
        let body = serde_json::to_vec(&serde_json::json!({ "resources": [object] })).unwrap();
        let cut = (body.len() as f64 * cut) as usize;
        let result = PageParser::default().list(&body[..cut]);
        prop_assert!(result.is_err());
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = PageParser::default().list(&bytes);
        if let Some(records) = Records::open(&bytes) {
            for record in records.iter().take(1000) { let _ = record.to_json(); }
        }
    }

    #[test]
    fn mutated_pages_never_panic(object in object(), at in any::<prop::sample::Index>(), byte: u8) {
        let body = serde_json::to_vec(&serde_json::json!({ "resources": [object] })).unwrap();
        let mut buffer = PageParser::default().list(&body).unwrap().buffer;
        let at = at.index(buffer.len());
        buffer[at] = byte;
        if let Some(records) = Records::open(&buffer) {
            for record in records.iter().take(1000) { let _ = record.to_json(); }
        }
    }
}

/// Whether a body is JSON, by another reader's word: jiter's for the grammar, the standard library's for UTF-8.
fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut json = jiter::Jiter::new(body);
    json.next_skip().and_then(|()| json.finish()).is_ok() && std::str::from_utf8(body).is_ok()
}

/// One change to a body: a byte overwritten, put in, or left out, or the rest cut off.
fn change() -> impl Strategy<Value = (u8, prop::sample::Index, u8)> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(&br#"{}[]",:\ \u0123456789dDeE+-.tfn/"#[..]),
    ];
    (0u8..4, any::<prop::sample::Index>(), byte)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// The parser of pages takes what another takes, and nothing else.
    #[test]
    fn it_is_as_strict_as_another_reader(
        objects in prop::collection::vec(object(), 0..3), escapes: bool, pretty: bool,
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let mut envelope = serde_json::json!({ "totalResults": objects.len(), "Resources": objects, "nextCursor": "c" });
        if escapes {
            envelope["Resources"] = serde_json::json!([{ "id": "ESCAPED", "n": [-0.5, 1e9, 10, 0, true, false, null] }]);
        }
        let body = if pretty { serde_json::to_string_pretty(&envelope) } else { serde_json::to_string(&envelope) };
        let mut body = body.unwrap().replace("ESCAPED", r#"\ud83e\udd80 \u00e9\n\"\\ \/ 東京"#).into_bytes();
        for (what, at, byte) in changes {
            let at = at.index(body.len() + 1);
            match what {
                0 if at < body.len() => body[at] = byte,
                1 => body.insert(at, byte),
                2 if at < body.len() => { body.remove(at); }
                _ => body.truncate(at),
            }
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        match (PageParser::default().list(&body), is_json(&body)) {
            (Ok(page), true) => {
                // Where it is read as a number that JSON knows and serde_json does not, there is nothing to compare.
                let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
                if let Ok(Value::Object(envelope)) = serde_json::from_slice(body) {
                    let resources = envelope.iter().find(|(name, _)| name.eq_ignore_ascii_case("resources"));
                    let expected = resources.and_then(|(_, r)| r.as_array()).cloned().unwrap_or_default();
                    let records = Records::open(&page.buffer).unwrap();
                    let got: Vec<Value> = records.iter().map(|r| serde_json::from_str(&r.to_json()).unwrap()).collect();
                    prop_assert_eq!(got, expected, "{}", text);
                }
            }
            (Ok(_), false) => prop_assert!(false, "taken, and no JSON: {}", text),
            (Err(PageError::NotJson { reason, .. }), true) => {
                prop_assert_eq!(reason, "expected the array of resources", "{}", text);
            }
            (Err(e @ (PageError::CutOff { .. } | PageError::LoneSurrogate { .. } | PageError::NotUtf8 { .. })), true) => {
                prop_assert!(false, "refused, and JSON: {}: {}", e, text);
            }
            (Err(_), _) => {}
        }
    }
}

fn list(body: &str) -> Result<scim_client::page::Page, PageError> {
    PageParser::default().list(body.as_bytes())
}

#[test]
fn the_envelope_is_read_without_regard_to_case() {
    let page = list(
        r#"{"schemas":["x"],"TOTALRESULTS":"7","itemsperpage":2,"StartIndex":1,"nextcursor":"abc","resources":[{"id":"1"},{"id":"2"}]}"#,
    )
    .unwrap();
    assert_eq!(
        (
            page.count,
            page.total_results,
            page.items_per_page,
            page.start_index
        ),
        (2, Some(7), Some(2), Some(1))
    );
    assert_eq!(page.next_cursor.as_deref(), Some("abc"));
}

#[test]
fn numbers_keep_their_text() {
    let text = r#"{"a":-0,"b":1.0,"c":12345678901234567890123,"d":1E400,"e":-9223372036854775808,"f":0}"#;
    let page = PageParser::default().resource(text.as_bytes()).unwrap();
    assert_eq!(
        Records::open(&page.buffer).unwrap().get(0).unwrap().to_json(),
        text
    );
}

#[test]
fn what_is_no_list_says_why() {
    assert!(matches!(
        list("<html><body>Sign in</body></html>"),
        Err(PageError::NotJson { position: 0, .. })
    ));
    assert!(matches!(list(""), Err(PageError::NotJson { .. })));
    assert!(matches!(
        list(r#"{"resources":[{"id":"1"#),
        Err(PageError::CutOff { .. })
    ));
    assert!(matches!(
        list(r#"{"totalResults":3}"#),
        Err(PageError::NotAList { .. })
    ));
    assert!(matches!(list("[]"), Err(PageError::NotAList { .. })));
    assert!(matches!(
        list(r#"{"resources":[1]}"#),
        Err(PageError::NotAList { .. })
    ));
    assert_eq!(list(r#"{"totalResults":0}"#).unwrap().count, 0);
    assert_eq!(list(r#"{"totalResults":0,"Resources":null}"#).unwrap().count, 0);
    assert!(matches!(
        list(r#"{"resources":[{"id":"1","displayName":"\ud800"}]}"#),
        Err(PageError::LoneSurrogate { .. })
    ));
    assert_eq!(
        list(r#"{"resources":[{"id":"1","name":{"id":"x","a":1},"id":"2"}]}"#)
            .unwrap_err()
            .to_string(),
        "an object has the member \"id\" twice, the second time before byte 53"
    );
    for text in [r"\udc00", r"\ud800\ud800", r"\ud800x", r"\ud800\n"] {
        let body = format!(r#"{{"resources":[{{"id":"1","displayName":"{text}"}}]}}"#);
        assert!(
            matches!(list(&body), Err(PageError::LoneSurrogate { .. })),
            "{text}"
        );
    }
    let bytes = b"{\"resources\":[{\"id\":\"\xff\"}]}";
    assert_eq!(
        PageParser::default().list(bytes).unwrap_err(),
        PageError::NotUtf8 { position: 21 }
    );
    assert!(matches!(
        list(r#"{"resources":[]} x"#),
        Err(PageError::NotJson { .. })
    ));
    assert!(matches!(
        list(r#"{"resources":[],"Resources":[]}"#),
        Err(PageError::DuplicateMember { .. })
    ));
}

#[test]
fn depth_is_bounded_in_and_around_resources() {
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(10_000);
        assert!(matches!(
            list(&format!("{{\"resources\":[{{\"a\":{deep}")),
            Err(PageError::TooDeep { .. })
        ));
        assert!(matches!(
            list(&format!("{{\"x\":{deep}")),
            Err(PageError::TooDeep { .. })
        ));
    }
    let fits = format!(
        "{{\"resources\":[{{\"a\":{}{}}}]}}",
        "[".repeat(limits::DEPTH - 1),
        "]".repeat(limits::DEPTH - 1)
    );
    assert!(list(&fits).is_ok());
}
