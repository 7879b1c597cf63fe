#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::value::Value;
use super::*;

fn good(text: &str) -> Filter {
    parse(text).unwrap_or_else(|error| panic!("{}", error.rendering()))
}

/// The position and the message.
fn bad(text: &str) -> (usize, String) {
    let error = parse(text).unwrap_err();
    (error.position, error.message)
}

#[test]
fn reads_the_examples_of_the_rfc() {
    // RFC 7644 section 3.4.2.2, figure 2 and the text around it.
    for text in [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        assert_eq!(good(text).to_string(), text);
    }
}

#[test]
fn and_binds_tighter_than_or() {
    let Filter::Or(terms) = good("a pr or b pr and not (c pr) or d pr") else {
        panic!("no or")
    };
    assert_eq!(terms.len(), 3);
    assert!(matches!(&terms[1], Filter::And(inner) if inner.len() == 2));
}

#[test]
fn keywords_may_be_names() {
    for text in [
        "not eq 1",
        "and pr and or pr",
        "not pr or not (not pr)",
        "pr pr",
        "true eq true",
        "eq eq null",
    ] {
        assert_eq!(good(text).to_string(), text);
    }
}

#[test]
fn white_space_and_case_are_forgiven() {
    let text = " NOT(Emails [Type\u{a0}EQ\"work\"])AND\n(active Eq True)\t";
    assert_eq!(
        good(text).to_string(),
        r#"not (Emails[Type eq "work"]) and active eq true"#
    );
}

