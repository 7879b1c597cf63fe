//! What is read out of the headers of an answer. Whoever answers writes them, so nothing in them is taken on trust.

use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;

/// The longest pause in seconds that is believed: a year.
const LONGEST: f64 = 86_400.0 * 365.0;

/// Retry-After (RFC 9110 section 10.2.3): seconds, or a date. None where it is neither, or beyond all reason.
#[must_use]
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (0.0..=LONGEST)
            .contains(&seconds)
            .then(|| Duration::from_secs_f64(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let pause = date.duration_since(now).unwrap_or_default();
    (pause.as_secs_f64() <= LONGEST).then_some(pause)
}

/// How long an answer asks to wait: by Retry-After, or where a throttling server gives none, by when its limit is over.
pub(crate) fn pause(
    status: u16,
    header: impl Fn(&str) -> Option<String>,
    now: SystemTime,
) -> Option<Duration> {
    let asked = header(RETRY_AFTER.as_str()).and_then(|text| retry_after(&text, now));
    let over = || RESETS.iter().find_map(|name| reset(&header(name)?, now));
    asked.or_else(|| (status == 429).then(over).flatten())
}

const RESETS: [&str; 3] = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];

/// The value of one of them: seconds from now, or since 1970.
fn reset(text: &str, now: SystemTime) -> Option<Duration> {
    let seconds: u64 = text.trim().parse().ok()?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::try_from(seconds).ok()?));
    // As a pause it would be thirty years.
    let pause = if seconds < 1_000_000_000 {
        Duration::from_secs(seconds)
    } else {
        at.duration_since(now).unwrap_or_default()
    };
    (pause.as_secs_f64() <= LONGEST).then_some(pause)
}

/// The realm of a `WWW-Authenticate: Basic realm=…` (RFC 7617), in quotes or without them; None for any other scheme.
#[must_use]
pub fn basic_realm(challenge: &str) -> Option<&str> {
    let (scheme, rest) = challenge.trim().split_once(' ')?;
    let realm = rest.trim().strip_prefix("realm=")?.trim_matches('"');
    scheme.eq_ignore_ascii_case("basic").then_some(realm)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_takes_seconds_and_dates() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let parse = |text: &str| retry_after(text, now).map(|d| d.as_secs_f64());
        assert_eq!(parse("12"), Some(12.0));
        assert_eq!(parse(" 0.5 "), Some(0.5));
        assert_eq!(parse("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30.0));
        assert_eq!(parse("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0.0));
        for bad in ["-1", "soon", "", "1e300", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_reset_is_a_pause_or_a_moment() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(reset("30", now), Some(Duration::from_secs(30)));
        assert_eq!(reset(" 1800000012 ", now), Some(Duration::from_secs(12)));
        assert_eq!(reset("1700000000", now), Some(Duration::ZERO));
        for bad in [
            "",
            "-1",
            "soon",
            "999999999",
            "4000000000",
            "18446744073709551615",
        ] {
            assert_eq!(reset(bad, now), None, "{bad}");
        }
    }

    #[test]
    fn a_realm_is_read_of_basic_only() {
        assert_eq!(basic_realm("Basic realm=/a b.key"), Some("/a b.key"));
        assert_eq!(basic_realm(" basic realm=\"x\" "), Some("x"));
        for other in ["", "Basic", "Bearer realm=x", "Basic charset=utf-8", "realm=x"] {
            assert_eq!(basic_realm(other), None, "{other}");
        }
    }
}
