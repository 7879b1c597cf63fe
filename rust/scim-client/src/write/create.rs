//! Creating an object exactly once, whatever becomes of the answer.
//!
//! A POST is sent again only where the service certainly did not act. A 201 with an id is success, whatever the server made
//! of the values. When a response is lost, the object is looked up by its key. It is there, and came into being after the
//! first request: it is ours. It is not there, and the service is known to refuse a second object with this key: the POST
//! is sent again, and should the first still be under way, the service refuses the second. In all other cases nobody can
//! tell, and that is what is reported.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;

use super::differences::differences;
use super::find::{self, Found, Object};
use super::item::{id_in, of_another};
use super::work::Sending;
use super::{Outcome, Report};
use crate::change::{Draft, Lookup, Target};
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::http::Answer;
use crate::page::{Page, PageParser};
use crate::request::{Reach, Request, Unsuccessful};
use crate::send::unless_stopped;

/// How much earlier than our first request an object may seem to have been created and still be ours: `Date` counts whole
/// seconds, and the clocks of a service's machines differ.
const CLOCKS: Duration = Duration::from_secs(5);

/// Creates an object. `since`: when an earlier run sent this, without having learnt the answer.
pub(super) async fn create(
    work: &Sending<'_>,
    draft: &Draft,
    request: Request,
    since: Option<Timestamp>,
) -> Report {
    let Target::All(endpoint) = draft.target else {
        return Report::failed(Error::new(Kind::InternalError, "The creation has no collection."));
    };
    let began = since.unwrap_or_else(Timestamp::now);
    let mut lost = since.map(|_| {
        Error::new(
            Kind::ConnectionLost,
            "An earlier run sent the request but didn't get the response.",
        )
    });
    // Times that the service itself answered 500, and the object was not there afterwards.
    let mut broken = 0;
    // Whether a later try was refused because the name is taken: by the try before, or by somebody else's object.
    let mut taken = false;
    loop {
        let settled = match &lost {
            Some(cause) => settle(work, draft, endpoint, (began, since.is_some()), cause).await,
            None => Settled::Absent,
        };
        let unclear = matches!(settled, Settled::Unclear(_));
        let error = match (settled, &lost) {
            (Settled::Is(report), _) => return *report,
            (Settled::Absent, Some(cause)) if taken => return work.unknown(cause),
            // A mistake of the client that the server answers with 500 is not mended by repetition.
            (Settled::Absent, Some(cause)) if is_servers_word(work, cause) && broken >= 1 => {
                return Report::failed(not_there(draft, cause));
            }
            (Settled::Unclear(error), _) => error,
            (Settled::Absent, _) => match send(work, draft, endpoint, &request).await {
                Ok(report) => return *report,
                Err(Unsuccessful {
                    error,
                    reach: Reach::Lost,
                }) => error,
                Err(Unsuccessful { error, reach })
                    if (lost.is_some() || reach == Reach::RefusedAgain)
                        && error.kind() == Kind::Uniqueness =>
                {
                    taken = true;
                    error
                }
                Err(unsuccessful) => return after(work, lost.as_ref(), unsuccessful),
            },
        };
        let pause = work.pause(&error).map(tokio::time::sleep);
        let goes_on = match pause {
            Some(pause) => unless_stopped(Some(&work.stop), pause).await.is_some(),
            None => false,
        };
        if !goes_on {
            return work.unknown(&error);
        }
        broken += u32::from(lost.is_some() && is_servers_word(work, &error));
        if !unclear {
            lost = Some(error);
        }
    }
}

/// Sends the POST.
async fn send(
    work: &Sending<'_>,
    draft: &Draft,
    endpoint: Endpoint,
    request: &Request,
) -> Result<Box<Report>, Unsuccessful> {
    let answer = work.session.exchange(request.clone(), work.caller()).await?;
    // 200 and a web page, or nothing at all: whoever answered, nothing is certain.
    made(work, draft, endpoint, &answer)
        .await
        .map_err(|error| Unsuccessful {
            error,
            reach: Reach::Lost,
        })
}

/// A refusal, where an earlier try may have been done: then a refusal that is not about the object says nothing of it.
fn after(work: &Sending<'_>, lost: Option<&Error>, mut unsuccessful: Unsuccessful) -> Report {
    if lost.is_some() {
        unsuccessful.reach = match unsuccessful.reach {
            Reach::Unsent => Reach::Lost,
            _ => Reach::RefusedAgain,
        };
    }
    work.unsuccessful(unsuccessful)
}

