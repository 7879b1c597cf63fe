//! One change's way: its requests, one after another, and what their answers mean.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Map;

use super::doubt::Doubt;
use super::find::{self, Found};
use super::job::Item;
use super::look::{self, Expected, Reply};
use super::patched::Object;
use super::put::Puts;
use super::targets::Aimed;
use super::work::Sending;
use super::{Outcome, Report, create, members, put, secret, targets};
use crate::change::{Change, Draft, Target, Verb};
use crate::cloud::Service;
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::http::{Answer, is_html, not_json};
use crate::page::{Page, PageError, PageParser};
use crate::record::{Records, Value};
use crate::request::{Reach, Request, Unsuccessful};
use crate::schema::resource;
use crate::send::what;

/// Sends changes, one or the members of a pack, and says what became of each.
pub(super) async fn run(work: &Sending<'_>, items: &[Item]) -> Vec<Report> {
    let (Some(first), Some(group)) = (items.first(), items.first().and_then(Item::target)) else {
        return Vec::new();
    };
    let doubtful = items.iter().any(|item| item.since.is_some());
    match (first.verb, first.member.as_deref()) {
        (Verb::AddMember, _) => {
            let ids: Vec<String> = items.iter().filter_map(|item| item.member.clone()).collect();
            members::add(work, group, &ids, doubtful).await
        }
        (Verb::RemoveMember, Some(member)) => vec![members::remove(work, group, member, doubtful).await],
        _ => vec![one(work, first).await],
    }
}

async fn one(work: &Sending<'_>, item: &Item) -> Report {
    let Some((first, rest)) = item.drafts.split_first() else {
        return Report::of(Outcome::Unchanged);
    };
    let mut report = step(work, first, item.password.as_ref(), item.since).await;
    for draft in rest {
        if report.outcome != Outcome::Done {
            break;
        }
        // What follows reads the new state: the change itself is done, whatever comes of that.
        let read = step(work, draft, None, None).await;
        report.page = read.page;
        report.error = read.error;
    }
    report
}

async fn step(
    work: &Sending<'_>,
    draft: &Draft,
    password: Option<&Secret>,
    since: Option<Timestamp>,
) -> Report {
    let doubtful = since.is_some();
    if let Err(error) = work.session.discover(work.caller().observer).await {
        return work.unprepared(Unsuccessful::unsent(error), doubtful);
    }
    if draft.secret
        && draft.method == Method::PATCH
        && work
            .session
            .profile()
            .is_some_and(|known| known.change_password == Some(false))
    {
        return Report::failed(crate::change::no_password(Service::Generic));
    }
    let (id, found) = match object_of(work, &draft.target).await {
        Ok(found) => found,
        Err(unsuccessful) => return not_found(work, draft, unsuccessful, since),
    };
    let mut report = match (&draft.target, &id) {
        (Target::One(..) | Target::Found(..), Some(id)) if draft.method == Method::PATCH => {
            alter(work, draft, id, found, password, doubtful).await
        }
        _ => match request(work, draft, id.as_deref(), password) {
            Ok(request) => send(work, draft, request, id.as_deref(), since).await,
            Err(error) => Report::failed(error),
        },
    };
    if report.id.is_none() {
        report.id = id;
    }
    report
}

async fn send(
    work: &Sending<'_>,
    draft: &Draft,
    mut request: Request,
    id: Option<&str>,
    since: Option<Timestamp>,
) -> Report {
    request.doubtful = since.is_some();
    if request.method == Method::POST && matches!(draft.target, Target::All(_)) {
        return create::create(work, draft, request, since).await;
    }
    if request.doubtful && !request.repeatable {
        return unrepeatable(work);
    }
    let expected = match draft.target {
        Target::One(endpoint, _) | Target::Found(endpoint, _) if request.method == Method::DELETE => {
            Some(Expected::Gone(resource(endpoint)))
        }
        _ => None,
    };
    other(work, draft, request, id, expected).await
}

