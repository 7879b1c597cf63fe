//! The pipeline: changes go in, reports come out in the same order, and no more of either is held than the window.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::doubt::Doubt;
use super::job::{Item, Job, Slot, is_failure};
use super::journal::{Journal, Known};
use super::lane::Lanes;
use super::tally::Tally;
use super::work::Work;
use super::{Options, Outcome, Report, item, members};
use crate::change::{Change, Draft, Verb};
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::session::Session;

/// Requests under way for each that may be in flight: while one waits, those behind it go on, up to here.
const AHEAD: usize = 4;

/// Sends changes. Must be made and used within a tokio runtime.
pub struct Writer {
    work: Arc<Work>,
    lanes: Lanes,
    /// Members for one group that still wait for more, to be added together.
    pack: Option<Job>,
    /// In the order of the input.
    under_way: VecDeque<UnderWay>,
    /// What the oldest of them has come to.
    ready: VecDeque<Report>,
    stopped: Option<Instant>,
    tally: Tally,
    /// Whether the input has ended.
    finished: bool,
    /// Whether it was told that the journal's run was finished before.
    told: bool,
}

/// Changes that were taken.
struct UnderWay {
    running: JoinHandle<Vec<Report>>,
    changes: usize,
    doubt: Doubt,
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
    /// Prepares to write, and opens the journal where there is to be one. Sends nothing.
    ///
    /// # Errors
    /// Those of the journal: `JournalInUse`, `JournalMismatch`, `JournalDamaged`, `JournalFailed`.
    pub async fn new(
        session: &Session,
        options: Options,
        stopper: &Stopper,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        let journal = match options.journal.clone().filter(|_| !options.dry_run) {
            None => None,
            Some(path) => {
                let (command, session) = (options.command.clone(), session.clone());
                let opened = tokio::task::spawn_blocking(move || Journal::open(&path, &command, &session));
                Some(opened.await.map_err(|e| defect(&e))??)
            }
        };
        Ok(Self {
            work: Arc::new(Work::new(session, options, journal, stopper.0.clone(), observer)),
            lanes: Lanes::default(),
            pack: None,
            under_way: VecDeque::new(),
            ready: VecDeque::new(),
            stopped: None,
            tally: Tally::default(),
            finished: false,
            told: false,
        })
    }

