//! The input of an operation that takes some: a short queue between the caller and the task.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use scim_client::change::Change;
use scim_client::write::Stopper;
use scim_client::{Error, Secret};

use crate::op::Op;
use crate::types::ScimState;

/// Changes that wait at most; the writer has a window of its own behind them.
const ROOM: usize = 64;

/// A change, or why it could not be read, and its password.
pub(crate) type Submission = (Result<Change, Error>, Option<Secret>);

/// What the caller has given and the task has not taken yet.
pub(crate) struct Input {
    queue: VecDeque<Submission>,
    /// Why nothing more is taken: what `submit` answers.
    closed: Option<ScimState>,
    stopper: Stopper,
}

impl Op {
    /// Makes this an operation that takes input.
    pub(crate) fn open_input(&self) -> Stopper {
        let stopper = Stopper::default();
        self.lock().input = Some(Input {
            queue: VecDeque::new(),
            closed: None,
            stopper: stopper.clone(),
        });
        stopper
    }

    /// Puts a change into the queue, once there is room. Gives up when a reply waits to be taken, or after `limit`.
    pub(crate) fn submit(&self, limit: Duration, make: impl FnOnce() -> Submission) -> ScimState {
        let deadline = Instant::now() + limit;
        let mut inside = self.lock();
        loop {
            let state = inside.state();
            let Some(input) = &mut inside.input else {
                return ScimState::Invalid;
            };
            match input.closed {
                Some(ScimState::Done) => return ScimState::Invalid,
                Some(state) => return state,
                None => {}
            }
            if !matches!(
                state,
                ScimState::Pending | ScimState::Ready | ScimState::NeedsInput
            ) {
                return state;
            }
            if input.queue.len() < ROOM {
                input.queue.push_back(make());
                drop(inside);
                self.wake.notify_waiters();
                return ScimState::Done;
            }
            let now = Instant::now();
            if state != ScimState::Pending || now >= deadline {
                return ScimState::Pending;
            }
            inside = self.wait_changed(inside, deadline - now);
        }
    }

    /// The next change; None when the input has ended.
    pub(crate) async fn next_input(&self) -> Option<Submission> {
        let mut next = None;
        self.until(|inside| match &mut inside.input {
            Some(input) => {
                next = input.queue.pop_front();
                next.is_some() || input.closed.is_some()
            }
            None => true,
        })
        .await;
        self.changed.notify_all();
        next
    }

    /// Takes nothing more; the first reason given stays, but for the end of an input that was finished.
    pub(crate) fn close_input(&self, why: ScimState) -> ScimState {
        let mut inside = self.lock();
        let Some(input) = &mut inside.input else {
            return ScimState::Invalid;
        };
        input.closed.get_or_insert(why);
        drop(inside);
        self.changed.notify_all();
        self.wake.notify_waiters();
        ScimState::Done
    }

    pub(crate) fn stop_input(&self) {
        if let Some(input) = &self.lock().input {
            input.stopper.stop();
        }
    }
}
