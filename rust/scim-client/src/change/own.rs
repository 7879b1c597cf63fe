//! A request of the user's own: its path stays below the base URI, and its body is JSON.

use reqwest::Method;
use serde::de::IgnoredAny;

use super::{Draft, OwnRequest, Target};
use crate::error::{Error, Kind};

pub(super) fn draft(request: &OwnRequest) -> Result<Draft, Error> {
    let method = match request.method.to_ascii_uppercase().as_str() {
        "GET" => Method::GET,
        "HEAD" => Method::HEAD,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        other => return Err(refused(&format!("'{other}' isn't a SCIM method"))),
    };
    let path = path(&request.path)?;
    if let Some(body) = &request.body
        && let Err(mistake) = serde_json::from_str::<IgnoredAny>(body)
    {
        return Err(refused(&format!("The body isn't valid JSON: {mistake}")));
    }
    Ok(Draft {
        body: request.body.clone().map(String::into_bytes),
        // What a PATCH of the user's own does a second time is not known.
        repeatable: !matches!(method, Method::POST | Method::PATCH),
        ..Draft::of(method, Target::Path(path))
    })
}

/// The token goes to the base URI and to what is below it, and to nothing else.
fn path(text: &str) -> Result<String, Error> {
    let path = text.trim().trim_start_matches('/');
    let (steps, _) = path.split_once('?').unwrap_or((path, ""));
    // Escaped dots are a way up too, to a URL parser.
    let up = |step: &str| {
        let step = step.to_ascii_lowercase().replace("%2e", ".");
        step == "." || step == ".."
    };
    let leaves = steps.contains("://") || steps.contains('\\') || steps.split('/').any(up);
    if path.is_empty() || leaves || path.contains('#') || path.contains(char::is_control) {
        let why = "use a path below the connection's base URI, as in users/<id>?attributes=userName";
        return Err(refused(&format!("The path {text:?} isn't valid: {why}")));
    }
    Ok(path.to_owned())
}

fn refused(what: &str) -> Error {
    Error::new(Kind::InvalidRequest, format!("{what}. No request was made."))
}
