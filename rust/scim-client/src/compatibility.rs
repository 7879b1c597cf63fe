//! What some servers insist on besides the RFCs, chosen connection by connection. Without a choice requests are those of
//! RFC 7644, in the form that does the least harm where a server reads it wrongly.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One thing that a server insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Compatibility {
    /// Members are removed by a list of values, in place of a filter in the path. A server that follows the RFC may take
    /// that for the removal of all.
    MembersByValue,
    /// Operations are called `Add`, `Remove` and `Replace`.
    CapitalOperations,
    /// Attributes stand in an operation's value, not in its path.
    NoPaths,
    /// There is no PATCH: objects are read, changed and put back.
    Put,
    /// `ServiceProviderConfig` and `ResourceTypes` are not read.
    SkipDiscovery,
}

/// All that one server insists on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Insistence(pub(crate) Vec<Compatibility>);

impl Insistence {
    pub(crate) fn skips_discovery(&self) -> bool {
        self.has(Compatibility::SkipDiscovery)
    }

    pub(crate) fn puts(&self) -> bool {
        self.has(Compatibility::Put)
    }

    fn has(&self, one: Compatibility) -> bool {
        self.0.contains(&one)
    }

    /// The body of a PATCH in the form that the server wants; None where that is the one that it has.
    pub(crate) fn rewrite(&self, body: &[u8]) -> Option<Vec<u8>> {
        if !self.0.iter().any(|one| {
            matches!(
                one,
                Compatibility::MembersByValue | Compatibility::CapitalOperations | Compatibility::NoPaths
            )
        }) {
            return None;
        }
        let mut patch: Value = serde_json::from_slice(body).ok()?;
        for operation in patch.get_mut("Operations")?.as_array_mut()? {
            self.rewrite_operation(operation.as_object_mut()?);
        }
        Some(patch.to_string().into_bytes())
    }

    fn rewrite_operation(&self, operation: &mut Map<String, Value>) {
        if self.has(Compatibility::MembersByValue)
            && let Some(id) = removed_member(operation)
        {
            operation.insert("path".to_owned(), "members".into());
            operation.insert("value".to_owned(), json!([{ "value": id }]));
        }
        if self.has(Compatibility::NoPaths) {
            without_path(operation);
        }
        if self.has(Compatibility::CapitalOperations)
            && let Some(Value::String(name)) = operation.get_mut("op")
            && let Some(first) = name.get_mut(..1)
        {
            first.make_ascii_uppercase();
        }
    }
}

/// The member that an operation removes by a filter in its path.
fn removed_member(operation: &Map<String, Value>) -> Option<String> {
    let path = operation.get("path")?.as_str()?;
    let quoted = path.strip_prefix("members[value eq ")?.strip_suffix(']')?;
    let removes = operation.get("op")?.as_str()?.eq_ignore_ascii_case("remove");
    removes.then(|| serde_json::from_str(quoted).ok()).flatten()
}

/// Puts a plain path into the value. One with a filter, and the removal of an attribute, have no such form.
fn without_path(operation: &mut Map<String, Value>) {
    let plain = operation
        .get("path")
        .and_then(Value::as_str)
        .filter(|path| !path.contains('['))
        .map(str::to_owned);
    let removes = operation
        .get("op")
        .and_then(Value::as_str)
        .is_some_and(|op| op.eq_ignore_ascii_case("remove"));
    if let (Some(path), false) = (plain, removes)
        && let Some(value) = operation.remove("value")
    {
        operation.remove("path");
        operation.insert("value".to_owned(), nested(&path, value));
    }
}

/// `name.givenName` is a member of a member; the dots of a URN are none.
fn nested(path: &str, value: Value) -> Value {
    let (urn, rest) = match path.rfind(':') {
        Some(colon) => (Some(&path[..colon]), &path[colon + 1..]),
        None => (None, path),
    };
    let inner = match rest.split_once('.') {
        Some((attribute, sub)) => json!({ attribute: { sub: value } }),
        None => json!({ rest: value }),
    };
    match urn {
        Some(urn) => json!({ urn: inner }),
        None => inner,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::change::members;

    fn rewritten(what: &[Compatibility], operations: Value) -> Value {
        let body = json!({ "schemas": ["x"], "Operations": operations }).to_string();
        let patch = Insistence(what.to_vec()).rewrite(body.as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&patch).unwrap()["Operations"].clone()
    }

    #[test]
    fn nothing_is_rewritten_without_a_choice() {
        let body = members::remove("a");
        assert_eq!(Insistence::default().rewrite(&body), None);
        assert_eq!(
            Insistence(vec![Compatibility::Put, Compatibility::SkipDiscovery]).rewrite(&body),
            None
        );
    }

    #[test]
    fn a_member_is_removed_by_value_and_no_other() {
        let body: Value = serde_json::from_slice(&members::remove("a\"b")).unwrap();
        assert_eq!(
            rewritten(&[Compatibility::MembersByValue], body["Operations"].clone()),
            json!([{ "op": "remove", "path": "members", "value": [{ "value": "a\"b" }] }])
        );
        let other = json!([{ "op": "remove", "path": "emails[type eq \"work\"]" }]);
        assert_eq!(rewritten(&[Compatibility::MembersByValue], other.clone()), other);
    }

    #[test]
    fn names_are_capital_and_paths_are_members() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let operations = json!([
            { "op": "replace", "path": "name.givenName", "value": "Ada" },
            { "op": "replace", "path": format!("{urn}:department"), "value": "R" },
            { "op": "add", "path": "title", "value": null },
            { "op": "remove", "path": "title" },
            { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@b" },
        ]);
        assert_eq!(
            rewritten(
                &[Compatibility::NoPaths, Compatibility::CapitalOperations],
                operations
            ),
            json!([
                { "op": "Replace", "value": { "name": { "givenName": "Ada" } } },
                { "op": "Replace", "value": { urn: { "department": "R" } } },
                { "op": "Add", "value": { "title": null } },
                { "op": "Remove", "path": "title" },
                { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@b" },
            ])
        );
    }
}
