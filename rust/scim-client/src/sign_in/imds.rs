//! The virtual machine's instance metadata service: whether it is there, and the patience that its documentation asks
//! for ("How to use managed identities for Azure resources on an Azure VM", error handling and retry guidance).

use std::time::Duration;

use super::identity::unavailable;
use crate::error::Error;
use crate::event::Event;
use crate::http::{Answer, Exchange};

/// A link-local address, the same on every machine.
pub(super) const ADDRESS: &str = "http://169.254.169.254";
/// How long the service has to show that it is there at all.
const PROBE: Duration = Duration::from_secs(2);
/// Seconds before each retry.
const PAUSES: [u32; 5] = [0, 2, 6, 14, 30];
/// 410 says that the service is being updated, and is back within 70 seconds: so often, and after so many seconds each.
const UPDATES: (u32, u32) = (7, 10);

/// Whether anybody is there: a laptop should not wait for what a laptop does not have. Asked without its header the
/// service refuses at once and gives no token.
pub(super) async fn probe(bare: reqwest::RequestBuilder, what: &str, on: &Exchange<'_>) -> Result<(), Error> {
    on.probe(bare, what, PROBE).await.map_err(|error| {
        unavailable(format!(
            "No managed identity endpoint was found: no environment variable sets one, and {error}"
        ))
    })
}

/// Asks until the service gives an answer that no patience would change. `second` is a second, but for tests.
pub(super) async fn ask(
    request: impl Fn() -> reqwest::RequestBuilder,
    what: &str,
    on: &Exchange<'_>,
    second: Duration,
) -> Result<Answer, Error> {
    let (mut retry, mut waited) = (0, Duration::ZERO);
    loop {
        let result = on.once(request(), what).await;
        let (pause, asked, reason) = match &result {
            Ok(answer) => (
                pause(answer.status, retry, on.limits.retries),
                answer.retry_after,
                format!("HTTP status {} to {what}", answer.status),
            ),
            // No answer at all: as if the service had broken down.
            Err(error) if on.http.may_pass(error) => {
                (pause(500, retry, on.limits.retries), None, error.to_string())
            }
            Err(_) => return result,
        };
        let Some(seconds) = pause else { return result };
        let delay = (second * seconds).max(asked.unwrap_or_default());
        waited = waited.saturating_add(delay);
        if waited > on.limits.budget {
            return result;
        }
        retry += 1;
        on.observer.event(Event::Waiting { reason, delay, retry });
        tokio::time::sleep(delay).await;
    }
}

/// Seconds before retry number `retry` (from 0) after this status; None where it would not help.
fn pause(status: u16, retry: u32, retries: u32) -> Option<u32> {
    let backed_off = PAUSES[(retry as usize).min(PAUSES.len() - 1)];
    match status {
        410 => (retries > 0 && retry < UPDATES.0).then_some(UPDATES.1),
        404 | 429 => (retry < retries).then_some(backed_off),
        500..=599 => (retry < retries).then_some(backed_off.max(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_are_those_of_the_documentation() {
        let pauses = |status| {
            let all: Vec<u32> = (0..).map_while(|retry| pause(status, retry, 5)).collect();
            all
        };
        assert_eq!(pauses(404), PAUSES);
        assert_eq!(pauses(429), PAUSES);
        assert_eq!(pauses(503), [1, 2, 6, 14, 30]);
        assert_eq!(pauses(410).iter().sum::<u32>(), 70);
        assert!(pauses(400).is_empty() && pauses(403).is_empty());
        assert!(
            [404, 410, 503]
                .iter()
                .all(|status| pause(*status, 0, 0).is_none())
        );
    }
}
