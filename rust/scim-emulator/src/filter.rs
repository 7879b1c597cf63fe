//! The filters that the service takes: its own short list, not all of RFC 7644.

use serde_json::Value;

use crate::schema::{ENTRA_GROUP, ENTRA_USER, Kind, split_urn};
use crate::wire::Failure;

/// What an attribute may be compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Active,
    UserName,
    ExternalId,
    Id,
    MemberOf,
    Nickname,
    OwnerOf,
    DisplayName,
    HasMember,
    SecurityEnabled,
    MailEnabled,
    HasOwner,
}

/// Kind, extension URN, path, what it is, whether `ew` is allowed, whether the value is a boolean.
type Row = (Kind, Option<&'static str>, &'static str, Subject, bool, bool);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    (Kind::User,  None,              "active",            Subject::Active,          false, true),
    (Kind::User,  None,              "userName",          Subject::UserName,        true,  false),
    (Kind::User,  None,              "externalId",        Subject::ExternalId,      false, false),
    (Kind::User,  None,              "id",                Subject::Id,              false, false),
    (Kind::User,  None,              "groups.value",      Subject::MemberOf,        false, false),
    (Kind::User,  Some(ENTRA_USER),  "mailNickname",      Subject::Nickname,        true,  false),
    (Kind::User,  Some(ENTRA_USER),  "ownedGroups.value", Subject::OwnerOf,         false, false),
    (Kind::Group, None,              "displayName",       Subject::DisplayName,     true,  false),
    (Kind::Group, None,              "id",                Subject::Id,              false, false),
    (Kind::Group, None,              "members.value",     Subject::HasMember,       false, false),
    (Kind::Group, Some(ENTRA_GROUP), "securityEnabled",   Subject::SecurityEnabled, false, true),
    (Kind::Group, Some(ENTRA_GROUP), "mailEnabled",       Subject::MailEnabled,     false, true),
    (Kind::Group, Some(ENTRA_GROUP), "owners.value",      Subject::HasOwner,        false, false),
];

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Text {
        subject: Subject,
        value: String,
    },
    EndsWith {
        subject: Subject,
        value: String,
        negated: bool,
    },
    Flag {
        subject: Subject,
        value: bool,
    },
}

impl Test {
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Test::Text { subject, .. } | Test::EndsWith { subject, .. } | Test::Flag { subject, .. } => {
                *subject
            }
        }
    }
}

/// Reads a filter. All tests must hold.
pub(crate) fn parse(kind: Kind, text: &str) -> Result<Vec<Test>, Failure> {
    let mut reader = Reader { kind, text, at: 0 };
    let mut tests = vec![reader.term()?];
    while reader.more() {
        let word = reader.word();
        match word.to_ascii_lowercase().as_str() {
            "and" => tests.push(reader.term()?),
            "or" => return Err(Failure::invalid_filter("'or' is not supported in filters.")),
            _ => return Err(reader.unexpected(word)),
        }
    }
    if tests.len() > 1 && tests.iter().any(|test| test.subject() == Subject::ExternalId) {
        return Err(Failure::invalid_filter(
            "'externalId' cannot be combined with other filters.",
        ));
    }
    Ok(tests)
}

struct Reader<'t> {
    kind: Kind,
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn more(&mut self) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        self.at < self.text.len()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn word(&mut self) -> &'t str {
        self.more();
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn symbol(&mut self, symbol: char) -> bool {
        self.more();
        let found = self.rest().starts_with(symbol);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, word: &str) -> Failure {
        let what = if word.is_empty() { self.rest() } else { word };
        Failure::invalid_filter(format!(
            "Invalid filter: '{what}' was not expected at position {}.",
            self.at
        ))
    }

    fn term(&mut self) -> Result<Test, Failure> {
        let word = self.word();
        if !word.eq_ignore_ascii_case("not") {
            return self.comparison(word);
        }
        if !self.symbol('(') {
            return Err(self.unexpected(""));
        }
        let word = self.word();
        let test = self.comparison(word)?;
        if !self.symbol(')') {
            return Err(self.unexpected(""));
        }
        match test {
            Test::EndsWith { subject, value, .. } => Ok(Test::EndsWith {
                subject,
                value,
                negated: true,
            }),
            _ => Err(Failure::invalid_filter("'not' is supported around 'ew' only.")),
        }
    }

    fn comparison(&mut self, name: &str) -> Result<Test, Failure> {
        if name.is_empty() {
            return Err(self.unexpected(""));
        }
        let (urn, path) = split_urn(self.kind, name);
        let operator = self.word().to_ascii_lowercase();
        let value = self.value()?;
        let row = TABLE
            .iter()
            .find(|(kind, u, p, ..)| *kind == self.kind && *u == urn && p.eq_ignore_ascii_case(path));
        let Some(&(_, _, _, subject, ends_with, boolean)) = row else {
            return Err(Failure::invalid_filter(format!(
                "Filtering on '{name}' is not supported."
            )));
        };
        match (operator.as_str(), value) {
            ("eq", Value::Bool(value)) if boolean => Ok(Test::Flag { subject, value }),
            ("eq", Value::String(value)) if !boolean => Ok(Test::Text { subject, value }),
            ("ew", Value::String(value)) if ends_with => Ok(Test::EndsWith {
                subject,
                value,
                negated: false,
            }),
            ("eq", _) => Err(Failure::invalid_filter(format!(
                "'{name}' is compared with {}.",
                if boolean {
                    "true or false, without quotes"
                } else {
                    "a text in double quotes"
                }
            ))),
            _ => Err(Failure::invalid_filter(format!(
                "The operator '{operator}' is not supported for '{name}'."
            ))),
        }
    }

    fn value(&mut self) -> Result<Value, Failure> {
        self.more();
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<Value>();
        let found = values.next();
        let used = values.byte_offset();
        match found {
            Some(Ok(value)) => {
                self.at += used;
                Ok(value)
            }
            _ => Err(Failure::invalid_filter(format!(
                "Invalid filter: a value was expected at position {}.",
                self.at
            ))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_service_takes() {
        for good in [
            r#"userName eq "a@b.c""#,
            r#"USERNAME EQ "a" AND active eq true"#,
            r#"not(userName ew "@x.y") and not ( userName ew "z")"#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x""#,
            r#"urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User:mailNickname ew "x""#,
            r#"externalId eq "a \" b""#,
        ] {
            assert!(parse(Kind::User, good).is_ok(), "{good}");
        }
        assert!(parse(Kind::Group, r#"displayName ew "x" and members.value eq "y""#).is_ok());
    }

    #[test]
    fn refuses_what_it_does_not() {
        for bad in [
            "",
            "userName",
            "userName eq",
            r#"userName eq "x"#,
            r#"userName sw "x""#,
            r#"active eq "true""#,
            "userName eq 1",
            r#"displayName eq "x""#,
            r#"userName eq "a" or userName eq "b""#,
            r#"not(userName eq "x")"#,
            r#"externalId eq "x" and active eq true"#,
            r#"userName eq "x" trailing"#,
            r#"(userName eq "x")"#,
            r#"mailNickname eq "x""#,
            r#"id ew "x""#,
        ] {
            let failure = parse(Kind::User, bad).unwrap_err();
            assert_eq!(failure.scim_type.as_deref(), Some("invalidFilter"), "{bad}");
        }
    }
}
