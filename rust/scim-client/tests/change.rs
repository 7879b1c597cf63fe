//! From what a user says to the body that is sent, and what is refused before anything is.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use scim_client::change::{Change, Draft, Rules, Target, members};
use scim_client::cloud::Service;
use scim_client::{Error, Kind};
use serde_json::{Value, json};

const ENTRA: Rules = Rules {
    service: Service::Entra,
};
const OTHER: Rules = Rules {
    service: Service::Generic,
};
const ID: &str = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ENTRA_USER: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
const ENTRA_GROUP: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";
const SECURITY: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";

fn drafts(rules: Rules, change: Value) -> Result<Vec<Draft>, Error> {
    serde_json::from_value::<Change>(change).unwrap().drafts(rules)
}

fn assignments(values: &Value) -> Value {
    let pairs = values.as_object().unwrap().iter();
    pairs
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn body(draft: &Draft) -> Value {
    serde_json::from_slice(draft.body.as_ref().unwrap()).unwrap()
}

fn update(rules: Rules, part: &str, values: Value) -> Result<Vec<Value>, Error> {
    let given = if part == "clear" {
        values
    } else {
        assignments(&values)
    };
    let drafts = drafts(rules, json!({"verb": "Update", "id": ID, part: given}))?;
    Ok(drafts.first().map_or(Vec::new(), |draft| {
        assert_eq!(draft.method, "PATCH");
        assert_eq!(
            body(draft)["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"])
        );
        body(draft)["Operations"].as_array().unwrap().clone()
    }))
}

fn set(values: Value) -> Result<Vec<Value>, Error> {
    update(ENTRA, "set", values)
}

fn replaced(path: &str, value: Value) -> Vec<Value> {
    vec![json!({"op": "replace", "path": path, "value": value})]
}

fn removed(path: &str) -> Vec<Value> {
    vec![json!({"op": "remove", "path": path})]
}

fn create(rules: Rules, endpoint: &str, values: Value) -> Result<Value, Error> {
    let change = json!({"verb": "Create", "endpoint": endpoint, "set": assignments(&values)});
    drafts(rules, change).map(|drafts| body(&drafts[0]))
}

fn ann() -> Value {
    json!({"userName": "ann@contoso.com", "displayName": "Ann Ek", "givenName": "Ann", "familyName": "Ek"})
}

fn ann_and(more: Value) -> Value {
    let mut all = ann();
    all.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    all
}

#[test]
fn names_find_their_place() {
    for (name, path) in [
        ("title", "title".to_owned()),
        ("TITLE", "title".to_owned()),
        ("givenName", "name.givenName".to_owned()),
        ("name.givenname", "name.givenName".to_owned()),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:title",
            "title".to_owned(),
        ),
        ("department", format!("{ENTERPRISE}:department")),
        (
            "URN:IETF:params:scim:schemas:extension:enterprise:2.0:User:Department",
            format!("{ENTERPRISE}:department"),
        ),
        ("officeLocation", format!("{ENTRA_USER}:officeLocation")),
        (
            "extensionAttribute7",
            format!("{ENTRA_USER}:onPremisesExtensionAttributes.extensionAttribute7"),
        ),
        ("emails[work]", "emails[type eq \"work\"].value".to_owned()),
        ("emails[Work].value", "emails[type eq \"work\"].value".to_owned()),
        (
            "emails[type eq \"other\"]",
            "emails[type eq \"other\"].value".to_owned(),
        ),
        (
            "emails[type eq \"work\" and primary eq true]",
            "emails[type eq \"work\" and primary eq true].value".to_owned(),
        ),
        (
            "phoneNumbers[mobile]",
            "phoneNumbers[type eq \"mobile\"].value".to_owned(),
        ),
        (
            "addresses[work].country",
            "addresses[type eq \"work\"].country".to_owned(),
        ),
        (
            "addresses.country",
            "addresses[type eq \"work\"].country".to_owned(),
        ),
        ("country", "addresses[type eq \"work\"].country".to_owned()),
        ("ims.value", "ims[type eq \"work\"].value".to_owned()),
    ] {
        assert_eq!(
            set(json!({name: "x"})).unwrap(),
            replaced(&path, "x".into()),
            "{name}"
        );
    }
    assert_eq!(
        set(json!({"manager": ID})).unwrap(),
        replaced(&format!("{ENTERPRISE}:manager.value"), ID.into())
    );
    // Where the core and an extension have the same name, the short one is the core's.
    assert_eq!(
        set(json!({"userType": "Contractor"})).unwrap(),
        replaced("userType", "Contractor".into())
    );
    assert_eq!(
        set(json!({format!("{ENTRA_USER}:userType"): "guest"})).unwrap(),
        replaced(&format!("{ENTRA_USER}:userType"), "Guest".into())
    );
}

