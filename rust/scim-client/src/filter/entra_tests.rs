#![allow(clippy::unwrap_used)]

use super::*;

const ENTRA: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0";

fn parse(text: &str) -> Filter {
    text.parse().unwrap()
}

#[test]
fn takes_what_the_service_takes() {
    for good in [
        r#"userName eq "a@b.c""#.to_owned(),
        r#"USERNAME EQ "a" AND active eq true"#.to_owned(),
        r#"not (userName ew "@x.y") and not (userName ew "z") and (id eq "1")"#.to_owned(),
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x""#.to_owned(),
        format!(r#"{ENTRA}:User:mailNickname ew "x" and {ENTRA}:User:ownedGroups.value eq "y""#),
        r#"externalId eq "a""#.to_owned(),
        r#"groups.value eq "a""#.to_owned(),
    ] {
        assert_eq!(check(Resource::User, &parse(&good)), Ok(()));
    }
    let group = format!(
        r#"displayName ew "x" and members.value eq "y" and {ENTRA}:Group:securityEnabled eq true and {ENTRA}:Group:owners.value eq "z""#
    );
    assert_eq!(check(Resource::Group, &parse(&group)), Ok(()));
}

#[test]
fn names_what_the_service_does_not_take() {
    for (bad, part, reason) in [
        (
            r#"active eq true and department eq "x""#,
            r#"department eq "x""#,
            "Entra can't filter users by department.",
        ),
        (
            r#"displayName eq "x""#,
            r#"displayName eq "x""#,
            "Entra can't filter users by displayName.",
        ),
        (
            r#"userName sw "x""#,
            r#"userName sw "x""#,
            "Entra supports only eq or ew for userName, not sw.",
        ),
        (
            r#"id ew "x""#,
            r#"id ew "x""#,
            "Entra supports only eq for id, not ew.",
        ),
        (
            r#"active eq "true""#,
            r#"active eq "true""#,
            r#"active requires true or false without quotes, but the value is "true"."#,
        ),
        (
            "userName eq 5",
            "userName eq 5",
            "userName requires text in double quotes, but the value is 5.",
        ),
        (
            "title pr",
            "title pr",
            "Entra doesn't support pr, so it can't evaluate title pr.",
        ),
        (
            r#"not (userName eq "x")"#,
            r#"not (userName eq "x")"#,
            r#"Entra supports 'not' only around ew, but the filter contains not (userName eq "x")."#,
        ),
        (
            "id eq \"a\" or id eq \"b\"",
            "id eq \"a\" or id eq \"b\"",
            "Entra doesn't support 'or'",
        ),
        (
            r#"active eq true and externalId eq "x""#,
            r#"externalId eq "x""#,
            "Entra can't combine externalId with other tests.",
        ),
        (
            r#"emails[type eq "work"]"#,
            r#"emails[type eq "work"]"#,
            "Entra doesn't support brackets in filters, as in emails[…].",
        ),
        (
            r#"mailNickname eq "x""#,
            r#"mailNickname eq "x""#,
            "Entra requires the full name of mailNickname, which is urn:",
        ),
    ] {
        let error = check(Resource::User, &parse(bad)).unwrap_err();
        assert_eq!(error.part, part, "{bad}");
        assert!(error.reason.starts_with(reason), "{bad}: {}", error.reason);
        assert_eq!(error.advice, advice(Resource::User));
    }
}

#[test]
fn says_what_would_work() {
    assert_eq!(
        advice(Resource::User),
        "Entra can filter users by active, userName, externalId, id, groups.value, mailNickname or ownedGroups.value \
         with eq, and by userName or mailNickname with ew or not (… ew …). Combine tests with and. externalId can't be combined with other tests."
    );
    assert_eq!(
        advice(Resource::Group),
        "Entra can filter groups by displayName, id, members.value, securityEnabled, mailEnabled or owners.value with \
         eq, and by displayName with ew or not (… ew …). Combine tests with and."
    );
}

#[test]
fn short_names_become_whole_ones() {
    for (resource, short, whole) in [
        (
            Resource::User,
            r#"MailNickname ew "x""#,
            format!(r#"{ENTRA}:User:mailNickname ew "x""#),
        ),
        (
            Resource::User,
            r#"ownedgroups.value eq "x""#,
            format!(r#"{ENTRA}:User:ownedGroups.value eq "x""#),
        ),
        (
            Resource::User,
            r#"ownedGroups[value eq "x"]"#,
            format!(r#"{ENTRA}:User:ownedGroups.value eq "x""#),
        ),
        (
            Resource::Group,
            r#"members eq "x" or not (owners.value eq "y")"#,
            format!(r#"members.value eq "x" or not ({ENTRA}:Group:owners.value eq "y")"#),
        ),
        (
            Resource::Group,
            "securityenabled eq true",
            format!("{ENTRA}:Group:securityEnabled eq true"),
        ),
        (
            Resource::User,
            r#"userName eq "x" and Department pr"#,
            r#"userName eq "x" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr"#
                .to_owned(),
        ),
        (
            Resource::User,
            r#"emails[type eq "work"]"#,
            r#"emails[type eq "work"]"#.to_owned(),
        ),
        (
            Resource::User,
            r#"shoeSize eq 43"#,
            r#"shoeSize eq 43"#.to_owned(),
        ),
        // Not the same where there are no groups at all.
        (
            Resource::User,
            r#"groups[value ne "x"]"#,
            r#"groups[value ne "x"]"#.to_owned(),
        ),
    ] {
        let filter = qualify(resource, parse(short));
        assert_eq!(filter.to_string(), whole);
        assert_eq!(qualify(resource, filter.clone()), filter);
    }
}

#[test]
fn every_row_has_a_path_that_the_check_takes() {
    for row in TABLE {
        let value = if row.boolean {
            Value::Bool(true)
        } else {
            Value::from("x")
        };
        let filter = Filter::compare(row.path().unwrap(), Operator::Eq, value);
        assert_eq!(check(row.resource, &filter), Ok(()));
        let short = Filter::compare(row.to_string().parse().unwrap(), Operator::Eq, Value::from("x"));
        assert!(
            qualify(row.resource, short)
                .to_string()
                .starts_with(&row.path().unwrap().to_string())
        );
    }
}
