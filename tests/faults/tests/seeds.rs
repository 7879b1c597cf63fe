//! Some hundred seeds of each kind, in which most kinds of faults strike. More of them: `cargo run -p scim-faults`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use fastrand::Rng;
use scim_faults::fault::{Fault, Plan};
use scim_faults::lists::Directory;
use scim_faults::seeds::Outcome;
use scim_faults::way::Plans;
use scim_faults::{seeds, writes};

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_whole_or_say_where_they_stopped() {
    let directory = Arc::new(Directory::start().await.unwrap());
    let outcome = seeds::run(1..501, 32, |seed| {
        let directory = Arc::clone(&directory);
        async move { directory.run(seed).await }
    })
    .await;
    hold(&outcome, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_become_what_is_reported_of_them() {
    hold(&seeds::run(1..301, 32, writes::run).await, 300);
}

/// Answers that came twice left a connection out of step, so that each answer was the one before: for as long as there
/// was always another request.
#[tokio::test(flavor = "multi_thread")]
async fn what_failed_once_holds() {
    let directory = Directory::start().await.unwrap();
    for seed in [1542, 3771, 5187, 15_653] {
        directory
            .run(seed)
            .await
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
    for seed in [204, 1019] {
        writes::run(seed)
            .await
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_never_found_fails_at_once() {
    let directory = Directory::start().await.unwrap();
    let nothing = || Plan::only(Fault::Latency, 0, 0);
    // The seed says how often a request that may succeed later is tried.
    for seed in 0..12 {
        let plans = Plans {
            service: nothing(),
            sign_in: nothing(),
            names: Plan::unknown_names(2),
        };
        let report = directory
            .run_plans(plans, &mut Rng::with_seed(seed))
            .await
            .unwrap();
        assert_eq!(report.errors.keys().collect::<Vec<_>>(), ["NameNotFound"]);
        assert_eq!(report.faults["NameNotFound"], 1);
    }
}

fn hold(outcome: &Outcome, runs: u64) {
    let report = &outcome.report;
    println!("{report}");
    assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures);
    // The runs were worth something: nearly every kind of fault struck, and many runs came through them whole.
    assert_eq!(report.runs, runs);
    assert!(report.faults.len() > 25, "{report}");
    assert!(report.whole > runs / 5, "{report}");
}
