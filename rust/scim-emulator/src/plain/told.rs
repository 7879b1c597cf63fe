//! How answers and errors are written.

use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::list::{parameter, path};
use super::{Object, Plain, text};
use crate::quirks::Quirk;
use crate::wire::{Failure, SCIM_JSON, bytes_response, empty_response};

impl Plain {
    pub(super) fn render(&self, (status, body): (StatusCode, Option<Value>)) -> Response {
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

    /// What a read of an object shows of it.
    pub(super) fn shown(&self, object: &Object, query: &str) -> Object {
        let mut shown = object.clone();
        if self.has(Quirk::HiddenMembers) && !query.contains("attributes=members") {
            shown.remove("members");
        }
        let excluded = parameter(query, "excludedAttributes").unwrap_or_default();
        for name in excluded.split(',').map(str::trim) {
            exclude(&mut shown, &path(name));
        }
        if self.has(Quirk::OddValues) && shown.contains_key("userName") {
            shown.insert(
                "emails".into(),
                json!({ "value": shown["userName"], "primary": true }),
            );
            shown.insert("nickName".into(), 7.into());
            shown.insert("x-odd".into(), json!([[1, [null]], { "": "" }]));
        }
        shown
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

    pub(super) fn refuse(&self, mut failure: Failure) -> Response {
        if self.has(Quirk::ServerErrors) && failure.status != StatusCode::NOT_FOUND {
            failure.status = StatusCode::INTERNAL_SERVER_ERROR;
            failure.scim_type = None;
        }
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

/// Takes an attribute out of what is shown; the id is always there (RFC 7643 section 3.1).
fn exclude(shown: &mut Object, path: &[&str]) {
    let [first, rest @ ..] = path else {
        return;
    };
    let Some(name) = shown.keys().find(|n| n.eq_ignore_ascii_case(first)).cloned() else {
        return;
    };
    if rest.is_empty() {
        if name != "id" {
            shown.remove(&name);
        }
        return;
    }
    match shown.get_mut(&name) {
        Some(Value::Object(inner)) => exclude(inner, rest),
        Some(Value::Array(elements)) => elements
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(|element| exclude(element, rest)),
        _ => {}
    }
}
