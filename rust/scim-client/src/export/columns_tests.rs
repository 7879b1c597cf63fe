#![allow(clippy::unwrap_used)]

use super::*;
use crate::attributes::Names;

fn names(service: Service) -> Attributes<'static> {
    Attributes {
        service,
        schema: Names::rfc(),
    }
}

fn titles(service: Service, attributes: &[&str]) -> (Vec<String>, Vec<String>) {
    let attributes: Vec<String> = attributes.iter().map(|a| (*a).to_owned()).collect();
    let all = Columns::of(names(service), Resource::User, &attributes).unwrap();
    (all.columns.into_iter().map(|c| c.title).collect(), all.attributes)
}

#[test]
fn named_ones_are_as_they_were_named() {
    let (titles, asked) = titles(
        Service::Entra,
        &[
            "id",
            "name",
            "emails[work].value",
            "phoneNumbers",
            "department",
            "emails.value",
            r#"ims[type eq "work"].value"#,
        ],
    );
    assert_eq!(
        titles,
        [
            "id",
            "name.givenName",
            "name.familyName",
            "emails[work].value",
            "phoneNumbers[work].value",
            "phoneNumbers[mobile].value",
            "phoneNumbers[fax].value",
            "department",
            "emails.value",
            r#"ims[type eq "work"].value"#,
        ]
    );
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    assert_eq!(
        asked,
        [
            "id",
            "name",
            "emails",
            "phoneNumbers",
            department,
            "emails.value",
            "ims"
        ]
    );
}

#[test]
fn an_element_by_its_type_alone_is_its_value_or_its_parts() {
    for service in [Service::Entra, Service::Generic] {
        let named = ["emails[work]".to_owned(), "addresses[work]".to_owned()];
        let all = Columns::of(names(service), Resource::User, &named).unwrap();
        let columns: Vec<(&str, String)> = all
            .columns
            .iter()
            .map(|column| {
                (
                    column.title.as_str(),
                    column.path.names.join(".").to_ascii_lowercase(),
                )
            })
            .collect();
        assert_eq!(columns[0], ("emails[work]", "emails.value".to_owned()));
        assert!(
            columns.contains(&(
                "addresses[work].streetAddress",
                "addresses.streetaddress".to_owned()
            )),
            "{columns:?}"
        );
        assert!(columns.iter().all(|(title, _)| !title.ends_with("type")));
    }
}

#[test]
fn without_names_all_that_entra_returns_but_the_manager() {
    let (titles, asked) = titles(Service::Entra, &[]);
    let entra = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
    for title in [
        "id",
        "meta.created",
        "department",
        "mailNickname",
        "emails[proxyAddress].value",
        "userType",
    ] {
        assert_eq!(titles.iter().filter(|t| *t == title).count(), 1, "{title}");
    }
    assert!(titles.contains(&format!("{entra}:userType")));
    assert!(titles.contains(&"onPremisesExtensionAttributes.extensionAttribute15".to_owned()));
    assert!(
        !titles
            .iter()
            .any(|t| t.contains("manager") || t == "schemas" || t.contains("password\n"))
    );
    assert!(
        asked.iter().all(|a| !a.contains("manager")) && asked.contains(&format!("{entra}:proxyAddresses"))
    );
    let error = Columns::of(names(Service::Generic), Resource::User, &[]).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidExport);
}

#[test]
fn what_is_no_path_is_told() {
    for text in ["emails[type].x.y.z", "a b", "emails[work"] {
        let error = Columns::of(names(Service::Entra), Resource::User, &[text.to_owned()]).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidExport, "{text}");
    }
}

#[test]
fn another_server_loses_no_value_of_any_type() {
    let (titles, asked) = titles(Service::Generic, &["emails", "name", "members", "department"]);
    for title in [
        "emails[work].value",
        "emails[home].value",
        "emails[other].primary",
        "emails",
        "name.middleName",
        "name",
        "members",
        "department",
    ] {
        assert_eq!(
            titles.iter().filter(|t| *t == title).count(),
            1,
            "{title}: {titles:?}"
        );
    }
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    assert_eq!(asked, ["emails", "name", "members", department]);
}

#[test]
fn no_two_columns_have_one_title() {
    for service in [Service::Entra, Service::Generic] {
        let (titles, asked) = titles(
            service,
            &[
                "emails[work].value",
                "emails",
                "Emails",
                "department",
                "DEPARTMENT",
                "id",
                "id ",
            ],
        );
        let mut distinct: Vec<String> = titles.iter().map(|title| title.to_ascii_lowercase()).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), titles.len(), "{titles:?}");
        assert_eq!(asked.len(), 3, "{asked:?}");
    }
}

#[test]
fn a_name_that_nothing_has_is_an_error_before_the_request() {
    for (text, says) in [
        ("usrname", "'userName'"),
        ("groups", "Entra never returns 'groups'"),
    ] {
        let error = Columns::of(names(Service::Entra), Resource::User, &[text.to_owned()]).unwrap_err();
        assert_eq!(error.kind(), Kind::UnknownAttribute, "{text}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let other = Columns::of(names(Service::Generic), Resource::User, &["usrname".to_owned()]).unwrap();
    assert!(other.columns.iter().all(|column| column.is_unverified));
}
