//! Runs many seeds and says what came of it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use scim_faults::lists::Directory;
use scim_faults::{seeds, writes};

/// Breaks exchanges between PSScim's client and its emulator by a seed, and holds the client to its promises.
#[derive(Parser)]
struct Arguments {
    /// What to run.
    #[arg(value_enum)]
    what: What,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// How many at a time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Lists of users.
    Lists,
    /// Users created, changed, deleted and read.
    Writes,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let range = arguments.first..arguments.first + arguments.seeds;
    let began = Instant::now();
    let outcome = match arguments.what {
        What::Lists => {
            let directory = Arc::new(Directory::start().await?);
            seeds::run(range, arguments.at_once, |seed| {
                let directory = Arc::clone(&directory);
                async move { directory.run(seed).await }
            })
            .await
        }
        What::Writes => seeds::run(range, arguments.at_once, writes::run).await,
    };
    print!("{}", outcome.report);
    println!(
        "failures: {}, {:.0} s",
        outcome.failures.len(),
        began.elapsed().as_secs_f64()
    );
    for (seed, why) in &outcome.failures {
        println!("seed {seed}: {why}");
    }
    Ok(if outcome.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