#[test]
fn a_misspelled_name_is_answered_with_the_nearest() {
    for (name, meant) in [
        ("titel", "'title'"),
        ("giveName", "'name.givenName'"),
        ("departement", "'department'"),
        ("dispalyName", "'displayName'"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:divison",
            "'division'",
        ),
        ("phoneNumber", "'phoneNumbers'"),
    ] {
        let error = set(json!({name: "x"})).unwrap_err();
        assert_eq!(error.kind(), Kind::UnknownAttribute, "{name}");
        assert!(
            error.to_string().contains(&format!("Did you mean {meant}?")),
            "{error}"
        );
        assert!(error.to_string().contains("No request was made"), "{error}");
    }
    let error = set(json!({"shoeSizeInInches": "x"})).unwrap_err();
    assert!(!error.to_string().contains("Did you mean"), "{error}");
}

#[test]
fn what_cannot_be_is_refused_before_it_is_sent() {
    let long = "x".repeat(20_001);
    for (values, kind, says) in [
        (json!({"active": "perhaps"}), Kind::InvalidValue, "true or false"),
        (json!({"active": 2}), Kind::InvalidValue, "'active'"),
        (json!({"title": {"a": 1}}), Kind::InvalidValue, "'title'"),
        (json!({"title": true}), Kind::InvalidValue, "text"),
        (
            json!({"employeeHireDate": "31.01.2026"}),
            Kind::InvalidValue,
            "a date, year-month-day",
        ),
        (
            json!({"creationType": "x"}),
            Kind::ReadOnlyAttribute,
            "'creationType'",
        ),
        (
            json!({"meta.created": "2026-01-01"}),
            Kind::ReadOnlyAttribute,
            "'meta.created'",
        ),
        (json!({"id": "x"}), Kind::ReadOnlyAttribute, "'id'"),
        (json!({"groups": [ID]}), Kind::ReadOnlyAttribute, "'groups'"),
        (
            json!({"emails[home]": "x"}),
            Kind::UnknownAttribute,
            "emails[work], emails[other]",
        ),
        (
            json!({"emails": [{"type": "home", "value": "x"}]}),
            Kind::InvalidValue,
            "work or other",
        ),
        (
            json!({"emails": [{"value": "x"}]}),
            Kind::InvalidValue,
            "with a type",
        ),
        (
            json!({"emails[proxyAddress]": "x"}),
            Kind::ReadOnlyAttribute,
            "proxyAddress",
        ),
        (
            json!({"emails": [{"type": "proxyAddress", "value": "x"}]}),
            Kind::ReadOnlyAttribute,
            "proxyAddress",
        ),
        (
            json!({"emails[value eq \"x\"]": "y"}),
            Kind::UnknownAttribute,
            "by type only",
        ),
        (
            json!({"emails.value": "y"}),
            Kind::UnknownAttribute,
            "specify the type",
        ),
        (
            json!({"title[work]": "y"}),
            Kind::UnknownAttribute,
            "no typed values",
        ),
        (
            json!({"phoneNumbers[type eq \"work\" and primary eq true]": "1"}),
            Kind::UnknownAttribute,
            "only emails",
        ),
        (
            json!({"password": "x"}),
            Kind::PasswordOnUpdate,
            "when a user is created",
        ),
        (json!({"title": long}), Kind::ValueTooLong, "20001 characters"),
        (json!({"manager": "Bob"}), Kind::InvalidValue, "the manager's id"),
        (
            json!({"manager": {"value": "../users"}}),
            Kind::InvalidValue,
            "the manager's id",
        ),
        (
            json!({"userName": null}),
            Kind::RequiredAttribute,
            "'userName' can't be cleared",
        ),
        (
            json!({"mailNickname": ""}),
            Kind::RequiredAttribute,
            "mailNickname",
        ),
        (json!({"name": null}), Kind::RequiredAttribute, "'name'"),
        (json!({"title eq": "x"}), Kind::UnknownAttribute, "title eq"),
        (json!({SECURITY: "x"}), Kind::InvalidValue, "object"),
        (
            json!({format!("{SECURITY}:Set"): "x"}),
            Kind::UnknownAttribute,
            "SetName.AttributeName",
        ),
    ] {
        let sent = set(values.clone());
        assert!(sent.is_err(), "{values}: {sent:?}");
        let error = sent.unwrap_err();
        assert_eq!(error.kind(), kind, "{values}: {error}");
        assert!(error.to_string().contains(says), "{values}: {error}");
        assert!(error.to_string().chars().count() < 400, "{error}");
    }
}

