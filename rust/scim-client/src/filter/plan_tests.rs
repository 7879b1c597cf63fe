#![allow(clippy::unwrap_used)]

use super::*;

fn parse(text: &str) -> Filter {
    text.parse().unwrap()
}

fn lists(text: &str) -> Result<Vec<String>, Unsupported> {
    let lists = rewrite(Resource::User, &parse(text))?;
    Ok(lists.iter().map(|list| list.to_string()).collect())
}

fn shown(part: &Part) -> String {
    let text = |filter: &Option<Filter>| filter.as_ref().map_or_else(|| "-".to_owned(), |f| f.to_string());
    format!("{} | {}", text(&part.server), text(&part.local))
}

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

#[test]
fn or_becomes_several_lists() {
    for (text, expected) in [
        (r#"id eq "a""#, &[r#"id eq "a""#][..]),
        (r#"id eq "a" or id eq "b""#, &[r#"id eq "a""#, r#"id eq "b""#]),
        (
            r#"active eq true and (userName ew "@x" or userName ew "@y")"#,
            &[
                r#"active eq true and userName ew "@x""#,
                r#"active eq true and userName ew "@y""#,
            ],
        ),
        (
            r#"not (userName ew "@x" or userName ew "@y")"#,
            &[r#"not (userName ew "@x") and not (userName ew "@y")"#],
        ),
        (
            r#"not (userName ew "@x" and userName ew "@y")"#,
            &[r#"not (userName ew "@x")"#, r#"not (userName ew "@y")"#],
        ),
        (r#"not (not (id eq "a"))"#, &[r#"id eq "a""#]),
        (
            r#"not (active eq true or userName ew "x")"#,
            &[r#"active eq false and not (userName ew "x")"#],
        ),
        ("active ne true", &["active eq false"]),
        ("not (active ne false)", &["active eq false"]),
        // Said twice, asked once; and what is in the first list anyway is not asked for again.
        (r#"id eq "a" or id eq "a" and id eq "a""#, &[r#"id eq "a""#]),
        (
            r#"active eq true and id eq "a" or active eq true"#,
            &["active eq true"],
        ),
        (
            r#"externalId eq "a" or externalId eq "b""#,
            &[r#"externalId eq "a""#, r#"externalId eq "b""#],
        ),
    ] {
        assert_eq!(lists(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_entra_cannot_do_is_named() {
    let error = lists(r#"id eq "a" or department eq "b""#).unwrap_err();
    assert_eq!(error.part, format!(r#"{DEPARTMENT} eq "b""#));
    let error = lists(r#"not (id eq "a" or id eq "b")"#).unwrap_err();
    assert_eq!(error.part, r#"not (id eq "a")"#);
    assert!(lists(r#"active eq true and (externalId eq "a" or id eq "b")"#).is_err());
}

#[test]
fn the_number_of_lists_is_limited() {
    let ids = |count: usize| {
        (0..count)
            .map(|i| format!(r#"id eq "{i}""#))
            .collect::<Vec<_>>()
            .join(" or ")
    };
    assert_eq!(lists(&ids(32)).unwrap().len(), 32);
    assert_eq!(
        lists(&ids(33)).unwrap_err().reason,
        "Entra doesn't support 'or', and without it this filter would need more than 32 lists."
    );
    // Two to the power of a hundred alternatives are not even begun.
    let many = (0..100)
        .map(|i| format!(r#"(id eq "a{i}" or id eq "b{i}")"#))
        .collect::<Vec<_>>()
        .join(" and ");
    assert!(lists(&many).is_err());
    assert!(lists(&vec!["(id eq \"\" or id eq \"\")"; 2000].join(" and ")).is_ok());
}

#[test]
fn a_conjunction_is_split() {
    for (text, expected) in [
        ("active eq true", "active eq true | -".to_owned()),
        ("title pr", "- | title pr".to_owned()),
        (
            r#"userName ew "@x" and department eq "y" and active eq true"#,
            format!(r#"userName ew "@x" and active eq true | {DEPARTMENT} eq "y""#),
        ),
        (
            r#"active eq true and externalId eq "a" and id eq "b""#,
            r#"externalId eq "a" | active eq true and id eq "b""#.to_owned(),
        ),
        (
            r#"groups.value eq "g" and externalId eq "a""#,
            r#"groups.value eq "g" | externalId eq "a""#.to_owned(),
        ),
        (
            r#"id eq "a" or title pr"#,
            r#"- | id eq "a" or title pr"#.to_owned(),
        ),
        (
            r#"active eq true and (id eq "a" or title pr)"#,
            r#"active eq true | id eq "a" or title pr"#.to_owned(),
        ),
    ] {
        assert_eq!(
            shown(&split(Resource::User, &parse(text)).unwrap()),
            expected,
            "{text}"
        );
    }
    for text in [
        r#"not (groups.value eq "g")"#,
        r#"groups pr and active eq true"#,
        r#"password eq "x""#,
    ] {
        let error = split(Resource::User, &parse(text)).unwrap_err();
        assert!(
            error.reason.ends_with(
                "PSScim can't evaluate it either, because Entra's responses don't contain this attribute."
            ),
            "{error}"
        );
    }
}

#[test]
fn a_plan_makes_few_lists() {
    for (text, expected) in [
        // One list for both, as the service's part is the same.
        (
            r#"userName ew "@x" and (title eq "A" or title eq "B")"#,
            &[r#"userName ew "@x" | title eq "A" or title eq "B""#][..],
        ),
        (
            r#"userName ew "@x" and title pr or id eq "a""#,
            &[r#"userName ew "@x" | title pr"#, r#"id eq "a" | -"#],
        ),
        // Everything has to be fetched for the second half anyway.
        (r#"id eq "a" or title pr"#, &[r#"- | id eq "a" or title pr"#]),
        // But the memberships are in no answer.
        (
            r#"groups.value eq "g" or title pr"#,
            &[r#"groups.value eq "g" | -"#, "- | title pr"],
        ),
    ] {
        let parts = plan(Resource::User, &parse(text)).unwrap();
        assert_eq!(parts.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    }
    let ids = (0..50)
        .map(|i| format!(r#"id eq "{i}""#))
        .collect::<Vec<_>>()
        .join(" or ");
    let parts = plan(Resource::User, &parse(&format!("active eq true and ({ids})"))).unwrap();
    assert_eq!(shown(&parts[0]), format!("active eq true | {ids}"));
}
