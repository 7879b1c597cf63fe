//! What a 500 means: some servers answer a client's mistake with it, and then every repetition is refused again. So after
//! the first one the object is looked at. It has the change, or it is sent once more, or nobody can tell.

use jiff::Timestamp;

use super::patched::{Known, Object, is_within, patched, sendable};
use super::put::{Stored, whole};
use super::work::Sending;
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::http::Answer;
use crate::request::{Reach, Request, Unsuccessful};
use crate::send::unless_stopped;

/// What the object is like once the request is done.
#[derive(Clone, Copy)]
pub(super) enum Expected<'e> {
    Gone(Resource),
    /// These operations change nothing any more.
    Patched(Resource, &'e [u8]),
    /// It has all that was put.
    Put(Resource, &'e [u8]),
    Members(&'e [&'e str]),
    NoMember(&'e str),
}

/// What came of a request.
pub(super) enum Reply {
    Answer(Box<Answer>),
    /// The server answered with an error, and has the change all the same.
    Seen,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Done,
    NotDone,
    Unclear,
}

/// Sends a request that changes an object.
pub(super) async fn exchange(
    work: &Sending<'_>,
    request: Request,
    expected: Option<Expected<'_>>,
) -> Result<Reply, Unsuccessful> {
    let looks = work.session.service() == Service::Generic && !request.doubtful;
    let Some(expected) = expected.filter(|_| looks) else {
        let answer = work.session.exchange(request, work.caller()).await?;
        return Ok(Reply::Answer(Box::new(answer)));
    };
    let mut is_last = false;
    loop {
        let began = Timestamp::now();
        let try_once = Request {
            looks: true,
            ..request.clone()
        };
        let error = match work.session.exchange(try_once, work.caller()).await {
            Err(Unsuccessful {
                error,
                reach: Reach::Lost,
            }) if error.details().status == Some(500) => error,
            other => return other.map(|answer| Reply::Answer(Box::new(answer))),
        };
        match look(work, &request, expected, began).await {
            Verdict::Done => return Ok(Reply::Seen),
            Verdict::NotDone if is_last => return Err(Unsuccessful::refused(not_done(error))),
            Verdict::NotDone => {}
            Verdict::Unclear if !request.repeatable => return Err(Reach::Lost.of(error, true)),
            Verdict::Unclear => {
                let again = Request {
                    doubtful: true,
                    ..request
                };
                let answer = work.session.exchange(again, work.caller()).await?;
                return Ok(Reply::Answer(Box::new(answer)));
            }
        }
        let pause = work.session.limits().pause(0, None).unwrap_or_default();
        if unless_stopped(Some(&work.stop), tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return Err(Unsuccessful::refused(not_done(error)));
        }
        is_last = true;
    }
}

fn not_done(error: Error) -> Error {
    error.with(|d| {
        d.message = format!(
            "{} The object was read afterwards and doesn't have the change.",
            d.message
        );
        "Correct what the server names, or try again later.".clone_into(&mut d.advice);
    })
}

async fn look(work: &Sending<'_>, request: &Request, expected: Expected<'_>, began: Timestamp) -> Verdict {
    let resource = match expected {
        Expected::Gone(resource) | Expected::Patched(resource, _) | Expected::Put(resource, _) => resource,
        Expected::Members(_) | Expected::NoMember(_) => Resource::Group,
    };
    let stored = match whole(work, &request.url, resource).await {
        Ok(stored) => stored,
        Err(unsuccessful) => {
            let gone = matches!(expected, Expected::Gone(_));
            return match unsuccessful.error.kind() {
                Kind::ResourceNotFound if gone => Verdict::Done,
                _ => Verdict::Unclear,
            };
        }
    };
    let verdict = match expected {
        Expected::Gone(_) => Verdict::NotDone,
        Expected::Members(ids) => members(&stored.object, ids),
        Expected::NoMember(id) => match members(&stored.object, &[id]) {
            Verdict::Done => Verdict::NotDone,
            Verdict::NotDone => Verdict::Done,
            Verdict::Unclear => Verdict::Unclear,
        },
        Expected::Patched(resource, operations) => {
            let Ok(schema) = work.session.schema(work.caller().observer).await else {
                return Verdict::Unclear;
            };
            match patched(&stored.object, operations, Known { schema, resource }) {
                Ok(changed) if changed == stored.object => Verdict::Done,
                Ok(_) => Verdict::NotDone,
                Err(_) => Verdict::Unclear,
            }
        }
        Expected::Put(resource, body) => {
            let Ok(schema) = work.session.schema(work.caller().observer).await else {
                return Verdict::Unclear;
            };
            let known = Known { schema, resource };
            match serde_json::from_slice::<Object>(body) {
                Ok(body) if is_within(&sendable(&body, known).into(), &stored.object.clone().into()) => {
                    Verdict::Done
                }
                Ok(_) => Verdict::NotDone,
                Err(_) => Verdict::Unclear,
            }
        }
    };
    // A server may have done it, made something else of the values, and failed then.
    match verdict {
        Verdict::NotDone if is_touched(work, &stored, began) => Verdict::Unclear,
        verdict => verdict,
    }
}

/// Whether a group as it is shown lacks what is expected. One that shows no members contradicts nothing.
pub(super) fn contradicts(group: &Object, expected: Expected<'_>) -> bool {
    let shows = group
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("members") && value.is_array());
    shows
        && match expected {
            Expected::Members(ids) => members(group, ids) != Verdict::Done,
            Expected::NoMember(id) => members(group, &[id]) == Verdict::Done,
            _ => false,
        }
}

/// Whether all of these are members, or none. Unclear when the group shows no members, or some of these.
fn members(group: &Object, ids: &[&str]) -> Verdict {
    let Some((_, members)) = group
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("members"))
    else {
        return Verdict::Unclear;
    };
    let has = |id: &&&str| {
        members.as_array().is_some_and(|members| {
            let id = serde_json::json!({ "value": id });
            members.iter().any(|member| is_within(&id, member))
        })
    };
    match ids.iter().filter(has).count() {
        0 => Verdict::NotDone,
        n if n == ids.len() => Verdict::Done,
        _ => Verdict::Unclear,
    }
}

/// Whether the server says that the object was changed since.
fn is_touched(work: &Sending<'_>, stored: &Stored, began: Timestamp) -> bool {
    let modified = stored
        .object
        .get("meta")
        .and_then(|meta| meta.get("lastModified")?.as_str()?.parse::<Timestamp>().ok());
    match (modified, work.session.server_time(began)) {
        // Dates count whole seconds.
        (Some(modified), Some(began)) => modified.duration_since(began).as_secs_f64() > -1.0,
        _ => false,
    }
}
