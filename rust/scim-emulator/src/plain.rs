//! A plain SCIM 2.0 server beside the Entra-like one, under `/scim/v2`: the same people, paging by index, PUT, groups with
//! their members, and whatever [`Quirk`]s it is told to have. Filters are `attribute eq value` only.

use std::sync::{Mutex, PoisonError};

use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::directory::Directory;
use crate::operations::apply;
use crate::query::decode;
use crate::quirks::Quirk;
use crate::schema::Kind;
use crate::wire::{Failure, SCIM_JSON, bytes_response, empty_response};

pub(crate) const PREFIX: &str = "/scim/v2";
/// No page holds more, and so it is said in ServiceProviderConfig.
const PAGE: usize = 100;
const CAPPED: usize = 7;
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";

pub(crate) type Object = Map<String, Value>;

/// All that the server has, from the first request on.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    quirks: Vec<Quirk>,
    store: Mutex<Option<Store>>,
}

#[derive(Debug, Default)]
struct Store {
    users: Vec<Object>,
    groups: Vec<Object>,
    made: u64,
}

/// One request, below the prefix.
pub(crate) struct Asked<'r> {
    pub(crate) method: &'r Method,
    pub(crate) path: &'r str,
    pub(crate) query: Option<&'r str>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Bytes,
}

impl Plain {
    pub(crate) fn new(quirks: Vec<Quirk>) -> Self {
        Self {
            quirks,
            store: Mutex::default(),
        }
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    pub(crate) fn answer(&self, directory: &Directory, asked: &Asked<'_>) -> Response {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = store.get_or_insert_with(|| self.seeded(directory));
        match self.reply(store, asked) {
            Ok(reply) => self.render(reply),
            Err(failure) => self.refuse(failure),
        }
    }

    fn seeded(&self, directory: &Directory) -> Store {
        let all = |kind| {
            (0..directory.end(kind))
                .map(move |index| directory.resource(kind, index))
                .enumerate()
        };
        let mut store = Store::default();
        for (n, mut user) in all(Kind::User) {
            self.identify(&mut user, n as u64 + 1, "User");
            store.users.push(user);
        }
        for (n, mut group) in all(Kind::Group) {
            self.identify(&mut group, 1_000_000 + n as u64, "Group");
            group.insert("members".into(), json!([]));
            store.groups.push(group);
        }
        store.made = 2_000_000;
        store
    }

    fn identify(&self, object: &mut Object, number: u64, kind: &str) {
        if self.has(Quirk::NumericIds) {
            object.insert("id".into(), number.into());
        } else if !object.contains_key("id") {
            object.insert("id".into(), format!("made-{number}").into());
        }
        object.insert("schemas".into(), json!([format!("{CORE}{kind}")]));
        object.insert(
            "meta".into(),
            json!({ "resourceType": kind, "version": "W/\"1\"" }),
        );
        if !self.has(Quirk::Etags) {
            object.insert("meta".into(), json!({ "resourceType": kind }));
        }
    }

    fn reply(&self, store: &mut Store, asked: &Asked<'_>) -> Result<(StatusCode, Option<Value>), Failure> {
        let mut segments = asked.path.trim_start_matches('/').split('/');
        let first = segments.next().unwrap_or_default();
        let id = segments.next().map(|id| decode(&id.replace('+', "%2B")));
        let ok = |value| Ok((StatusCode::OK, Some(value)));
        let (users, groups) = if self.has(Quirk::OtherPaths) {
            ("People", "Teams")
        } else {
            ("Users", "Groups")
        };
        match (asked.method, first, id) {
            (&Method::GET, "ServiceProviderConfig" | "ResourceTypes", None)
                if self.has(Quirk::NoDiscovery) =>
            {
                Err(Failure::no_such_path(first))
            }
            (&Method::GET, "ServiceProviderConfig", None) => ok(self.config()),
            (&Method::GET, "ResourceTypes", None) => ok(json!({ "totalResults": 2, "Resources": [
                { "id": "User", "name": "User", "endpoint": format!("/{users}"), "schema": format!("{CORE}User") },
                { "id": "Group", "name": "Group", "endpoint": format!("/{groups}"), "schema": format!("{CORE}Group") },
            ] })),
            (method, name, id) if name == users || name == groups => {
                let kind = if name == users { "User" } else { "Group" };
                match (method, id) {
                    (&Method::GET, None) => ok(self.list(store.of(kind), asked.query.unwrap_or_default())?),
                    (&Method::POST, None) => {
                        let mut object = body(asked)?;
                        store.made += 1;
                        object.remove("id");
                        object.remove("password");
                        self.identify(&mut object, store.made, kind);
                        let all = store.of(kind);
                        if kind == "User"
                            && all
                                .iter()
                                .any(|one| one.get("userName") == object.get("userName"))
                        {
                            return Err(Failure::new(
                                StatusCode::CONFLICT,
                                "uniqueness",
                                "The userName is taken.",
                            ));
                        }
                        all.push(object.clone());
                        Ok((StatusCode::CREATED, Some(Value::Object(object))))
                    }
                    (method, Some(id)) => self.one(store.of(kind), method, &id, asked),
                    _ => Err(not_allowed()),
                }
            }
            _ => Err(Failure::no_such_path(asked.path)),
        }
    }

    fn one(
        &self,
        all: &mut Vec<Object>,
        method: &Method,
        id: &str,
        asked: &Asked<'_>,
    ) -> Result<(StatusCode, Option<Value>), Failure> {
        let at = all
            .iter()
            .position(|one| text(one.get("id")) == id)
            .ok_or_else(|| Failure::not_found(id))?;
        match *method {
            Method::GET => Ok((StatusCode::OK, Some(Value::Object(all[at].clone())))),
            Method::DELETE => {
                all.remove(at);
                Ok((StatusCode::NO_CONTENT, None))
            }
            Method::PUT => {
                let version = all[at].get("meta").and_then(|meta| meta.get("version")).cloned();
                if self.has(Quirk::Etags) {
                    let given = asked.headers.get(IF_MATCH).and_then(|v| v.to_str().ok());
                    if given != version.as_ref().and_then(Value::as_str) {
                        return Err(Failure {
                            status: StatusCode::PRECONDITION_FAILED,
                            ..Failure::bad_request("The version is another.")
                        });
                    }
                }
                let mut object = body(asked)?;
                for kept in ["id", "meta", "schemas"] {
                    object.insert(kept.into(), all[at].get(kept).cloned().unwrap_or_default());
                }
                all[at] = object;
                self.changed(&mut all[at]);
                Ok((StatusCode::OK, Some(Value::Object(all[at].clone()))))
            }
            Method::PATCH if self.has(Quirk::NoPatch) || self.has(Quirk::UnsaidNoPatch) => Err(Failure {
                status: StatusCode::NOT_IMPLEMENTED,
                ..Failure::bad_request("There is no PATCH.")
            }),
            Method::PATCH => {
                let patch = body(asked)?;
                let mut object = all[at].clone();
                for operation in patch
                    .get("Operations")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    apply(&mut object, operation, &self.quirks)?;
                }
                self.changed(&mut object);
                all[at] = object;
                Ok((StatusCode::NO_CONTENT, None))
            }
            _ => Err(not_allowed()),
        }
    }

