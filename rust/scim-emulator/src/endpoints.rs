//! The SCIM endpoints.

use std::sync::PoisonError;

use axum::response::Response;
use bytes::Bytes;
use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::app::{App, Incoming};
use crate::filter;
use crate::projection::Projection;
use crate::query::{Position, Query};
use crate::render::Renderer;
use crate::schema::{self, Kind};
use crate::stats::count;
use crate::token::Bearer;
use crate::values::checked;
use crate::wire::{
    self, Failure, SCIM_JSON, accepts, bytes_response, content_type, empty_response, json_response,
};
use crate::world::write_number;
use crate::{create, patch};

enum Target {
    Collection(Kind),
    Item(Kind, String),
    Discovery(Value),
}

/// Answers a request whose token has been checked.
pub(crate) fn dispatch(app: &App, incoming: &Incoming<'_>, bearer: &Bearer) -> Result<Response, Failure> {
    let target = target(app, incoming.path)?;
    let allowed = match &target {
        Target::Collection(_) => "GET, POST",
        Target::Item(..) => "GET, PATCH, DELETE",
        Target::Discovery(_) => "GET",
    };
    if !allowed
        .split(", ")
        .any(|method| method == incoming.method.as_str())
    {
        let detail = format!("The method {} is not allowed here.", incoming.method);
        let mut failure = Failure::bad_request(detail).with(ALLOW, allowed);
        failure.status = StatusCode::METHOD_NOT_ALLOWED;
        return Err(failure);
    }
    check_headers(incoming)?;
    let counters = &app.counters;
    match (incoming.method, target) {
        (_, Target::Discovery(document)) => {
            count(&counters.discovery);
            Ok(json_response(StatusCode::OK, &document))
        }
        (&Method::GET, Target::Collection(kind)) => {
            count(&counters.list);
            bearer.require(reading(kind))?;
            list(app, incoming, kind)
        }
        (_, Target::Collection(kind)) => {
            count(&counters.create);
            bearer.require(creating(kind))?;
            let id = create::create(&mut write(app), kind, &json_body(incoming)?)?;
            let mut response = read(app, kind, &id, &Projection::default())?;
            *response.status_mut() = StatusCode::CREATED;
            let location = format!("{}/{}/{id}", app.base_uri, kind.collection());
            response
                .headers_mut()
                .insert(LOCATION, HeaderValue::from_str(&location).unwrap_or(SCIM_JSON));
            Ok(response)
        }
        (&Method::GET, Target::Item(kind, id)) => {
            count(&counters.read);
            bearer.require(reading(kind))?;
            let query = Query::parse(incoming.query)?;
            let projection = Projection::parse(kind, query.attributes.as_deref(), query.excluded.as_deref())?;
            read(app, kind, &id, &projection)
        }
        (&Method::PATCH, Target::Item(kind, id)) => {
            count(&counters.update);
            bearer.require(updating(kind))?;
            let body = json_body(incoming)?;
            let mut directory = write(app);
            let index = directory
                .find(kind, checked(&id)?)
                .ok_or_else(|| Failure::not_found(&id))?;
            patch::patch(&mut directory, kind, index, &body)?;
            Ok(empty_response(StatusCode::NO_CONTENT))
        }
        (_, Target::Item(kind, id)) => {
            count(&counters.delete);
            bearer.require(deleting(kind))?;
            let mut directory = write(app);
            let index = directory
                .find(kind, checked(&id)?)
                .ok_or_else(|| Failure::not_found(&id))?;
            directory.delete(kind, index);
            Ok(empty_response(StatusCode::NO_CONTENT))
        }
    }
}

fn reading(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &["User.Read.All", "User.ReadWrite.All", "User.ReadBasic.All"],
        Kind::Group => &["Group.Read.All", "Group.ReadWrite.All"],
    }
}

fn creating(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &["User.Create", "User.ReadWrite.All"],
        Kind::Group => &["Group.Create", "Group.ReadWrite.All"],
    }
}

fn updating(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &[
            "User.ReadUpdate.All",
            "User.ReadWrite.All",
            "User.EnableDisableAccount.All",
        ],
        Kind::Group => &["Group.ReadWrite.All", "GroupMember.ReadWrite.All"],
    }
}

fn deleting(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &["User.ReadWrite.All"],
        Kind::Group => &["Group.ReadWrite.All"],
    }
}

fn target(app: &App, path: &str) -> Result<Target, Failure> {
    let mut segments = path.split('/').skip(1);
    let (first, second) = (segments.next().unwrap_or_default(), segments.next());
    let item = second.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned());
    let unknown = || Failure::no_such_path(path);
    if segments.next().is_some() || item.as_deref() == Some("") {
        return Err(unknown());
    }
    let base = &app.base_uri;
    let kind = [Kind::User, Kind::Group]
        .into_iter()
        // The reference writes /users, and the service's own resource types /Users.
        .find(|kind| kind.collection().eq_ignore_ascii_case(first));
    Ok(match (first, item, kind) {
        (_, None, Some(kind)) => Target::Collection(kind),
        (_, Some(id), Some(kind)) => Target::Item(kind, id),
        ("serviceproviderconfig", None, _) => {
            // The service states no time-out of its own; an hour is what clients may count on here.
            let timeout = app
                .config
                .cursor_lifetime
                .map_or(3600, |lifetime| lifetime.as_secs());
            Target::Discovery(schema::service_provider_config(base, timeout))
        }
        ("schemas", None, _) => Target::Discovery(schema::schema_list(base)),
        ("schemas", Some(urn), _) => {
            let document = schema::schema_document(&urn, base);
            Target::Discovery(document.ok_or_else(|| Failure::not_found(&urn))?)
        }
        ("resourcetypes", None, _) => Target::Discovery(schema::resource_type_list(base)),
        ("resourcetypes", Some(id), _) => {
            let document = schema::resource_type(&id, base);
            Target::Discovery(document.ok_or_else(|| Failure::not_found(&id))?)
        }
        _ => return Err(unknown()),
    })
}