fn unrepeatable(work: &Sending<'_>) -> Report {
    let message =
        "An earlier run sent the request but didn't get the response, and the request isn't safe to repeat.";
    work.unknown(&Error::new(Kind::OutcomeUnknown, message))
}

/// A change whose object is not to be found. If an earlier run may have made the change, that may be why.
fn not_found(
    work: &Sending<'_>,
    draft: &Draft,
    unsuccessful: Unsuccessful,
    since: Option<Timestamp>,
) -> Report {
    match (since, unsuccessful.error.kind()) {
        (Some(_), Kind::ResourceNotFound) if draft.method == Method::DELETE => Report::of(Outcome::Done),
        (Some(_), Kind::ResourceNotFound) => work.unknown(&unsuccessful.error),
        _ => work.unprepared(unsuccessful, since.is_some()),
    }
}

/// The change of an object: by PATCH, or where the server has none by putting it back.
async fn alter(
    work: &Sending<'_>,
    draft: &Draft,
    id: &str,
    found: Option<Object>,
    password: Option<&Secret>,
    doubtful: bool,
) -> Report {
    let (Target::One(endpoint, _) | Target::Found(endpoint, _)) = &draft.target else {
        return Report::failed(Error::new(Kind::InternalError, "A change names no object."));
    };
    if doubtful && !draft.repeatable {
        return unrepeatable(work);
    }
    // As it is without the password, which has no place among the operations that are applied here.
    let operations = Request {
        doubtful,
        ..match request(work, &draft.unsealed(), Some(id), None) {
            Ok(request) => request,
            Err(error) => return Report::failed(error),
        }
    };
    if !put::is_needed(work) {
        let draft = match targets::aimed(work, draft, id, found).await {
            Ok(Aimed {
                draft: Some(draft), ..
            }) => draft,
            Ok(Aimed { stored, .. }) => return unchanged(stored),
            Err(unsuccessful) => return work.unprepared(unsuccessful, doubtful),
        };
        let patch = match request(work, &draft, Some(id), password) {
            Ok(patch) => Request { doubtful, ..patch },
            Err(error) => return Report::failed(error),
        };
        let body = draft.body.as_deref().unwrap_or_default();
        // A password is shown by nobody.
        let expected = (!draft.secret).then_some(Expected::Patched(resource(*endpoint), body));
        let report = other(work, &draft, patch, Some(id), expected).await;
        if !report.error.as_ref().is_some_and(|e| put::is_meant_by(work, e)) {
            return report;
        }
    }
    let mut puts = Puts::of(&operations, id, resource(*endpoint), password);
    loop {
        let report = match puts.next(work).await {
            Ok(Some(put)) => {
                let body = put.body.clone().unwrap_or_default();
                let expected = (!draft.secret).then_some(Expected::Put(resource(*endpoint), &body));
                other(work, draft, put, Some(id), expected).await
            }
            // The try before, whose answer was lost, did it.
            Ok(None) if puts.raced() => return Report::of(Outcome::Done),
            Ok(None) => return Report::of(Outcome::Unchanged),
            Err(unsuccessful) => return work.unsuccessful(unsuccessful),
        };
        if !report.error.as_ref().is_some_and(|error| puts.go_on(error)) {
            return report;
        }
    }
}

/// Nothing to do to an object, and the object, where it was read to know that.
fn unchanged(stored: Option<Object>) -> Report {
    let stored = stored.map(|stored| record(&serde_json::Value::Object(stored), PageParser::resource));
    Report {
        page: stored.and_then(Result::ok),
        ..Report::of(Outcome::Unchanged)
    }
}