#[test]
fn an_id_is_one_segment_of_a_path() {
    let with = |rules, id: &str| drafts(rules, json!({"verb": "Delete", "id": id}));
    for id in ["../groups/1", "..", ".", "", " ", "a/./b", "a\\..", "a\nb"] {
        assert_eq!(with(ENTRA, id).unwrap_err().kind(), Kind::InvalidId, "{id:?}");
        assert_eq!(with(OTHER, id).unwrap_err().kind(), Kind::InvalidId, "{id:?}");
        let member = json!({"verb": "AddMember", "endpoint": "Groups", "id": ID, "member": id});
        assert_eq!(
            drafts(OTHER, member).unwrap_err().kind(),
            Kind::InvalidId,
            "{id:?}"
        );
    }
    for id in [
        "42",
        "ann",
        "6f9619ff-8b86-d011-b42d-00c04fc964fg",
        "6f9619ff8b86d011b42d00c04fc964ff",
        "CORP/ann",
        "CORP\\ann",
    ] {
        assert_eq!(with(ENTRA, id).unwrap_err().kind(), Kind::InvalidId, "{id}");
        assert!(with(OTHER, id).is_ok(), "{id}");
    }
    assert!(matches!(&with(ENTRA, ID).unwrap()[0].target, Target::One(_, id) if id == ID));
}

#[test]
fn text_becomes_what_the_schema_says() {
    assert_eq!(
        set(json!({"active": "True"})).unwrap(),
        replaced("active", true.into())
    );
    assert_eq!(
        set(json!({"active": "FALSE"})).unwrap(),
        replaced("active", false.into())
    );
    let number = format!("{ENTERPRISE}:employeeNumber");
    assert_eq!(
        set(json!({"employeeNumber": 4711})).unwrap(),
        replaced(&number, "4711".into())
    );
    let hired = format!("{ENTRA_USER}:employeeHireDate");
    assert_eq!(
        set(json!({"employeeHireDate": "2026-01-31"})).unwrap(),
        replaced(&hired, "2026-01-31T00:00:00Z".into())
    );
    assert_eq!(
        set(json!({"employeeHireDate": "2026-01-31T09:00:00+01:00"})).unwrap(),
        replaced(&hired, "2026-01-31T08:00:00Z".into())
    );
}

#[test]
fn a_urn_that_ends_in_a_version_is_a_schema() {
    let urn = "urn:acme:profile:1.0";
    let badge = format!("{urn}:badge");
    for values in [json!({urn: {"badge": "4711"}}), json!({&badge: "4711"})] {
        assert_eq!(
            update(OTHER, "set", values.clone()).unwrap(),
            replaced(&badge, "4711".into())
        );
        let mut all = ann();
        all.as_object_mut()
            .unwrap()
            .extend(values.as_object().unwrap().clone());
        let made = create(OTHER, "Users", all).unwrap();
        assert_eq!(made[urn], json!({"badge": "4711"}));
        assert!(made["schemas"].as_array().unwrap().contains(&urn.into()));
        assert_eq!(made.get(&badge), None);
    }
    let nested = json!({urn: {"desk": {"floor": 3}}});
    assert_eq!(
        update(OTHER, "set", nested).unwrap(),
        replaced(&format!("{urn}:desk"), json!({"floor": 3}))
    );
    assert_eq!(update(OTHER, "clear", json!([badge])).unwrap(), removed(&badge));
    assert_eq!(
        set(json!({urn: {"badge": "1"}})).unwrap_err().kind(),
        Kind::UnknownAttribute
    );
}

