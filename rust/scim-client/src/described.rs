//! One document of what a service says of itself (RFC 7644 section 4), wherever it stands: alone, or in a list. Some servers
//! put a list around `ServiceProviderConfig`, and some can't read a single schema or resource type.

use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::page::{Page, PageError, PageParser};
use crate::record::{Record, Records, Value};
use crate::search::only;

/// What a body holds.
pub(crate) enum Held {
    Resource(Page),
    /// A list, and the resource in it that was asked for.
    Listed(Option<Page>),
}

/// Whether the resources of an endpoint may come in a list where one is asked for. Entra's never do, and it bills requests.
pub(crate) fn may_be_listed(service: Service, endpoint: Endpoint) -> bool {
    service == Service::Generic
        && matches!(
            endpoint,
            Endpoint::Schemas | Endpoint::ResourceTypes | Endpoint::ServiceProviderConfig
        )
}

/// Whether a single read failed in a way that leaves the list to be looked at.
pub(crate) fn has_no_single_read(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::EndpointNotFound | Kind::ResourceNotFound | Kind::BadRequest | Kind::HtmlBody
    ) || matches!(error.details().status, Some(405 | 500 | 501))
}

/// Reads a body as one resource, or finds the resource with this id in it where it's a list. Without an id, that is the first.
pub(crate) fn read(body: &[u8], id: Option<&str>) -> Result<Held, PageError> {
    let wrapped;
    let body = if body.trim_ascii_start().starts_with(b"[") {
        wrapped = [&b"{\"Resources\":"[..], body, b"}"].concat();
        &wrapped
    } else {
        body
    };
    let page = PageParser::default().resource(body)?;
    let is_list = Records::open(&page.buffer)
        .and_then(|records| records.get(0))
        .is_some_and(|record| matches!(record.get("Resources"), Some(Value::Array(_))));
    if !is_list {
        return Ok(Held::Resource(page));
    }
    let page = PageParser::default().list(body)?;
    let by_id = |record: Record<'_>| match id {
        Some(id) => record.id().is_some_and(|found| found.eq_ignore_ascii_case(id)),
        None => true,
    };
    let by_name = |record: Record<'_>| match (id, record.get("name")) {
        (Some(id), Some(Value::String(name))) => name.eq_ignore_ascii_case(id),
        _ => false,
    };
    Ok(Held::Listed(
        first(page.clone(), by_id).or_else(|| first(page, by_name)),
    ))
}

fn first(page: Page, is: impl Fn(Record<'_>) -> bool) -> Option<Page> {
    let mut found = false;
    let page = only(page, |record| {
        let wanted = !found && is(record);
        found |= wanted;
        wanted
    });
    (page.count == 1).then_some(Page {
        last: true,
        whole: Some(1),
        total_results: None,
        next_cursor: None,
        ..page
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(body: &str, id: Option<&str>) -> Option<String> {
        let page = match read(body.as_bytes(), id).unwrap() {
            Held::Resource(page) => page,
            Held::Listed(page) => page?,
        };
        Some(Records::open(&page.buffer)?.get(0)?.to_json())
    }

    #[test]
    fn a_document_is_found_alone_and_in_a_list() {
        let user = r#"{"id":"User","endpoint":"/Users"}"#;
        let named = r#"{"name":"Group","endpoint":"/Groups"}"#;
        for body in [
            format!(r#"{{"totalResults":2,"Resources":[{named},{user}]}}"#),
            format!(r#"{{"resources":[{named},{user},{user}]}}"#),
            format!(" [{named},{user}]"),
        ] {
            assert_eq!(found(&body, Some("user")).unwrap(), user);
            assert_eq!(found(&body, Some("Group")).unwrap(), named);
            assert_eq!(found(&body, Some("Role")), None);
            assert_eq!(found(&body, None).unwrap(), named);
        }
        assert_eq!(found(user, Some("User")).unwrap(), user);
        assert_eq!(found(r#"{"Resources":[]}"#, None), None);
    }
}
