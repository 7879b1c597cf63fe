//! A plain SCIM 2.0 server beside the Entra-like one, under `/scim/v2`: the same people, paging by index, PUT, groups with
//! their members, and whatever [`Quirk`]s it is told to have. Filters are `attribute eq value` only, and `attributes` is
//! never heeded.

mod list;
mod object;
mod operations;
mod told;

use std::sync::{Mutex, PoisonError};

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::directory::Directory;
use crate::query::decode;
use crate::quirks::Quirk;
use crate::schema::{ENTERPRISE_USER, Kind, schema_document};
use crate::wire::Failure;
use crate::world::now_text;

pub(crate) const PREFIX: &str = "/scim/v2";
/// No page holds more, and so it is said in ServiceProviderConfig; [`Contents`] may name another number.
const PAGE: usize = 100;
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";

/// When the generated resources were created.
const SEEDED: &str = "2024-03-01T08:00:00Z";

pub(crate) type Object = Map<String, Value>;

/// All that the server has, from the first request on.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    quirks: Vec<Quirk>,
    store: Mutex<Option<Store>>,
}

#[derive(Debug)]
struct Store {
    users: Vec<Object>,
    groups: Vec<Object>,
    page: usize,
    made: u64,
    asked: u64,
}

impl Default for Store {
    fn default() -> Self {
        Store {
            users: Vec::new(),
            groups: Vec::new(),
            page: PAGE,
            made: 2_000_000,
            asked: 0,
        }
    }
}

/// A whole directory, as a test gives it or asks for it: `/__emulator/plain`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Contents {
    users: Vec<Object>,
    groups: Vec<Object>,
    #[serde(default = "usual_page")]
    page_size: usize,
}

