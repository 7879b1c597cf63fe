//! Bodies that arrive in pieces, break off, and are asked for again.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use proptest::prelude::*;

use super::{Page, PageError, PageParser};
use crate::limits;
use crate::record::Records;

/// Some resources: most with an id, of several types, with all that makes a boundary hard to hit.
fn resources() -> impl Strategy<Value = Vec<String>> {
    let id = prop_oneof![
        4 => (0u32..1_000_000).prop_map(|n| format!(r#""id":"{n}","#)),
        1 => (0u32..1_000_000).prop_map(|n| format!(r#""ID":{n},"#)),
        1 => (0u32..1_000_000).prop_map(|n| format!(r#""id" : "urn:x:{n}","#)),
        1 => Just(String::new()),
    ];
    let text = prop_oneof![
        Just(r"plain"),
        Just("Zoë 東京 🦀"),
        Just(r#"\"quoted\" \\ \u00e9 \ud83e\udd80"#),
        Just("a string of more than eight bytes, and of more than sixteen"),
        Just(""),
    ];
    let resource = (id, text, any::<i32>()).prop_map(|(id, text, n)| {
        format!(r#"{{{id}"name":{{"formatted":"{text}"}},"n":[{n}, {n}.5e3, true,null ,{{}},[]],"x{n}":"urn:a:b"}}"#)
    });
    // Now and then with one that is larger than the pieces.
    (
        prop::collection::vec(resource, 0..40),
        prop::option::weighted(0.3, 1000usize..60_000),
    )
        .prop_map(|(mut all, large)| {
            if let Some(length) = large {
                all.insert(
                    all.len() / 2,
                    format!(r#"{{"id":"large","x":"{}"}}"#, "y".repeat(length)),
                );
            }
            all
        })
}

fn body(resources: &[String], cursor_first: bool) -> Vec<u8> {
    let resources = resources.join(" , ");
    if cursor_first {
        format!(r#"{{"nextCursor":"c","totalResults":7,"Resources":[{resources}]}}"#)
    } else {
        format!(
            r#"{{ "schemas" : ["s"],"resources":[ {resources} ], "totalResults":"7","nextCursor":"c" }} "#
        )
    }
    .into_bytes()
}

fn json(page: &Page) -> Vec<String> {
    let records = Records::open(&page.buffer).unwrap();
    assert_eq!(records.len(), page.count);
    let all: Vec<_> = records.iter().map(|r| r.to_json()).collect();
    assert_eq!(all.len(), page.count);
    all
}

/// Feeds the pieces of a body; gives what came, and the page that said it was the last.
fn arrive<'a>(
    parser: &mut PageParser,
    pieces: impl Iterator<Item = &'a [u8]>,
    most: usize,
    got: &mut Vec<String>,
) -> Result<Page, PageError> {
    for piece in pieces {
        parser.feed(Bytes::copy_from_slice(piece));
        while !parser.read(most)? || parser.count() >= most {
            let part = parser.take(None);
            assert!(!part.last);
            got.extend(json(&part));
        }
    }
    parser.complete();
    loop {
        parser.read(most)?;
        let part = parser.take(None);
        got.extend(json(&part));
        if part.last {
            return Ok(part);
        }
    }
}

/// A body, cut into pieces.
fn pieces(body: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    body.chunks(size.max(1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn pieces_make_the_same_page(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000], most in 1usize..20,
    ) {
        let body = body(&resources, first);
        let whole = PageParser::default().list(&body).unwrap();
        let mut parser = PageParser::default();
        // Twice: what a parser keeps from one response must not change the next.
        for _ in 0..2 {
            parser.begin();
            let mut got = Vec::new();
            let last = arrive(&mut parser, pieces(&body, size), most, &mut got).unwrap();
            prop_assert_eq!(&got, &json(&whole));
            prop_assert_eq!(last.next_cursor.as_deref(), Some("c"));
            prop_assert_eq!(last.total_results, Some(7));
            prop_assert_eq!(last.whole, Some(resources.len()));
        }
    }

    #[test]
    fn an_answer_that_broke_off_is_gone_on_with(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000], most in 1usize..20,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..4), rotate in 0usize..5,
    ) {
        let mut resources = resources;
        resources.sort_unstable();
        resources.dedup();
        let whole = PageParser::default().list(&body(&resources, first)).unwrap();
        let mut parser = PageParser::default();
        parser.begin();
        let mut got = Vec::new();
        for cut in cuts {
            let body = body(&resources, first);
            for piece in pieces(&body[..cut.index(body.len())], size) {
                parser.feed(Bytes::copy_from_slice(piece));
                while !parser.read(most).unwrap() || parser.count() >= most {
                    got.extend(json(&parser.take(None)));
                }
            }
            parser.begin_again();
            // A server may give them in another order the next time.
            let by = rotate.min(resources.len());
            resources.rotate_left(by);
        }
        arrive(&mut parser, pieces(&body(&resources, first), size), most, &mut got).unwrap();
        prop_assert_eq!(got.len(), whole.count);
        let (mut got, mut expected) = (got, json(&whole));
        got.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn another_process_goes_on_behind_what_was_given(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000], most in 1usize..20, cut in any::<prop::sample::Index>(),
    ) {
        let body = body(&resources, first);
        let mut parser = PageParser::default();
        parser.begin();
        let mut got = Vec::new();
        for piece in pieces(&body[..cut.index(body.len())], size) {
            parser.feed(Bytes::copy_from_slice(piece));
            while !parser.read(most).unwrap() || parser.count() >= most {
                got.extend(json(&parser.take(None)));
            }
        }
        let (given, sum) = (parser.given(), parser.sum());
        prop_assert_eq!(given, got.len());

        let mut other = PageParser::default();
        other.begin_behind(given, sum, false);
        let last = arrive(&mut other, pieces(&body, size), most, &mut got).unwrap();
        prop_assert_eq!(&got, &json(&PageParser::default().list(&body).unwrap()));
        prop_assert_eq!(last.whole, Some(resources.len() - given));
    }

    #[test]
    fn no_piece_of_a_cut_body_is_the_last(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000], most in 1usize..20, cut in any::<prop::sample::Index>(),
    ) {
        let body = body(&resources, first);
        let end = body.trim_ascii_end().len();
        let mut parser = PageParser::default();
        parser.begin();
        let mut got = Vec::new();
        let result = arrive(&mut parser, pieces(&body[..cut.index(end)], size), most, &mut got);
        prop_assert!(matches!(result, Err(PageError::CutOff { .. } | PageError::NotJson { .. })), "{:?}", result);
        // What was given before is the beginning of the page.
        let whole = json(&PageParser::default().list(&body).unwrap());
        prop_assert_eq!(&got[..], &whole[..got.len()]);
    }

    #[test]
    fn damaged_resources_cost_none_of_the_others(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000], most in 1usize..20,
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4), 1..6),
    ) {
        let mut all: Vec<_> = damage
            .iter()
            .map(|(at, kind)| (at.index(resources.len() + 1), *kind))
            .collect();
        all.sort_unstable();
        let mut damaged = resources.clone();
        for (n, (at, kind)) in all.iter().enumerate().rev() {
            let bad = [r#""x":"\ud800""#, r#""x":1,"x":2"#, r#""x":-"#, "\"x\":\"\u{7}\""][*kind];
            damaged.insert(*at, format!(r#"{{"a":[{{}}],"id":"bad{n}",{bad}}}"#));
        }
        let whole = PageParser::default().list(&body(&resources, first)).unwrap();
        let mut parser = PageParser::default();
        parser.begin();
        let (mut got, mut problems) = (Vec::new(), Vec::new());
        let body = body(&damaged, first);
        let mut take = |parser: &mut PageParser| {
            let part = parser.take(None);
            for each in &part.incomplete {
                problems.push(each.id.clone());
                let records = Records::open(&part.buffer).unwrap();
                let json = records.get(each.record.unwrap()).unwrap().to_json();
                assert!(json.contains(&format!(r#""id":"{}""#, each.id)), "{json}");
            }
            got.extend(json(&part));
            part.last
        };
        for piece in pieces(&body, size) {
            parser.feed(Bytes::copy_from_slice(piece));
            while !parser.read(most).unwrap() || parser.count() >= most {
                take(&mut parser);
            }
        }
        parser.complete();
        loop {
            parser.read(most).unwrap();
            if take(&mut parser) {
                break;
            }
        }
        prop_assert_eq!(got.len(), damaged.len());
        got.retain(|json| !json.contains(r#""id":"bad"#));
        prop_assert_eq!(got, json(&whole));
        prop_assert_eq!(problems, (0..all.len()).map(|n| format!("bad{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_fault_is_the_same_however_the_body_comes(
        resources in resources(), first: bool, size in prop_oneof![1usize..300, 10_000usize..40_000],
        at in any::<prop::sample::Index>(), byte: u8,
    ) {
        let mut body = body(&resources, first);
        let at = at.index(body.len());
        body[at] = byte;
        let whole = PageParser::default().list(&body).map(|page| json(&page));
        let mut parser = PageParser::default();
        parser.begin();
        let mut got = Vec::new();
        let parts = arrive(&mut parser, pieces(&body, size), 3, &mut got).map(|_| got);
        match (whole, parts) {
            (Err(PageError::CutOff { .. }), Err(PageError::CutOff { .. })) => {}
            (whole, parts) => prop_assert_eq!(whole, parts),
        }
    }
}

#[test]
fn a_page_that_changed_is_not_gone_on_with() {
    let body = |ids: &[u32]| {
        let resources: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        body(&resources, true)
    };
    let mut parser = PageParser::default();
    parser.begin();
    parser.feed(body(&[1, 2, 3, 4]).into());
    assert!(!parser.read(2).unwrap());
    assert_eq!(parser.take(None).count, 2);
    let (given, sum) = (parser.given(), parser.sum());
    for ids in [&[1, 3, 4][..], &[2, 1, 3], &[1], &[]] {
        let mut other = PageParser::default();
        other.begin_behind(given, sum, false);
        let result = arrive(&mut other, [&body(ids)[..]].into_iter(), 9, &mut Vec::new());
        assert_eq!(result.unwrap_err(), PageError::Changed { count: 2 }, "{ids:?}");
    }
}

#[test]
fn one_large_resource_in_small_pieces_is_not_read_again_and_again() {
    let value = "x".repeat(1 << 20);
    let body = body(&[format!(r#"{{"id":"1","v":"{value}"}}"#)], true);
    let mut parser = PageParser::default();
    parser.begin();
    let mut reads = 0;
    for piece in pieces(&body, 1000) {
        parser.feed(Bytes::copy_from_slice(piece));
        let enough = parser.enough;
        assert!(parser.read(1).unwrap());
        reads += u32::from(parser.enough != enough);
    }
    assert!(reads < 12, "{reads}");
    parser.complete();
    assert!(parser.read(1).unwrap());
    assert_eq!(parser.take(None).count, 1);
}

#[test]
fn a_resource_without_a_readable_id_ends_the_page_and_is_passed_over_by_who_resumes() {
    let resources: Vec<String> = ["1", r"\ud800", r"\udfff", "4", r"\ud800", "6"]
        .iter()
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let body = body(&resources, true);
    let (mut got, mut errors) = (Vec::new(), 0);
    let (mut given, mut sum, mut passes) = (0, 0, false);
    loop {
        let mut parser = PageParser::default();
        parser.begin_behind(given, sum, passes);
        match arrive(&mut parser, pieces(&body, 7), 9, &mut got) {
            Ok(_) => break,
            Err(error) => {
                assert!(matches!(error, PageError::LoneSurrogate { .. }), "{error}");
                errors += 1;
                (given, sum, passes) = (parser.given(), parser.sum(), parser.is_stopped());
            }
        }
    }
    assert_eq!(got, [r#"{"id":"1"}"#, r#"{"id":"4"}"#, r#"{"id":"6"}"#]);
    assert_eq!(errors, 3);
}

#[test]
fn an_answer_that_breaks_off_behind_what_was_given_elsewhere_gives_none_of_it() {
    let resources: Vec<String> = (1..=4).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let body = body(&resources, true);
    let mut parser = PageParser::default();
    parser.begin();
    parser.feed(body.clone().into());
    assert!(!parser.read(2).unwrap());
    parser.take(None);
    let mut other = PageParser::default();
    other.begin_behind(parser.given(), parser.sum(), false);
    other.feed(Bytes::copy_from_slice(&body[..body.len() - 4]));
    assert!(other.read(9).unwrap());
    other.begin_again();
    let mut got = Vec::new();
    arrive(&mut other, pieces(&body, 99), 9, &mut got).unwrap();
    assert_eq!(got, [r#"{"id":"3"}"#, r#"{"id":"4"}"#]);
}

#[test]
fn a_value_that_is_too_large_is_left_out() {
    let large = "x".repeat(limits::RESOURCE_BYTES + (1 << 20));
    let resources = [
        r#"{"id":"1"}"#.to_owned(),
        format!(r#"{{"id":"2","photo":"{large}","title":"t"}}"#),
        r#"{"id":"3"}"#.to_owned(),
    ];
    let body = body(&resources, true);
    let mut parser = PageParser::default();
    parser.begin();
    let mut omitted = 0;
    for piece in pieces(&body, 1 << 20) {
        parser.feed(Bytes::copy_from_slice(piece));
        parser.read(9).unwrap();
        omitted += parser.take_omitted();
    }
    parser.complete();
    assert!(parser.read(9).unwrap());
    assert!(omitted > limits::RESOURCE_BYTES, "{omitted}");
    let page = parser.take(None);
    assert_eq!(
        json(&page),
        [r#"{"id":"1"}"#, r#"{"id":"2","title":"t"}"#, r#"{"id":"3"}"#]
    );
    assert_eq!(page.incomplete[0].problems[0].attribute, "photo");
}
