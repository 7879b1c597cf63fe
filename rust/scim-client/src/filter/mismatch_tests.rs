#![allow(clippy::unwrap_used)]

use super::*;
use crate::page::PageParser;
use crate::record::Records;

const USER: &str = r#"{
    "id": "1", "userName": "Ann.Müller@Contoso.com", "externalId": 4711, "active": "True", "shoeSize": 41, "weight": 70.5,
    "title": "", "nickName": null, "displayName": "Ann",
    "name": {"givenName": "Ann", "familyName": "Müller"},
    "emails": [{"type": "work", "value": "ann@contoso.com"}, {"type": "home", "value": "a@x.org"}],
    "phoneNumbers": [{"value": "tel:+1-555-1234"}], "tags": ["red"], "nothing": [],
    "start": "2026-01-31T12:00:00Z", "meta": {"resourceType": "User"},
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "7"}},
    "urn:example:2.0:Custom": {"costCode": "C1"},
    "costCenter": "77"
}"#;

fn is_certain(filter: &str, complete: bool) -> bool {
    let page = PageParser::default().resource(USER.as_bytes()).unwrap();
    let record = Records::open(&page.buffer).unwrap().get(0).unwrap();
    Mismatch::new(Resource::User, &filter.parse().unwrap(), complete).is_certain(record)
}

#[test]
fn what_no_server_takes_for_a_match_is_a_mismatch() {
    for filter in [
        r#"userName eq "bob@contoso.com""#,
        r#"userName eq "Ann.Muller@fabrikam.com""#,
        r#"userName eq "Ann""#,
        r#"displayName eq "Annabel""#,
        r#"userName ew "@fabrikam.com""#,
        r#"userName sw "Bob""#,
        r#"displayName co "bob""#,
        r#"externalId eq "4712""#,
        r#"id eq "2""#,
        "active eq false",
        "active ne true",
        r#"active eq "false""#,
        "shoeSize eq 42",
        "shoeSize gt 41.5",
        "weight lt 70",
        r#"name.familyName eq "Maier""#,
        r#"name.givenName ne "Ann""#,
        r#"emails.value eq "bob@contoso.com""#,
        r#"emails co "fabrikam""#,
        r#"emails[type eq "other" and value co "@"]"#,
        r#"tags eq "blue""#,
        r#"not (tags eq "red")"#,
        r#"department eq "Marketing""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Marketing""#,
        r#"manager eq "8""#,
        r#"costCode eq "C2""#,
        r#"costCenter eq "78""#,
        r#"start gt "2026-02-01T00:00:00Z""#,
        r#"start eq "2026-01-31T12:00:05Z""#,
        r#"userName eq "bob" and groups.value eq "1""#,
        r#"userName eq "bob" or displayName eq "Bob""#,
        r#"not (displayName eq "Ann")"#,
        "displayName eq null",
        "not (displayName pr)",
    ] {
        assert!(is_certain(filter, true), "{filter}");
        assert!(is_certain(filter, false), "{filter}");
    }
}

#[test]
fn what_a_server_may_take_for_a_match_is_none() {
    for filter in [
        r#"userName eq "ANN.MÜLLER@CONTOSO.COM""#,
        r#"userName eq "ann.muller@contoso.com""#,
        r#"userName eq " Ann.Müller@contoso.com ""#,
        r#"userName ew "@CONTOSO.com""#,
        r#"userName sw "ann.mu""#,
        r#"userName co "muller""#,
        r#"userName gt "z""#,
        r#"displayName ne "ANN""#,
        r#"externalId eq "4711""#,
        "externalId eq 4711",
        r#"externalId eq "4711.0""#,
        "active eq true",
        r#"shoeSize eq "41""#,
        "weight ge 70.5",
        r#"name.familyName eq "Muller""#,
        r#"name eq "Ann""#,
        r#"emails.type ne "work""#,
        r#"not (emails.type eq "work")"#,
        r#"emails[primary eq true]"#,
        r#"emails eq "work""#,
        r#"phoneNumbers.value eq "+15551234""#,
        r#"tags eq "RED""#,
        r#"department eq "sales""#,
        r#"manager eq "7""#,
        r#"costCode eq "c1""#,
        r#"costCenter eq "77""#,
        r#"start eq "2026-01-31""#,
        r#"start gt "2026-01-31T12:00:00.500Z""#,
        r#"start gt "2026-01-31T23:00:00""#,
        r#"meta.created gt "2026-01-01T00:00:00Z""#,
        r#"groups.value eq "1""#,
        r#"password eq "x""#,
        r#"title eq """#,
        "title eq null",
        "title pr",
        "nickName eq null",
        r#"nickName ne "x""#,
        r#"not (nickName eq "x")"#,
        r#"userName eq "bob" or displayName eq "ann""#,
    ] {
        assert!(!is_certain(filter, true), "{filter}");
        assert!(!is_certain(filter, false), "{filter}");
    }
}

#[test]
fn an_attribute_that_is_not_there_has_no_value_where_the_answer_is_complete() {
    for filter in [
        r#"locale eq "de""#,
        r#"nickName eq "x""#,
        r#"employeeNumber eq "1""#,
        r#"name.middleName eq "x""#,
        "locale pr",
        "nothing pr",
        "locale ne null",
        "blocked eq false",
        r#"roles[value eq "admin"]"#,
    ] {
        assert!(is_certain(filter, true), "{filter}");
        assert!(!is_certain(filter, false), "{filter}");
    }
}
