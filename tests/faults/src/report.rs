//! What runs have done, added up.

use std::collections::BTreeMap;
use std::fmt;

/// How many faults of each kind there were.
pub type Counts = BTreeMap<String, u64>;

/// The sum of some runs.
#[derive(Debug, Default, Clone)]
pub struct Report {
    /// Runs.
    pub runs: u64,
    /// Of these, the ones that came to their end without an error.
    pub whole: u64,
    /// Of these, the ones that were gone on with by a journal.
    pub resumed: u64,
    /// Users listed, or changes done.
    pub users: u64,
    /// Requests that the client sent.
    pub requests: u64,
    /// How often an error of each id ended a run, or one of its changes.
    pub errors: BTreeMap<String, u64>,
    /// Faults by kind.
    pub faults: Counts,
}

impl Report {
    /// Adds another one.
    pub fn add(&mut self, other: &Report) {
        self.runs += other.runs;
        self.whole += other.whole;
        self.resumed += other.resumed;
        self.users += other.users;
        self.requests += other.requests;
        for (name, count) in &other.errors {
            *self.errors.entry(name.clone()).or_default() += count;
        }
        self.strikes(&other.faults);
    }

    /// Adds the faults of a proxy.
    pub fn strikes(&mut self, faults: &Counts) {
        for (name, count) in faults {
            *self.faults.entry(name.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.faults.values().sum();
        writeln!(
            f,
            "{} runs, {} without an error, {} gone on with by a journal, {} users, {} requests, {total} faults",
            self.runs, self.whole, self.resumed, self.users, self.requests
        )?;
        for (title, counts) in [("faults", &self.faults), ("errors", &self.errors)] {
            let each: Vec<_> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
            writeln!(f, "{title}: {}", each.join(", "))?;
        }
        Ok(())
    }
}