fn check_headers(incoming: &Incoming<'_>) -> Result<(), Failure> {
    if incoming.method == Method::DELETE {
        return match accepts(incoming.headers, &["application/json", "application/scim+json"]) {
            true => Err(Failure::bad_request(
                "A DELETE request must not have an Accept header that names JSON.",
            )),
            false => Ok(()),
        };
    }
    // Without the header the service refuses; any range that JSON is in is enough.
    if !accepts(
        incoming.headers,
        &[
            "application/json",
            "application/scim+json",
            "application/*",
            "*/*",
        ],
    ) {
        return Err(Failure::bad_request(
            "The Accept header must allow application/json.",
        ));
    }
    let body = matches!(*incoming.method, Method::POST | Method::PATCH);
    if body
        && !matches!(
            content_type(incoming.headers).as_str(),
            "application/scim+json" | "application/json"
        )
    {
        let detail = "The Content-Type header must be application/scim+json.";
        return Err(Failure {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..Failure::bad_request(detail)
        });
    }
    Ok(())
}

fn json_body(incoming: &Incoming<'_>) -> Result<serde_json::Map<String, Value>, Failure> {
    serde_json::from_slice(&incoming.body)
        .map_err(|error| Failure::invalid_syntax(format!("The request body is not a JSON object: {error}.")))
}

fn write(app: &App) -> std::sync::RwLockWriteGuard<'_, crate::directory::Directory> {
    app.directory.write().unwrap_or_else(PoisonError::into_inner)
}

fn read(app: &App, kind: Kind, id: &str, projection: &Projection) -> Result<Response, Failure> {
    let directory = app.directory.read().unwrap_or_else(PoisonError::into_inner);
    let index = directory
        .find(kind, checked(id)?)
        .ok_or_else(|| Failure::not_found(id))?;
    let mut out = Vec::with_capacity(2048);
    Renderer::new(kind, projection).write(&directory, index, &mut out);
    Ok(bytes_response(StatusCode::OK, SCIM_JSON, Bytes::from(out)))
}

/// Resources after which the size of a page is estimated.
const SAMPLE: usize = 8;

fn list(app: &App, incoming: &Incoming<'_>, kind: Kind) -> Result<Response, Failure> {
    let directory = app.directory.read().unwrap_or_else(PoisonError::into_inner);
    let raw = incoming.query.unwrap_or_default();
    // A cursor that can expire differs from one answer to the next.
    let keep = app.config.cursor_lifetime.is_none() && !incoming.repeat_cursor;
    if keep && let Some(page) = app.pages.get(directory.generation, kind, raw) {
        return Ok(bytes_response(StatusCode::OK, SCIM_JSON, page));
    }
    let query = Query::parse(incoming.query)?;
    let projection = Projection::parse(kind, query.attributes.as_deref(), query.excluded.as_deref())?;
    let tests = match &query.filter {
        Some(text) => filter::parse(kind, text)?,
        None => Vec::new(),
    };
    let from = query.position(&app.config, kind)?;
    let size = query.page_size(kind, &projection);
    let (found, next) = directory.scan(kind, &tests, from, size);

    let seen = from.seen + found.len() as u32;
    let mut next = next.map(|index| query.cursor(&app.config, kind, Position { index, seen }));
    if incoming.repeat_cursor {
        next = query.given_cursor().map(str::to_owned).or(next);
    }
    let mut out = Vec::with_capacity(16 << 10);
    out.extend_from_slice(br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"#);
    match next {
        Some(cursor) => {
            out.extend_from_slice(b"\"nextCursor\":\"");
            out.extend_from_slice(cursor.as_bytes());
            out.extend_from_slice(b"\",");
        }
        // Only the last page knows the total.
        None => {
            out.extend_from_slice(b"\"totalResults\":");
            write_number(u64::from(seen), &mut out);
            out.push(b',');
        }
    }
    out.extend_from_slice(b"\"itemsPerPage\":");
    write_number(found.len() as u64, &mut out);
    out.extend_from_slice(b",\"resources\":[");
    let renderer = Renderer::new(kind, &projection);
    let rest = found.len();
    for (at, index) in found.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if at == SAMPLE {
            // Room for the whole page at once, going by what the first few took, so that nothing is moved.
            out.reserve(out.len() / SAMPLE * (rest - SAMPLE) * 9 / 8);
        }
        renderer.write(&directory, index, &mut out);
    }
    out.extend_from_slice(b"]}");
    let page = Bytes::from(out);
    if keep {
        app.pages.put(directory.generation, kind, raw, &page);
    }
    Ok(wire::bytes_response(StatusCode::OK, SCIM_JSON, page))
}
