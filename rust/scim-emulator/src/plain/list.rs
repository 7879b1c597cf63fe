//! Lists: filters, pages, and what is said of them.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Object, Plain, Store, text};
use crate::query::decode;
use crate::quirks::Quirk;
use crate::wire::Failure;

/// What a page holds at most where pages are capped.
const CAPPED: usize = 7;
pub(super) const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

impl Plain {
    pub(super) fn list(&self, kind: &str, store: &Store, query: &str) -> Result<Value, Failure> {
        let all = if kind == "User" {
            &store.users
        } else {
            &store.groups
        };
        let parameter = |name: &str| parameter(query, name);
        let number = |name| parameter(name).and_then(|n| n.parse::<usize>().ok());
        let filter = parameter("filter").filter(|_| !self.has(Quirk::IgnoredFilter));
        let matching: Vec<&Object> = match &filter {
            None => all.iter().collect(),
            Some(filter) => {
                let (attribute, value) = equality(filter)?;
                let path: Vec<&str> = path(&attribute);
                // A user's groups are the server's to know: they follow from the groups' members.
                match path[..] {
                    [groups, member]
                        if kind == "User"
                            && groups.eq_ignore_ascii_case("groups")
                            && member.eq_ignore_ascii_case("value") =>
                    {
                        let group = store
                            .groups
                            .iter()
                            .filter(|group| group.get("id").is_some_and(|id| same(id, &value)));
                        let members: Vec<&Value> = group
                            .filter_map(|group| group.get("members")?.as_array())
                            .flatten()
                            .filter_map(|member| member.get("value"))
                            .collect();
                        all.iter()
                            .filter(|user| {
                                members
                                    .iter()
                                    .any(|member| user.get("id").is_some_and(|id| same(id, member)))
                            })
                            .collect()
                    }
                    _ => all
                        .iter()
                        .filter(|one| {
                            one.iter().any(|(name, inner)| {
                                name.eq_ignore_ascii_case(path[0]) && any(inner, &path[1..], &value)
                            })
                        })
                        .collect(),
                }
            }
        };
        let unpaged = self.has(Quirk::UnpagedGroups) && kind == "Group";
        if unpaged && (parameter("count").is_some() || parameter("startIndex").is_some()) {
            return Err(Failure {
                status: StatusCode::NOT_IMPLEMENTED,
                ..Failure::bad_request("Groups are not paged.")
            });
        }
        let by_cursor =
            self.has(Quirk::CursorOnly) || (self.has(Quirk::UnsaidCursor) && parameter("cursor").is_some());
        let ignores_index = self.has(Quirk::IgnoredStartIndex) || self.has(Quirk::UnsaidCursor);
        let asked = number("count").unwrap_or(if unpaged { usize::MAX } else { store.page });
        let base = usize::from(!self.has(Quirk::ZeroBasedStartIndex));
        let given = parameter("cursor")
            .filter(|cursor| !cursor.is_empty())
            .and_then(|cursor| cursor.strip_prefix('c')?.parse().ok())
            .or(number("startIndex").filter(|_| !ignores_index));
        let mut start = given.unwrap_or(base).saturating_sub(base);
        let mut size = asked.min(if self.has(Quirk::CappedPages) {
            CAPPED
        } else if unpaged {
            usize::MAX
        } else {
            store.page
        });
        if self.has(Quirk::ShrinkingPages) {
            size = size.saturating_sub(start / size.max(1)).max(1);
        }
        if self.has(Quirk::LastPageAgain) && start >= matching.len() && size > 0 {
            start = matching.len().saturating_sub(1) / size * size;
        }
        let hidden = self.has(Quirk::EmptyPage) && (size..2 * size).contains(&start);
        let page: Vec<Value> = matching
            .iter()
            .skip(start)
            .take(if hidden { 0 } else { size })
            .map(|one| Value::Object(self.shown(one, query)))
            .collect();
        let came = page.len();
        let mut list = json!({ "schemas": [LIST], "itemsPerPage": came });
        let mut set = |name: &str, value: Value| {
            if let Some(list) = list.as_object_mut() {
                list.insert(name.to_owned(), value);
            }
        };
        if self.has(Quirk::ItemsPerPageAsAsked) {
            set("itemsPerPage", asked.into());
        }
        let total = match () {
            () if self.has(Quirk::TotalOfPage) => came,
            () if self.has(Quirk::WrongTotal) => matching.len() + 5,
            () if self.has(Quirk::ChangingTotal) => matching.len() + start % 3,
            () => matching.len(),
        };
        if self.has(Quirk::TextTotal) {
            set("totalResults", total.to_string().into());
        } else if !self.has(Quirk::NoTotal) && (!by_cursor || self.has(Quirk::CursorOnly)) {
            set("totalResults", total.into());
        }
        if by_cursor {
            if start + came < matching.len() && came > 0 {
                set("nextCursor", format!("c{}", start + came + base).into());
            }
        } else {
            let zero = self.has(Quirk::ZeroInAnswer) && given.is_none();
            set("startIndex", if zero { 0 } else { start + base }.into());
        }
        if came > 0 || !self.has(Quirk::NoResources) {
            let lower = self.has(Quirk::LowerCaseResources);
            set(if lower { "resources" } else { "Resources" }, page.into());
        }
        Ok(list)
    }
}

/// A parameter of a query.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| decode(&value.replace('+', "%2B")))
}

fn equality(filter: &str) -> Result<(String, Value), Failure> {
    let plain = filter.trim().trim_start_matches('(').trim_end_matches(')');
    let mut words = plain.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(attribute), Some(operator), Some(value)) if operator.eq_ignore_ascii_case("eq") => {
            let value = serde_json::from_str(value)
                .map_err(|_| Failure::invalid_filter(format!("The value {value} isn't valid.")))?;
            Ok((attribute.to_owned(), value))
        }
        _ => Err(Failure::invalid_filter("Only 'attribute eq value' can be asked.")),
    }
}

/// The names of a path, an extension's URN as one of them. That of the core schemas names the resource itself.
pub(super) fn path(attribute: &str) -> Vec<&str> {
    let (urn, rest) = match attribute.rfind(':') {
        Some(colon) => (Some(&attribute[..colon]), &attribute[colon + 1..]),
        None => (None, attribute),
    };
    urn.filter(|urn| !urn.starts_with(super::CORE))
        .into_iter()
        .chain(rest.split('.'))
        .collect()
}

/// Whether a value is at a path: of a multi-valued attribute, in any of its elements.
fn any(at: &Value, path: &[&str], wanted: &Value) -> bool {
    match (at, path) {
        (Value::Array(elements), _) => elements.iter().any(|element| any(element, path, wanted)),
        (Value::Object(members), [first, rest @ ..]) => members
            .iter()
            .any(|(name, inner)| name.eq_ignore_ascii_case(first) && any(inner, rest, wanted)),
        (Value::Object(members), []) => members.get("value").is_some_and(|inner| same(inner, wanted)),
        (plain, []) => same(plain, wanted),
        _ => false,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    text(Some(one)).eq_ignore_ascii_case(&text(Some(other)))
}