#[test]
fn dates_are_judged_on_every_server() {
    for rules in [ENTRA, OTHER] {
        for date in ["01/02/2026", "46023", "31.01.2026", "soon"] {
            let error = update(rules, "set", json!({"employeeHireDate": date})).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidValue, "{date}");
            assert!(error.to_string().contains("2026-01-31"), "{error}");
        }
        let sent = update(rules, "set", json!({"employeeHireDate": "2026-02-01"})).unwrap();
        assert_eq!(sent[0]["value"], "2026-02-01T00:00:00Z");
    }
    let own = |name: &str, value: Value| {
        update(OTHER, "set", json!({name: value})).map(|sent| sent[0]["value"].clone())
    };
    assert!(own("urn:acme:x:1.0:User:exitDate", "03/02/2026".into()).is_err());
    assert!(own("exitDate", 46023.into()).is_err());
    assert_eq!(own("exitDate", "2026-02-01".into()).unwrap(), "2026-02-01");
    assert_eq!(own("candidate", "46023".into()).unwrap(), "46023");
}

#[test]
fn booleans_of_a_csv_are_understood_or_refused() {
    for (cell, flag) in [
        ("TRUE", true),
        (" yes ", true),
        ("1", true),
        ("No", false),
        ("0", false),
        ("FALSE", false),
    ] {
        assert_eq!(
            update(OTHER, "set", json!({"active": cell})).unwrap(),
            replaced("active", flag.into())
        );
    }
    for cell in ["Ja", "WAHR", "x", "2"] {
        let error = update(OTHER, "set", json!({"active": cell})).unwrap_err();
        assert!(error.to_string().contains("true or false"), "{error}");
    }
}

#[test]
fn keys_are_trimmed_and_other_values_stay() {
    let made = create(
        OTHER,
        "Users",
        json!({"userName": "\u{a0} ann@example.org  ", "externalId": " 7 ", "title": " Boss "}),
    )
    .unwrap();
    assert_eq!(made["userName"], "ann@example.org");
    assert_eq!(made["externalId"], "7");
    assert_eq!(made["title"], " Boss ");
}

#[test]
fn nothing_and_empty_text_clear() {
    for nothing in [json!(null), json!("")] {
        assert_eq!(set(json!({"title": nothing})).unwrap(), removed("title"));
        assert_eq!(
            set(json!({"phoneNumbers[mobile]": nothing})).unwrap(),
            removed("phoneNumbers[type eq \"mobile\"]")
        );
        assert_eq!(
            set(json!({"phoneNumbers[mobile].value": nothing})).unwrap(),
            removed("phoneNumbers[type eq \"mobile\"]")
        );
        assert_eq!(
            set(json!({"country": nothing})).unwrap(),
            removed("addresses[type eq \"work\"].country")
        );
        assert_eq!(
            set(json!({"manager": nothing})).unwrap(),
            removed(&format!("{ENTERPRISE}:manager"))
        );
    }
    assert_eq!(
        update(ENTRA, "clear", json!(["title", "manager.value"])).unwrap(),
        [removed("title"), removed(&format!("{ENTERPRISE}:manager")),].concat()
    );
    let all = set(json!({"phoneNumbers": null})).unwrap();
    assert_eq!(
        all,
        ["work", "mobile", "fax"]
            .map(|kind| removed(&format!("phoneNumbers[type eq \"{kind}\"]")))
            .concat()
    );
}

#[test]
fn objects_and_lists_are_taken_apart() {
    assert_eq!(
        set(json!({"name": {"givenName": "A", "familyName": "B"}, ENTERPRISE: {"department": "Sales", "division": null}})).unwrap(),
        [
            replaced("name.givenName", "A".into()),
            replaced("name.familyName", "B".into()),
            replaced(&format!("{ENTERPRISE}:department"), "Sales".into()),
            removed(&format!("{ENTERPRISE}:division")),
        ]
        .concat()
    );
    assert_eq!(
        set(json!({"phoneNumbers": [{"type": "mobile", "value": "1"}]})).unwrap(),
        [
            replaced("phoneNumbers[type eq \"mobile\"].value", "1".into()),
            removed("phoneNumbers[type eq \"work\"]"),
            removed("phoneNumbers[type eq \"fax\"]"),
        ]
        .concat()
    );
    assert_eq!(
        set(json!({"addresses": {"locality": "Graz", "country": "AT"}})).unwrap(),
        [
            replaced("addresses[type eq \"work\"].locality", "Graz".into()),
            replaced("addresses[type eq \"work\"].country", "AT".into()),
        ]
        .concat()
    );
    let error = set(json!({"name": {"middleName": "x"}})).unwrap_err();
    assert_eq!(error.kind(), Kind::UnknownAttribute);
}

