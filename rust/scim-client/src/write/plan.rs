//! Dry runs: what would be sent, to the byte, but for passwords and other secrets.

use reqwest::Method;
use serde_json::{Value, json};

use super::item::{object_of, record, request};
use super::job::Item;
use super::patched::{Known, Object};
use super::put::{self, Puts};
use super::work::Sending;
use super::{Outcome, Report, secret, targets};
use crate::change::{self, Draft, Target, Verb};
use crate::config::Secret;
use crate::error::Error;
use crate::page::{Page, PageParser};
use crate::request::Request;
use crate::schema::resource;
use crate::send::path_of;
use crate::trace::masked;

/// What would be sent: a record for each request. A key that is still to be looked up stands in the path in place of the
/// id. Members that go together have one request, told of the first. Where the object has to be read to know the request,
/// it is read.
pub(super) async fn plan(work: &Sending<'_>, items: &[Item]) -> Vec<Report> {
    // Where it can't be asked, the requests are those of the RFC.
    let _ = work.session.discover(work.caller().observer).await;
    let mut reports = Vec::with_capacity(items.len());
    for item in items {
        let mut drafts = item.drafts.clone();
        if item.verb == Verb::AddMember {
            let together: Vec<&str> = items.iter().filter_map(|item| item.member.as_deref()).collect();
            drafts.truncate(usize::from(reports.is_empty()));
            if let Some(draft) = drafts.first_mut() {
                draft.body = Some(change::members::add(&together));
            }
        }
        reports.push(match planned(work, item.verb, &drafts).await {
            Ok(Some(page)) => Report {
                page: Some(page),
                ..Report::of(Outcome::Planned)
            },
            Ok(None) => Report::of(Outcome::Unchanged),
            Err(error) => Report::failed(error),
        });
    }
    reports
}

/// The requests; None where the object already is as it should be.
async fn planned(work: &Sending<'_>, verb: Verb, drafts: &[Draft]) -> Result<Option<Page>, Error> {
    let mut requests = Vec::new();
    for draft in drafts {
        // What would follow a change that isn't made reads what is known.
        let Some(Planned {
            request,
            body,
            before,
        }) = sent(work, verb, draft).await?
        else {
            break;
        };
        requests.push(json!({
            "method": request.method.as_str(),
            "path": path_of(&request.url),
            "ifMatch": request.if_match,
            "changes": changes(draft, body.as_deref(), before),
            "body": body.map(|body| shown(draft, &body)),
        }));
    }
    if requests.is_empty() && !drafts.is_empty() {
        return Ok(None);
    }
    let page = json!({"Resources": requests, "totalResults": requests.len()});
    record(&page, PageParser::list).map(Some)
}

/// What a request changes, for people: the operations of a PATCH with what is there before, the members of another body.
/// None for a request of the user's own.
fn changes(draft: &Draft, body: Option<&[u8]>, before: Option<Vec<Value>>) -> Option<Vec<Value>> {
    if matches!(draft.target, Target::Path(_)) {
        return None;
    }
    let body: Value = serde_json::from_slice(body?).ok()?;
    if let Some(operations) = body["Operations"].as_array() {
        let from = |at: usize| Some(before.as_ref()?.get(at)?.clone());
        let change = |(at, operation): (usize, &Value)| {
            json!({
                "op": operation["op"],
                "path": operation["path"],
                "to": operation["value"],
                "from": from(at),
                "isRead": before.is_some(),
            })
        };
        return Some(operations.iter().enumerate().map(change).collect());
    }
    let members = body.as_object()?.iter().filter(|(name, _)| *name != "schemas");
    Some(
        members
            .map(|(name, value)| json!({"op": "set", "path": name, "to": value}))
            .collect(),
    )
}

/// One request that would be sent.
struct Planned {
    request: Request,
    /// With another text in place of the password.
    body: Option<Vec<u8>>,
    /// What the object has at the path of each operation, where it was read.
    before: Option<Vec<Value>>,
}

/// What an object has at the path of each operation of a patch; null where it has nothing there.
fn before(stored: &Object, patch: Option<&[u8]>, known: Known<'_>) -> Vec<Value> {
    let patch: Value = patch
        .and_then(|patch| serde_json::from_slice(patch).ok())
        .unwrap_or_default();
    let operations = patch["Operations"].as_array();
    let path = |operation: &Value| operation["path"].as_str().unwrap_or_default().to_owned();
    operations
        .into_iter()
        .flatten()
        .map(|operation| targets::value_at(stored, &path(operation), known).unwrap_or_default())
        .collect()
}

async fn sent(work: &Sending<'_>, verb: Verb, draft: &Draft) -> Result<Option<Planned>, Error> {
    let hidden = draft.secret.then(|| Secret::new(secret::HIDDEN.to_vec()));
    let whole = |request: Request| {
        let body = request.body.as_ref().map(|body| body.to_vec());
        Ok(Some(Planned {
            request,
            body,
            before: None,
        }))
    };
    let changes = draft.method == Method::PATCH && !matches!(draft.target, Target::Path(_));
    let (Target::One(endpoint, _) | Target::Found(endpoint, _)) = &draft.target else {
        return whole(request(work, draft, None, hidden.as_ref())?);
    };
    let puts = changes && put::is_needed(work);
    if puts || (verb == Verb::Update && targets::are_needed(work, draft)) {
        let (Some(id), found) = object_of(work, &draft.target).await? else {
            return Ok(None);
        };
        if puts {
            let patch = request(work, &draft.unsealed(), Some(&id), None)?;
            let mut puts = Puts::of(&patch, &id, resource(*endpoint), hidden.as_ref());
            return match puts.next(work).await? {
                Some(put) => whole(put),
                None => Ok(None),
            };
        }
        let aimed = targets::aimed(work, draft, &id, found).await?;
        let Some(draft) = aimed.draft else {
            return Ok(None);
        };
        let request = request(work, &draft, Some(&id), hidden.as_ref())?;
        let body = request.body.as_ref().map(|body| body.to_vec());
        let schema = work.session.schema(work.caller().observer).await?;
        let known = Known {
            schema,
            resource: resource(*endpoint),
        };
        let before = aimed
            .stored
            .map(|stored| before(&stored, draft.body.as_deref(), known));
        return Ok(Some(Planned {
            request,
            body,
            before,
        }));
    }
    let key = match &draft.target {
        Target::Found(_, by) => format!("{{{} eq {}}}", by.attribute, by.value),
        Target::One(_, id) => id.clone(),
        Target::All(_) | Target::Path(_) => String::new(),
    };
    whole(request(work, draft, Some(&key), hidden.as_ref())?)
}

/// A body as it is shown: one of the user's own may have secrets anywhere.
fn shown(draft: &Draft, body: &[u8]) -> String {
    match draft.target {
        Target::Path(_) => masked(body, false),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}
