//! Writing as the border's other side sees it.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use scim_native::*;
use support::{connect, error_id, outcome_error, slice, take, wait_for_end};

fn write(session: usize, options: &str) -> usize {
    // SAFETY: readable during the call.
    unsafe { scim_op_write(session, slice(options)) }
}

fn submit(op: usize, change: &str) -> ScimState {
    // SAFETY: readable during the call.
    unsafe { scim_op_submit(op, slice(change), slice("")) }
}

/// The ids of an emulator's users.
fn ids(session: usize, count: usize) -> Vec<String> {
    // SAFETY: readable during the call.
    let op = unsafe { scim_op_list(session, slice(r#"{"endpoint":"Users","attributes":["id"]}"#)) };
    let reply = take(op);
    // SAFETY: lent until the next take.
    let page = unsafe { std::slice::from_raw_parts(reply.page.data, reply.page.length) }.to_vec();
    assert_eq!(scim_op_free(op), ScimState::Done);
    let records = scim_client::record::Records::open(&page).unwrap();
    let of = |record: scim_client::record::Record<'_>| match record.get("id") {
        Some(scim_client::record::Value::String(id)) => id.to_owned(),
        other => unreachable!("an id is text, not {other:?}"),
    };
    records.iter().take(count).map(of).collect()
}

#[test]
fn replies_come_in_the_order_of_the_changes_and_one_bad_change_ends_nothing() {
    let (session, emulator) = connect(40, "");
    let ids = ids(session, 30);
    let op = write(session, "{}");
    let mut taken = Vec::new();
    for (i, id) in ids.iter().enumerate() {
        let id = if i == 7 {
            "00000000-0000-0000-0000-000000000000"
        } else {
            id
        };
        let change = format!(r#"{{"verb":"Read","id":"{id}","attributes":["id"]}}"#);
        while submit(op, &change) == ScimState::Pending {
            taken.push(outcome_of(op));
        }
    }
    assert_eq!(submit(op, "{"), ScimState::Done);
    assert_eq!(scim_op_finish(op), ScimState::Done);
    assert_eq!(submit(op, "{}"), ScimState::Invalid);
    while taken.len() < 31 {
        taken.push(outcome_of(op));
    }
    for (i, (outcome, error, json)) in taken.iter().enumerate() {
        match i {
            7 => assert_eq!(
                (*outcome, error.as_str()),
                (ScimOutcome::Failed, "ResourceNotFound")
            ),
            30 => assert_eq!((*outcome, error.as_str()), (ScimOutcome::Failed, "InternalError")),
            _ => {
                assert_eq!((*outcome, error.as_str()), (ScimOutcome::Done, ""));
                assert!(json.contains(&ids[i]), "{i}: {json}");
            }
        }
    }
    assert_eq!(wait_for_end(op), ScimState::Done);
    scim_op_free(op);
    scim_session_free(session);
    scim_emulator_free(emulator);
}

/// Takes a reply: its outcome, its error's id, its first record.
fn outcome_of(op: usize) -> (ScimOutcome, String, String) {
    let reply = take(op);
    let json = if reply.count == 0 {
        String::new()
    } else {
        // SAFETY: lent until the next take.
        let page = unsafe { std::slice::from_raw_parts(reply.page.data, reply.page.length) };
        let records = scim_client::record::Records::open(page).unwrap();
        records.get(0).unwrap().to_json()
    };
    (reply.outcome, outcome_error(op), json)
}

#[test]
fn a_full_window_waits_for_its_replies_to_be_taken() {
    let (session, emulator) = connect(5, "");
    let id = ids(session, 1).remove(0);
    let op = write(session, r#"{"throttleLimit":1}"#);
    let change = format!(r#"{{"verb":"Read","id":"{id}"}}"#);
    let mut given = 0;
    while submit(op, &change) == ScimState::Done {
        given += 1;
        assert!(given < 1000, "nothing is ever full");
    }
    assert_eq!(scim_op_wait(op, 10_000), ScimState::Ready);
    scim_op_finish(op);
    for _ in 0..given {
        assert_eq!(outcome_of(op).0, ScimOutcome::Done);
    }
    assert_eq!(wait_for_end(op), ScimState::Done);
    scim_op_free(op);
    scim_session_free(session);
    scim_emulator_free(emulator);
}

#[test]
fn a_stop_lets_what_is_in_flight_end_and_answers_for_the_rest() {
    let (session, emulator) = connect(5, r#","latencyMilliseconds":300"#);
    let id = ids(session, 1).remove(0);
    let op = write(session, r#"{"throttleLimit":2}"#);
    // Deletes of one object go one after another: the first is in flight, the others wait behind it.
    let change = format!(r#"{{"verb":"Delete","id":"{id}"}}"#);
    for _ in 0..5 {
        assert_eq!(submit(op, &change), ScimState::Done);
    }
    assert_eq!(scim_op_wait(op, 100), ScimState::Pending);
    assert_eq!(scim_op_stop(op), ScimState::Done);
    assert_eq!(submit(op, &change), ScimState::Cancelled);
    assert_eq!(outcome_of(op).0, ScimOutcome::Done);
    for _ in 0..4 {
        let (outcome, error, _) = outcome_of(op);
        assert_eq!((outcome, error.as_str()), (ScimOutcome::NotSent, "Cancelled"));
    }
    assert_eq!(wait_for_end(op), ScimState::Done);
    scim_op_free(op);
    scim_session_free(session);
    scim_emulator_free(emulator);
}

#[test]
fn what_would_meet_every_change_ends_the_operation_after_all_replies() {
    let (session, emulator) = connect(5, "");
    let id = ids(session, 1).remove(0);
    let op = write(session, r#"{"throttleLimit":1}"#);
    assert_eq!(scim_emulator_free(emulator), ScimState::Done);
    let change = format!(r#"{{"verb":"Delete","id":"{id}"}}"#);
    let mut given = 0;
    // Until the first has met it, more may be taken; each of them gets its reply.
    while given < 3 && submit(op, &change) == ScimState::Done {
        given += 1;
    }
    for _ in 0..given {
        let (outcome, error, _) = outcome_of(op);
        assert_eq!(
            (outcome, error.as_str()),
            (ScimOutcome::NotSent, "ConnectionRefused")
        );
    }
    scim_op_finish(op);
    assert_eq!(wait_for_end(op), ScimState::Failed);
    assert_eq!(error_id(op), "ConnectionRefused");
    assert_eq!(submit(op, &change), ScimState::Failed);
    scim_op_free(op);
    scim_session_free(session);
}

#[test]
fn what_takes_no_input_says_so() {
    let (session, emulator) = connect(1, "");
    // SAFETY: readable during the call.
    let list = unsafe { scim_op_list(session, slice(r#"{"endpoint":"Users"}"#)) };
    for op in [0, list, session, usize::MAX] {
        assert_eq!(submit(op, "{}"), ScimState::Invalid);
        assert_eq!(scim_op_finish(op), ScimState::Invalid);
        assert_eq!(scim_op_stop(op), ScimState::Invalid);
        // SAFETY: null is allowed.
        assert_eq!(
            unsafe { scim_op_reply_error(op, std::ptr::null_mut()) },
            ScimState::Invalid
        );
    }
    scim_op_free(list);
    scim_session_free(session);
    scim_emulator_free(emulator);
}