#[test]
fn custom_security_attributes_keep_their_types_and_are_cleared() {
    let path = format!("{SECURITY}:Engineering.Level");
    for value in [json!(7), json!(true), json!("text"), json!(["a", "b"]), json!([])] {
        assert_eq!(set(json!({path.clone(): value})).unwrap(), replaced(&path, value));
    }
    assert_eq!(
        set(json!({SECURITY: {"Engineering": {"Level": 7}}})).unwrap(),
        replaced(&path, 7.into())
    );
    assert_eq!(set(json!({path.clone(): null})).unwrap(), removed(&path));
    assert_eq!(update(ENTRA, "clear", json!([path])).unwrap(), removed(&path));
    assert_eq!(
        update(ENTRA, "remove", json!({path.clone(): null})).unwrap(),
        removed(&path)
    );
}

#[test]
fn the_later_of_two_values_counts_and_no_change_is_no_request() {
    assert_eq!(
        set(json!({"givenName": "A", "name.givenName": "B"})).unwrap(),
        replaced("name.givenName", "B".into())
    );
    assert!(set(json!({})).unwrap().is_empty());
    assert!(
        drafts(ENTRA, json!({"verb": "Update", "id": ID}))
            .unwrap()
            .is_empty()
    );
    let state = drafts(
        ENTRA,
        json!({"verb": "Update", "id": ID, "returnState": true, "set": [{"name": "title", "value": "x"}], "attributes": ["title"]}),
    );
    let methods: Vec<_> = state
        .as_ref()
        .unwrap()
        .iter()
        .map(|d| d.method.to_string())
        .collect();
    assert_eq!(methods, ["PATCH", "GET"]);
    assert_eq!(state.unwrap()[1].query, [("attributes", "title".to_owned())]);
}