#[test]
fn values_keep_their_types() {
    let value = |text: &str| match good(text) {
        Filter::Compare { value, .. } => value,
        other => panic!("{other}"),
    };
    assert_eq!(value("a eq 5"), Value::from(5));
    assert_eq!(value(r#"a eq "5""#), Value::from("5"));
    assert_eq!(value("a eq null"), Value::Null);
}

#[test]
fn common_mistakes_are_told() {
    for (text, position, says) in [
        ("", 0, "the filter is empty"),
        ("  \n", 0, "the filter is empty"),
        (
            "userName eq bob",
            12,
            r#"a value must be a JSON string, number, true, false or null: "bob""#,
        ),
        (
            "displayName eq All Engineers and active eq true",
            15,
            r#"null: "All Engineers""#,
        ),
        ("(userName eq bob)", 13, r#"null: "bob""#),
        ("userName eq 'bob'", 12, r#"not single ones: "bob""#),
        ("userName eq “bob”", 12, r#"not curly ones: "bob""#),
        (r#"userName eq "bob"#, 12, "no closing double quote"),
        ("userName eq", 11, "a value is missing"),
        (
            "userName eq and active eq true",
            12,
            "before and a value is missing",
        ),
        ("(userName eq )", 13, "a value is missing"),
        (
            "userName eq $name",
            12,
            "PowerShell has put no value in place of $name",
        ),
        ("active eq $true", 10, "is written true"),
        (r#"userName eq \"bob\""#, 12, "take no escape"),
        (r#"id eq ("a", "b")"#, 6, "not with a list"),
        ("meta.created gt 2026-01-31", 16, r#""2026-01-31T00:00:00Z""#),
        (
            "employeeNumber eq 007",
            18,
            r#"no JSON number; if it is meant as text, write "007""#,
        ),
        (r#"userName -eq "bob""#, 9, "no dash: write eq"),
        (r#"userName -ceq "bob""#, 9, "no dash: write eq"),
        (
            r#"userName -like "*bob""#,
            9,
            "-like is PowerShell's: there are no wildcards",
        ),
        (r#"userName -NotMatch "x""#, 9, "-NotMatch is PowerShell's"),
        (r#"userName == "bob""#, 9, "== is no operator of SCIM: write eq"),
        (r#"userName=="bob""#, 8, "write eq"),
        (r#"userName = "bob""#, 9, "write eq"),
        ("a <= 5", 2, "write le"),
        (r#"userName contains "x""#, 9, "write co"),
        (r#"userName equalz "x""#, 9, r#""equalz" is no operator"#),
        ("startswith(userName,'bob')", 10, "SCIM has no functions"),
        ("userName", 8, "after userName an operator is missing"),
        ("userName and active eq true", 9, "an operator is missing"),
        (r#"not userName eq "x""#, 4, "not needs parentheses"),
        ("-not (a pr)", 0, "no dash before not"),
        ("!(a pr)", 0, "negation is written not"),
        ("a pr -and b pr", 5, "-and is written and"),
        ("a pr && b pr", 5, "&& is written and"),
        ("a pr b pr", 5, "before b the word and or the word or is missing"),
        ("a pr, b pr", 4, "between two tests"),
        (r#"a pr "x""#, 5, "pr takes no value"),
        ("a pr true", 5, "pr takes no value"),
        (r#"a eq "x" "y""#, 9, "second value"),
        (r#"a eq "say "hi" to""#, 11, r#"written \""#),
        ("(a pr", 5, "parenthesis opened at position 0 is not closed"),
        (
            "(a pr or b[c pr)",
            15,
            "bracket opened at position 10 is not closed",
        ),
        ("a pr)", 4, "closes nothing"),
        ("a pr]", 4, "closes nothing"),
        ("()", 1, "an attribute is missing"),
        ("a pr and", 8, "the filter ends here"),
        ("and a pr", 4, r#""a" is no operator"#),
        ("*", 0, "leave the filter out"),
        ("{ userName -eq 'x' }", 0, "script block"),
        (r#""userName" eq "x""#, 0, "takes no quotes"),
        ("$_.userName eq 1", 0, "PowerShell variable"),
        (r#"emails[type eq "work"].value eq "x""#, 22, "test it inside"),
        ("名前 eq 1", 0, "begins with a letter"),
    ] {
        let (at, message) = bad(text);
        assert!(
            at == position && message.contains(says),
            "{text}\n{at}: {message}"
        );
    }
}

#[test]
fn the_error_tells_completion_what_can_follow() {
    for (text, expected) in [
        ("", Expected::Attribute),
        ("userName ", Expected::Operator),
        ("userName eq ", Expected::Value),
        ("not userName", Expected::Opening),
        ("a pr x", Expected::Connective),
        ("a pr and ", Expected::Attribute),
        ("(a pr ", Expected::Parenthesis),
        ("a[b pr ", Expected::Bracket),
    ] {
        assert_eq!(parse(text).unwrap_err().expected, expected, "{text}");
    }
}

#[test]
fn depth_and_length_are_limited() {
    let nest = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nest(MAX_DEPTH)).is_ok());
    assert!(bad(&nest(MAX_DEPTH + 1)).1.contains("deeper than 64"));
    assert!(bad(&"(".repeat(MAX_BYTES)).1.contains("deeper than 64"));
    assert!(bad(&"not (".repeat(1000)).1.contains("deeper than 64"));
    assert!(bad(&"a[".repeat(1000)).1.contains("deeper than 64"));
    // What stands side by side is not nested.
    assert!(parse(&nest(1).repeat(1000).replace(")(", ") and (")).is_ok());
    assert!(parse(&format!("a eq \"{}\"", "x".repeat(MAX_BYTES - 7))).is_ok());
    let (at, message) = bad(&format!("a eq \"{}\"", "é".repeat(MAX_BYTES / 2)));
    assert!(
        at == MAX_BYTES / 2 + 3 && message.contains("longer than 65536"),
        "{at} {message}"
    );
}

#[test]
fn reads_patch_paths() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for text in [
        "members",
        "name.familyName",
        r#"addresses[type eq "work"]"#,
        r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#,
        r#"members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName"#,
        r#"emails[type eq "work" and primary eq true].value"#,
        &format!("{enterprise}:manager.$ref"),
        &format!("{enterprise}:things[type eq 1].value"),
        enterprise,
    ] {
        assert_eq!(parse_path(text).unwrap().to_string(), text);
    }
    assert_eq!(
        parse_path(" emails[type eq 1].Value ")
            .unwrap()
            .sub_attribute
            .as_deref(),
        Some("Value")
    );
    for (text, position, says) in [
        ("", 0, "ends here"),
        ("emails[", 7, "ends here"),
        (r#"emails[type eq "work""#, 21, "bracket opened at position 6"),
        ("emails[type eq 1].", 18, "missing"),
        ("emails[type eq 1].a.b", 19, "cannot be part"),
        ("emails[type eq 1]x", 17, "the path has ended"),
        (r#"userName eq "x""#, 9, "the path has ended"),
    ] {
        let error = parse_path(text).unwrap_err();
        assert!(
            error.position == position && error.message.contains(says),
            "{text}: {error}"
        );
    }
}
