//! How often, and for how long, it is tried again: one budget for a page of a list, and one for all requests of an input
//! object, lookups included.
//!
//! - A failure that may pass (a lost connection, 500, 502, 504) is tried again as often as `-MaximumRetryCount` says.
//! - A server that says "later" is waited for: 429, and 503, for as long as it asks, or up to the time limit. A number that
//!   the caller chose holds for it too.
//! - Time without any answer counts against the time limit of a request, so a silent server costs that time once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::http::Limits;

/// What is left of a budget.
#[derive(Debug, Default)]
pub(crate) struct Retries(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    /// When the first try that failed began.
    began: Option<Instant>,
    /// Retries.
    tries: u32,
    /// Of these, the ones after a failure that was not a server's "later".
    failures: u32,
    /// Time of tries that ended without an answer.
    silent: Duration,
}

impl Retries {
    /// How long the next try may take.
    pub(crate) fn time_left(&self, limits: &Limits) -> Duration {
        let silent = self.spent().silent;
        limits
            .timeout
            .saturating_sub(silent)
            .max(Duration::from_secs(1).min(limits.timeout))
    }

    /// How long to wait before the next try; None when it is not worth it. The try that failed took `took`, and the
    /// service asks for a pause of `asked`.
    pub(crate) fn next(
        &self,
        limits: &Limits,
        error: &Error,
        took: Duration,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        let mut spent = self.spent();
        let now = Instant::now();
        let began = *spent.began.get_or_insert(now.checked_sub(took).unwrap_or(now));
        let status = error.details().status;
        if status.is_none() {
            spent.silent += took;
        }
        let asks = asked.is_some() || status == Some(429);
        let later = asks || status == Some(503);
        if (!later || limits.counts_all) && spent.failures >= limits.retries {
            return None;
        }
        let delay = limits.delay(spent.tries, asked);
        let whole = if later && !asks {
            limits.timeout
        } else {
            limits.budget
        };
        if now - began + delay > whole || (status.is_none() && spent.silent + delay >= limits.timeout) {
            return None;
        }
        spent.tries += 1;
        spent.failures += u32::from(!later || limits.counts_all);
        Some(delay)
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn limits() -> Limits {
        Limits {
            timeout: Duration::from_secs(100),
            retries: 5,
            counts_all: false,
            interval: Duration::from_millis(500),
            budget: Duration::from_secs(300),
        }
    }

    fn error(status: Option<u16>) -> Error {
        Error::new(Kind::ServerError, "x").with(|d| d.status = status)
    }

    /// As if each pause had been waited.
    fn waited(limits: &Limits, status: Option<u16>, took: u64, asked: Option<u64>) -> (u32, Duration) {
        let retries = Retries::default();
        let (mut times, mut whole) = (0, Duration::ZERO);
        let took = Duration::from_secs(took);
        while let Some(delay) = retries.next(limits, &error(status), took, asked.map(Duration::from_secs)) {
            times += 1;
            whole += delay + took;
            let mut spent = retries.spent();
            spent.began = spent
                .began
                .map(|began| began.checked_sub(delay + took).unwrap_or(began));
        }
        (times, whole)
    }

    #[test]
    fn a_minute_of_503_is_waited_out_and_other_failures_are_counted() {
        let (times, whole) = waited(&limits(), Some(503), 0, None);
        assert!((7..20).contains(&times), "{times}");
        assert!((61..=100).contains(&whole.as_secs()), "{whole:?}");
        assert_eq!(waited(&limits(), Some(500), 0, None).0, 5);
        assert_eq!(waited(&limits(), None, 0, None).0, 5);
        let counted = Limits {
            counts_all: true,
            ..limits()
        };
        assert_eq!(waited(&counted, Some(503), 0, None).0, 5);
        assert_eq!(waited(&counted, Some(429), 0, Some(1)).0, 5);
    }

    #[test]
    fn what_a_service_asks_for_is_waited_up_to_the_budget() {
        let (times, whole) = waited(&limits(), Some(429), 0, Some(60));
        assert_eq!(times, 4);
        assert!(whole <= Duration::from_secs(300));
        assert_eq!(waited(&limits(), Some(503), 0, Some(301)).0, 0);
    }

    #[test]
    fn a_server_that_never_answers_costs_the_time_limit_once() {
        let retries = Retries::default();
        let limits = limits();
        let minute = Duration::from_secs(60);
        assert_eq!(retries.time_left(&limits), limits.timeout);
        assert!(retries.next(&limits, &error(None), minute, None).is_some());
        assert_eq!(retries.time_left(&limits), Duration::from_secs(40));
        assert_eq!(
            retries.next(&limits, &error(None), Duration::from_secs(40), None),
            None
        );
    }

    #[test]
    fn requests_of_one_object_share_their_retries() {
        let retries = Retries::default();
        let next = || retries.next(&limits(), &error(None), Duration::ZERO, None);
        assert_eq!((0..20).filter(|_| next().is_some()).count(), 5);
    }
}