    /// Gives an object the next version.
    fn changed(&self, object: &mut Object) {
        if let Some(Value::String(version)) = object.get_mut("meta").and_then(|meta| meta.get_mut("version"))
        {
            let number: u64 = version
                .trim_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .unwrap_or(1);
            *version = format!("W/\"{}\"", number + 1);
        }
    }

    fn config(&self) -> Value {
        if self.has(Quirk::PartialConfig) {
            return json!({ "documentationUri": "" });
        }
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": !self.has(Quirk::NoPatch) },
            "etag": { "supported": self.has(Quirk::Etags) },
            "bulk": { "supported": false }, "sort": { "supported": false }, "changePassword": { "supported": false },
            "filter": { "supported": true, "maxResults": PAGE },
            "pagination": { "cursor": self.has(Quirk::CursorOnly), "index": !self.has(Quirk::CursorOnly), "maxPageSize": PAGE },
        })
    }

    fn list(&self, all: &[Object], query: &str) -> Result<Value, Failure> {
        let parameter = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(n, _)| *n == name)
                .map(|(_, value)| decode(&value.replace('+', "%2B")))
        };
        let number = |name| parameter(name).and_then(|n| n.parse::<usize>().ok());
        let filter = parameter("filter").filter(|_| !self.has(Quirk::IgnoredFilter));
        let matching: Vec<&Object> = match &filter {
            None => all.iter().collect(),
            Some(filter) => {
                let (attribute, value) = equality(filter)?;
                all.iter()
                    .filter(|one| {
                        one.iter()
                            .any(|(n, v)| n.eq_ignore_ascii_case(&attribute) && same(v, &value))
                    })
                    .collect()
            }
        };
        let asked = number("count").unwrap_or(PAGE);
        let base = usize::from(!self.has(Quirk::ZeroBasedStartIndex));
        let given = parameter("cursor")
            .filter(|cursor| !cursor.is_empty())
            .and_then(|cursor| cursor.strip_prefix('c')?.parse().ok())
            .or(number("startIndex").filter(|_| !self.has(Quirk::IgnoredStartIndex)));
        let mut start = given.unwrap_or(base).saturating_sub(base);
        let mut size = asked.min(if self.has(Quirk::CappedPages) {
            CAPPED
        } else {
            PAGE
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
            .map(|one| Value::Object((*one).clone()))
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
        } else if !self.has(Quirk::NoTotal) {
            set("totalResults", total.into());
        }
        if self.has(Quirk::CursorOnly) {
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

    fn render(&self, (status, body): (StatusCode, Option<Value>)) -> Response {
        let Some(mut body) = body else {
            return empty_response(status);
        };
        self.distort(&mut body);
        let mut response = bytes_response(status, SCIM_JSON, Bytes::from(body.to_string()));
        let headers = response.headers_mut();
        if self.has(Quirk::PlainJson) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.has(Quirk::NoContentType) {
            headers.remove(CONTENT_TYPE);
        }
        let version = body
            .get("meta")
            .and_then(|meta| meta.get("version"))
            .and_then(Value::as_str);
        if let Some(version) = version.and_then(|v| HeaderValue::from_str(v).ok()) {
            headers.insert(ETAG, version);
        }
        if let (StatusCode::CREATED, Ok(id)) = (status, HeaderValue::from_str(&text(body.get("id")))) {
            headers.insert(LOCATION, id);
        }
        response
    }

    /// What is told in another form than the RFC's.
    fn distort(&self, value: &mut Value) {
        match value {
            Value::Bool(truth) if self.has(Quirk::TextBooleans) => {
                *value = if *truth { "True" } else { "False" }.into();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.distort(item)),
            Value::Object(members) => {
                if self.has(Quirk::NoSchemas) {
                    members.remove("schemas");
                }
                members.values_mut().for_each(|member| self.distort(member));
            }
            _ => {}
        }
    }

    fn refuse(&self, failure: Failure) -> Response {
        let (status, detail) = (failure.status, failure.detail.clone());
        let other = |kind: &'static str, body: String| {
            bytes_response(status, HeaderValue::from_static(kind), Bytes::from(body))
        };
        if self.has(Quirk::HtmlErrors) {
            return other(
                "text/html",
                format!("<html><body><h1>{status}</h1></body></html>"),
            );
        }
        if self.has(Quirk::TextErrors) {
            return other("text/plain", detail);
        }
        if self.has(Quirk::WrappedErrors) {
            let error = json!({ "Errors": [{ "detail": detail, "scimType": failure.scim_type, "status": status.as_str() }] });
            return other("application/json", error.to_string());
        }
        if self.has(Quirk::NumericStatus) {
            let error = json!({ "detail": detail, "scimType": "null", "status": status.as_u16() });
            return other("application/scim+json", error.to_string());
        }
        failure.into_response()
    }
}

