//! What holds of every filter: it survives being printed, no text makes the parser panic, and a filter taken apart for
//! the service finds the same resources as the whole.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use scim_client::filter::{
    AttrPath, Filter, Matcher, Number, Operator, PatchPath, Resource, Value, check, known, parse, parse_path,
    plan, qualify,
};
use serde_json::{Map, Value as Json, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z][a-zA-Z0-9_$-]{0,8}",
        prop::sample::select(vec![
            "not", "and", "or", "pr", "eq", "true", "null", "$ref", "value"
        ])
        .prop_map(str::to_owned),
    ]
}

fn urn() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".to_owned()),
        "urn(:[A-Za-z0-9._-]{1,8}){1,4}",
        "https://[a-z.]{1,9}/[a-z?#%]{0,5}",
    ]
}

fn path() -> impl Strategy<Value = AttrPath> {
    (
        prop::option::weighted(0.2, urn()),
        name(),
        prop::option::weighted(0.3, name()),
    )
        .prop_map(|(urn, name, sub)| AttrPath::new(urn.as_deref(), &name, sub.as_deref()).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|text| Value::Number(Number::new(&text).unwrap())),
        any::<String>().prop_map(Value::String),
        "[a-z \"\\\\\n\t\u{1}\u{8}()\\[\\]'é山😀]{0,12}".prop_map(Value::String),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(Operator::ALL)
}

fn filter() -> impl Strategy<Value = Filter> {
    let test = prop_oneof![
        1 => path().prop_map(Filter::Present),
        3 => (path(), operator(), value()).prop_map(|(path, operator, value)| Filter::compare(path, operator, value)),
    ];
    connected(test, true)
}

/// Filters of these tests: and, or, not, and `a[…]`.
fn connected(test: impl Strategy<Value = Filter> + 'static, elements: bool) -> BoxedStrategy<Filter> {
    let tree = test.prop_recursive(5, 40, 4, move |inner| {
        let many = prop::collection::vec(inner.clone(), 1..5);
        let element = (path(), inner.clone()).prop_map(|(attribute, inner)| Filter::Element {
            attribute,
            filter: Box::new(inner),
        });
        prop_oneof![
            3 => many.clone().prop_map(|terms| Filter::all(terms).unwrap()),
            3 => many.prop_map(|terms| Filter::any(terms).unwrap()),
            2 => inner.prop_map(Filter::negated),
            u32::from(elements) * 2 => element,
        ]
    });
    tree.boxed()
}

