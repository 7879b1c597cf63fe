//! The server's clock, as its answers tell it: to see whether an object is older than a request of ours.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

/// How far the server's clock is ahead of ours.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    milliseconds: AtomicI64,
}

impl Clock {
    /// Takes note of an answer's `Date`.
    pub(crate) fn read(&self, date: Option<SystemTime>) {
        let Some(date) = date.and_then(|date| Timestamp::try_from(date).ok()) else {
            return;
        };
        let ahead = date.duration_since(Timestamp::now());
        self.milliseconds
            .store(i64::try_from(ahead.as_millis()).unwrap_or_default(), Relaxed);
    }

    /// What it shows now.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.milliseconds.load(Relaxed));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}
