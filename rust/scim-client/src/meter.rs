//! What a connection has done and what it has cost.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The counters of one connection, shared by all that use it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    billable: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    tokens: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Requests to the SCIM service that were sent, repeated ones included.
    pub requests: u64,
    /// Of these, the ones that the service bills.
    pub billable_requests: u64,
    /// Of these, the ones that repeated an earlier one.
    pub retries: u64,
    /// Bytes of response bodies, after decompression.
    pub bytes_received: u64,
    /// Requests to the identity platform.
    pub token_requests: u64,
}

impl Meter {
    /// Counts a request that is about to be sent, unless `budget` requests were sent already: then the count so far.
    pub(crate) fn admit(&self, budget: Option<u64>) -> Result<(), u64> {
        let Some(budget) = budget else {
            self.requests.fetch_add(1, Relaxed);
            return Ok(());
        };
        self.requests
            .fetch_update(Relaxed, Relaxed, |n| (n < budget).then_some(n + 1))
            .map(drop)
    }

    pub(crate) fn billed(&self) {
        self.billable.fetch_add(1, Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn token_requested(&self) {
        self.tokens.fetch_add(1, Relaxed);
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            requests: self.requests.load(Relaxed),
            billable_requests: self.billable.load(Relaxed),
            retries: self.retries.load(Relaxed),
            bytes_received: self.bytes.load(Relaxed),
            token_requests: self.tokens.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_never_exceeded() {
        let meter = Meter::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| _ = meter.admit(Some(250))));
            }
        });
        assert_eq!(meter.stats().requests, 250);
        assert_eq!(meter.admit(Some(250)), Err(250));
        assert_eq!(meter.admit(None), Ok(()));
    }
}
