//! One change's way: its requests, one after another, and what their answers mean.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;

use super::find::{self, Found};
use super::job::Item;
use super::put::Puts;
use super::work::{Work, unknown};
use super::{Outcome, Report, create, members, put, secret};
use crate::change::{Draft, Target, Verb};
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::http::{Answer, is_html, not_json};
use crate::page::{Page, PageError, PageParser};
use crate::record::Records;
use crate::request::{Reach, Request, Unsuccessful};
use crate::send::what;

/// Sends changes, one or the members of a pack, and says what became of each.
pub(super) async fn run(work: &Work, items: &[Item]) -> Vec<Report> {
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

async fn one(work: &Work, item: &Item) -> Report {
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

async fn step(work: &Work, draft: &Draft, password: Option<&Secret>, since: Option<Timestamp>) -> Report {
    if let Err(error) = work.session.discover(work.caller().observer).await {
        return work.unsuccessful(Unsuccessful::unsent(error));
    }
    let id = match id_of(work, &draft.target).await {
        Ok(id) => id,
        Err(unsuccessful) => return not_found(work, draft, unsuccessful, since),
    };
    let mut request = match request(work, draft, id.as_deref(), password) {
        Ok(request) => request,
        Err(error) => return Report::failed(error),
    };
    request.doubtful = since.is_some();
    let mut report = if request.method == Method::POST && matches!(draft.target, Target::All(_)) {
        create::create(work, draft, request, since).await
    } else if request.doubtful && !request.repeatable {
        let message = "An earlier run sent the request but didn't get the response, and the request isn't safe to repeat.";
        unknown(&Error::new(Kind::OutcomeUnknown, message))
    } else if request.method == Method::PATCH && !matches!(draft.target, Target::Path(_)) {
        alter(work, draft, request, id.as_deref()).await
    } else {
        other(work, draft, request, id.as_deref()).await
    };
    if report.id.is_none() {
        report.id = id;
    }
    report
}

/// A change whose object is not to be found. If an earlier run may have made the change, that may be why.
fn not_found(work: &Work, draft: &Draft, unsuccessful: Unsuccessful, since: Option<Timestamp>) -> Report {
    match (since, unsuccessful.error.kind()) {
        (Some(_), Kind::ResourceNotFound) if draft.method == Method::DELETE => Report::of(Outcome::Done),
        (Some(_), Kind::ResourceNotFound) => unknown(&unsuccessful.error),
        _ => work.unsuccessful(unsuccessful),
    }
}

/// The change of an object: by PATCH, or where the server has none by putting it back whole.
async fn alter(work: &Work, draft: &Draft, request: Request, id: Option<&str>) -> Report {
    let again = request.clone();
    if !put::is_needed(work) {
        let report = other(work, draft, request, id).await;
        if !report.error.as_ref().is_some_and(|e| put::is_meant_by(work, e)) {
            return report;
        }
    }
    let mut puts = Puts::of(&again);
    loop {
        let report = match puts.next(work).await {
            Ok(Some(put)) => other(work, draft, put, id).await,
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

/// Everything but the creation of an object.
async fn other(work: &Work, draft: &Draft, request: Request, id: Option<&str>) -> Report {
    let (method, what) = (request.method.clone(), what(&request.method, &request.url));
    match work.session.exchange(request, work.caller()).await {
        Ok(answer) => match content(&answer, &what, id) {
            Ok(page) => Report {
                body: match (&page, &draft.target) {
                    (None, Target::Path(_)) => Some(answer.body).filter(|body| !body.is_empty()),
                    _ => None,
                },
                page,
                request_id: answer.request_id,
                ..Report::of(Outcome::Done)
            },
            Err(error) if method == Method::GET => Report::failed(error),
            // Something between here and the service answered, and nobody knows what the service would have said.
            Err(error) => unknown(&error),
        },
        // The try before, whose answer was lost, did it.
        Err(Unsuccessful {
            error,
            reach: Reach::RefusedAgain,
        }) if method == Method::DELETE && error.kind() == Kind::ResourceNotFound => Report::of(Outcome::Done),
        // Whether a read was done is all the same.
        Err(Unsuccessful {
            error,
            reach: Reach::Lost,
        }) if method == Method::GET => work.unsuccessful(Unsuccessful::unsent(error)),
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
pub(super) async fn id_of(work: &Work, target: &Target) -> Result<Option<String>, Unsuccessful> {
    let (endpoint, by) = match target {
        Target::One(_, id) => return Ok(Some(id.clone())),
        Target::Found(endpoint, by) => (*endpoint, by),
        Target::All(_) | Target::Path(_) => return Ok(None),
    };
    let (kind, message) = match find::find(work, endpoint, by).await? {
        Found::One(object) => return Ok(Some(object.id)),
        Found::None => (
            Kind::ResourceNotFound,
            format!("No object with the {} '{}' was found.", by.attribute, by.value),
        ),
        Found::Many => (
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
    work: &Work,
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
    let body = match (&draft.body, password) {
        (Some(body), Some(password)) if draft.secret => Some(secret::with_password(body, password)?),
        (Some(_), None) if draft.secret => {
            return Err(Error::new(
                Kind::InternalError,
                "The password of a change is missing.",
            ));
        }
        (Some(body), _) => Some(Bytes::from(body.clone())),
        (None, _) => None,
    };
    // What the server insists on. A request of the user's own goes as it was written.
    let own = matches!(draft.target, Target::Path(_));
    let insists = &work.session.settings().compatibility;
    let body = match &body {
        Some(patch) if draft.method == Method::PATCH && !own => {
            insists.rewrite(patch).map(Bytes::from).or(body)
        }
        _ => body,
    };
    Ok(Request {
        method: draft.method.clone(),
        url,
        body,
        if_match: draft.if_match.clone(),
        repeatable: draft.repeatable,
        doubtful: false,
    })
}

/// A change that an earlier run with the same journal has done.
pub(super) fn already_done(id: Option<String>) -> Report {
    let page = id
        .as_ref()
        .and_then(|id| record(&json!({"id": id}), PageParser::resource).ok());
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

/// A change that was sent when the command's patience after a stop ended.
pub(super) fn given_up() -> Report {
    let cause = Error::new(
        Kind::Cancelled,
        "The request was in progress when the command was stopped, and no response arrived in time.",
    );
    unknown(&cause)
}
