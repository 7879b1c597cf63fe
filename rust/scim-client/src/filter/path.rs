//! Attribute paths: `[urn:]name[.sub]`.

use std::fmt;
use std::str::FromStr;

use super::error::{Expected, FilterError};

/// The path of an attribute, spelled as it was written. Names are compared without regard to case by
/// [`AttrPath::same_as`]; `==` compares the spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttrPath {
    urn: Option<String>,
    name: String,
    sub: Option<String>,
}

/// Where in a word and why it is no path. The offset is in bytes.
pub(super) type Flaw = (usize, String);

impl AttrPath {
    /// A path of its parts; nothing where a part breaks the grammar.
    #[must_use]
    pub fn new(urn: Option<&str>, name: &str, sub: Option<&str>) -> Option<Self> {
        let good = urn.is_none_or(|urn| urn_flaw(urn).is_none())
            && name_flaw(name).is_none()
            && sub.is_none_or(|sub| name_flaw(sub).is_none());
        good.then(|| Self {
            urn: urn.map(str::to_owned),
            name: name.to_owned(),
            sub: sub.map(str::to_owned),
        })
    }

    /// The schema's URN, where the path is qualified with one.
    #[must_use]
    pub fn urn(&self) -> Option<&str> {
        self.urn.as_deref()
    }

    /// The attribute's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sub-attribute's name.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// The same path without regard to case.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            _ => false,
        };
        same(self.urn(), other.urn())
            && self.name.eq_ignore_ascii_case(&other.name)
            && same(self.sub(), other.sub())
    }

    /// The URN, where the path is a whole schema's, as PATCH uses it
    /// (`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`). By the grammar its last part would be an attribute's
    /// name; it is taken for a schema when a version stands before it.
    #[must_use]
    pub fn whole_schema(&self) -> Option<String> {
        let version = self.urn()?.rsplit(':').next()?;
        let (major, minor) = version.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (self.sub.is_none() && digits(major) && digits(minor)).then(|| self.to_string())
    }

    /// The path of `inner` as seen from outside of `self[…]`.
    pub(super) fn element(&self, inner: &AttrPath) -> AttrPath {
        AttrPath {
            urn: self.urn.clone(),
            name: self.name.clone(),
            sub: Some(inner.name.clone()),
        }
    }

    /// The same path with another sub-attribute.
    pub(crate) fn with_sub(&self, sub: &str) -> AttrPath {
        AttrPath {
            sub: Some(sub.to_owned()),
            ..self.clone()
        }
    }

    /// Reads a word. The last colon ends the URN, since names hold none; so the dots of the URN's version are never taken
    /// for the dot before a sub-attribute.
    pub(super) fn read(word: &str) -> Result<Self, Flaw> {
        let (urn, rest, start) = match word.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn), rest, urn.len() + 1),
            None => (None, word, 0),
        };
        if let Some(flaw) = urn.and_then(urn_flaw) {
            return Err(flaw);
        }
        if rest.is_empty() {
            return Err((
                start,
                "expected an attribute name after the URN and its colon".to_owned(),
            ));
        }
        if urn.is_some() && rest.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("the URN is incomplete: {rest:?} is its version, not an attribute name");
            return Err((start, message));
        }
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        let within = |offset: usize| move |(at, message): Flaw| (offset + at, message);
        name_flaw(name).map(within(start)).map_or(Ok(()), Err)?;
        if let Some(sub) = sub {
            let start = start + name.len() + 1;
            if let Some(at) = sub.find('.').filter(|at| *at > 0) {
                let message = "a path can have only one sub-attribute, but this is a second dot".to_owned();
                return Err((start + at, message));
            }
            name_flaw(sub).map(within(start)).map_or(Ok(()), Err)?;
        }
        Ok(Self {
            urn: urn.map(str::to_owned),
            name: name.to_owned(),
            sub: sub.map(str::to_owned),
        })
    }
}

/// RFC 7643 section 2.1 and its `$ref`: a letter, then letters, digits, `-`, `_` (and `$`, which only RFC 7643 allows).
pub(super) fn name_flaw(name: &str) -> Option<Flaw> {
    let Some(first) = name.chars().next() else {
        return Some((0, "expected an attribute name".to_owned()));
    };
    if first == '$' && !name.eq_ignore_ascii_case("$ref") {
        let message = format!(
            "{name:?} looks like a PowerShell variable. Attribute names have no $, and PowerShell doesn't replace variables in single quotes"
        );
        return Some((0, message));
    }
    if !first.is_ascii_alphabetic() && first != '$' {
        return Some((
            0,
            format!("an attribute name starts with a letter, not with {first:?}"),
        ));
    }
    let (at, wrong) = name
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$')))?;
    Some((at, format!("{wrong:?} isn't allowed in an attribute name")))
}

fn urn_flaw(urn: &str) -> Option<Flaw> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@$*+%".contains(c);
    if let Some((at, wrong)) = urn.char_indices().find(|(_, c)| !allowed(*c)) {
        return Some((at, format!("{wrong:?} isn't allowed in a schema URN")));
    }
    let starts = urn.starts_with(|c: char| c.is_ascii_alphabetic());
    (!starts).then(|| (0, "expected a schema URN before the colon".to_owned()))
}

impl FromStr for AttrPath {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let word = text.trim();
        AttrPath::read(word).map_err(|(at, message)| {
            let before = text.len() - text.trim_start().len();
            FilterError::new(text, before + at, Expected::Attribute, message)
        })
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        self.sub.as_ref().map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, String, Option<String>) {
        let path: AttrPath = text.parse().unwrap();
        assert_eq!(path.to_string(), text);
        (path.urn, path.name, path.sub)
    }

    #[test]
    fn the_dots_of_a_version_are_not_those_of_a_sub_attribute() {
        let some = |text: &str| Some(text.to_owned());
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        assert_eq!(parts("name.givenName"), (None, "name".into(), some("givenName")));
        assert_eq!(
            parts(&format!("{enterprise}:department")),
            (some(enterprise), "department".into(), None)
        );
        assert_eq!(
            parts(&format!("{enterprise}:manager.$ref")),
            (some(enterprise), "manager".into(), some("$ref"))
        );
        let security = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";
        assert_eq!(
            parts(&format!("{security}:Set.Attribute")),
            (some(security), "Set".into(), some("Attribute"))
        );
    }

    #[test]
    fn tells_a_whole_schema_from_an_attribute() {
        let whole = |text: &str| text.parse::<AttrPath>().unwrap().whole_schema().is_some();
        assert!(whole(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ));
        assert!(!whole(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
        ));
        assert!(!whole("department"));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, position, says) in [
            ("", 0, "expected an attribute name"),
            ("1st", 0, "starts with a letter"),
            ("a b", 1, "' ' isn't allowed"),
            ("a.b.c", 3, "one sub-attribute"),
            ("a.", 2, "expected an attribute name"),
            ("a..b", 2, "starts with a letter"),
            ("urn:x:2.0", 6, "incomplete"),
            ("urn:x:User:", 11, "after the URN"),
            (":x", 0, "expected a schema URN"),
            ("größe", 2, "isn't allowed"),
            ("$x", 0, "PowerShell variable"),
        ] {
            let error = text.parse::<AttrPath>().unwrap_err();
            assert_eq!(error.position, position, "{text}: {error}");
            assert!(error.message.contains(says), "{text}: {error}");
        }
    }
}
