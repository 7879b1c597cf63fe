//! Operations: the one shape of everything that waits. An operation runs on the runtime; the caller polls it with
//! `scim_op_wait`, takes its replies, and frees it. Nothing here ever calls back into the caller.

pub(crate) mod calls;

use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use scim_client::event::{Answering, Event, Observer, Question};
use scim_client::page::Page;
use scim_client::write::Outcome;
use scim_client::{Error, Kind, Reader, Redactor, Secret, Session};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::handle::Table;
use crate::input::Input;
use crate::runtime;
use crate::types::ScimState;

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
    /// The object's version after it.
    pub(crate) version: Option<String>,
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
    /// Whose secrets are masked in what is told, until it has ended.
    session: Mutex<Option<Arc<Session>>>,
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
    /// Resources that couldn't be read completely: each with the number of its record in the reply taken last, where it
    /// has one there, and its error.
    incomplete: VecDeque<(Option<usize>, Error)>,
    lent_incomplete: Option<Error>,
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
            session: Mutex::default(),
        })
    }

    /// Starts an operation and gives its handle. `work` gets the operation itself, to hand replies to.
    pub(crate) fn start<F, W>(work: W) -> usize
    where
        W: FnOnce(Arc<Op>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::begin(Self::new(), work)
    }

    /// The same for an operation on a session, whose secrets are masked in events and errors, and which it does not
    /// outlive: once the session is closed, the operation fails.
    pub(crate) fn start_on<F, W>(session: Arc<Session>, work: W) -> usize
    where
        W: FnOnce(Arc<Op>, Arc<Session>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::start_writing_on(session, |op, session| {
            let work = work(op, Arc::clone(&session));
            async move {
                tokio::select! {
                    biased;
                    error = session.closed() => Err(error),
                    result = work => result,
                }
            }
        })
    }

    /// The same for an operation that looks after the end of the session itself.
    pub(crate) fn start_writing_on<F, W>(session: Arc<Session>, work: W) -> usize
    where
        W: FnOnce(Arc<Op>, Arc<Session>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let op = Self::new();
        *op.session() = Some(Arc::clone(&session));
        Self::begin(op, |op| work(op, session))
    }

    fn begin<F, W>(op: Arc<Self>, work: W) -> usize
    where
        W: FnOnce(Arc<Op>) -> F,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
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
                            Ok(Err(error)) => Err(Ended::failed(task.redactor().error(error))),
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

    fn session(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn redactor(&self) -> Redactor {
        let session = self.session();
        session
            .as_ref()
            .map(|session| session.redactor())
            .unwrap_or_default()
    }

    fn end(&self, result: Result<(), Ended>) {
        *self.session() = None;
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
            answer.ok_or_else(|| Error::new(Kind::InternalError, "A question got an empty answer."))
        })
    }

    fn incomplete(&self, error: Error) {
        self.lock().incomplete.push_back((None, error));
    }

    fn event(&self, event: Event) {
        let event = event.redacted(&self.redactor());
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
        format!("PSScim failed because of a defect: {text}."),
    )
}
