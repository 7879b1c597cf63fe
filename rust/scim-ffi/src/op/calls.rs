//! The calls by which the other side follows an operation.

use std::time::Duration;

use scim_client::event::{Event, Question};
use scim_client::{Error, Secret};

use super::{Ended, OPS, Reply};
use crate::panic::{guard, guard_state};
use crate::types::{
    ScimError, ScimEvent, ScimEventKind, ScimIncomplete, ScimQuestion, ScimQuestionKind, ScimReply,
    ScimSlice, ScimState,
};

/// Waits until the operation is no longer `Pending`, for `milliseconds` at most, and says how it stands. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_wait(op: usize, milliseconds: u32) -> ScimState {
    guard_state(|| match OPS.get(op) {
        Some(op) => op.wait(Duration::from_millis(u64::from(milliseconds))),
        None => ScimState::Invalid,
    })
}

/// Takes the reply that waits: writes it to `reply` and answers `Ready`. Where none waits, answers how the operation
/// stands and writes nothing. What the reply lends is valid until the next take or the end of the operation.
///
/// # Safety
/// `reply` must be null (then nothing is taken) or point to a writable `ScimReply`. One thread at a time takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_take(op: usize, reply: *mut ScimReply) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !reply.is_null()) else {
            return ScimState::Invalid;
        };
        let mut inside = op.lock();
        let state = inside.state();
        if state != ScimState::Ready {
            return state;
        }
        inside.lent = inside.waiting.pop_front();
        let Some(lent) = &inside.lent else {
            return ScimState::Invalid;
        };
        let is_part = lent.is_part();
        let page = lent.page.as_ref();
        let secret = lent.secret.as_ref();
        let bytes = page.map(|p| p.buffer.as_slice()).or(secret.map(Secret::bytes));
        let out = ScimReply {
            page: ScimSlice::lend(bytes.unwrap_or_default()),
            count: page.map_or(u32::try_from(lent.count).unwrap_or(u32::MAX), |p| p.count as u32),
            is_part: u32::from(is_part),
            whole: page.and_then(|p| p.whole).map_or(-1, as_count),
            has_more: u32::from(lent.has_more),
            total_results: page
                .map_or(lent.total_results, |p| p.total_results)
                .map_or(-1, as_count),
            next_cursor: ScimSlice::lend_text(page.and_then(|p| p.next_cursor.as_ref())),
            handle: lent.handle,
            outcome: lent.outcome.into(),
            version: ScimSlice::lend_text(lent.version.as_ref()),
        };
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe { reply.write(out) };
        let incomplete: Vec<_> = page
            .into_iter()
            .flat_map(|page| &page.incomplete)
            .map(|each| (each.record, Error::of_incomplete(each)))
            .collect();
        inside.incomplete.extend(incomplete);
        inside.taken += u64::from(!is_part);
        drop(inside);
        op.wake.notify_waiters();
        ScimState::Ready
    })
}

/// A count as it crosses the border; -1 where it does not fit.
fn as_count(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(-1)
}

/// Allows the operation to fetch what comes behind the reply taken last, or behind the page of which it is a part.
/// Without it a list stays where it is: no request is made for a page that nobody asked for. Calling it twice for one
/// page allows no more than once.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_continue(op: usize) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op) else {
            return ScimState::Invalid;
        };
        let mut inside = op.lock();
        let in_part = inside.lent.as_ref().is_some_and(Reply::is_part);
        inside.allowed = inside.taken + u64::from(in_part) + 1;
        drop(inside);
        op.wake.notify_waiters();
        ScimState::Done
    })
}

/// Takes the oldest event: writes it to `event` and answers `Ready`, or `Done` where there is none. Its text is valid
/// until the next call or the end of the operation.
///
/// # Safety
/// `event` must be null (then nothing is taken) or point to a writable `ScimEvent`. One thread at a time takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_event(op: usize, event: *mut ScimEvent) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !event.is_null()) else {
            return ScimState::Invalid;
        };
        let mut inside = op.lock();
        let Some(next) = inside.events.pop_front() else {
            return ScimState::Done;
        };
        inside.lent_event = next.to_string();
        let (kind, time) = match next {
            Event::Request { elapsed, .. } => (ScimEventKind::Request, elapsed),
            Event::Waiting { delay, .. } => (ScimEventKind::Waiting, delay),
            Event::Token { elapsed, .. } => (ScimEventKind::Token, elapsed),
            Event::Note(_) => (ScimEventKind::Note, Duration::ZERO),
            Event::Warning(_) => (ScimEventKind::Warning, Duration::ZERO),
            Event::Incomplete => (ScimEventKind::Incomplete, Duration::ZERO),
        };
        let text = ScimSlice::lend(inside.lent_event.as_bytes());
        let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe {
            event.write(ScimEvent {
                kind,
                text,
                milliseconds,
            })
        };
        ScimState::Ready
    })
}

