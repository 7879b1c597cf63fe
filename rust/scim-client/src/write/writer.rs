//! The pipeline: changes go in, reports come out in the same order, and no more of either is held than the window.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lane::Lanes;
use super::work::Work;
use super::{Options, Outcome, Report, item};
use crate::change::Change;
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::send::unless_stopped;
use crate::session::Session;

/// Changes under way for each request that may be in flight: while one waits, those behind it go on, up to here.
const AHEAD: usize = 4;

/// Sends changes. Must be made and used within a tokio runtime.
pub struct Writer {
    work: Arc<Work>,
    lanes: Lanes,
    /// In the order of the input.
    under_way: VecDeque<UnderWay>,
    stopped: Option<Instant>,
    tally: Tally,
}

/// A change that was taken.
enum UnderWay {
    Known(Box<Report>),
    Running(JoinHandle<Report>),
}

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

/// Stops a [`Writer`], from anywhere.
#[derive(Debug, Clone, Default)]
pub struct Stopper(pub(super) CancellationToken);

impl Stopper {
    /// Nothing further is sent.
    pub fn stop(&self) {
        self.0.cancel();
    }
}

impl Writer {
    /// Prepares to write. Sends nothing.
    ///
    /// # Errors
    /// None yet.
    pub async fn new(
        session: &Session,
        options: Options,
        stopper: &Stopper,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        Ok(Self {
            work: Arc::new(Work::new(session, options, stopper.0.clone(), observer)),
            lanes: Lanes::default(),
            under_way: VecDeque::new(),
            stopped: None,
            tally: Tally::default(),
        })
    }

    /// Whether a change may be given now. Else reports are to be taken first.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.under_way.len() < self.work.options.throttle_limit.max(1) * AHEAD
    }

    /// Takes a change and begins with it. `password` goes into its body where it says so.
    pub fn submit(&mut self, change: &Change, password: Option<Secret>) {
        let under_way = match change.drafts(self.work.rules()) {
            Err(error) => UnderWay::known(Report::failed(error)),
            Ok(drafts) if self.work.options.dry_run => UnderWay::known(item::plan(&self.work, &drafts)),
            Ok(drafts) if drafts.is_empty() => UnderWay::known(Report::of(Outcome::Unchanged)),
            Ok(drafts) => {
                let (turn, work) = (self.lanes.queue(&drafts), Arc::clone(&self.work));
                UnderWay::Running(tokio::spawn(async move {
                    match unless_stopped(Some(&work.stop), turn.come()).await {
                        Some(()) => item::run(&work, &drafts, password.as_ref()).await,
                        None => work.not_sent(),
                    }
                }))
            }
        };
        self.under_way.push_back(under_way);
    }

    /// Whether reports are still to come.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// The report of the oldest change that was not reported yet, or None where there is none. May be given up by
    /// dropping it; nothing is lost.
    pub async fn next(&mut self) -> Option<Report> {
        let report = match self.under_way.front_mut()? {
            UnderWay::Known(report) => (**report).clone(),
            UnderWay::Running(running) => {
                let stop = self.work.stop.clone();
                let patience = async {
                    stop.cancelled().await;
                    let since = *self.stopped.get_or_insert_with(Instant::now);
                    tokio::time::sleep_until(since + self.work.grace()).await;
                };
                tokio::select! {
                    biased;
                    ended = &mut *running => ended.unwrap_or_else(|e| Report::failed(defect(&e))),
                    () = patience => {
                        running.abort();
                        item::given_up()
                    }
                }
            }
        };
        self.under_way.pop_front();
        self.tally.count(report.outcome);
        Some(report)
    }

    /// Takes a change that could not be read.
    pub fn refuse(&mut self, error: Error) {
        self.under_way.push_back(UnderWay::known(Report::failed(error)));
    }

    /// Ends the input.
    pub fn finish(&mut self) {}

    /// Whether something has ended the command before its input did: then nothing further is sent.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.work.ending().is_some()
    }

    /// How the changes reported so far ended.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What ended the command before its input did, and how far it got. To be asked when all reports were taken.
    #[must_use]
    pub fn ending(&self) -> Option<Error> {
        let error = self.work.ending()?.clone();
        let tally = self.tally;
        Some(error.with(|d| d.message = format!("{} {tally}", d.message)))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for under_way in &self.under_way {
            if let UnderWay::Running(running) = under_way {
                running.abort();
            }
        }
    }
}

impl UnderWay {
    fn known(report: Report) -> Self {
        Self::Known(Box::new(report))
    }
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
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
            "Of the changes given so far {done} are done, {failed} were refused, {not_sent} were not sent, and of {unknown} it is not known."
        )
    }
}

fn defect(error: &tokio::task::JoinError) -> Error {
    Error::new(
        Kind::InternalError,
        format!("PSScim met a defect of its own: {error}."),
    )
}
