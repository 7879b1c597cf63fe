//! The gate that every request of a connection passes: how many may be in flight at once, and when none may, because the
//! service said so. One gate for all who share the connection, so that a 429 slows all of them down together.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Above this the window no longer means anything: nobody sends so much at once.
const OPEN: f64 = 256.0;

/// Lets requests through, first come, first served.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    flow: Mutex<Flow>,
    /// One waits for room; the others wait for their turn to do so, and tokio's mutex keeps them in order.
    turn: tokio::sync::Mutex<()>,
    room: Notify,
}

/// The right to have one request in flight; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Pass<'gate> {
    gate: &'gate Gate,
    generation: u64,
}

impl Gate {
    /// Waits until fewer than `limit` requests are in flight, on the whole connection, and the service lets us. May be
    /// given up by dropping it.
    pub(crate) async fn enter(&self, limit: usize) -> Pass<'_> {
        let _turn = self.turn.lock().await;
        loop {
            let blocked = match self.flow().enter(limit, Instant::now()) {
                Ok(generation) => {
                    return Pass {
                        gate: self,
                        generation,
                    };
                }
                Err(blocked) => blocked,
            };
            match blocked {
                Blocked::Until(moment) => tokio::time::sleep_until(moment.into()).await,
                // A permit that someone left behind only makes for one more look.
                Blocked::Full => self.room.notified().await,
            }
        }
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The service took the request: a little more may be in flight.
    pub(crate) fn welcome(&self) {
        self.gate.flow().widen();
        self.gate.room.notify_one();
    }

    /// The service asks for less: nobody sends for so long, and then only half as much is in flight.
    pub(crate) fn throttled(&self, delay: Duration) {
        self.gate.flow().narrow(self.generation, Instant::now() + delay);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.flow().in_flight -= 1;
        self.gate.room.notify_one();
    }
}

/// Why a request may not go yet.
#[derive(Debug, PartialEq)]
enum Blocked {
    Until(Instant),
    Full,
}

/// The arithmetic, without the waiting: additive increase, multiplicative decrease (as TCP's, RFC 5681 section 3.1).
#[derive(Debug)]
struct Flow {
    in_flight: usize,
    /// Requests that may be in flight: without end until the service first asks for less.
    window: f64,
    /// Counts the cuts. Of the requests that were in flight together, many may be throttled; that is one event.
    generation: u64,
    closed_until: Option<Instant>,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            in_flight: 0,
            window: f64::INFINITY,
            generation: 0,
            closed_until: None,
        }
    }
}

impl Flow {
    fn enter(&mut self, limit: usize, now: Instant) -> Result<u64, Blocked> {
        if let Some(until) = self.closed_until.filter(|until| now < *until) {
            return Err(Blocked::Until(until));
        }
        // One may always go: else nobody would ever learn that the service takes requests again.
        let most = (limit as f64).min(self.window).max(1.0) as usize;
        if self.in_flight >= most {
            return Err(Blocked::Full);
        }
        self.in_flight += 1;
        Ok(self.generation)
    }

    /// One more for each windowful that went well.
    fn widen(&mut self) {
        if self.window.is_finite() {
            self.window += 1.0 / self.window;
            if self.window >= OPEN {
                self.window = f64::INFINITY;
            }
        }
    }

    fn narrow(&mut self, generation: u64, until: Instant) {
        self.closed_until = Some(self.closed_until.map_or(until, |present| present.max(until)));
        if generation == self.generation {
            self.window = (self.window.min(self.in_flight as f64) / 2.0).max(1.0);
            self.generation += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use proptest::prelude::*;

    use super::*;

    fn full(flow: &mut Flow, limit: usize, now: Instant) -> usize {
        let mut entered = 0;
        while flow.enter(limit, now).is_ok() {
            entered += 1;
        }
        entered
    }

    #[test]
    fn a_burst_of_429_is_one_event_and_recovery_is_gradual() {
        let (mut flow, now) = (Flow::default(), Instant::now());
        assert_eq!(full(&mut flow, 8, now), 8);
        for _ in 0..8 {
            flow.narrow(0, now);
        }
        flow.in_flight = 0;
        assert_eq!(full(&mut flow, 8, now), 4, "halved once, not eight times");
        let mut successes = 0;
        while flow.window < 8.0 {
            flow.widen();
            successes += 1;
        }
        assert!((20..40).contains(&successes), "{successes}");
        // A straggler of the generation before changes nothing but the pause.
        let before = flow.window;
        flow.narrow(0, now + Duration::from_secs(9));
        assert!(flow.window >= before);
        flow.in_flight = 0;
        assert_eq!(
            flow.enter(8, now),
            Err(Blocked::Until(now + Duration::from_secs(9)))
        );
    }

    proptest! {
        #[test]
        fn the_window_stays_between_one_and_the_limit(steps in prop::collection::vec((0..4u8, 1..20usize), 1..400)) {
            let (mut flow, now) = (Flow::default(), Instant::now());
            let mut generations = Vec::new();
            for (step, limit) in steps {
                match step {
                    0 | 1 => match flow.enter(limit, now) {
                        Ok(generation) => generations.push(generation),
                        Err(blocked) => {
                            prop_assert_eq!(blocked, Blocked::Full);
                            prop_assert!(flow.in_flight >= 1, "an idle gate is never shut");
                        }
                    },
                    2 => if let Some(generation) = generations.pop() {
                        flow.narrow(generation, now);
                        flow.in_flight -= 1;
                    },
                    _ => if generations.pop().is_some() {
                        flow.widen();
                        flow.in_flight -= 1;
                    },
                }
                prop_assert_eq!(flow.in_flight, generations.len());
                prop_assert!(flow.window >= 1.0);
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn never_more_than_the_limit_and_nobody_is_forgotten() {
        let gate = Arc::new(Gate::default());
        let (now_in, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..2000)
            .map(|i| {
                let (gate, now_in, most) = (gate.clone(), now_in.clone(), most.clone());
                tokio::spawn(async move {
                    // Some give up while they wait, as a cancelled operation does.
                    if i % 7 == 0 {
                        let waiting = gate.enter(5);
                        let _ = tokio::time::timeout(Duration::from_micros(i), waiting).await;
                        return;
                    }
                    let pass = gate.enter(5).await;
                    most.fetch_max(now_in.fetch_add(1, SeqCst) + 1, SeqCst);
                    tokio::task::yield_now().await;
                    match i % 50 {
                        0 => pass.throttled(Duration::from_millis(1)),
                        _ => pass.welcome(),
                    }
                    now_in.fetch_sub(1, SeqCst);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(most.load(SeqCst) <= 5);
        assert_eq!(gate.flow().in_flight, 0);
    }
}
