//! Writing: an operation that takes input. Changes are given to it one by one, a reply comes for each, in the same order.

use std::sync::Arc;
use std::time::Duration;

use scim_client::write::{Options, Outcome, Report, Writer};
use scim_client::{Secret, Session};

use crate::op::{OPS, Op, Reply};
use crate::panic::{guard, guard_state};
use crate::session::{SESSIONS, closed};
use crate::types::{ScimError, ScimOutcome, ScimSlice, ScimState};

/// How long a change waits for room before its caller is sent to look after replies, events and Ctrl+C.
const PATIENCE: Duration = Duration::from_millis(100);

/// Starts writing: `options` is the JSON of scim-client's `write::Options`. Give it changes by `scim_op_submit`, end the
/// input by `scim_op_finish`. A reply comes for each change, in the order of the input: its `outcome`, a page with what
/// came of it, where something did, and its error by `scim_op_reply_error`. A change that fails does not end the
/// operation; what would meet every change does (`Failed`, after all replies), and then nothing further is sent.
///
/// # Safety
/// `options` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_write(session: usize, options: ScimSlice) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        // SAFETY: by this function's own contract.
        let options = match unsafe { options.json::<Options>() } {
            Ok(options) => options,
            Err(error) => return Op::failed(error),
        };
        Op::start_writing_on(session, |op, session| {
            let stopper = op.open_input();
            async move {
                let writer = Writer::new(&session, options, &stopper, op.clone()).await?;
                drive(&session, &op, writer).await
            }
        })
    })
}

async fn drive(session: &Session, op: &Arc<Op>, mut writer: Writer) -> Result<(), scim_client::Error> {
    let mut open = true;
    while open || writer.is_busy() {
        if writer.has_ended() {
            op.close_input(ScimState::Failed);
        }
        tokio::select! {
            biased;
            error = session.closed(), if !writer.has_ended() => writer.end(error),
            report = async { op.vacant().await; writer.next().await }, if writer.is_busy() => {
                if let Some(report) = report {
                    op.give(reply(report)).await;
                }
            }
            next = op.next_input(), if open && writer.has_room() => match next {
                Some((Ok(mut change), password)) => match session.qualify(&mut change, &**op).await {
                    Ok(()) => writer.submit(&change, password),
                    Err(error) => writer.refuse(error),
                },
                Some((Err(error), _)) => writer.refuse(error),
                None => {
                    writer.finish();
                    open = false;
                }
            },
        }
    }
    match writer.ending() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn reply(report: Report) -> Reply {
    Reply {
        page: report.page,
        secret: report.body.map(Secret::new),
        outcome: Some(report.outcome),
        version: report.version,
        error: report.error,
        ..Reply::default()
    }
}

/// Gives the operation a change: `change` is the JSON of scim-client's `change::Change`, `secret` its password, or
/// nothing. It is copied into memory that is wiped; the caller wipes its own. `Done`: it was taken. `Pending`: there was
/// no room for a moment; take the replies that wait, and give it again. `Failed`, `Cancelled`: the operation takes no
/// more, since it has met an error or was stopped; wait for the replies that are still to come and for its end.
///
/// # Safety
/// Both slices must be readable during the call. One thread at a time submits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_submit(op: usize, change: ScimSlice, secret: ScimSlice) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op) else {
            return ScimState::Invalid;
        };
        op.submit(PATIENCE, || {
            // SAFETY: by this function's own contract.
            let (change, secret) = unsafe { (change.json(), secret.borrow()) };
            (change, (!secret.is_empty()).then(|| Secret::new(secret.to_vec())))
        })
    })
}

/// Ends the input. The operation ends when the last reply was taken.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_finish(op: usize) -> ScimState {
    guard_state(|| match OPS.get(op) {
        Some(op) => op.close_input(ScimState::Done),
        None => ScimState::Invalid,
    })
}

/// Stops writing, as Ctrl+C does: nothing further is sent, what is in flight is waited for, for a while, and each change
/// that was given gets its reply: what it came to, `NotSent`, or `Unknown`. Any thread, any number of times.
#[unsafe(no_mangle)]
pub extern "C" fn scim_op_stop(op: usize) -> ScimState {
    guard_state(|| match OPS.get(op) {
        Some(op) => {
            op.stop_input();
            op.close_input(ScimState::Cancelled)
        }
        None => ScimState::Invalid,
    })
}

/// Writes the error of the reply taken last to `error` and answers `Failed`, or answers `Done` where it has none. Valid
/// until the next take.
///
/// # Safety
/// `error` must be null (then nothing is written) or point to a writable `ScimError`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_reply_error(op: usize, error: *mut ScimError) -> ScimState {
    guard_state(|| {
        let Some(op) = OPS.get(op).filter(|_| !error.is_null()) else {
            return ScimState::Invalid;
        };
        op.with_reply_error(|found| match found {
            Some(found) => {
                // SAFETY: not null, and the caller says that it can be written to.
                unsafe { error.write(ScimError::lend(found.details())) };
                ScimState::Failed
            }
            None => ScimState::Done,
        })
    })
}

impl From<Option<Outcome>> for ScimOutcome {
    fn from(outcome: Option<Outcome>) -> Self {
        match outcome {
            None => Self::None,
            Some(Outcome::Done) => Self::Done,
            Some(Outcome::Unchanged) => Self::Unchanged,
            Some(Outcome::Planned) => Self::Planned,
            Some(Outcome::Failed) => Self::Failed,
            Some(Outcome::NotSent) => Self::NotSent,
            Some(Outcome::Unknown) => Self::Unknown,
            Some(Outcome::AlreadyDone) => Self::AlreadyDone,
        }
    }
}
