//! What the tests of the border share: slices, an emulator and a session on it, and taking replies.
#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

use scim_native::*;

/// No bytes at all.
pub const NOTHING: ScimSlice = ScimSlice {
    data: std::ptr::null(),
    length: 0,
};

pub fn slice(text: &str) -> ScimSlice {
    ScimSlice {
        data: text.as_ptr(),
        length: text.len(),
    }
}

pub fn text(slice: ScimSlice) -> String {
    if slice.data.is_null() {
        return String::new();
    }
    // SAFETY: lent by the library, and the operation it belongs to is alive.
    String::from_utf8(unsafe { std::slice::from_raw_parts(slice.data, slice.length) }.to_vec()).unwrap()
}

pub fn take(op: usize) -> ScimReply {
    let mut reply = std::mem::MaybeUninit::uninit();
    assert_eq!(scim_op_wait(op, 10_000), ScimState::Ready);
    // SAFETY: writable.
    assert_eq!(unsafe { scim_op_take(op, reply.as_mut_ptr()) }, ScimState::Ready);
    // SAFETY: Ready says that it was written.
    unsafe { reply.assume_init() }
}

pub fn error_id(op: usize) -> String {
    let mut error = std::mem::MaybeUninit::uninit();
    // SAFETY: writable.
    assert_eq!(
        unsafe { scim_op_error(op, error.as_mut_ptr()) },
        ScimState::Failed
    );
    // SAFETY: Failed says that it was written.
    text(unsafe { error.assume_init() }.id)
}

/// A session on an emulator of so many users.
pub fn connect(users: usize, more: &str) -> (usize, usize) {
    let config = format!(r#"{{"users":{users},"groups":3{more}}}"#);
    // SAFETY: readable during the call.
    let op = unsafe { scim_op_emulator(slice(&config)) };
    let reply = take(op);
    // SAFETY: lent until the operation ends.
    let page = unsafe { std::slice::from_raw_parts(reply.page.data, reply.page.length) }.to_vec();
    let record = scim_client::record::Records::open(&page)
        .unwrap()
        .get(0)
        .unwrap()
        .to_json();
    let started: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(scim_op_free(op), ScimState::Done);
    let field = |name: &str| started[name].as_str().unwrap().to_owned();
    let config = serde_json::json!({
        "baseUri": field("baseUri"), "authority": field("authority"), "tenantId": field("tenantId"),
        "clientId": field("clientId"), "credential": "clientSecret", "maximumRetryCount": 0,
    });
    let (mut session, mut failure) = (0, 0);
    // SAFETY: readable and writable during the call.
    let state = unsafe {
        scim_session_open(
            slice(&config.to_string()),
            slice(&field("clientSecret")),
            NOTHING,
            &raw mut session,
            &raw mut failure,
        )
    };
    assert_eq!(state, ScimState::Done);
    (session, reply.handle)
}

/// The id of the error of the reply taken last, or nothing.
pub fn outcome_error(op: usize) -> String {
    let mut error = std::mem::MaybeUninit::uninit();
    // SAFETY: writable.
    match unsafe { scim_op_reply_error(op, error.as_mut_ptr()) } {
        // SAFETY: Failed says that it was written.
        ScimState::Failed => text(unsafe { error.assume_init() }.id),
        state => {
            assert_eq!(state, ScimState::Done);
            String::new()
        }
    }
}

/// How an operation ends of which no reply waits.
pub fn wait_for_end(op: usize) -> ScimState {
    scim_op_wait(op, 10_000)
}
