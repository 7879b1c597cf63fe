//! Members of a group: many added by one request, and what a request that fails because of one of them means for the
//! others.

use bytes::Bytes;
use reqwest::Method;

use super::item::{id_of, quotes};
use super::job::Slot;
use super::look::{self, Expected, Reply};
use super::patched::Object;
use super::put::Puts;
use super::work::Sending;
use super::{Outcome, Report, put};
use crate::change::{Target, members};
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::http::{is_html, not_json};
use crate::request::{Reach, Request, Unsuccessful};
use crate::send::what;

/// Members that one request adds to a server of which no limit is known. AWS takes so many.
const GENERIC: usize = 100;

/// Members that one request may add.
pub(super) fn pack(service: Service) -> usize {
    match service {
        Service::Entra => members::PACK,
        Service::Generic => GENERIC,
    }
}

/// Members that are added to one group together.
#[derive(Default)]
pub(super) struct Pack {
    slots: Vec<Slot>,
    members: usize,
}

impl Pack {
    /// Whether this change may come with the others: it is about the same group, and there is room. One that is settled
    /// already goes with any, so that a bad row does not cost a request; but not without end.
    pub(super) fn takes(&self, slot: &Slot, most: usize) -> bool {
        if self.slots.len() >= 4 * most {
            return false;
        }
        match slot {
            Slot::Settled(_) => true,
            Slot::Item(item) => {
                self.members < most && self.target().is_none_or(|group| item.target() == Some(group))
            }
        }
    }

    pub(super) fn push(&mut self, slot: Slot) {
        self.members += usize::from(matches!(slot, Slot::Item(_)));
        self.slots.push(slot);
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(super) fn into_slots(self) -> Vec<Slot> {
        self.slots
    }

    /// The group.
    pub(super) fn target(&self) -> Option<&Target> {
        self.slots.iter().find_map(|slot| match slot {
            Slot::Item(item) => item.target(),
            Slot::Settled(_) => None,
        })
    }
}

/// Adds members to a group: a report for each, in their order. A request that is refused because of one of them is split
/// until that one is found; the others go in. Adding is repeated without harm: who is a member stays one.
pub(super) async fn add(work: &Sending<'_>, group: &Target, ids: &[String], doubtful: bool) -> Vec<Report> {
    let group = match id_of(work, group).await {
        Ok(group) => group.unwrap_or_default(),
        Err(unsuccessful) => return vec![work.unprepared(unsuccessful, doubtful); ids.len()],
    };
    let mut reports: Vec<Option<Report>> = vec![None; ids.len()];
    // Positions, each id once: some services refuse a request that names one twice.
    let mut distinct: Vec<usize> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        if !ids[..at].contains(id) {
            distinct.push(at);
        }
    }
    let mut parts = vec![distinct];
    while let Some(part) = parts.pop() {
        let named: Vec<&str> = part.iter().map(|at| ids[*at].as_str()).collect();
        let mut settle = |part: &[usize], report: &Report| {
            for at in part {
                reports[*at] = Some(report.clone());
            }
        };
        let unsuccessful = match patch(
            work,
            &group,
            members::add(&named),
            Expected::Members(&named),
            doubtful,
        )
        .await
        {
            Ok(request_id) => {
                work.exists(&group);
                settle(
                    &part,
                    &Report {
                        request_id,
                        ..Report::of(Outcome::Done)
                    },
                );
                continue;
            }
            Err(unsuccessful) => unsuccessful,
        };
        if !may_lie_in_one(&unsuccessful) {
            settle(&part, &work.unsuccessful(unsuccessful));
            continue;
        }
        let Unsuccessful { error, reach } = unsuccessful;
        if let [at] = part[..] {
            let report = match error.kind() {
                // Some servers refuse whom they have already.
                Kind::Uniqueness => Report::of(Outcome::Unchanged),
                _ => Report::failed(of_member(&error, &ids[at], &group)),
            };
            settle(&part, &report);
            continue;
        }
        match is_there(work, &group).await {
            Ok(true) => {}
            Ok(false) => {
                settle(&part, &Report::failed(error));
                continue;
            }
            Err(unsuccessful) => {
                settle(&part, &work.unsuccessful(unanswered(reach, unsuccessful)));
                continue;
            }
        }
        // The service may say who it is; else it is found by halves.
        match part.iter().position(|at| quotes(&error, &ids[*at])) {
            Some(bad) => {
                settle(
                    &part[bad..=bad],
                    &Report::failed(of_member(&error, &ids[part[bad]], &group)),
                );
                parts.push(part.iter().copied().filter(|at| *at != part[bad]).collect());
            }
            None => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.push(second.to_vec());
                parts.push(first.to_vec());
            }
        }
    }
    // Who was named before is a member by then.
    for at in 0..ids.len() {
        if reports[at].is_none() {
            let first = ids
                .iter()
                .position(|id| *id == ids[at])
                .and_then(|first| reports[first].clone());
            reports[at] = first.map(|report| match report.outcome {
                Outcome::Done => Report::of(Outcome::Unchanged),
                _ => report,
            });
        }
    }
    reports
        .into_iter()
        .map(|report| report.unwrap_or_else(|| work.not_sent()))
        .collect()
}