enum Settled {
    /// That is what became of it.
    Is(Box<Report>),
    /// It is not there; and should the POST still be under way, a second would be refused.
    Absent,
    /// The question was not answered.
    Unclear(Error),
}

/// Looks for what a lost POST may have made.
async fn settle(
    work: &Sending<'_>,
    draft: &Draft,
    endpoint: Endpoint,
    (began, resumed): (Timestamp, bool),
    cause: &Error,
) -> Settled {
    let is = |report| Settled::Is(Box::new(report));
    // Of another key than one that the service keeps unique, the user has to say that it is to be looked for.
    let consented = work.options.find_unknown;
    let Some(by) = draft
        .lookup
        .clone()
        .or_else(|| by_name(draft).filter(|_| consented))
    else {
        return is(work.unknown(cause));
    };
    let ours = |object: &Object| is_ours(work, object, draft, began, by.attribute != "displayName");
    let done = |object: Object| {
        is(Report {
            id: Some(object.id),
            page: Some(object.page),
            ..Report::of(Outcome::Done)
        })
    };
    // The process that sent it has ended, so that no request of it is under way any longer.
    let may_repeat = resumed && consented;
    match find::find(work, endpoint, &by).await {
        Ok(Found::One(object)) if is_unique(&by) => match ours(&object) {
            Some(true) => done(object),
            _ => is(Report::failed(there_before(&by, &object))),
        },
        Ok(Found::One(object)) => match ours(&object) {
            Some(true) if work.claim(&object.id) => done(object),
            Some(_) if may_repeat => Settled::Absent,
            _ => is(work.unknown(cause)),
        },
        Ok(Found::Many(objects)) if consented => {
            let unclear = objects.iter().any(|object| ours(object).is_none());
            let mut ours: Vec<_> = objects
                .into_iter()
                .filter(|object| ours(object) == Some(true))
                .collect();
            match (ours.len(), ours.pop()) {
                (1, Some(object)) if !unclear && work.claim(&object.id) => done(object),
                (0, _) if !unclear && may_repeat => Settled::Absent,
                _ => is(work.unknown(cause)),
            }
        }
        Ok(Found::None) if may_repeat => Settled::Absent,
        Ok(Found::None) if is_made_once(work, draft, &by).await => Settled::Absent,
        Ok(Found::None | Found::Many(_) | Found::Untrusted) => is(work.unknown(cause)),
        Err(unsuccessful) => {
            let message = format!("{cause} Looking up the object failed too: {}", unsuccessful.error);
            let error = Error::new(cause.kind(), message);
            // What every change would meet ends the command; anything else may have passed when it is asked again.
            let _ = work.unsuccessful(unsuccessful);
            match work.stop.is_cancelled() {
                true => is(work.unknown(&error)),
                false => Settled::Unclear(error),
            }
        }
    }
}

fn is_unique(by: &Lookup) -> bool {
    find::is_unique(&by.attribute)
}

/// The display name, by which a group that has no other key can be looked for.
fn by_name(draft: &Draft) -> Option<Lookup> {
    let body: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(draft.body.as_deref()?).ok()?;
    Some(Lookup {
        attribute: "displayName".to_owned(),
        value: body.get("displayName")?.as_str()?.to_owned(),
    })
}

/// Whether a failure is the service's own 500, and not that of something between.
fn is_servers_word(work: &Sending<'_>, error: &Error) -> bool {
    let details = error.details();
    work.session.service() == Service::Generic && details.status == Some(500) && details.detail.is_some()
}

fn not_there(draft: &Draft, cause: &Error) -> Error {
    let by = draft.lookup.as_ref().map_or("name", |by| &by.attribute);
    cause.clone().with(|d| {
        d.message = format!("{} Afterwards, no object with this {by} was found.", d.message);
        "Correct what the server names, or try again later.".clone_into(&mut d.advice);
    })
}

/// Whether the object came into being by this run, as far as that can be told: by its time of creation and the server's
/// clock, or, where the server says neither, by having all that we gave it. None where only the values are alike, and
/// others may have the same ones.
fn is_ours(
    work: &Sending<'_>,
    object: &Object,
    draft: &Draft,
    began: Timestamp,
    has_key: bool,
) -> Option<bool> {
    if let (Some(created), Some(began)) = (object.created, work.session.server_time(began)) {
        return Some(created.duration_since(began).as_secs_f64() >= -CLOCKS.as_secs_f64());
    }
    match find::resembles(&object.page, draft.body.as_deref().unwrap_or_default()) {
        true if !has_key => None,
        resembles => Some(resembles),
    }
}

