//! What others write and we read, as hostile as chance makes it: response headers, tokens and configurations end in a
//! value, in nothing, or in an error with an id, whatever is in them. Pages and filters have tests of their own.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use scim_client::{Claims, Config, Secret, Session, headers};
use serde_json::{Value, json};

fn nearly_a_date() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|UTC|\\+0200)?",
        "(Sun|Mon), (0[0-9]|3[01]) (Feb|Nov) (0000|1601|1970|9999) (00|23|24):(59|60):(59|60|61) GMT",
        "[-+]?[0-9]{0,400}(\\.[0-9]{0,20})?(e[-+]?[0-9]{1,4})?",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_pause_is_never_longer_than_a_year(text in nearly_a_date(), now in 0u64..8_000_000_000) {
        let pause = headers::retry_after(&text, UNIX_EPOCH + Duration::from_secs(now));
        prop_assert!(pause.unwrap_or_default() <= Duration::from_secs(86_400 * 365));
    }

    #[test]
    fn a_realm_is_a_part_of_the_challenge(text in "(?i)(basic|bearer| )?[ \t]{0,2}(realm)?=?\"{0,2}.{0,40}\"?") {
        if let Some(realm) = headers::basic_realm(&text) {
            prop_assert!(text.contains(realm));
            prop_assert!(text.trim().to_ascii_lowercase().starts_with("basic "));
        }
    }

    #[test]
    fn any_text_is_a_token_or_none(text in any::<String>(), parts in prop::collection::vec(any::<Vec<u8>>(), 0..5)) {
        let _ = Claims::read(&text);
        let encoded: Vec<String> = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
        let _ = Claims::read(&encoded.join("."));
    }

    #[test]
    fn claims_of_any_type_are_read_or_passed_over(aud in claim(), roles in claim(), exp in claim()) {
        let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let payload = json!({ "aud": aud, "roles": roles, "exp": exp });
        let claims = Claims::read(&format!("{}.{}.c2ln", encode(json!({ "alg": "none" })), encode(payload))).unwrap();
        let roles = claims.roles();
        prop_assert!(roles.len() <= 8);
        prop_assert_eq!(claims.expires().is_some(), exp.is_number());
        if let Some(audience) = claims.audience() {
            prop_assert!(aud.to_string().contains(&serde_json::to_string(audience).unwrap()));
        }
    }

    #[test]
    fn any_configuration_opens_or_is_refused_with_an_id(text in configuration(), secret in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(config) = serde_json::from_str::<Config>(&text)
            && let Err(error) = Session::open(config, Secret::new(secret))
        {
            prop_assert!(!error.kind().id().is_empty());
            prop_assert_ne!(error.kind().id(), "InternalError", "{}", error);
        }
    }
}

fn claim() -> impl Strategy<Value = Value> {
    let one = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no NaN", |f| f.is_finite())
            .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    prop_oneof![
        one.clone(),
        prop::collection::vec(one, 0..8).prop_map(Value::from)
    ]
}

/// Configurations whose members have the right names and anything at all in them.
fn configuration() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "environment",
        "baseUri",
        "authority",
        "tenantId",
        "clientId",
        "scope",
        "credential",
        "certificatePath",
        "certificate",
        "federatedTokenFile",
        "userName",
        "allowUnencryptedAuthentication",
        "entra",
        "pricePerRequest",
        "requestBudget",
        "timeoutSeconds",
        "maximumRetryCount",
        "arcKeyFolder",
        "unknown",
    ]);
    let value = prop_oneof![
        3 => claim(),
        1 => prop::sample::select(vec![
            "Global", "clientSecret", "certificate", "basic", "accessToken", "https://a.example/scim", "http://a.example",
            "https://[::1", "https://a\u{0}b", "file:///etc/passwd", "https://user:pass@a.example/?q#f", "..", "contoso.onmicrosoft.com",
        ]).prop_map(Value::from),
    ];
    prop::collection::btree_map(name, value, 0..8)
        .prop_map(|map| Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()).to_string())
}
