//! Operations: the one shape of everything that waits. An operation runs on the runtime; the caller polls it with
//! `scim_op_wait`, takes its replies, and frees it. Nothing here ever calls back into the caller.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use scim_client::event::{Answering, Event, Observer, Question};
use scim_client::page::Page;
use scim_client::write::Outcome;
use scim_client::{Error, Kind, Reader, Secret};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::handle::Table;
use crate::input::Input;
use crate::panic::{guard, guard_state};
use crate::runtime;
use crate::types::{
    ScimError, ScimEvent, ScimEventKind, ScimQuestion, ScimQuestionKind, ScimReply, ScimSlice, ScimState,
};

pub(crate) static OPS: Table<Op> = Table::new();

/// Events that wait at most; above that the oldest go. A cmdlet drains them ten times a second.
const EVENTS: usize = 1000;

/// What an operation hands over.
#[derive(Default)]
pub(crate) struct Reply {
    pub(crate) page: Option<Page>,
    /// In place of a page: bytes that are wiped when the reply goes.
    pub(crate) secret: Option<Secret>,
    pub(crate) has_more: bool,
    /// Of a reply without a page: what it counts, and how many there are in all.
    pub(crate) count: u64,
    pub(crate) total_results: Option<u64>,
    pub(crate) handle: usize,
    /// What became of a change, and why.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) error: Option<Error>,
}

impl Reply {
    /// Whether it is a part of a page of which more comes.
    fn is_part(&self) -> bool {
        self.page.as_ref().is_some_and(|page| !page.last)
    }
}

/// One operation, shared between the caller and the task that does the work.
pub(crate) struct Op {
    inside: Mutex<Inside>,
    pub(crate) changed: Condvar,
    /// Wakes the task: a reply was taken, more is allowed, or there is input.
    pub(crate) wake: Notify,
    cancel: CancellationToken,
}

#[derive(Default)]
pub(crate) struct Inside {
    /// The replies that wait to be taken: one, or the parts of a page that have arrived.
    waiting: VecDeque<Reply>,
    /// The reply that was taken last: its memory is lent to the caller.
    lent: Option<Reply>,
    /// How many replies were given; the parts of a page count as one, once they are all there.
    given: u64,
    /// How many of those were taken.
    taken: u64,
    /// How many replies the caller allows so far.
    allowed: u64,
    ended: Option<Result<(), Ended>>,
    events: VecDeque<Event>,
    lent_event: String,
    question: Option<Question>,
    lent_question: Vec<u8>,
    answer: Option<Secret>,
    /// Of an operation that takes some.
    pub(crate) input: Option<Input>,
}

/// How an operation ended other than well.
enum Ended {
    Failed(Box<Failure>),
    Cancelled,
}

/// An error with its texts in places that can be lent.
struct Failure {
    error: Error,
}

impl Op {
    fn new() -> Arc<Self> {
        let inside = Mutex::new(Inside {
            allowed: 1,
            ..Inside::default()
        });
        Arc::new(Self {
            inside,
            changed: Condvar::new(),
            wake: Notify::new(),
            cancel: CancellationToken::new(),
        })
    }

    /// Starts an operation and gives its handle. `work` gets the operation itself, to hand replies to.
    pub(crate) fn start<F, W>(work: W) -> usize
    where
        W: FnOnce(Arc<Op>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let op = Self::new();
        match runtime::get() {
            Ok(runtime) => {
                let work = AssertUnwindSafe(work(Arc::clone(&op))).catch_unwind();
                let task = Arc::clone(&op);
                runtime.spawn(async move {
                    let result = tokio::select! {
                        biased;
                        () = task.cancel.cancelled() => Err(Ended::Cancelled),
                        result = work => match result {
                            Ok(Ok(())) => Ok(()),
                            Ok(Err(error)) => Err(Ended::failed(error)),
                            Err(panic) => Err(Ended::failed(of_panic(panic.as_ref()))),
                        },
                    };
                    task.end(result);
                });
            }
            Err(error) => op.end(Err(Ended::failed(error))),
        }
        OPS.insert(op)
    }

    /// An operation that has already failed.
    pub(crate) fn failed(error: Error) -> usize {
        let op = Self::new();
        op.end(Err(Ended::failed(error)));
        OPS.insert(op)
    }

    /// An operation whose only reply is already there.
    pub(crate) fn ready(reply: Reply) -> usize {
        let op = Self::new();
        op.push(reply);
        op.end(Ok(()));
        OPS.insert(op)
    }

