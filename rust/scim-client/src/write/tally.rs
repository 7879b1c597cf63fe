//! How many changes ended how.

use std::fmt;

use super::Outcome;

/// How many changes ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Done, by this run or an earlier one, or nothing to do.
    pub done: u64,
    /// Refused.
    pub failed: u64,
    /// Not sent.
    pub not_sent: u64,
    /// Not to be told.
    pub unknown: u64,
}

impl Tally {
    /// Whether every change is done.
    pub(super) fn is_all_done(&self) -> bool {
        self.failed + self.not_sent + self.unknown == 0
    }

    pub(super) fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Done | Outcome::Unchanged | Outcome::AlreadyDone | Outcome::Planned => &mut self.done,
            Outcome::Failed => &mut self.failed,
            Outcome::NotSent => &mut self.not_sent,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            failed,
            not_sent,
            unknown,
        } = self;
        write!(
            f,
            "Changes so far: {done} done, {failed} failed, {not_sent} not sent, {unknown} unknown."
        )
    }
}
