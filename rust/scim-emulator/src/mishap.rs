//! What faults do to a request and its answer, and compression of answers.

use std::future::pending;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, stream};
use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use tokio_util::sync::CancellationToken;

use crate::faults::FaultAction;
use crate::wire::{Failure, bytes_response};

/// The connection of a request, so that a fault can close it.
#[derive(Debug, Clone)]
pub(crate) struct Connection(pub(crate) CancellationToken);

/// What is still to happen once the request has been handled.
#[derive(Debug, Default)]
pub(crate) struct Mishap {
    action: Option<FaultAction>,
    connection: Option<Connection>,
}

/// The faults that strike before a request is handled. `Err` is the answer in place of the real one.
pub(crate) async fn before(
    action: Option<FaultAction>,
    connection: Option<Connection>,
) -> Result<Mishap, Response> {
    match action {
        Some(FaultAction::Status {
            status,
            retry_after,
            detail,
            scim_type,
        }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reason = status.canonical_reason().unwrap_or("Error");
            let mut failure = Failure::bad_request(detail.unwrap_or_else(|| format!("{reason}.")));
            failure.status = status;
            failure.scim_type = scim_type;
            Err(match retry_after {
                Some(after) => failure.with(RETRY_AFTER, after),
                None => failure,
            }
            .into_response())
        }
        Some(FaultAction::ApiNotEnabled { status, subscription }) => {
            let mut failure = Failure::bad_request(if subscription {
                "The 'SCIM Provisioning API' feature is not enabled for any subscription in the tenant."
            } else {
                "No 'scimapiconsumptions' resource found for TenantId in the 'Microsoft.EntraIDGovernance' provider."
            });
            failure.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            Err(failure.into_response())
        }
        Some(FaultAction::Redirect { location, status }) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::TEMPORARY_REDIRECT);
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(LOCATION, location);
            }
            Err(response)
        }
        Some(FaultAction::Delay { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(Mishap::default())
        }
        Some(FaultAction::Hang) => pending().await,
        Some(FaultAction::ResetBefore) => Err(reset(connection).await),
        action => Ok(Mishap { action, connection }),
    }
}

/// Closes the connection. Where it is not ours (behind another server), an answer that breaks off at once is as
/// near as it gets.
async fn reset(connection: Option<Connection>) -> Response {
    match connection {
        Some(Connection(token)) => {
            token.cancel();
            pending().await
        }
        None => Response::new(Body::from_stream(stream::once(async {
            Err::<Bytes, _>(broken())
        }))),
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "closed by a fault")
}

impl Mishap {
    pub(crate) fn repeats_cursor(&self) -> bool {
        matches!(self.action, Some(FaultAction::RepeatCursor))
    }

    /// The faults that strike the answer.
    pub(crate) async fn after(self, response: Response) -> Response {
        match self.action {
            Some(FaultAction::ResetAfter) => reset(self.connection).await,
            Some(FaultAction::CutBody { bytes }) => partly(response, bytes, false).await,
            Some(FaultAction::StallBody { bytes }) => partly(response, bytes, true).await,
            Some(FaultAction::Body {
                status,
                text,
                repeat,
                content_type,
            }) => replace(status, &content_type, text, repeat),
            Some(FaultAction::GarbageBody) => {
                let garbage = Bytes::from_static(b"\x00\x9f\xff{{not json");
                bytes_response(StatusCode::OK, crate::wire::SCIM_JSON, garbage)
            }
            Some(FaultAction::HtmlBody) => {
                let page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>";
                replace(200, "text/html; charset=utf-8", page.into(), 1)
            }
            _ => response,
        }
    }
}

async fn partly(response: Response, sent: Option<usize>, stall: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let sent = whole.slice(..sent.unwrap_or(whole.len() / 2).min(whole.len()));
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let rest = stream::once(async move {
        if stall {
            return pending().await;
        }
        // An error at once would close the connection before the part had left the buffers.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(broken())
    });
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok(sent)]).chain(rest)))
}

fn replace(status: u16, content_type: &str, text: String, repeat: u64) -> Response {
    let text = Bytes::from(text);
    // Grouped, so that a body of a gigabyte is not a gigabyte of tiny chunks.
    let group = (65_536 / text.len().max(1)).clamp(1, 65_536) as u64;
    let grouped = Bytes::from(text.repeat(group.min(repeat) as usize));
    let chunks = (0..repeat / group).map(move |_| grouped.clone());
    let rest = Bytes::from(text.repeat((repeat % group) as usize));
    let chunks = chunks.chain([rest]).map(Ok::<_, io::Error>);
    let mut response = Response::new(Body::from_stream(stream::iter(chunks)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim().starts_with("gzip"))
}

pub(crate) async fn gzip(response: Response) -> Response {
    if response.headers().contains_key(CONTENT_LENGTH) || !response.status().is_success() {
        // Either small, or a fault's own arrangement.
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut encoder = GzEncoder::new(Vec::with_capacity(whole.len() / 4), Compression::fast());
    let packed = encoder.write_all(&whole).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) if packed.len() < whole.len() => {
            parts
                .headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(parts, Body::from(packed))
        }
        _ => Response::from_parts(parts, Body::from(whole)),
    }
}
