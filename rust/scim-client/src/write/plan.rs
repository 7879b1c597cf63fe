//! Dry runs: what would be sent, to the byte, but for passwords and other secrets.

use reqwest::Method;
use serde_json::json;

use super::item::{id_of, record, request};
use super::job::Item;
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
        let Some((request, body)) = sent(work, verb, draft).await? else {
            continue;
        };
        requests.push(json!({
            "method": request.method.as_str(),
            "path": path_of(&request.url),
            "ifMatch": request.if_match,
            "body": body.map(|body| shown(draft, &body)),
        }));
    }
    if requests.is_empty() && !drafts.is_empty() {
        return Ok(None);
    }
    let page = json!({"Resources": requests, "totalResults": requests.len()});
    record(&page, PageParser::list).map(Some)
}

/// One request, and its body with another text in place of the password.
async fn sent(
    work: &Sending<'_>,
    verb: Verb,
    draft: &Draft,
) -> Result<Option<(Request, Option<Vec<u8>>)>, Error> {
    let hidden = draft.secret.then(|| Secret::new(secret::HIDDEN.to_vec()));
    let whole = |request: Request| {
        let body = request.body.as_ref().map(|body| body.to_vec());
        Ok(Some((request, body)))
    };
    let changes = draft.method == Method::PATCH && !matches!(draft.target, Target::Path(_));
    let (Target::One(endpoint, _) | Target::Found(endpoint, _)) = &draft.target else {
        return whole(request(work, draft, None, hidden.as_ref())?);
    };
    let puts = changes && put::is_needed(work);
    if puts || (verb == Verb::Update && targets::are_needed(work, draft)) {
        let Some(id) = id_of(work, &draft.target).await? else {
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
        return match targets::aimed(work, draft, &id).await? {
            Some(aimed) => whole(request(work, &aimed, Some(&id), hidden.as_ref())?),
            None => Ok(None),
        };
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
