//! Sessions: a connection's handle, and the operations on it.

use std::sync::Arc;

use scim_client::page::PageParser;
use scim_client::{
    Asked, Checks, Claims, Config, Description, Endpoint, Error, Kind, Query, Search, Secret, Secrets,
    Session, Stats,
};
use serde::{Deserialize, Serialize};

use crate::handle::Table;
use crate::op::{Op, Reply};
use crate::panic::{guard, guard_state};
use crate::types::{ScimSlice, ScimState};

pub(crate) static SESSIONS: Table<Session> = Table::new();

/// Opens a session: `config` is the JSON of scim-client's `Config`, `secret` the client secret or token, `network` the
/// secrets of the network (scim-client's `Secrets`). Both are copied and wiped when they are done with; the caller wipes
/// its own. Sends nothing. On `Done`, `session` holds the
/// handle, to be freed by `scim_session_free`. On `Failed`, `failure` holds an operation that has failed, for
/// `scim_op_error` and `scim_op_free`.
///
/// # Safety
/// The slices must be readable during the call, both pointers writable; a null pointer gets `Invalid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_session_open(
    config: ScimSlice,
    secret: ScimSlice,
    network: ScimSlice,
    session: *mut usize,
    failure: *mut usize,
) -> ScimState {
    guard_state(|| {
        if session.is_null() || failure.is_null() {
            return ScimState::Invalid;
        }
        // SAFETY: the caller says that all three can be read during the call.
        let secrets = unsafe {
            Secrets {
                sign_in: Secret::new(secret.borrow().to_vec()),
                network: Secret::new(network.borrow().to_vec()),
            }
        };
        // SAFETY: as above.
        let opened = unsafe { config.json::<Config>() }.and_then(|config| Session::open(config, secrets));
        // SAFETY: not null, and the caller says that they can be written to.
        match opened {
            Ok(opened) => {
                unsafe { session.write(SESSIONS.insert(Arc::new(opened))) };
                ScimState::Done
            }
            Err(error) => {
                unsafe { failure.write(Op::failed(error)) };
                ScimState::Failed
            }
        }
    })
}

/// Closes a session. Operations in flight end with the error `NotConnected`; one that writes sends nothing further, and
/// reports what its requests in flight came to first. When the last is gone, secret and token are wiped. A second call,
/// or 0, answers `Invalid`.
#[unsafe(no_mangle)]
pub extern "C" fn scim_session_free(session: usize) -> ScimState {
    guard_state(|| match SESSIONS.remove(session) {
        Some(session) => {
            session.close();
            ScimState::Done
        }
        None => ScimState::Invalid,
    })
}

/// An operation whose one reply is a record that describes the session: scim-client's `Description` and `Stats`, and
/// `estimatedCost`.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_describe(session: usize) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        let context = Context {
            description: session.describe(),
            stats: session.stats(),
            estimated_cost: session.estimated_cost(),
        };
        match record(&context) {
            Ok(reply) => Op::ready(reply),
            Err(error) => Op::failed(error),
        }
    })
}

/// Starts signing in, unless a good token is there already. No reply.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_sign_in(session: usize) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        Op::start_on(session, |op, session| async move { session.sign_in(&*op).await })
    })
}

/// Starts getting the access token that a request would carry now. One reply, whose `page` is the token's UTF-8 bytes, or
/// nothing where the connection signs in by name and password. The caller wipes its copy.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_access_token(session: usize) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        Op::start_on(session, |op, session| async move {
            let secret = session.access_token(&*op).await?;
            op.give(Reply {
                secret,
                ..Reply::default()
            })
            .await;
            Ok(())
        })
    })
}

/// Starts reading what the access token says of itself, unchecked. One reply: a record with the members `header` and
/// `payload`; without a record where the token is opaque or there is none.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_claims(session: usize) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        Op::start_on(session, |op, session| async move {
            let token = session.access_token(&*op).await?;
            let text = token.as_ref().and_then(|t| std::str::from_utf8(t.bytes()).ok());
            let reply = match text.and_then(Claims::read) {
                Some(claims) => record(&claims)?,
                None => Reply::default(),
            };
            op.give(reply).await;
            Ok(())
        })
    })
}