/// Whether the service is known to refuse a second object of this kind, by its user name, whatever it was looked up by:
/// Entra does, and another server's schema says so.
async fn is_made_once(work: &Sending<'_>, draft: &Draft, by: &Lookup) -> bool {
    let Target::All(Endpoint::Users) = draft.target else {
        return false;
    };
    let named = is_unique(by)
        || draft.body.as_deref().is_some_and(|body| {
            serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)
                .is_ok_and(|members| members.keys().any(|name| find::is_unique(name)))
        });
    if !named || work.session.service() == Service::Entra {
        return named;
    }
    let schema = work.session.schema(work.caller().observer).await;
    schema.is_ok_and(|schema| {
        let name = schema.find(Resource::User, None, "userName", None);
        name.is_some_and(|name| name.unique)
    })
}

fn there_before(by: &Lookup, object: &Object) -> Error {
    let message = format!(
        "An object with the {} '{}' already exists. Its id is {}.",
        by.attribute, by.value, object.id
    );
    Error::new(Kind::Uniqueness, message)
}

/// What an answer of 2xx to a POST says.
async fn made(
    work: &Sending<'_>,
    draft: &Draft,
    endpoint: Endpoint,
    answer: &Answer,
) -> Result<Box<Report>, Error> {
    let what = crate::send::what(&Method::POST, &work.session.url(endpoint, None, &[])?);
    let page = match &answer.cut {
        None => PageParser::default()
            .resource(&answer.body)
            .map_err(|e| crate::answer::unreadable(&e, answer, &what)),
        Some(error) => Err(error.clone()),
    };
    let body = draft.body.as_deref().unwrap_or_default();
    let error = match page {
        Ok(page) => match id_in(&page) {
            // Without a 201, a resource that has another name is not the one that was to be made.
            Some(id) if answer.status != 201 && find::differs(&page, body) => {
                return Err(of_another(&what, &id));
            }
            Some(id) => {
                let different = differences(&page, body);
                if !different.is_empty() {
                    work.warn(format!(
                        "The server stored other values than were sent for {id}: {}.",
                        different.join("; ")
                    ));
                }
                return Ok(Box::new(Report {
                    id: Some(id),
                    page: Some(page),
                    request_id: answer.request_id.clone(),
                    ..Report::of(Outcome::Done)
                }));
            }
            None => Error::new(
                Kind::NotAResource,
                format!("The response to {what} isn't a resource, because it has no id."),
            ),
        },
        Err(error) => error,
    };
    // 201 alone says that it was made (RFC 9110 section 15.3.2); what it looks like is read anew.
    if answer.status != 201 {
        return Err(error);
    }
    Ok(Box::new(match read_back(work, draft, endpoint, answer).await {
        Some((id, page)) => Report {
            id: Some(id),
            page: Some(page),
            ..Report::of(Outcome::Done)
        },
        None => Report::because(Outcome::Done, error),
    }))
}

/// The object that was made, by the address that the answer names, or by its key.
async fn read_back(
    work: &Sending<'_>,
    draft: &Draft,
    endpoint: Endpoint,
    answer: &Answer,
) -> Option<(String, Page)> {
    if let Some(id) = answer.location.as_deref().and_then(last_segment) {
        let url = work.session.url(endpoint, Some(&id), &[]).ok()?;
        let read = work
            .session
            .exchange(Request::get(url), work.caller())
            .await
            .ok()?;
        let page = PageParser::default().resource(&read.body).ok()?;
        let same = id_in(&page).is_some_and(|found| found == id);
        return same.then_some((id, page));
    }
    match find::find(work, endpoint, draft.lookup.as_ref()?).await.ok()? {
        Found::One(object) => Some((object.id, object.page)),
        _ => None,
    }
}

fn last_segment(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?.trim_end_matches('/');
    let last = path.rsplit('/').next().filter(|id| !id.is_empty())?;
    Some(
        percent_encoding::percent_decode_str(last)
            .decode_utf8()
            .ok()?
            .into_owned(),
    )
}