    /// Hands a reply over, as soon as the one before was taken.
    pub(crate) async fn give(&self, reply: Reply) {
        self.vacant().await;
        self.push(reply);
    }

    /// Hands a reply over behind those that wait: a part of a page, which must not wait for a slow caller while its
    /// answer is on the line.
    pub(crate) fn push(&self, reply: Reply) {
        let mut inside = self.lock();
        inside.given += u64::from(!reply.is_part());
        inside.waiting.push_back(reply);
        drop(inside);
        self.changed.notify_all();
    }

    /// Puts a reply where the caller finds it, in place of one that was not taken: for what is soon out of date.
    pub(crate) fn offer(&self, reply: Reply) {
        let mut inside = self.lock();
        inside.given += u64::from(inside.waiting.is_empty());
        inside.waiting.clear();
        inside.waiting.push_back(reply);
        drop(inside);
        self.changed.notify_all();
    }

    /// Waits until the caller allows a reply beyond those given.
    pub(crate) async fn allowed(&self) {
        self.until(|inside| inside.allowed > inside.given).await;
    }

    /// Waits until no reply waits to be taken.
    pub(crate) async fn vacant(&self) {
        self.until(|inside| inside.waiting.is_empty()).await;
    }

    /// Shows the error of the reply that was taken last.
    pub(crate) fn with_reply_error<T>(&self, show: impl FnOnce(Option<&Error>) -> T) -> T {
        show(self.lock().lent.as_ref().and_then(|reply| reply.error.as_ref()))
    }

    pub(crate) async fn until(&self, mut holds: impl FnMut(&mut Inside) -> bool) {
        loop {
            let woken = self.wake.notified();
            if holds(&mut self.lock()) {
                return;
            }
            woken.await;
        }
    }

    fn end(&self, result: Result<(), Ended>) {
        self.lock().ended.get_or_insert(result);
        self.changed.notify_all();
    }

    /// Waits for a change of the operation's state, for so long at most.
    pub(crate) fn wait_changed<'op>(
        &'op self,
        inside: MutexGuard<'op, Inside>,
        limit: Duration,
    ) -> MutexGuard<'op, Inside> {
        self.changed
            .wait_timeout(inside, limit)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, limit: Duration) -> ScimState {
        let deadline = Instant::now() + limit;
        let mut inside = self.lock();
        loop {
            let state = inside.state();
            let now = Instant::now();
            if state != ScimState::Pending || now >= deadline {
                return state;
            }
            inside = self.wait_changed(inside, deadline - now);
        }
    }
}

impl Observer for Op {
    fn ask(&self, question: Question) -> Answering<'_> {
        Box::pin(async move {
            let asked = Asked(self);
            self.lock().question = Some(question);
            self.changed.notify_all();
            let mut answer = None;
            self.until(|inside| {
                answer = inside.answer.take();
                answer.is_some()
            })
            .await;
            drop(asked);
            answer.ok_or_else(|| Error::new(Kind::InternalError, "A question was answered by nothing."))
        })
    }

    fn event(&self, event: Event) {
        let mut inside = self.lock();
        if inside.events.len() >= EVENTS {
            inside.events.pop_front();
        }
        inside.events.push_back(event);
    }
}

impl Reader for Op {
    /// While a page arrives, its reply is not given yet, and one more than it is what `scim_op_continue` allows.
    fn goes_on(&self) -> bool {
        let inside = self.lock();
        inside.allowed > inside.given + 1
    }
}

/// A question that stands; it is withdrawn when nobody waits for its answer any more.
struct Asked<'op>(&'op Op);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut inside = self.0.lock();
        inside.question = None;
        inside.answer = None;
    }
}

impl Inside {
    pub(crate) fn state(&self) -> ScimState {
        match &self.ended {
            Some(Err(Ended::Cancelled)) => ScimState::Cancelled,
            _ if !self.waiting.is_empty() => ScimState::Ready,
            None if self.question.is_some() && self.answer.is_none() => ScimState::NeedsInput,
            None => ScimState::Pending,
            Some(Ok(())) => ScimState::Done,
            Some(Err(Ended::Failed(_))) => ScimState::Failed,
        }
    }
}

impl Ended {
    fn failed(error: Error) -> Self {
        Self::Failed(Box::new(Failure { error }))
    }
}

fn of_panic(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(
        Kind::InternalError,
        format!("PSScim met a defect of its own: {text}."),
    )
}

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
        };
        // SAFETY: not null, and the caller says that it can be written to.
        unsafe { reply.write(out) };
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
