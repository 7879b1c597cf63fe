#![allow(clippy::unwrap_used)]

use serde_json::{Map, Value as Json, json};

use super::super::known::{self, Resource};
use super::*;

fn ann() -> Map<String, Json> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "AbC",
        "userName": "Ann@contoso.com",
        "active": true,
        "title": "",
        "nickName": null,
        "shoeSize": 38.5,
        "logins": 12,
        "name": {"givenName": "Ann", "familyName": ""},
        "emails": [
            {"value": "ann@contoso.com", "type": "work", "primary": true},
            {"value": "ann@home.example", "type": "other"}
        ],
        "ims": [{"value": ""}, {}],
        "photos": [],
        "meta": {"created": "2026-01-31T12:00:00.0000000+02:00"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Sales", "manager": {"value": "m1"}
        },
        "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User": {
            "proxyAddresses": ["SMTP:ann@contoso.com", "smtp:a@contoso.com"]
        }
    });
    user.as_object().unwrap().clone()
}

fn matcher(text: &str) -> Result<Matcher, Unsupported> {
    let filter = super::super::qualify(Resource::User, text.parse().unwrap());
    Matcher::new(&filter, |path| known::rule(Resource::User, path))
}

#[test]
fn what_holds_and_what_does_not() {
    let ann = ann();
    for (text, expected) in [
        // Case as the schema says.
        (r#"USERNAME eq "ANN@CONTOSO.COM""#, true),
        (r#"id eq "abc""#, false),
        (r#"id eq "AbC" and id sw "A" and not (id sw "a")"#, true),
        (
            r#"urn:ietf:params:scim:schemas:core:2.0:user:userName ew "@contoso.com""#,
            true,
        ),
        // Extensions, with and without URN.
        (r#"department eq "sales""#, true),
        (
            r#"urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User:department co "ale""#,
            true,
        ),
        (
            r#"manager eq "m1" and manager.value eq "m1" and manager pr"#,
            true,
        ),
        (r#"proxyAddresses sw "SMTP:ANN""#, true),
        (r#"proxyAddresses.value sw "smtp:a@""#, true),
        // Many values: one is enough.
        (r#"emails.type eq "work" and emails.type eq "other""#, true),
        (r#"emails.type ne "work""#, true),
        (r#"not (emails.type eq "work")"#, false),
        (r#"emails co "home""#, true),
        (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true),
        // The same element.
        (r#"emails[type eq "work" and value ew "@contoso.com"]"#, true),
        (r#"emails[type eq "other" and value ew "@contoso.com"]"#, false),
        (
            r#"emails.type eq "other" and emails.value ew "@contoso.com""#,
            true,
        ),
        (r#"emails[primary ne true]"#, true),
        (r#"emails[not (type pr)]"#, false),
        (r#"photos[type ne "x"]"#, false),
        // Presence.
        (
            "userName pr and emails pr and name pr and name.givenName pr and meta.created pr",
            true,
        ),
        (
            "title pr or nickName pr or missing pr or name.familyName pr or ims pr or photos pr",
            false,
        ),
        (
            "title eq null and nickName eq null and photos eq null and userName ne null",
            true,
        ),
        // Without a value.
        (
            r#"missing ne "x" and photos.value ne "x" and nickName ne "x" and title ne "x""#,
            true,
        ),
        (r#"missing eq "x" or missing gt "x" or missing co """#, false),
        (r#"not (missing eq "x")"#, true),
        (r#"title eq """#, true),
        // Types.
        ("active eq true and active ne false", true),
        (r#"active eq "True""#, true),
        (
            "shoeSize gt 38 and shoeSize lt 38.6 and logins ge 12 and logins eq 12.0",
            true,
        ),
        (r#"logins eq "12""#, true),
        ("userName gt 5 or userName lt 5", false),
        (r#"userName gt "AN" and userName lt "b""#, true),
        // Dates.
        (r#"meta.created eq "2026-01-31T10:00:00Z""#, true),
        (
            r#"meta.created gt "2026-01-31T09:59:59Z" and meta.created lt "2026-01-31T06:00:00-05:00""#,
            true,
        ),
        (
            r#"meta.created ge "2026-01-31" and meta.created lt "2026-02-01""#,
            true,
        ),
        (r#"meta.created sw "2026-01""#, true),
        // Connectives.
        ("missing pr or active eq true and userName pr", true),
        ("(missing pr or active eq true) and not (userName pr)", false),
    ] {
        assert_eq!(matcher(text).unwrap().matches(&ann), expected, "{text}");
    }
}

#[test]
fn invalid_comparisons_are_reported_before_anything_is_read() {
    for (text, says) in [
        (
            "active gt true",
            "active gt true: gt requires a value with an order. Use eq or ne.",
        ),
        (r#"active gt "a""#, "requires a value with an order"),
        (
            "emails[primary lt true]",
            "primary lt true: lt requires a value with an order",
        ),
        ("userName le null", "requires a value with an order"),
        ("logins co 5", "co requires text. Use text"),
        ("userName sw null", "sw requires text"),
        (
            r#"meta.created gt "31.01.2026""#,
            r#""31.01.2026" isn't a date. Use a date such as "2026-01-31T08:00:00Z"."#,
        ),
    ] {
        let error = matcher(text).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
}