#[test]
fn values_are_removed_by_type_on_entra_and_by_value_elsewhere() {
    assert_eq!(
        update(ENTRA, "remove", json!({"emails": {"type": "other"}})).unwrap(),
        removed("emails[type eq \"other\"]")
    );
    let error = update(ENTRA, "remove", json!({"phoneNumbers[mobile]": "+49 1"})).unwrap_err();
    assert!(error.to_string().contains("-Clear"), "{error}");
    assert_eq!(
        update(OTHER, "remove", json!({"emails[home]": "a@b"})).unwrap(),
        removed("emails[type eq \"home\" and value eq \"a@b\"]")
    );
    assert_eq!(
        update(OTHER, "remove", json!({"emails": ["a\"b"]})).unwrap(),
        removed(r#"emails[value eq "a\"b"]"#)
    );
    assert_eq!(
        update(ENTRA, "add", json!({"phoneNumbers[fax]": "1"})).unwrap(),
        [json!({"op": "add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "1"})]
    );
}

#[test]
fn a_new_user_has_all_that_entra_requires() {
    let made = create(ENTRA, "Users", ann_and(json!({
        "title": "Engineer", "department": "R&D", "manager": ID, "emails[work]": "ann@contoso.com",
        "phoneNumbers": [{"type": "mobile", "value": "1"}], "country": "AT", "streetAddress": "", "officeLocation": "Graz 1",
        format!("{SECURITY}:Engineering.Level"): 7,
    })))
    .unwrap();
    assert_eq!(
        made,
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, ENTRA_USER, SECURITY],
            "userName": "ann@contoso.com", "displayName": "Ann Ek", "name": {"givenName": "Ann", "familyName": "Ek"},
            "title": "Engineer", ENTERPRISE: {"department": "R&D", "manager": {"value": ID}},
            "emails": [{"type": "work", "primary": true, "value": "ann@contoso.com"}],
            "phoneNumbers": [{"type": "mobile", "value": "1"}],
            "addresses": [{"type": "work", "country": "AT"}],
            ENTRA_USER: {"officeLocation": "Graz 1"}, SECURITY: {"Engineering": {"Level": 7}}, "active": true,
        })
    );
    let error = create(ENTRA, "Users", json!({"title": "x", "active": false})).unwrap_err();
    assert_eq!(error.kind(), Kind::RequiredAttribute);
    assert!(
        error
            .to_string()
            .contains("userName, displayName, name.givenName, name.familyName"),
        "{error}"
    );
    let error = create(ENTRA, "Users", ann_and(json!({"creationType": "x"}))).unwrap_err();
    assert_eq!(error.kind(), Kind::ReadOnlyAttribute);
}

#[test]
fn a_post_says_how_to_find_what_it_made_and_where_the_password_goes() {
    let change = |values: Value| json!({"verb": "Create", "password": true, "set": assignments(&values)});
    let draft = drafts(ENTRA, change(ann())).unwrap().remove(0);
    assert!(draft.secret && !draft.repeatable);
    assert_eq!(draft.method, "POST");
    assert_eq!(
        draft.lookup.map(|l| (l.attribute, l.value)),
        Some(("userName".into(), "ann@contoso.com".into()))
    );
    assert!(!body_text(&drafts(ENTRA, change(ann())).unwrap()[0]).contains("password"));
    let group = drafts(
        ENTRA,
        json!({"verb": "Create", "endpoint": "Groups", "set": [{"name": "displayName", "value": "All R&D"}]}),
    );
    assert_eq!(group.unwrap()[0].lookup, None);
    let error = drafts(ENTRA, json!({"verb": "Update", "id": ID, "password": true})).unwrap_err();
    assert_eq!(error.kind(), Kind::PasswordOnUpdate);
}

fn body_text(draft: &Draft) -> String {
    String::from_utf8(draft.body.clone().unwrap()).unwrap()
}

#[test]
fn a_new_group_is_one_for_security_unless_it_is_said() {
    assert_eq!(
        create(ENTRA, "Groups", json!({"displayName": "All R&D 1"})).unwrap(),
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", ENTRA_GROUP], "displayName": "All R&D 1",
            ENTRA_GROUP: {"securityEnabled": true, "mailEnabled": false, "mailNickname": "AllRD1"},
        })
    );
    let made = create(
        ENTRA,
        "Groups",
        json!({
            "displayName": "x", "mailNickname": "y", "securityEnabled": "false", "mailEnabled": true, "description": "d", "members": [ID],
        }),
    );
    assert_eq!(
        made.unwrap(),
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", ENTRA_GROUP], "displayName": "x",
            ENTRA_GROUP: {"mailNickname": "y", "securityEnabled": false, "mailEnabled": true, "description": "d"},
            "members": [{"value": ID}],
        })
    );
    assert_eq!(
        create(ENTRA, "Groups", json!({"displayName": "全員"}))
            .unwrap_err()
            .kind(),
        Kind::RequiredAttribute
    );
    let many: Vec<&str> = vec![ID; 21];
    assert_eq!(
        create(ENTRA, "Groups", json!({"displayName": "x", "members": many}))
            .unwrap_err()
            .kind(),
        Kind::InvalidValue
    );
    let change = json!({"verb": "Update", "endpoint": "Groups", "id": ID, "set": [{"name": "members", "value": [ID]}]});
    let error = drafts(ENTRA, change).unwrap_err();
    assert!(error.details().advice.contains("Add-ScimGroupMember"), "{error}");
}

#[test]
fn on_other_servers_an_unknown_name_goes_as_it_stands() {
    assert_eq!(create(OTHER, "Users", json!({
        "userName": "ann", "nickName": "A", "name.middleName": "M", "emails[home]": "a@b", "active": "true",
        "urn:example:2.0:User:badge": 7, "mailNickname": "x",
    })).unwrap(), json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:2.0:User"],
        "userName": "ann", "nickName": "A", "name": {"middleName": "M"}, "emails": [{"type": "home", "value": "a@b"}],
        "active": true, "urn:example:2.0:User": {"badge": 7}, "mailNickname": "x",
    }));
    assert_eq!(
        create(OTHER, "Users", json!({"nickName": "A"}))
            .unwrap_err()
            .kind(),
        Kind::RequiredAttribute
    );
    // An element that may not be there yet is added: by RFC 7644 section 3.5.2.3 a replace of it fails.
    assert_eq!(
        update(OTHER, "set", json!({"emails[home]": "a@b"})).unwrap(),
        [json!({"op": "add", "path": "emails[type eq \"home\"].value", "value": "a@b"})]
    );
    assert_eq!(
        update(OTHER, "set", json!({"locale": "de"})).unwrap(),
        replaced("locale", "de".into())
    );
    assert_eq!(
        update(OTHER, "set", json!({"id": "x"})).unwrap_err().kind(),
        Kind::ReadOnlyAttribute
    );
}

