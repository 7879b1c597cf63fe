//! Five hundred seeds, and those that once failed.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use scim_faults::lists::Directory;
use scim_faults::seeds;

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_whole_or_say_where_they_stopped() {
    let directory = Arc::new(Directory::start().await.unwrap());
    let outcome = seeds::run(1..501, 32, |seed| {
        let directory = Arc::clone(&directory);
        async move { directory.run(seed).await }
    })
    .await;
    println!("{}", outcome.report);
    assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures);
    // The runs were worth something: most kinds of faults struck, and many lists came through them.
    assert!(outcome.report.faults.len() > 20, "{}", outcome.report);
    assert!(outcome.report.whole > 200, "{}", outcome.report);
}
