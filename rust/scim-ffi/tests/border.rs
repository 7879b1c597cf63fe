//! The border as its other side sees it: handles, operations, and what a mistaken caller gets.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use scim_native::*;
use support::{NOTHING, connect, error_id, slice, take, text};

fn list(session: usize) -> usize {
    // SAFETY: readable during the call.
    unsafe { scim_op_list(session, slice(r#"{"endpoint":"Users"}"#)) }
}

#[test]
fn a_list_goes_on_only_when_it_is_told_to() {
    let (session, emulator) = connect(250, "");
    let op = list(session);
    let mut counts = Vec::new();
    loop {
        let reply = take(op);
        counts.push(reply.count);
        if reply.has_more == 0 {
            break;
        }
        assert_eq!(scim_op_wait(op, 100), ScimState::Pending);
        assert_eq!(scim_op_continue(op), ScimState::Done);
        assert_eq!(scim_op_continue(op), ScimState::Done);
    }
    assert_eq!(scim_op_wait(op, 1000), ScimState::Done);
    assert_eq!(counts, [100, 100, 50]);
    assert_eq!(scim_op_free(op), ScimState::Done);
    assert_eq!(scim_session_free(session), ScimState::Done);
    assert_eq!(scim_emulator_free(emulator), ScimState::Done);
}

#[test]
fn null_and_freed_handles_are_answered_not_followed() {
    let (session, emulator) = connect(1, "");
    let op = list(session);
    take(op);
    assert_eq!(scim_op_free(op), ScimState::Done);
    for handle in [0, op, session, emulator, usize::MAX] {
        assert_eq!(scim_op_free(handle), ScimState::Invalid);
        assert_eq!(scim_op_wait(handle, 0), ScimState::Invalid);
        assert_eq!(scim_op_continue(handle), ScimState::Invalid);
        assert_eq!(scim_op_cancel(handle), ScimState::Invalid);
        // SAFETY: null is allowed.
        unsafe {
            assert_eq!(scim_op_take(handle, std::ptr::null_mut()), ScimState::Invalid);
            assert_eq!(scim_op_error(handle, std::ptr::null_mut()), ScimState::Invalid);
            assert_eq!(scim_op_event(handle, std::ptr::null_mut()), ScimState::Invalid);
        }
    }
    assert_eq!(scim_session_free(session), ScimState::Done);
    assert_eq!(scim_session_free(session), ScimState::Invalid);
    assert_eq!(scim_emulator_free(emulator), ScimState::Done);
    assert_eq!(scim_emulator_free(emulator), ScimState::Invalid);
    let late = list(session);
    assert_eq!(scim_op_wait(late, 1000), ScimState::Failed);
    scim_op_free(late);
    // SAFETY: null is allowed.
    unsafe {
        let null = std::ptr::null_mut();
        assert_eq!(
            scim_session_open(NOTHING, NOTHING, NOTHING, null, null),
            ScimState::Invalid
        );
    }
}

#[test]
fn parameters_that_do_not_hold_are_errors() {
    for config in [
        "",
        "{",
        r#"{"unknown":1}"#,
        r#"{"baseUri":5}"#,
        "\u{0}",
        r#"{"baseUri":"x"}"#,
    ] {
        let (mut session, mut failure) = (0, 0);
        // SAFETY: readable and writable during the call.
        let state = unsafe {
            scim_session_open(
                slice(config),
                slice("token"),
                NOTHING,
                &raw mut session,
                &raw mut failure,
            )
        };
        assert_eq!(state, ScimState::Failed, "{config}");
        assert!(
            matches!(
                error_id(failure).as_str(),
                "InternalError" | "InvalidConfiguration"
            ),
            "{config}"
        );
        assert_eq!(scim_op_free(failure), ScimState::Done);
    }
    let (session, emulator) = connect(1, "");
    for query in ["", "{}", r#"{"endpoint":"Nowhere"}"#] {
        // SAFETY: readable during the call.
        let op = unsafe { scim_op_list(session, slice(query)) };
        assert_eq!(scim_op_wait(op, 1000), ScimState::Failed, "{query}");
        assert_eq!(error_id(op), "InternalError", "{query}");
        scim_op_free(op);
    }
    scim_session_free(session);
    scim_emulator_free(emulator);
}

#[test]
fn a_cancel_is_heard_at_once_and_nothing_is_sent_after_it() {
    let (session, emulator) = connect(1, r#","latencyMilliseconds":5000"#);
    let op = list(session);
    assert_eq!(scim_op_wait(op, 200), ScimState::Pending);
    let waiter = std::thread::spawn(move || {
        let began = Instant::now();
        (scim_op_wait(op, 60_000), began.elapsed())
    });
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    assert_eq!(scim_op_cancel(op), ScimState::Done);
    let (state, _) = waiter.join().unwrap();
    assert_eq!(state, ScimState::Cancelled);
    assert!(began.elapsed() < Duration::from_millis(200));
    assert_eq!(scim_op_cancel(op), ScimState::Done);
    assert_eq!(scim_op_free(op), ScimState::Done);
    scim_session_free(session);
    scim_emulator_free(emulator);
}

#[test]
fn events_come_in_order_and_end() {
    let (session, emulator) = connect(5, "");
    let op = list(session);
    take(op);
    let mut kinds = Vec::new();
    loop {
        let mut event = std::mem::MaybeUninit::uninit();
        // SAFETY: writable.
        if unsafe { scim_op_event(op, event.as_mut_ptr()) } != ScimState::Ready {
            break;
        }
        // SAFETY: Ready says that it was written.
        let event: ScimEvent = unsafe { event.assume_init() };
        assert!(!text(event.text).is_empty());
        kinds.push(event.kind);
    }
    // The warning says that the service is an emulator.
    assert_eq!(
        kinds,
        [
            ScimEventKind::Warning,
            ScimEventKind::Token,
            ScimEventKind::Request
        ]
    );
    scim_op_free(op);
    scim_session_free(session);
    scim_emulator_free(emulator);
}

#[test]
fn the_same_operation_from_many_threads_holds() {
    let (session, emulator) = connect(50, "");
    for _ in 0..50 {
        let op = list(session);
        std::thread::scope(|scope| {
            for i in 0..4 {
                scope.spawn(move || match i {
                    0 => {
                        scim_op_cancel(op);
                    }
                    1 => {
                        scim_op_free(op);
                    }
                    2 => {
                        scim_op_continue(op);
                    }
                    _ => {
                        scim_op_wait(op, 50);
                    }
                });
            }
        });
        assert_eq!(scim_op_wait(op, 0), ScimState::Invalid);
    }
    scim_session_free(session);
    scim_emulator_free(emulator);
}