#[test]
fn members_go_in_by_packs_and_out_one_by_one() {
    let add: Value = serde_json::from_slice(&members::add(&["a", "b"])).unwrap();
    assert_eq!(
        add["Operations"],
        json!([{"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}]}])
    );
    let remove: Value = serde_json::from_slice(&members::remove("a\"]")).unwrap();
    assert_eq!(
        remove["Operations"],
        json!([{"op": "remove", "path": "members[value eq \"a\\\"]\"]"}])
    );
}

#[test]
fn requests_of_the_users_own_stay_below_the_base() {
    let own = |method: &str, path: &str, body: Option<&str>| {
        drafts(
            ENTRA,
            json!({"verb": "Request", "request": {"method": method, "path": path, "body": body}}),
        )
    };
    let draft = own("get", "/users?filter=x", None).unwrap().remove(0);
    assert_eq!(
        (draft.method.as_str(), draft.target),
        ("GET", Target::Path("users?filter=x".into()))
    );
    for path in [
        "",
        "/",
        "https://evil.example/",
        "../beta/users",
        "users/%2E%2e/x",
        "users\\x",
        "users#x",
        "a\nb",
        "users/./x",
    ] {
        assert_eq!(
            own("GET", path, None).unwrap_err().kind(),
            Kind::InvalidRequest,
            "{path:?}"
        );
    }
    assert_eq!(
        own("TRACE", "users", None).unwrap_err().kind(),
        Kind::InvalidRequest
    );
    assert_eq!(
        own("POST", "users", Some("{")).unwrap_err().kind(),
        Kind::InvalidRequest
    );
    assert!(!own("POST", "users", Some("{}")).unwrap()[0].repeatable);
    assert!(own("PUT", "users/1", Some("{}")).unwrap()[0].repeatable);
}

proptest! {
    /// Whatever the name and value: an answer or an error of the right kind, and a path that reads as one.
    #[test]
    fn any_name_and_value_is_sent_well_or_refused(name in "\\PC{0,40}", text in "\\PC{0,40}", entra: bool) {
        let rules = if entra { ENTRA } else { OTHER };
        match update(rules, "set", json!({name: text})) {
            Ok(operations) => for operation in operations {
                let path = operation["path"].as_str().unwrap();
                prop_assert!(scim_client::filter::parse_path(path).is_ok(), "{}", path);
                prop_assert!(operation["value"] != json!(""));
            },
            Err(error) => prop_assert!(error.kind() != Kind::InternalError, "{}", error),
        }
    }

    /// A created object holds what was set, under the name that was meant, whatever the text.
    #[test]
    fn a_text_arrives_as_it_was(text in "\\PC{1,200}") {
        let made = create(ENTRA, "Users", ann_and(json!({"title": text.clone(), "department": text.clone(), "emails[other]": text.clone()}))).unwrap();
        prop_assert_eq!(&made["title"], &json!(text.clone()));
        prop_assert_eq!(&made[ENTERPRISE]["department"], &json!(text.clone()));
        prop_assert_eq!(&made["emails"], &json!([{"type": "other", "value": text}]));
    }

    /// No id leads up, whoever decodes its segment.
    #[test]
    fn an_id_leads_to_no_other_path(before in "[a-z.%]{0,5}", separator in "[/\\\\\n]", after in "[a-z.%]{0,5}") {
        let id = format!("{before}{separator}{after}");
        let update = json!({"verb": "Update", "id": id, "set": [{"name": "title", "value": "x"}]});
        let up = id.split(['/', '\\']).any(|step| step == "." || step == "..") || id.contains('\n');
        prop_assert_eq!(drafts(ENTRA, update.clone()).unwrap_err().kind(), Kind::InvalidId);
        match drafts(OTHER, update) {
            Ok(drafts) => prop_assert!(!up && drafts[0].target == Target::One(scim_client::Endpoint::Users, id)),
            Err(error) => prop_assert!(up && error.kind() == Kind::InvalidId, "{}", error),
        }
    }
}
