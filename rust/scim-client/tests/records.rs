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
            (Ok(page), is_json) if !page.incomplete.is_empty() => {
                let problems = page.incomplete.iter().flat_map(|each| &each.problems);
                for problem in problems {
                    let is_of_json = matches!(
                        problem.error,
                        PageError::DuplicateMember { .. } | PageError::TooDeep { .. } | PageError::NullResource { .. }
                    );
                    prop_assert!(is_of_json || !is_json, "{}: {}", problem, text);
                }
            }
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
    assert_eq!(
        list(r#"{"resources":[{"id":"1","name":{"id":"x","a":1},"id":"2"}]}"#)
            .unwrap_err()
            .to_string(),
        "an object has the member \"id\" twice, the second time before byte 53"
    );
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

/// The records of a page as JSON, and the problems in it as text.
fn read(body: &[u8]) -> (Vec<String>, Vec<String>) {
    let page = PageParser::default().list(body).unwrap();
    let records = Records::open(&page.buffer).unwrap();
    let problems = page.incomplete.iter().map(|each| {
        let problems: Vec<_> = each.problems.iter().map(ToString::to_string).collect();
        let name = each.name.as_deref().unwrap_or_default();
        format!("{:?} {} {name}: {}", each.record, each.id, problems.join("; "))
    });
    (
        records.iter().map(|record| record.to_json()).collect(),
        problems.collect(),
    )
}

#[test]
fn a_damaged_resource_does_not_hide_the_others() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let long = "n".repeat(limits::NAME_BYTES + 1);
    let number = "1".repeat(limits::NUMBER_DIGITS + 1);
    for (damaged, shown, problem) in [
        (
            r#""userName":"b","displayName":"x\ud800y""#.to_owned(),
            "\"userName\":\"b\",\"displayName\":\"x\u{FFFD}y\"",
            "displayName: a string has half of a surrogate pair at byte ",
        ),
        (
            r#""userName":"b","emails":[{"value":"\udc00"}],"urn:a:b":{"c":"\ud83d\ud83d"}"#.to_owned(),
            "\"userName\":\"b\",\"emails\":[{\"value\":\"\u{FFFD}\"}],\"urn:a:b\":{\"c\":\"\u{FFFD}\u{FFFD}\"}",
            "emails.value: a string has half of a surrogate pair at byte ",
        ),
        (
            r#""title":"1","userName":"b","title":"2","active":true"#.to_owned(),
            r#""userName":"b","active":true"#,
            "title: an object has the member \"title\" twice, ",
        ),
        (
            r#""userName":"b","name":{"a":1,"a":1,"b":2,"b":3,"b":3},"title":"t""#.to_owned(),
            r#""userName":"b","name":{"a":1},"title":"t""#,
            "name.a: an object has the member \"a\" twice, ",
        ),
        (
            format!(r#""userName":"b","deep":{deep},"title":"t""#),
            "",
            "deep: objects and arrays are nested deeper than 64 levels at byte ",
        ),
        (
            format!(r#""userName":"b","{long}":{{"a":["\"]"]}},"title":"t""#),
            r#""userName":"b","title":"t""#,
            "a member name is longer than 4096 bytes, ",
        ),
        (
            format!(r#""userName":"b","n":[1,{number},2],"title":"t""#),
            r#""userName":"b","n":[1,null,2],"title":"t""#,
            "n: a number has too many digits at byte ",
        ),
        (
            r#""userName":"b","n":01,"active":True,"m":,"title":"t""#.to_owned(),
            r#""userName":"b","title":"t""#,
            "n: invalid number at byte ",
        ),
        (
            "\"userName\":\"b\",\"title\":\"a\tb\"".to_owned(),
            r#""userName":"b","title":"a\tb""#,
            "title: a string has an unescaped control character at byte ",
        ),
    ] {
        let body = format!(
            r#"{{"resources":[{{"id":"1","userName":"a"}},{{{damaged},"id":"2"}},{{"id":"3","userName":"c"}}]}}"#
        );
        let (records, problems) = read(body.as_bytes());
        assert_eq!(records.len(), 3, "{damaged:.80}");
        assert_eq!(
            (records[0].as_str(), records[2].as_str()),
            (r#"{"id":"1","userName":"a"}"#, r#"{"id":"3","userName":"c"}"#)
        );
        if !shown.is_empty() {
            assert_eq!(records[1], format!(r#"{{{shown},"id":"2"}}"#));
        }
        assert!(records[1].contains(r#""userName":"b""#), "{}", records[1]);
        assert_eq!(problems.len(), 1, "{damaged:.80}");
        let begins = format!("Some(1) 2 b: {problem}");
        assert!(problems[0].starts_with(&begins), "{} {begins}", problems[0]);
    }
    let bytes = b"{\"resources\":[{\"id\":7,\"displayName\":\"M\xfcller\"},{\"id\":8}]}";
    let (records, problems) = read(bytes);
    assert_eq!(
        records,
        ["{\"id\":7,\"displayName\":\"M\u{FFFD}ller\"}", "{\"id\":8}"]
    );
    assert_eq!(
        problems[0],
        "Some(0) 7 M\u{FFFD}ller: displayName: a string isn't valid UTF-8 at byte 38"
    );
}

#[test]
fn a_null_in_place_of_a_resource_is_named_and_passed_over() {
    let (records, problems) = read(br#"{"resources":[null,{"id":"1"}, null ]}"#);
    assert_eq!(records, [r#"{"id":"1"}"#]);
    assert_eq!(
        problems,
        [
            "None  : null instead of a resource at byte 14",
            "None  : null instead of a resource at byte 31"
        ]
    );
}

#[test]
fn a_resource_whose_end_is_uncertain_is_an_error() {
    for body in [
        r#"{"resources":[{"id":"1","a" "b"},{"id":"2"}]}"#,
        r#"{"resources":[{"id":"1","a":"b" "c":1},{"id":"2"}]}"#,
        r#"{"resources":[{"id":"1","a":[1}},{"id":"2"}]}"#,
        r#"{"resources":[{"id":"1","a":\"b"},{"id":"2"}]}"#,
    ] {
        assert!(matches!(list(body), Err(PageError::NotJson { .. })), "{body}");
    }
}

#[test]
fn a_single_damaged_resource_is_read_as_far_as_it_can_be() {
    let page = PageParser::default()
        .resource(br#"{"id":"7","a":"\ud800","b":1,"b":2}"#)
        .unwrap();
    assert_eq!(page.incomplete[0].problems.len(), 2);
    assert_eq!((page.incomplete[0].record, page.count), (Some(0), 1));
    for body in [
        r#"{"a":"\ud800"}"#,
        r#"{"id":"\ud800"}"#,
        r#"{"id":["1"],"a":"\ud800"}"#,
    ] {
        assert!(matches!(
            PageParser::default().resource(body.as_bytes()),
            Err(PageError::LoneSurrogate { .. })
        ));
    }
}