impl Store {
    fn of(&mut self, kind: &str) -> &mut Vec<Object> {
        if kind == "User" {
            &mut self.users
        } else {
            &mut self.groups
        }
    }
}

fn body(asked: &Asked<'_>) -> Result<Object, Failure> {
    serde_json::from_slice(&asked.body)
        .map_err(|error| Failure::invalid_syntax(format!("The body is no JSON object: {error}.")))
}

fn not_allowed() -> Failure {
    Failure {
        status: StatusCode::METHOD_NOT_ALLOWED,
        ..Failure::bad_request("This method is not allowed here.")
    }
}

fn equality(filter: &str) -> Result<(String, Value), Failure> {
    let plain = filter.trim().trim_start_matches('(').trim_end_matches(')');
    let mut words = plain.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(attribute), Some(operator), Some(value)) if operator.eq_ignore_ascii_case("eq") => {
            let value = serde_json::from_str(value)
                .map_err(|_| Failure::invalid_filter(format!("The value {value} is none.")))?;
            Ok((attribute.to_owned(), value))
        }
        _ => Err(Failure::invalid_filter("Only 'attribute eq value' can be asked.")),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    text(Some(one)).eq_ignore_ascii_case(&text(Some(other)))
}

/// An id or a value as text, which it may be already.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}
