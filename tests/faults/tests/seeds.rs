//! Some hundred seeds of each kind, in which most kinds of faults strike. More of them: `cargo run -p scim-faults`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use scim_faults::lists::Directory;
use scim_faults::seeds::Outcome;
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

fn hold(outcome: &Outcome, runs: u64) {
    let report = &outcome.report;
    println!("{report}");
    assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures);
    // The runs were worth something: nearly every kind of fault struck, and many runs came through them whole.
    assert_eq!(report.runs, runs);
    assert!(report.faults.len() > 20, "{report}");
    assert!(report.whole > runs / 5, "{report}");
}
