//! Dry runs: what would be sent, to the byte, but for passwords and other secrets.

use serde_json::json;

use super::item::{record, request};
use super::job::Item;
use super::work::Work;
use super::{Outcome, Report, secret};
use crate::change::{self, Draft, Target, Verb};
use crate::error::Error;
use crate::page::{Page, PageParser};
use crate::send::path_of;
use crate::trace::masked;

/// What would be sent: a record for each request. A key that is still to be looked up stands in the path in place of the
/// id. Members that go together have one request, told of the first.
pub(super) fn plan(work: &Work, items: &[Item]) -> Vec<Report> {
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
        reports.push(match planned(work, &drafts) {
            Ok(page) => Report {
                page: Some(page),
                ..Report::of(Outcome::Planned)
            },
            Err(error) => Report::failed(error),
        });
    }
    reports
}

fn planned(work: &Work, drafts: &[Draft]) -> Result<Page, Error> {
    let mut requests = Vec::new();
    for draft in drafts {
        let key = match &draft.target {
            Target::One(_, id) => Some(id.clone()),
            Target::Found(_, by) => Some(format!("{{{} eq {}}}", by.attribute, by.value)),
            _ => None,
        };
        let request = request(work, &unsealed(draft), key.as_deref(), None)?;
        let body = match &draft.body {
            Some(body) if draft.secret => Some(secret::splice(body, secret::HIDDEN)?.to_vec()),
            body => body.clone(),
        };
        requests.push(json!({
            "method": request.method.as_str(),
            "path": path_of(&request.url),
            "body": body.map(|body| shown(draft, &body)),
        }));
    }
    record(
        &json!({"Resources": requests, "totalResults": requests.len()}),
        PageParser::list,
    )
}

/// A body as it is shown: one of the user's own may have secrets anywhere.
fn shown(draft: &Draft, body: &[u8]) -> String {
    match draft.target {
        Target::Path(_) => masked(body, false),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// A draft whose password is not asked for.
fn unsealed(draft: &Draft) -> Draft {
    Draft {
        secret: false,
        ..draft.clone()
    }
}