    /// Whether a change may be given now. Else reports are to be taken first.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let most = match self.work.options.throttle_limit {
            // Who wants one at a time wants them one after another, as they were given.
            0 | 1 => 1,
            limit => limit * AHEAD,
        };
        self.under_way.len() < most
    }

    /// Takes a change and begins with it. `password` goes into its body where it says so. Members that are added to one
    /// group wait for one another: they are sent when a request is full, when another change comes, and at the end.
    pub fn submit(&mut self, change: &Change, password: Option<Secret>) {
        let slot = self.slot(change, password);
        self.stop_at(&slot);
        if change.verb != Verb::AddMember {
            return self.begin(Job::One(slot));
        }
        let most = members::pack(self.work.session.service());
        let mut pack = match self.pack.take() {
            Some(Job::Pack(pack)) if pack.takes(&slot, most) => pack,
            other => {
                if let Some(other) = other {
                    self.begin(other);
                }
                members::Pack::default()
            }
        };
        pack.push(slot);
        self.pack = Some(Job::Pack(pack));
    }

    /// Takes a change that could not be read.
    pub fn refuse(&mut self, error: Error) {
        let slot = Slot::settled(Report::failed(error));
        self.stop_at(&slot);
        self.begin(Job::One(slot));
    }

    /// Sends nothing that comes behind a change which fails without a request, where that is what the caller wants.
    fn stop_at(&self, slot: &Slot) {
        if let Slot::Settled(report) = slot
            && self.work.options.stop_on_error
            && is_failure(report.outcome)
        {
            self.work.stop.cancel();
        }
    }

    /// Ends the input.
    pub fn finish(&mut self) {
        self.finished = true;
        self.flush();
    }

    /// Begins with the members that wait for more.
    fn flush(&mut self) {
        if let Some(pack) = self.pack.take() {
            self.start(pack);
        }
    }

    /// What is to be done for a change, or what is known of it without a request.
    fn slot(&mut self, change: &Change, password: Option<Secret>) -> Slot {
        let drafts = match change.drafts(self.work.rules()) {
            Err(error) => return Slot::settled(Report::failed(error)),
            Ok(drafts) if drafts.is_empty() => return Slot::settled(Report::of(Outcome::Unchanged)),
            Ok(drafts) => drafts,
        };
        let mut item = Item {
            verb: change.verb,
            member: change.member.clone(),
            password,
            entry: None,
            since: None,
            drafts,
        };
        if let Some(journal) = self.work.journal.as_ref().filter(|_| item.writes()) {
            let (entry, known) = match journal.entry(
                change_key(change, &item.drafts),
                names_object(change, &item.drafts),
                &item.drafts,
            ) {
                Ok(found) => found,
                Err(error) => {
                    self.work.end(error);
                    return Slot::settled(self.work.not_sent());
                }
            };
            item.entry = Some(entry);
            match known {
                Known::Nothing => {}
                Known::Sent(at) => item.since = Some(at),
                Known::Done { id } => {
                    if let Some(at) = journal.finished().filter(|_| !self.told) {
                        self.told = true;
                        self.work.warn(format!(
                            "The run of this journal was finished at {at}. Its changes are not sent again. Use a new journal to make them again."
                        ));
                    }
                    return Slot::settled(item::already_done(change, id));
                }
            }
        }
        Slot::Item(Box::new(item))
    }

    /// Begins with what comes behind all that was given before.
    fn begin(&mut self, job: Job) {
        self.flush();
        self.start(job);
    }

    fn start(&mut self, job: Job) {
        let (changes, doubt) = (job.changes(), job.doubt());
        let turn = self.lanes.queue(job.target());
        let work = Arc::clone(&self.work);
        let running = tokio::spawn(async move { job.run(&work, turn).await });
        self.under_way.push_back(UnderWay {
            running,
            changes,
            doubt,
        });
    }

    /// Whether reports are still to come without further input.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.ready.is_empty() || !self.under_way.is_empty()
    }

    /// The report of the oldest change that was not reported yet, or None where there is none. May be given up by
    /// dropping it; nothing is lost.
    pub async fn next(&mut self) -> Option<Report> {
        while self.ready.is_empty() {
            let oldest = self.under_way.front_mut()?;
            let (stop, grace) = (&self.work.stop, self.work.grace());
            let stopped = &mut self.stopped;
            let patience = async {
                stop.cancelled().await;
                let since = *stopped.get_or_insert_with(Instant::now);
                tokio::time::sleep_until(since + grace).await;
            };
            let reports = tokio::select! {
                biased;
                ended = &mut oldest.running => {
                    ended.unwrap_or_else(|e| vec![Report::failed(defect(&e)); oldest.changes])
                }
                () = patience => {
                    oldest.running.abort();
                    vec![item::given_up(oldest.doubt); oldest.changes]
                }
            };
            self.under_way.pop_front();
            self.ready.extend(reports);
        }
        let report = self.ready.pop_front()?;
        self.tally.count(report.outcome);
        let is_last = self.finished && self.ready.is_empty() && self.under_way.is_empty();
        if is_last
            && self.tally.is_all_done()
            && !self.work.stop.is_cancelled()
            && let Some(journal) = &self.work.journal
            && let Err(error) = journal.finish().await
        {
            self.work.end(error);
        }
        Some(report)
    }

    /// Ends the command: nothing further is sent. What is in flight is waited for, as after a stop.
    pub fn end(&self, error: Error) {
        self.work.end(error);
    }

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
            under_way.running.abort();
        }
    }
}

/// By what the journal knows a change again: by the caller's name for it, or by what is done to what.
fn change_key(change: &Change, drafts: &[Draft]) -> String {
    if let Some(key) = &change.journal_key {
        return key.clone();
    }
    let draft = drafts.first();
    let object = draft.map(|draft| match &draft.lookup {
        Some(by) => format!("{} {}={}", draft.target, by.attribute, by.value),
        None => draft.target.to_string(),
    });
    let member = change
        .member
        .as_deref()
        .map(|member| format!(" {member}"))
        .unwrap_or_default();
    format!("{:?} {}{member}", change.verb, object.unwrap_or_default())
}

/// Whether a change's key tells its object from others.
fn names_object(change: &Change, drafts: &[Draft]) -> bool {
    let is_nameless = |draft: &Draft| draft.method == reqwest::Method::POST && draft.lookup.is_none();
    change.journal_key.is_some() || !drafts.first().is_some_and(is_nameless)
}

fn defect(error: &tokio::task::JoinError) -> Error {
    Error::new(
        Kind::InternalError,
        format!("PSScim failed because of a defect: {error}."),
    )
}