/// Pieces of filters in any order: closer to a filter than random characters, and rarely one.
fn nearly() -> impl Strategy<Value = String> {
    let pieces = vec![
        "userName",
        "emails",
        "eq",
        " ",
        " ",
        " ",
        "pr",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"x\"",
        "\\",
        "\\u",
        "\\ud83d",
        "'",
        "-eq",
        "==",
        "5",
        "-",
        "true",
        ".",
        ":",
        "urn:a:2.0:",
        "$",
        "é",
        "“",
        "\u{a0}",
        "\0",
        "2026-01-31",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_printed_is_read_as_the_same(filter in filter()) {
        let text = filter.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&again, &filter);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn paths_survive_too(attribute in path(), filter in prop::option::of(filter()), sub in name()) {
        let sub_attribute = filter.is_some().then_some(sub);
        let path = PatchPath { attribute, filter, sub_attribute };
        prop_assert_eq!(parse_path(&path.to_string()), Ok(path));
    }

    #[test]
    fn case_and_white_space_mean_nothing(path in path(), operator in operator(), value in value()) {
        let text = format!("\t( {path}  {}\n{value}) ", operator.as_str().to_ascii_uppercase());
        prop_assert_eq!(parse(&text), Ok(Filter::compare(path, operator, value)));
    }

    #[test]
    fn no_text_panics(text in prop_oneof![any::<String>(), nearly(), "[ -~]{0,60}"]) {
        for error in [parse(&text).err(), parse_path(&text).err()].into_iter().flatten() {
            prop_assert!(error.position <= text.chars().count());
            prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
        }
        if let Ok(filter) = parse(&text) {
            let printed = filter.to_string();
            prop_assert_eq!(parse(&printed).map(|again| again.to_string()), Ok(printed));
        }
    }

    #[test]
    fn cut_off_filters_do_not_panic(filter in filter(), share in 0.0..1.0) {
        let text = filter.to_string();
        let kept: String = text.chars().take((text.chars().count() as f64 * share) as usize).collect();
        if let Err(error) = parse(&kept) {
            prop_assert!(error.position <= kept.chars().count());
        }
    }
}

/// Tests that Entra takes, over few values, so that they hold now and then.
fn servable() -> impl Strategy<Value = Filter> {
    prop::sample::select(vec![
        r#"userName ew "@x""#,
        r#"userName ew "b@x""#,
        r#"userName eq "a@x""#,
        r#"not (userName ew "@y")"#,
        r#"mailNickname eq "a""#,
        r#"not (not (mailNickname ew "b"))"#,
        "active eq true",
        "active ne true",
        "not (active eq true)",
        r#"id eq "1""#,
        r#"externalId eq "e""#,
    ])
    .prop_map(|text| text.parse().unwrap())
}

/// Tests that it does not take.
fn other() -> impl Strategy<Value = Filter> {
    prop::sample::select(vec![
        "title pr",
        r#"department ne "d""#,
        r#"department eq "d""#,
        r#"emails[type eq "work" and value sw "a"]"#,
        r#"meta.created gt "2026-01-01""#,
        r#"not (userName eq "a@x")"#,
    ])
    .prop_map(|text| text.parse().unwrap())
}

fn user() -> impl Strategy<Value = Map<String, Json>> {
    let parts = (
        prop::sample::select(vec!["a@x", "b@x", "a@y"]),
        prop::sample::select(vec!["a", "b", "ab"]),
        any::<bool>(),
        prop::sample::select(vec!["1", "2"]),
        prop::sample::select(vec![json!(null), json!("e"), json!("f")]),
        prop::sample::select(vec![
            json!({}),
            json!({"department": "D"}),
            json!({"department": "e"}),
        ]),
        prop::sample::select(vec![
            json!([]),
            json!([{"type": "work", "value": "a"}, {"type": "other", "value": "b"}]),
        ]),
        prop::sample::select(vec!["2025-12-31T23:00:00-02:00", "2025-12-31T23:00:00Z"]),
    );
    parts.prop_map(
        |(name, nickname, active, id, external, enterprise, emails, created)| {
            let user = json!({
                "userName": name, "active": active, "id": id, "externalId": external, "emails": emails,
                "meta": {"created": created},
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": enterprise,
                "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User": {"mailNickname": nickname},
            });
            user.as_object().unwrap().clone()
        },
    )
}

fn matches(filter: &Filter, user: &Map<String, Json>) -> bool {
    let filter = qualify(Resource::User, filter.clone());
    Matcher::new(&filter, |path| known::rule(Resource::User, path))
        .unwrap()
        .matches(user)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_lists_together_are_the_answer(
        filter in connected(servable(), false),
        users in prop::collection::vec(user(), 12),
    ) {
        // What cannot be served is an error, which is as good.
        if let Ok(lists) = plan::rewrite(Resource::User, &filter) {
            prop_assert!(lists.len() <= plan::MAX_LISTS);
            for list in &lists {
                prop_assert_eq!(check(Resource::User, list), Ok(()));
                prop_assert_eq!(parse(&list.to_string()), Ok(list.clone()));
            }
            for user in &users {
                prop_assert_eq!(lists.iter().any(|list| matches(list, user)), matches(&filter, user), "{}", filter);
            }
        }
    }

    #[test]
    fn what_is_left_for_here_makes_up_the_rest(
        filter in connected(prop_oneof![servable(), other()], false),
        users in prop::collection::vec(user(), 12),
    ) {
        let parts = plan::plan(Resource::User, &filter).unwrap();
        let one = [plan::split(Resource::User, &filter).unwrap()];
        for parts in [parts.as_slice(), one.as_slice()] {
            for server in parts.iter().filter_map(|part| part.server.as_ref()) {
                prop_assert_eq!(check(Resource::User, server), Ok(()));
            }
            for user in &users {
                let found = parts.iter().any(|part| {
                    let holds = |filter: &Option<Filter>| filter.as_ref().is_none_or(|f| matches(f, user));
                    holds(&part.server) && holds(&part.local)
                });
                prop_assert_eq!(found, matches(&filter, user), "{} became {:?}", filter, parts);
            }
        }
    }
}
