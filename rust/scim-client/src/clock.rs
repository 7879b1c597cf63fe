//! The server's clock, as its answers tell it: to see whether an object is older than a request of ours, and whether ours
//! is wrong. Tokens and signed assertions say from when to when they hold, by clocks on both sides: where these differ, a
//! good token is refused, and nothing in the refusal says why.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, DATE, HeaderMap};

use crate::event::{Event, Observer};
use crate::http::Answer;

/// Less is not told: identity platforms allow five minutes, and tokens are renewed that much ahead.
const TOLERATED: SignedDuration = SignedDuration::from_secs(240);

/// How far the server's clock is ahead of ours.
#[derive(Debug)]
pub(crate) struct Clock {
    milliseconds: AtomicI64,
    /// Once in the life of a connection is enough.
    told: AtomicBool,
}

/// No answer has told yet.
const UNTOLD: i64 = i64::MIN;

impl Default for Clock {
    fn default() -> Self {
        Self {
            milliseconds: AtomicI64::new(UNTOLD),
            told: AtomicBool::new(false),
        }
    }
}

/// What the server's clock showed when it answered: its `Date` (RFC 9110 section 6.6.1), and the `Age` of what a cache
/// gave (RFC 9111 section 5.1).
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = |name| headers.get(name)?.to_str().ok();
    let made = httpdate::parse_http_date(text(DATE)?.trim()).ok()?;
    let age = text(AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    made.checked_add(Duration::from_secs(age))
}

impl Clock {
    /// Takes note of an answer's date, and tells of a difference that is worth telling.
    pub(crate) fn read(&self, answer: &Answer, observer: &dyn Observer) {
        let Some(date) = answer.date.and_then(|date| Timestamp::try_from(date).ok()) else {
            return;
        };
        let ahead = date.duration_since(Timestamp::now());
        self.milliseconds
            .store(i64::try_from(ahead.as_millis()).unwrap_or_default(), Relaxed);
        if ahead.abs() <= TOLERATED || self.told.swap(true, Relaxed) {
            return;
        }
        let direction = if ahead.is_positive() { "behind" } else { "ahead of" };
        observer.event(Event::Warning(format!(
            "The clock of this computer is {} {direction} the clock of {}. Valid tokens may be refused, and expired tokens may be used. Correct the clock.",
            in_words(ahead),
            answer.host
        )));
    }

    /// What it showed when ours showed this; None while no answer has told.
    pub(crate) fn at(&self, ours: Timestamp) -> Option<Timestamp> {
        let ahead = self.milliseconds.load(Relaxed);
        let ahead = (ahead != UNTOLD).then_some(SignedDuration::from_millis(ahead))?;
        ours.checked_add(ahead).ok()
    }
}

fn in_words(difference: SignedDuration) -> String {
    let minutes = (difference.as_secs().unsigned_abs() + 30) / 60;
    match minutes {
        0..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cache_gave_counts_from_when_it_was_made() {
        let seconds = |made: &str, age: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, made.parse().unwrap());
            if let Some(age) = age {
                headers.insert(AGE, age.parse().unwrap());
            }
            let from = httpdate::parse_http_date("Sun, 06 Nov 1994 07:00:00 GMT").unwrap();
            date(&headers).map(|at| at.duration_since(from).unwrap().as_secs())
        };
        assert_eq!(seconds("Sun, 06 Nov 1994 08:10:00 GMT", None), Some(4200));
        assert_eq!(seconds("Sun, 06 Nov 1994 07:00:00 GMT", Some("3600")), Some(3600));
        assert_eq!(seconds("Sun, 06 Nov 1994 07:00:00 GMT", Some("old")), Some(0));
        assert_eq!(seconds("yesterday", None), None);
    }
}
