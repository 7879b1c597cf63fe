//! Turns unsuccessful responses into errors: SCIM errors (RFC 7644 section 3.12), Graph errors, and other bodies.

use serde_json::Value;

use crate::body;
use crate::cloud::Service;
use crate::error::status::{self, When};
use crate::error::{Error, Kind};
use crate::http::{Answer, is_html, not_json};
use crate::page::PageError;
use crate::redact::Redactor;

/// The number of characters shown of a body that is neither a SCIM error nor a Graph error.
const EXCERPT: usize = 300;
/// Bytes of the service's own words that are kept at most.
const LONGEST: usize = 16 << 10;

/// What the service reported, in whichever form.
#[derive(Debug, Default)]
struct Said {
    /// Whether the body is a SCIM error or a Graph error.
    understood: bool,
    scim_type: Option<String>,
    detail: Option<String>,
}

/// Makes an error from a response outside 2xx.
pub(crate) fn error(answer: &Answer, what: &str, service: Service) -> Error {
    let said = read(&answer.body, &answer.redactor);
    let kind = kind(answer, &said);
    let detail = said.detail.as_deref().unwrap_or_default();
    let words = if detail.is_empty() {
        String::new()
    } else {
        // A line of its own could pass for a message of ours.
        format!(": {}", detail.trim_end_matches('.').replace(['\r', '\n'], " "))
    };
    let status = answer.status;
    let message = match kind {
        Kind::ApiNotEnabled => format!(
            "The SCIM Provisioning API isn't turned on in this tenant: {what} failed with HTTP status {status}{words}."
        ),
        Kind::ResourceNotFound => format!("{what} didn't find the resource{words}."),
        Kind::TooManyRequests => match answer.retry_after {
            Some(wait) => format!(
                "{what} was throttled. The service asks to wait {} s{words}.",
                wait.as_secs()
            ),
            None => format!("{what} was throttled{words}."),
        },
        Kind::RedirectRefused => format!(
            "{what} was redirected to {}. PSScim doesn't send the token to another address.",
            answer
                .redactor
                .text(answer.location.as_deref().unwrap_or("an unknown address"))
        ),
        Kind::HtmlBody | Kind::HtmlFromProxy | Kind::EndpointNotFound => {
            not_json(answer, what, kind).to_string()
        }
        _ => format!("{what} failed with HTTP status {status}{words}."),
    };
    Error::new(kind, message).with(|d| {
        d.status = Some(status);
        d.request_id.clone_from(&answer.request_id);
        d.retry_after = answer.retry_after;
        match (kind, service) {
            (Kind::InsufficientPrivileges, Service::Generic) => {
                "Give the account of this token or credential permission to do this."
                    .clone_into(&mut d.advice);
            }
            (Kind::BadRequest, Service::Entra) => {
                d.advice += " Entra also returns this status for an id in the wrong format.";
            }
            _ => {}
        }
        d.scim_type = said.scim_type;
        d.detail = said.detail;
    })
}

/// Makes an error from a 2xx response whose body can't be read.
pub(crate) fn unreadable(error: &PageError, answer: &Answer, what: &str) -> Error {
    let error = if matches!(error, PageError::NotJson { .. }) && is_html(&answer.body) {
        not_json(answer, what, Kind::HtmlBody)
    } else {
        Error::of_page(error, what)
    };
    let quoted = matches!(
        error.kind(),
        Kind::NotJson | Kind::NotAListResponse | Kind::NotAResource
    );
    let begins = body::beginning(&answer.body).filter(|_| quoted);
    error.with(|d| {
        if let Some(text) = begins {
            d.message += &format!(" It begins with: {text}");
        }
        d.status = Some(answer.status);
        d.request_id.clone_from(&answer.request_id);
    })
}

fn kind(answer: &Answer, said: &Said) -> Kind {
    let detail = said.detail.as_deref().unwrap_or_default();
    let scim_type = said.scim_type.as_deref().unwrap_or_default();
    status::kind(answer.status, |when| match when {
        When::Always => true,
        When::Says(words) => detail.contains(words),
        When::ScimType(name) => scim_type.eq_ignore_ascii_case(name),
        When::IsError => said.understood,
        When::IsHtml => is_html(&answer.body),
        When::IsHtmlByProxy => answer.proxy.is_some() && is_html(&answer.body),
    })
}

/// Reads an error field by field, at the top or one level down: some servers wrap it in an object or a list
/// (`{"error":{…}}`, `{"Errors":[{…}]}`).
fn read(body: &[u8], redactor: &Redactor) -> Said {
    let Ok(whole @ (Value::Object(_) | Value::Array(_))) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        let show = !text.is_empty() && !is_html(body);
        return Said {
            // Masked first: what is cut in two is not found any more.
            detail: show.then(|| redactor.text(first(text)).chars().take(EXCERPT).collect()),
            ..Said::default()
        };
    };
    let top = said_by(&whole);
    let inside = || {
        let members = whole.as_object().into_iter().flat_map(|members| members.values());
        let items = whole.as_array().into_iter().flatten();
        members
            .chain(items)
            .flat_map(|value| match value {
                Value::Array(list) => list.first(),
                value => Some(value),
            })
            .map(said_by)
            .find(|said| said.understood)
    };
    let said = if top.understood {
        top
    } else {
        inside().unwrap_or(top)
    };
    let masked = |text: Option<String>| text.map(|text| redactor.text(first(&text)).into_owned());
    Said {
        scim_type: masked(said.scim_type),
        detail: masked(said.detail),
        ..said
    }
}