/// Everything but the creation of an object.
async fn other(
    work: &Sending<'_>,
    draft: &Draft,
    request: Request,
    id: Option<&str>,
    expected: Option<Expected<'_>>,
) -> Report {
    let (method, what) = (request.method.clone(), what(&request.method, &request.url));
    match look::exchange(work, request, expected).await {
        Ok(Reply::Seen) => Report::of(Outcome::Done),
        Ok(Reply::Answer(answer)) => match content(&answer, &what, id) {
            Ok(page) => Report {
                body: match (&page, &draft.target) {
                    (None, Target::Path(_)) => Some(answer.body).filter(|body| !body.is_empty()),
                    _ => None,
                },
                version: answer.etag.or_else(|| page.as_ref().and_then(version_in)),
                page,
                request_id: answer.request_id,
                ..Report::of(Outcome::Done)
            },
            Err(error) if method == Method::GET => Report::failed(error),
            // Something between here and the service answered, and nobody knows what the service would have said.
            Err(error) => work.unknown(&error),
        },
        // The try before, whose answer was lost, did it.
        Err(Unsuccessful {
            error,
            reach: Reach::RefusedAgain,
        }) if method == Method::DELETE && error.kind() == Kind::ResourceNotFound => Report::of(Outcome::Done),
        // Whether a read was done is all the same.
        Err(unsuccessful) if method == Method::GET => work.unprepared(unsuccessful, false),
        Err(unsuccessful) => work.unsuccessful(unsuccessful),
    }
}

/// The record in an answer, or None where it has none: 204, or an answer to a request of the user's own that is no
/// object. The record is of the object with this id, where one was named.
fn content(answer: &Answer, what: &str, id: Option<&str>) -> Result<Option<Page>, Error> {
    if is_html(&answer.body) {
        return Err(not_json(answer, what, Kind::HtmlBody));
    }
    if answer.cut.is_some() || answer.body.is_empty() {
        return Ok(None);
    }
    match PageParser::default().resource(&answer.body) {
        Ok(page) => match (id, id_in(&page)) {
            // An answer that came late, or twice, to another request.
            (Some(id), Some(found)) if !found.eq_ignore_ascii_case(id) => Err(of_another(what, &found)),
            _ => Ok(Some(page)),
        },
        Err(error) if what.starts_with("GET ") => Err(crate::answer::unreadable(&error, answer, what)),
        Err(_) => Ok(None),
    }
}

/// The object's id, looked up where the change names a key in its place. What is found has to be the one asked for, and
/// the only one, before anything is written to it.
pub(super) async fn id_of(work: &Sending<'_>, target: &Target) -> Result<Option<String>, Unsuccessful> {
    object_of(work, target).await.map(|(id, _)| id)
}

/// The same, and the object where it was looked up.
pub(super) async fn object_of(
    work: &Sending<'_>,
    target: &Target,
) -> Result<(Option<String>, Option<Object>), Unsuccessful> {
    let (endpoint, by) = match target {
        Target::One(_, id) => return Ok((Some(id.clone()), None)),
        Target::Found(endpoint, by) => (*endpoint, by),
        Target::All(_) | Target::Path(_) => return Ok((None, None)),
    };
    let (kind, message) = match find::find(work, endpoint, by).await? {
        Found::One(object) => {
            // What couldn't be read completely is read again, and then refused.
            let whole = object.page.incomplete.is_empty();
            let records = Records::open(&object.page.buffer).filter(|_| whole);
            let json = records.and_then(|records| Some(records.get(0)?.to_json()));
            let stored = json.and_then(|json| serde_json::from_str(&json).ok());
            return Ok((Some(object.id), stored));
        }
        Found::None => (
            Kind::ResourceNotFound,
            format!("No object with the {} '{}' was found.", by.attribute, by.value),
        ),
        Found::Many(_) => (
            Kind::AmbiguousKey,
            format!("More than one object has the {} '{}'.", by.attribute, by.value),
        ),
        Found::Untrusted => (
            Kind::AmbiguousKey,
            format!(
                "The lookup of the {} '{}' returned other objects. The server may ignore filters.",
                by.attribute, by.value
            ),
        ),
    };
    Err(Unsuccessful::refused(Error::new(kind, message)))
}