/// Removes a member. Who is none is left alone: the service answers 404, by which it may also mean the group.
pub(super) async fn remove(work: &Sending<'_>, group: &Target, member: &str, doubtful: bool) -> Report {
    let group = match id_of(work, group).await {
        Ok(group) => group.unwrap_or_default(),
        Err(unsuccessful) => return work.unprepared(unsuccessful, doubtful),
    };
    let unsuccessful = match patch(
        work,
        &group,
        members::remove(member),
        Expected::NoMember(member),
        doubtful,
    )
    .await
    {
        Ok(request_id) => {
            work.exists(&group);
            return Report {
                request_id,
                ..Report::of(Outcome::Done)
            };
        }
        Err(unsuccessful) => unsuccessful,
    };
    let details = unsuccessful.error.details();
    let no_target = details
        .scim_type
        .as_deref()
        .is_some_and(|t| t.eq_ignore_ascii_case("noTarget"));
    if unsuccessful.reach == Reach::Unsent
        || unsuccessful.reach == Reach::Lost
        || !(details.kind == Kind::ResourceNotFound || no_target)
    {
        return work.unsuccessful(unsuccessful);
    }
    match is_there(work, &group).await {
        // The try before, whose answer was lost, did it.
        Ok(true) if unsuccessful.reach == Reach::RefusedAgain => Report::of(Outcome::Done),
        Ok(true) => Report::of(Outcome::Unchanged),
        Ok(false) => Report::failed(unsuccessful.error),
        Err(asking) => work.unsuccessful(unanswered(unsuccessful.reach, asking)),
    }
}

/// What it means for a refused change when asking why did not succeed: the change is as far as it was, and a try of which
/// nothing came back may have been done.
fn unanswered(refused: Reach, mut asking: Unsuccessful) -> Unsuccessful {
    if refused == Reach::RefusedAgain {
        asking.reach = Reach::Lost;
    }
    asking
}

async fn patch(
    work: &Sending<'_>,
    group: &str,
    body: Vec<u8>,
    expected: Expected<'_>,
    doubtful: bool,
) -> Result<Option<String>, Unsuccessful> {
    let unsent = |error| match doubtful {
        true => Reach::Lost.of(error, true),
        false => Unsuccessful::unsent(error),
    };
    work.session
        .discover(work.caller().observer)
        .await
        .map_err(unsent)?;
    let url = work
        .session
        .url(Endpoint::Groups, Some(group), &[])
        .map_err(unsent)?;
    let insists = &work.session.settings().compatibility;
    let request = Request {
        method: Method::PATCH,
        url,
        body: Some(Bytes::from(insists.rewrite(&body).unwrap_or(body))),
        if_match: None,
        repeatable: true,
        doubtful,
        looks: false,
    };
    if !put::is_needed(work) {
        match look::exchange(work, request.clone(), Some(expected)).await {
            Ok(reply) => return believed(work, &request, reply, expected).await,
            Err(unsuccessful) if !put::is_meant_by(work, &unsuccessful.error) => return Err(unsuccessful),
            Err(_) => {}
        }
    }
    let mut puts = Puts::of(&request, group, Resource::Group, None);
    loop {
        let Some(put) = puts.next(work).await? else {
            return Ok(None);
        };
        match look::exchange(work, put, Some(expected)).await {
            Ok(reply) => return believed(work, &request, reply, expected).await,
            Err(unsuccessful) if puts.go_on(&unsuccessful.error) => {}
            Err(unsuccessful) => return Err(unsuccessful),
        }
    }
}

/// The id of a request that succeeded, unless the group that the server shows says otherwise: some servers answer 200 and
/// leave out whom they don't take.
async fn believed(
    work: &Sending<'_>,
    request: &Request,
    reply: Reply,
    expected: Expected<'_>,
) -> Result<Option<String>, Unsuccessful> {
    let Reply::Answer(answer) = reply else {
        return Ok(None);
    };
    // Something between here and the service answered, and nobody knows what the service would have said.
    if is_html(&answer.body) {
        let error = not_json(&answer, &what(&request.method, &request.url), Kind::HtmlBody);
        return Err(Reach::Lost.of(error, true));
    }
    let shown = serde_json::from_slice::<Object>(&answer.body);
    if shown.is_ok_and(|group| look::contradicts(&group, expected)) {
        // A response may show only the first of many members.
        let stored = put::whole(work, &request.url, Resource::Group).await;
        let stored = stored.map_err(|unsuccessful| Reach::Lost.of(unsuccessful.error, true))?;
        if look::contradicts(&stored.object, expected) {
            let message = format!(
                "{} was answered with success, but the group doesn't have the change.",
                what(&request.method, &request.url)
            );
            return Err(Unsuccessful::refused(Error::new(Kind::NotApplied, message).with(
                |d| {
                    d.status = Some(answer.status);
                    d.request_id.clone_from(&answer.request_id);
                },
            )));
        }
    }
    Ok(answer.request_id)
}

/// Whether a refusal may be due to one of the members: then the others would have been taken.
fn may_lie_in_one(unsuccessful: &Unsuccessful) -> bool {
    matches!(unsuccessful.reach, Reach::Refused | Reach::RefusedAgain)
        && matches!(
            unsuccessful.error.kind(),
            Kind::BadRequest | Kind::ResourceNotFound | Kind::Uniqueness | Kind::NotApplied
        )
}

/// Whether the group exists. Asked of the service once a group: without it, a wrong group would be split to the end, and
/// each 404 is billed.
async fn is_there(work: &Sending<'_>, group: &str) -> Result<bool, Unsuccessful> {
    if work.is_known(group) {
        return Ok(true);
    }
    let url = work
        .session
        .url(Endpoint::Groups, Some(group), &[("attributes", "id")])
        .map_err(Unsuccessful::unsent)?;
    match work.session.exchange(Request::get(url), work.caller()).await {
        Ok(_) => {
            work.exists(group);
            Ok(true)
        }
        Err(unsuccessful) if unsuccessful.error.kind() == Kind::ResourceNotFound => Ok(false),
        Err(unsuccessful) => Err(unsuccessful),
    }
}

fn of_member(error: &Error, member: &str, group: &str) -> Error {
    error.clone().with(|d| {
        d.message = format!("'{member}' wasn't added to the group {group}. {}", d.message);
    })
}