fn usual_page() -> usize {
    PAGE
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

    /// All that the server has, members included, whatever its quirks show of it.
    pub(crate) fn contents(&self, directory: &Directory) -> Contents {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = store.get_or_insert_with(|| self.seeded(directory));
        Contents {
            users: store.users.clone(),
            groups: store.groups.clone(),
            page_size: store.page,
        }
    }

    /// Puts other contents in place of all that the server has. Objects are kept as they are given, ids included.
    pub(crate) fn replace(&self, contents: Contents) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = Some(Store {
            users: contents.users,
            groups: contents.groups,
            page: contents.page_size.max(1),
            ..Store::default()
        });
    }

    fn seeded(&self, directory: &Directory) -> Store {
        let all = |kind| {
            (0..directory.end(kind))
                .map(move |index| directory.resource(kind, index))
                .enumerate()
        };
        let mut store = Store::default();
        for (n, mut user) in all(Kind::User) {
            self.identify(&mut user, n as u64 + 1, "User", SEEDED);
            store.users.push(user);
        }
        for (n, mut group) in all(Kind::Group) {
            self.identify(&mut group, 1_000_000 + n as u64, "Group", SEEDED);
            group.insert("members".into(), json!([]));
            store.groups.push(group);
        }
        store
    }

    fn identify(&self, object: &mut Object, number: u64, kind: &str, created: &str) {
        if self.has(Quirk::NumericIds) {
            object.insert("id".into(), number.into());
        } else if !object.contains_key("id") {
            object.insert("id".into(), format!("made-{number}").into());
        }
        object.insert("schemas".into(), json!([format!("{CORE}{kind}")]));
        let mut meta = json!({ "resourceType": kind, "created": created, "lastModified": created });
        if self.has(Quirk::Etags) || self.has(Quirk::FalseVersions) {
            meta["version"] = "W/\"1\"".into();
        }
        object.insert("meta".into(), meta);
    }

    fn reply(&self, store: &mut Store, asked: &Asked<'_>) -> Result<(StatusCode, Option<Value>), Failure> {
        store.asked += 1;
        if self.has(Quirk::ResetOnly) && store.asked.is_multiple_of(5) {
            return Err(Failure {
                status: StatusCode::TOO_MANY_REQUESTS,
                headers: vec![(HeaderName::from_static("x-rate-limit-reset"), "1".to_owned())],
                ..Failure::bad_request("Too many requests.")
            });
        }
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
            (&Method::GET, name, None) if name == self.config_path() => ok(self.config(store.page)),
            (&Method::GET, "ResourceTypes", None) => ok(listed(&[
                json!({ "schemas": [format!("{CORE}ResourceType")], "id": "User", "name": "User", "endpoint": format!("/{users}"),
                    "schema": format!("{CORE}User"), "schemaExtensions": [{ "schema": ENTERPRISE_USER, "required": false }] }),
                json!({ "schemas": [format!("{CORE}ResourceType")], "id": "Group", "name": "Group", "endpoint": format!("/{groups}"),
                    "schema": format!("{CORE}Group") }),
            ])),
            (&Method::GET, "Schemas", urn) if !self.has(Quirk::NoDiscovery) => {
                let all = [&format!("{CORE}User"), &format!("{CORE}Group"), ENTERPRISE_USER]
                    .map(|urn| schema_document(urn, PREFIX).unwrap_or_default());
                match urn {
                    None => ok(listed(&all)),
                    Some(urn) => ok(all
                        .into_iter()
                        .find(|one| one["id"] == urn)
                        .ok_or_else(|| Failure::not_found(&urn))?),
                }
            }
            (_, name, _) if name == self.config_path() || matches!(name, "ResourceTypes" | "Schemas") => {
                match self.has(Quirk::NoDiscovery) || asked.method == Method::GET {
                    true => Err(Failure::no_such_path(asked.path)),
                    false => Err(not_allowed()),
                }
            }
            (method, name, id) if name == users || name == groups => {
                let kind = if name == users { "User" } else { "Group" };
                match (method, id) {
                    (&Method::GET, None) => ok(self.list(kind, store, asked.query.unwrap_or_default())?),
                    (&Method::POST, None) => {
                        let mut object = body(asked)?;
                        store.made += 1;
                        object.remove("id");
                        object.remove("password");
                        if kind == "User" && text(object.get("userName")).trim().is_empty() {
                            return Err(Failure::invalid_value("The attribute 'userName' is required."));
                        }
                        self.identify(&mut object, store.made, kind, &now_text());
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

    fn config_path(&self) -> &'static str {
        if self.has(Quirk::PluralConfig) {
            "ServiceProviderConfigs"
        } else {
            "ServiceProviderConfig"
        }
    }

    fn config(&self, page: usize) -> Value {
        if self.has(Quirk::PartialConfig) {
            return json!({ "documentationUri": "" });
        }
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": !self.has(Quirk::NoPatch) },
            "etag": { "supported": self.has(Quirk::Etags) || self.has(Quirk::FalseVersions) },
            "bulk": { "supported": false }, "sort": { "supported": false }, "changePassword": { "supported": false },
            "filter": { "supported": true, "maxResults": page },
            "pagination": if self.has(Quirk::UnsaidCursor) { Value::Null } else { json!({
                "cursor": self.has(Quirk::CursorOnly), "index": !self.has(Quirk::CursorOnly), "maxPageSize": page,
            }) },
        })
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

/// A list of all that there is.
fn listed(all: &[Value]) -> Value {
    json!({ "schemas": [list::LIST], "totalResults": all.len(), "itemsPerPage": all.len(), "startIndex": 1, "Resources": all })
}

fn body(asked: &Asked<'_>) -> Result<Object, Failure> {
    serde_json::from_slice(&asked.body)
        .map_err(|error| Failure::invalid_syntax(format!("The body isn't a JSON object: {error}.")))
}

fn not_allowed() -> Failure {
    Failure {
        status: StatusCode::METHOD_NOT_ALLOWED,
        ..Failure::bad_request("This method is not allowed here.")
    }
}

/// An id or a value as text, which it may be already.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}
