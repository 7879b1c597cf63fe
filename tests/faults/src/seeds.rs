//! Many runs, some at a time.

use std::ops::Range;

use futures_util::StreamExt;

use crate::report::Report;

/// Runs that all seeds of a range had.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The sum of the good ones.
    pub report: Report,
    /// The seeds that failed, and how.
    pub failures: Vec<(u64, String)>,
}

/// Runs each seed, `at_once` at a time. A panic is a failure like any other.
pub async fn run<F>(seeds: Range<u64>, at_once: usize, one: impl Fn(u64) -> F) -> Outcome
where
    F: Future<Output = Result<Report, String>> + Send + 'static,
{
    let mut outcome = Outcome::default();
    let mut runs = futures_util::stream::iter(seeds)
        .map(|seed| {
            let run = tokio::spawn(one(seed));
            async move { (seed, run.await) }
        })
        .buffer_unordered(at_once);
    while let Some((seed, ended)) = runs.next().await {
        match ended {
            Ok(Ok(report)) => outcome.report.add(&report),
            Ok(Err(why)) => outcome.failures.push((seed, why)),
            Err(panic) => outcome.failures.push((seed, panic.to_string())),
        }
    }
    outcome
}
