#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::value::Value;
use super::*;

fn good(text: &str) -> Filter {
    parse(text).unwrap_or_else(|error| panic!("{}", error))
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
fn common_mistakes_are_explained() {
    for (text, position, says) in [
        ("", 0, "the filter is empty"),
        ("  \n", 0, "the filter is empty"),
        (
            "userName eq bob",
            12,
            r#"the value isn't valid. For text, write "bob""#,
        ),
        (
            "displayName eq All Engineers and active eq true",
            15,
            r#"For text, write "All Engineers""#,
        ),
        ("(userName eq bob)", 13, r#"For text, write "bob""#),
        ("userName eq 'bob'", 12, r#"instead of single quotes: "bob""#),
        ("userName eq “bob”", 12, r#"instead of curly ones: "bob""#),
        (r#"userName eq "bob"#, 12, "no closing double quote"),
        ("userName eq", 11, "expected a value after the operator"),
        (
            "userName eq and active eq true",
            12,
            "expected a value before and",
        ),
        ("(userName eq )", 13, "expected a value before this"),
        (
            "userName eq $name",
            12,
            "PowerShell didn't replace $name with its value",
        ),
        ("active eq $true", 10, "use true in a filter string"),
        (r#"userName eq \"bob\""#, 12, "don't escape the quotes"),
        (r#"id eq ("a", "b")"#, 6, "not with a list"),
        ("meta.created gt 2026-01-31", 16, r#""2026-01-31T00:00:00Z""#),
        (
            "employeeNumber eq 007",
            18,
            r#"isn't a JSON number. For text, write "007""#,
        ),
        (r#"userName -eq "bob""#, 9, "no dash. Use eq"),
        (r#"userName -ceq "bob""#, 9, "no dash. Use eq"),
        (
            r#"userName -like "*bob""#,
            9,
            "-like is a PowerShell operator. SCIM has no wildcards",
        ),
        (
            r#"userName -NotMatch "x""#,
            9,
            "-NotMatch is a PowerShell operator",
        ),
        (r#"userName == "bob""#, 9, "'==' isn't a SCIM operator. Use eq"),
        (r#"userName=="bob""#, 8, "Use eq"),
        (r#"userName = "bob""#, 9, "Use eq"),
        ("a <= 5", 2, "Use le"),
        (r#"userName contains "x""#, 9, "Use co"),
        (r#"userName equalz "x""#, 9, r#""equalz" isn't an operator"#),
        ("startswith(userName,'bob')", 10, "SCIM has no functions"),
        ("userName", 8, "expected an operator after userName"),
        ("userName and active eq true", 9, "expected an operator"),
        (r#"not userName eq "x""#, 4, "'not' requires parentheses"),
        ("-not (a pr)", 0, "instead of -not"),
        ("!(a pr)", 0, "use not (…) instead of !"),
        ("a pr -and b pr", 5, "use and instead of -and"),
        ("a pr && b pr", 5, "use and instead of &&"),
        ("a pr b pr", 5, "expected 'and' or 'or' before b"),
        ("a pr, b pr", 4, "between two tests"),
        (r#"a pr "x""#, 5, "remove the value after pr"),
        ("a pr true", 5, "remove the value after pr"),
        (r#"a eq "x" "y""#, 9, "second value"),
        (r#"a eq "say "hi" to""#, 11, r#"inside a string, write \""#),
        ("(a pr", 5, "parenthesis at character 1 isn't closed"),
        ("(a pr or b[c pr)", 15, "bracket at character 11 isn't closed"),
        ("a pr)", 4, "unexpected closing parenthesis"),
        ("a pr]", 4, "unexpected closing bracket"),
        ("()", 1, "expected an attribute before this"),
        ("a pr and", 8, "expected an attribute at the end"),
        ("and a pr", 4, r#""a" isn't an operator"#),
        ("*", 0, "leave the filter out"),
        ("{ userName -eq 'x' }", 0, "script block"),
        (r#""userName" eq "x""#, 0, "remove the quotes"),
        ("$_.userName eq 1", 0, "PowerShell variable"),
        (
            r#"emails[type eq "work"].value eq "x""#,
            22,
            "Put the test inside",
        ),
        ("名前 eq 1", 0, "starts with a letter"),
    ] {
        let (at, message) = bad(text);
        assert!(
            at == position && message.contains(says),
            "{text}\n{at}: {message}"
        );
    }
}

#[test]
fn error_says_what_can_follow_for_completion() {
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
        ("", 0, "at the end of the filter"),
        ("emails[", 7, "at the end of the filter"),
        (r#"emails[type eq "work""#, 21, "bracket at character 7"),
        ("emails[type eq 1].", 18, "expected an attribute name"),
        ("emails[type eq 1].a.b", 19, "isn't allowed"),
        ("emails[type eq 1]x", 17, "after the path"),
        (r#"userName eq "x""#, 9, "after the path"),
    ] {
        let error = parse_path(text).unwrap_err();
        assert!(
            error.position == position && error.message.contains(says),
            "{text}: {error}"
        );
    }
}