/// Starts checking the connection, part by part. A reply is a record of one check: scim-client's `Check`. With
/// `read_only` other than 0 the permissions to write are left out.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_check(session: usize, read_only: u32) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        Op::start_on(session, |op, session| async move {
            let mut checks = Checks::new(&session, read_only == 0);
            while let Some(check) = checks.next(&*op).await {
                op.give(record(&check)?).await;
            }
            Ok(())
        })
    })
}

/// Starts a list: `query` is the JSON of a `ListQuery`. A reply is a page, or a part of a large one, given while the rest
/// arrives; the page behind it is fetched only after `scim_op_continue`.
///
/// # Safety
/// `query` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_list(session: usize, query: ScimSlice) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        // SAFETY: by this function's own contract.
        let query = match unsafe { query.json::<ListQuery>() } {
            Ok(query) => query,
            Err(error) => return Op::failed(error),
        };
        Op::start_on(session, |op, session| async move {
            let mut search = Search::new(&session, query.endpoint, query.query, query.client_side_filter)?
                .read_ahead_for(op.clone());
            let mut in_part = false;
            while search.has_more() {
                // Only between pages is there a request to be made.
                if !in_part {
                    op.allowed().await;
                }
                if let Some(page) = search.next(&*op).await? {
                    in_part = !page.last;
                    op.push(Reply {
                        page: Some(page),
                        has_more: search.has_more(),
                        ..Reply::default()
                    });
                }
            }
            Ok(())
        })
    })
}

/// Starts finding what names of attributes mean: `query` is the JSON of a `ResolveQuery`. One reply: a record, scim-client's
/// `Resolved`. On Entra no request is made.
///
/// # Safety
/// `query` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_resolve(session: usize, query: ScimSlice) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        // SAFETY: by this function's own contract.
        let query = match unsafe { query.json::<ResolveQuery>() } {
            Ok(query) => query,
            Err(error) => return Op::failed(error),
        };
        Op::start_on(session, |op, session| async move {
            let resolved = session.resolve(query.endpoint, &query.asked, &*op).await?;
            op.give(record(&resolved)?).await;
            Ok(())
        })
    })
}

/// Starts reading one resource: `query` is the JSON of a `GetQuery`. One reply, with one record.
///
/// # Safety
/// `query` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_get(session: usize, query: ScimSlice) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        // SAFETY: by this function's own contract.
        let query = match unsafe { query.json::<GetQuery>() } {
            Ok(query) => query,
            Err(error) => return Op::failed(error),
        };
        Op::start_on(session, |op, session| async move {
            let (attributes, excluded) = (query.attributes.join(","), query.excluded_attributes.join(","));
            let parameters: Vec<_> = [
                ("attributes", attributes.as_str()),
                ("excludedAttributes", excluded.as_str()),
            ]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
            let page = session
                .get(query.endpoint, query.id.as_deref(), &parameters, &*op)
                .await?;
            op.give(Reply {
                page: Some(page),
                ..Reply::default()
            })
            .await;
            Ok(())
        })
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(flatten)]
    description: Description,
    #[serde(flatten)]
    stats: Stats,
    estimated_cost: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    endpoint: Endpoint,
    /// What the service cannot filter by is evaluated here.
    #[serde(default)]
    client_side_filter: bool,
    #[serde(flatten)]
    query: Query,
}

#[derive(Deserialize)]
struct ResolveQuery {
    endpoint: Endpoint,
    #[serde(flatten)]
    asked: Asked,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetQuery {
    endpoint: Endpoint,
    id: Option<String>,
    #[serde(default)]
    attributes: Vec<String>,
    #[serde(default)]
    excluded_attributes: Vec<String>,
}

/// A reply of one record, made of any value that is a JSON object.
pub(crate) fn record(value: &impl Serialize) -> Result<Reply, Error> {
    let internal =
        |e: &dyn std::fmt::Display| Error::new(Kind::InternalError, format!("A record can't be made: {e}."));
    let json = serde_json::to_vec(value).map_err(|e| internal(&e))?;
    let page = PageParser::default().resource(&json).map_err(|e| internal(&e))?;
    Ok(Reply {
        page: Some(page),
        ..Reply::default()
    })
}

pub(crate) fn closed() -> Error {
    Session::closed_error()
}