/// Takes the oldest of the resources that couldn't be read completely: writes it to `incomplete` and answers `Ready`, or
/// `Done` where there is none. After a take these are the ones of its page. What it lends is valid until the next call or
/// the end of the operation.
///
/// # Safety
/// `incomplete` must be null (then nothing is taken) or point to a writable `ScimIncomplete`. One thread at a time takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_incomplete(op: usize, incomplete: *mut ScimIncomplete) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !incomplete.is_null()) else {
            return ScimState::Invalid;
        };
        let mut inside = op.lock();
        let Some((record, error)) = inside.incomplete.pop_front() else {
            return ScimState::Done;
        };
        let error = inside.lent_incomplete.insert(error);
        let out = ScimIncomplete {
            place: record.map_or(-1, as_count),
            error: ScimError::lend(error.details()),
        };
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe { incomplete.write(out) };
        ScimState::Ready
    })
}

/// Writes the question that an operation in `NeedsInput` asks to `question` and answers `NeedsInput`; for any other
/// operation, answers how it stands and writes nothing.
///
/// # Safety
/// `question` must be null (then nothing is written) or point to a writable `ScimQuestion`. One thread at a time asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_question(op: usize, question: *mut ScimQuestion) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !question.is_null()) else {
            return ScimState::Invalid;
        };
        let mut inside = op.lock();
        let state = inside.state();
        let Some(asked) = inside.question.clone().filter(|_| state == ScimState::NeedsInput) else {
            return state;
        };
        let kind = match asked {
            Question::Signature(data) => {
                inside.lent_question = data;
                ScimQuestionKind::Signature
            }
            Question::AccessToken => {
                inside.lent_question = Vec::new();
                ScimQuestionKind::AccessToken
            }
        };
        let data = ScimSlice::lend(&inside.lent_question);
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe { question.write(ScimQuestion { kind, data }) };
        ScimState::NeedsInput
    })
}

/// Answers the question that an operation asks. The bytes are copied and wiped when they were used; the caller wipes its
/// own. Where no question stands, since it was withdrawn, the answer is dropped.
///
/// # Safety
/// `answer` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_supply(op: usize, answer: ScimSlice) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op) else {
            return ScimState::Invalid;
        };
        // SAFETY: by this function's own contract.
        let answer = Secret::new(unsafe { answer.borrow() }.to_vec());
        let mut inside = op.lock();
        if inside.question.is_some() {
            inside.answer = Some(answer);
        }
        drop(inside);
        op.wake.notify_waiters();
        ScimState::Done
    })
}

/// Writes the error of an operation that has `Failed` to `error` and answers `Failed`; for any other operation, answers
/// how it stands and writes nothing.
///
/// # Safety
/// `error` must be null (then nothing is written) or point to a writable `ScimError`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_error(op: usize, error: *mut ScimError) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !error.is_null()) else {
            return ScimState::Invalid;
        };
        let inside = op.lock();
        let Some(Err(Ended::Failed(failure))) = &inside.ended else {
            return inside.state();
        };
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe { error.write(ScimError::lend(failure.error.details())) };
        ScimState::Failed
    })
}

/// Ends the operation: a request in flight is dropped, nothing more is sent. Any thread, any number of times.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_cancel(op: usize) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op) else {
            return ScimState::Invalid;
        };
        op.cancel.cancel();
        // Whoever waits learns it now; the task may still be letting go of its connection.
        op.end(Err(Ended::Cancelled));
        ScimState::Done
    })
}

/// Cancels the operation and gives up its memory and all that it lent. A second call, or 0, answers `Invalid`.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_free(op: usize) -> ScimState {
    guard(ScimState::Invalid, || match OPS.remove(op) {
        Some(op) => {
            op.cancel.cancel();
            ScimState::Done
        }
        None => ScimState::Invalid,
    })
}