pub(super) fn request(
    work: &Sending<'_>,
    draft: &Draft,
    id: Option<&str>,
    password: Option<&Secret>,
) -> Result<Request, Error> {
    let query: Vec<_> = draft
        .query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let url = match &draft.target {
        Target::All(endpoint) | Target::One(endpoint, _) | Target::Found(endpoint, _) => {
            work.session.url(*endpoint, id, &query)?
        }
        Target::Path(path) => work.session.url_below(path)?,
    };
    // What the server insists on. A request of the user's own goes as it was written.
    let insists = &work.session.settings().compatibility;
    let rewrites = draft.method == Method::PATCH && !matches!(draft.target, Target::Path(_));
    let body = match (&draft.body, password) {
        (Some(_), None) if draft.secret => {
            return Err(Error::new(
                Kind::InternalError,
                "The password of a change is missing.",
            ));
        }
        (Some(body), Some(password)) if draft.secret && draft.method == Method::PATCH => {
            Some(secret::as_operation(body, password, insists)?)
        }
        (Some(body), Some(password)) if draft.secret => Some(secret::with_password(body, password)?),
        (Some(body), _) if rewrites => Some(insists.rewrite(body).unwrap_or_else(|| body.clone()).into()),
        (Some(body), _) => Some(Bytes::from(body.clone())),
        (None, _) => None,
    };
    Ok(Request {
        method: draft.method.clone(),
        url,
        body,
        if_match: draft.if_match.clone(),
        repeatable: draft.repeatable,
        doubtful: false,
        looks: false,
    })
}

/// A change that an earlier run with the same journal has done.
pub(super) fn already_done(change: &Change, id: Option<String>) -> Report {
    let page = id.as_ref().and_then(|id| {
        let mut object = Map::from_iter([("id".to_owned(), id.as_str().into())]);
        // By these people know it; what else it has is not known any longer.
        for name in ["userName", "displayName"] {
            let given = change
                .set
                .iter()
                .find(|given| given.name.eq_ignore_ascii_case(name));
            if let Some(value) = given
                .and_then(|given| given.value.as_str())
                .filter(|_| change.verb == Verb::Create)
            {
                object.insert(name.to_owned(), value.into());
            }
        }
        record(&object.into(), PageParser::resource).ok()
    });
    Report {
        page,
        id,
        ..Report::of(Outcome::AlreadyDone)
    }
}

pub(super) fn record(
    value: &serde_json::Value,
    read: impl FnOnce(&mut PageParser, &[u8]) -> Result<Page, PageError>,
) -> Result<Page, Error> {
    read(&mut PageParser::default(), value.to_string().as_bytes())
        .map_err(|e| Error::new(Kind::InternalError, format!("A record can't be made: {e}.")))
}

/// Whether the service's words name this id.
pub(super) fn quotes(error: &Error, id: &str) -> bool {
    let detail = error.details().detail.as_deref().unwrap_or_default();
    detail
        .to_lowercase()
        .contains(&format!("'{}'", id.to_lowercase()))
}

/// An answer to somebody else's request.
pub(super) fn of_another(what: &str, found: &str) -> Error {
    let message = format!(
        "The response to {what} contains another object, '{found}'. A proxy, a gateway or the server mixed up responses."
    );
    Error::new(Kind::NotAResource, message)
}

/// The id of the record in a page.
pub(super) fn id_in(page: &Page) -> Option<String> {
    Some(Records::open(&page.buffer)?.get(0)?.id()?.into_owned())
}

/// The version of the record in a page.
fn version_in(page: &Page) -> Option<String> {
    match Records::open(&page.buffer)?.get(0)?.get("meta")? {
        Value::Object(meta) => match meta.get("version")? {
            Value::String(version) => Some(version.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// A change that was sent when the command's patience after a stop ended.
pub(super) fn given_up(doubt: Doubt) -> Report {
    let cause = Error::new(
        Kind::Cancelled,
        "The request was in progress when the command was stopped, and no response arrived in time.",
    );
    doubt.report(&cause)
}
