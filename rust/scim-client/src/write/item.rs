//! One change's way: its requests, one after another, and what their answers mean.

use bytes::Bytes;
use reqwest::Method;
use serde_json::json;

use super::find::{self, Found};
use super::work::{Work, unknown};
use super::{Outcome, Report, create, secret};
use crate::change::{Draft, Target};
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::http::{Answer, is_html, not_json};
use crate::page::{Page, PageParser};
use crate::record::{Records, Value};
use crate::send::{Reach, Request, Unsuccessful, path_of, what};

/// Sends a change's requests and says what became of it.
pub(super) async fn run(work: &Work, drafts: &[Draft], password: Option<&Secret>) -> Report {
    let Some((first, rest)) = drafts.split_first() else {
        return Report::of(Outcome::Unchanged);
    };
    let mut report = step(work, first, password).await;
    for draft in rest {
        if report.outcome != Outcome::Done {
            break;
        }
        // What follows reads the new state: the change itself is done, whatever comes of that.
        let read = step(work, draft, password).await;
        report.page = read.page;
        report.error = read.error;
    }
    report
}

async fn step(work: &Work, draft: &Draft, password: Option<&Secret>) -> Report {
    let id = match id_of(work, &draft.target).await {
        Ok(id) => id,
        Err(unsuccessful) => return work.unsuccessful(unsuccessful),
    };
    let request = match request(work, draft, id.as_deref(), password) {
        Ok(request) => request,
        Err(error) => return Report::failed(error),
    };
    let mut report = if request.method == Method::POST && matches!(draft.target, Target::All(_)) {
        create::create(work, draft, request).await
    } else {
        other(work, draft, request).await
    };
    if report.id.is_none() {
        report.id = id;
    }
    report
}

/// Everything but the creation of an object.
async fn other(work: &Work, draft: &Draft, request: Request) -> Report {
    let (method, what) = (request.method.clone(), what(&request.method, &request.url));
    match work.session.exchange(request, work.caller()).await {
        Ok(answer) => match content(&answer, &what) {
            Ok(page) => Report {
                body: match (&page, &draft.target) {
                    (None, Target::Path(_)) => Some(answer.body).filter(|body| !body.is_empty()),
                    _ => None,
                },
                page,
                ..Report::of(Outcome::Done)
            },
            // Where a resource was asked for, nothing else will do. A write was answered by something in the middle.
            Err(error) => Report::failed(error),
        },
        // The try before, whose answer was lost, did it.
        Err(Unsuccessful { error, reach })
            if method == Method::DELETE
                && reach == Reach::RefusedAgain
                && error.kind() == Kind::ResourceNotFound =>
        {
            Report::of(Outcome::Done)
        }
        // Whether a read was done is all the same.
        Err(Unsuccessful {
            error,
            reach: Reach::Lost,
        }) if method == Method::GET => work.unsuccessful(Unsuccessful::unsent(error)),
        Err(unsuccessful) => work.unsuccessful(unsuccessful),
    }
}

/// The record in an answer, or None where it has none: 204, or an answer to a request of the user's own that is no
/// object.
fn content(answer: &Answer, what: &str) -> Result<Option<Page>, Error> {
    if is_html(&answer.body) {
        return Err(not_json(answer, what, Kind::HtmlBody));
    }
    if answer.cut.is_some() || answer.body.is_empty() {
        return Ok(None);
    }
    match PageParser::default().resource(&answer.body) {
        Ok(page) => Ok(Some(page)),
        Err(error) if what.starts_with("GET ") => Err(crate::answer::unreadable(&error, answer, what)),
        Err(_) => Ok(None),
    }
}

/// The object's id, looked up where the change names a key in its place. What is found has to be the one asked for, and
/// the only one, before anything is written to it.
async fn id_of(work: &Work, target: &Target) -> Result<Option<String>, Unsuccessful> {
    let (endpoint, by) = match target {
        Target::One(_, id) => return Ok(Some(id.clone())),
        Target::Found(endpoint, by) => (*endpoint, by),
        Target::All(_) | Target::Path(_) => return Ok(None),
    };
    let (kind, message) = match find::find(work, endpoint, by).await? {
        Found::One(object) => return Ok(Some(object.id)),
        Found::None => (
            Kind::ResourceNotFound,
            format!("No object has the {} '{}'.", by.attribute, by.value),
        ),
        Found::Many => (
            Kind::AmbiguousKey,
            format!(
                "More than one object has the {} '{}', so that it does not say which is meant.",
                by.attribute, by.value
            ),
        ),
        Found::Untrusted => (
            Kind::AmbiguousKey,
            format!(
                "The server, asked for the object with the {} '{}', gave others: it may ignore filters.",
                by.attribute, by.value
            ),
        ),
    };
    Err(Unsuccessful::refused(Error::new(kind, message)))
}

fn request(
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
        (Some(body), _) => Some(Bytes::from(body.clone())),
        (None, _) => None,
    };
    Ok(Request {
        method: draft.method.clone(),
        url,
        body,
        if_match: draft.if_match.clone(),
        repeatable: draft.repeatable,
    })
}

/// What would be sent: a record for each request. A key that is still to be looked up stands in the path in place of the
/// id.
pub(super) fn plan(work: &Work, drafts: &[Draft]) -> Report {
    let planned = || -> Result<Page, Error> {
        let mut requests = Vec::new();
        for draft in drafts {
            let key = match &draft.target {
                Target::One(_, id) => Some(id.clone()),
                Target::Found(_, by) => Some(format!("{{{} eq {}}}", by.attribute, by.value)),
                _ => None,
            };
            let request = request(
                work,
                &Draft {
                    secret: false,
                    ..draft.clone()
                },
                key.as_deref(),
                None,
            )?;
            let body = match &draft.body {
                Some(body) if draft.secret => Some(secret::splice(body, secret::HIDDEN)?.to_vec()),
                body => body.clone(),
            };
            requests.push(json!({
                "method": request.method.as_str(),
                "path": path_of(&request.url),
                "body": body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            }));
        }
        PageParser::default()
            .list(
                json!({"Resources": requests, "totalResults": requests.len()})
                    .to_string()
                    .as_bytes(),
            )
            .map_err(|e| Error::new(Kind::InternalError, format!("A plan cannot be shown: {e}.")))
    };
    match planned() {
        Ok(page) if page.count == 0 => Report::of(Outcome::Unchanged),
        Ok(page) => Report {
            page: Some(page),
            ..Report::of(Outcome::Planned)
        },
        Err(error) => Report::failed(error),
    }
}

/// The id of the record in a page.
pub(super) fn id_in(page: &Page) -> Option<String> {
    match Records::open(&page.buffer)?.get(0)?.get("id")? {
        Value::String(id) => Some(id.to_owned()),
        _ => None,
    }
}

/// A change that was sent when the command's patience after a stop ended.
pub(super) fn given_up() -> Report {
    let cause = Error::new(
        Kind::Cancelled,
        "It was in flight when the command was stopped, and no answer came in time.",
    );
    unknown(&cause)
}