/// As much of a text as is looked at.
fn first(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Reads one object: SCIM's members, SCIM 1.1's `description`, Graph's `code` and `message`.
fn said_by(object: &Value) -> Said {
    let Some(members) = object.as_object() else {
        return Said::default();
    };
    let find = |name: &str| {
        members
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    };
    let text = |name| {
        find(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty() && *text != "null")
            .map(str::to_owned)
    };
    let detail = text("detail").or_else(|| text("description"));
    let (code, message) = (text("code"), text("message"));
    Said {
        understood: detail.is_some() || find("status").is_some() || (code.is_some() && message.is_some()),
        scim_type: text("scimType").or(code),
        detail: detail.or(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Error {
        let answer = Answer {
            status,
            body: body.as_bytes().to_vec(),
            request_id: Some("r".to_owned()),
            location: Some("https://elsewhere.example".to_owned()),
            ..Answer::default()
        };
        error(&answer, "GET /users", Service::Entra)
    }

    #[test]
    fn each_status_has_its_kind() {
        let scim = |scim_type: &str, detail: &str| {
            format!(
                r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"{scim_type}","detail":"{detail}","status":"400"}}"#
            )
        };
        for (status, body, kind) in [
            (
                400,
                scim("", "No 'scimapiconsumptions' resource found for TenantId x"),
                Kind::ApiNotEnabled,
            ),
            (
                401,
                scim(
                    "",
                    "The 'SCIM Provisioning API' feature is not enabled for any subscription of",
                ),
                Kind::ApiNotEnabled,
            ),
            (400, scim("invalidFilter", "no"), Kind::InvalidFilter),
            (400, scim("expiredCursor", "no"), Kind::ExpiredCursor),
            (400, scim("", "no"), Kind::BadRequest),
            (
                401,
                r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime"}}"#.to_owned(),
                Kind::InvalidAuthenticationToken,
            ),
            (403, scim("", "no"), Kind::InsufficientPrivileges),
            (404, scim("", "gone"), Kind::ResourceNotFound),
            (404, "<html>".to_owned(), Kind::EndpointNotFound),
            (404, String::new(), Kind::EndpointNotFound),
            (409, scim("uniqueness", "no"), Kind::Uniqueness),
            (412, String::new(), Kind::PreconditionFailed),
            (429, String::new(), Kind::TooManyRequests),
            (503, "<html>".to_owned(), Kind::ServerError),
            (302, String::new(), Kind::RedirectRefused),
            (418, "<html>".to_owned(), Kind::HtmlBody),
            (418, String::new(), Kind::UnexpectedStatus),
        ] {
            let error = of(status, &body);
            assert_eq!(error.kind(), kind, "{status} {body}");
            assert_eq!(error.details().status, Some(status));
            assert_eq!(error.details().request_id.as_deref(), Some("r"));
            assert!(!error.details().advice.is_empty());
        }
    }

    #[test]
    fn advice_about_entra_is_given_for_entra_alone() {
        let answer = Answer {
            status: 400,
            ..Answer::default()
        };
        for (service, named) in [(Service::Entra, true), (Service::Generic, false)] {
            let advice = error(&answer, "GET /Users", service).details().advice.clone();
            assert_eq!(advice.contains("Entra"), named, "{advice}");
        }
    }

    #[test]
    fn an_error_is_found_however_it_is_wrapped() {
        let plain = r#"{"detail":"It is gone.","scimType":"noTarget","status":404}"#;
        for body in [
            plain.to_owned(),
            format!(r#"{{"error":{plain}}}"#),
            format!(r#"{{"Response":{{}},"Errors":[{plain}]}}"#),
            format!("[{plain}]"),
            r#"{"Errors":[{"description":"It is gone.","code":"noTarget"}]}"#.to_owned(),
            r#"{"error":{"code":"noTarget","message":"It is gone."}}"#.to_owned(),
            r#"{"Detail":"It is gone.","ScimType":"noTarget"}"#.to_owned(),
        ] {
            let error = of(404, &body);
            assert_eq!(error.kind(), Kind::ResourceNotFound, "{body}");
            assert_eq!(error.details().detail.as_deref(), Some("It is gone."), "{body}");
            assert_eq!(error.details().scim_type.as_deref(), Some("noTarget"), "{body}");
        }
        // None of these confirms that an object doesn't exist.
        for body in [
            "<html>",
            "Not Found",
            "{}",
            "[]",
            "null",
            r#"{"message":"no route"}"#,
        ] {
            assert_eq!(of(404, body).kind(), Kind::EndpointNotFound, "{body}");
        }
    }

    #[test]
    fn the_services_own_words_are_kept() {
        assert_eq!(
            of(400, r#"{"detail":"Attribute x is unknown.","status":"400"}"#).to_string(),
            "GET /users failed with HTTP status 400: Attribute x is unknown."
        );
        assert_eq!(
            of(500, "plain words").details().detail.as_deref(),
            Some("plain words")
        );
    }
}
