//! What one place of the pipeline does: a change, or members that are added together, each written down before and after.

use jiff::Timestamp;

use super::doubt::Doubt;
use super::journal::Entry;
use super::lane::Turn;
use super::members::Pack;
use super::work::{Sending, Work};
use super::{Outcome, Report, item, plan};
use crate::change::{Draft, Target, Verb};
use crate::config::Secret;
use crate::redact::Redactor;
use crate::send::unless_stopped;

/// A change that is to be sent.
pub(super) struct Item {
    pub(super) verb: Verb,
    /// At least one.
    pub(super) drafts: Vec<Draft>,
    pub(super) password: Option<Secret>,
    pub(super) member: Option<String>,
    /// Its place in the journal, where there is one.
    pub(super) entry: Option<Entry>,
    /// When an earlier run sent it, without having learnt what became of it.
    pub(super) since: Option<Timestamp>,
}

/// A change: to be sent, or settled without.
pub(super) enum Slot {
    Item(Box<Item>),
    Settled(Box<Report>),
}

/// What one place of the pipeline does.
pub(super) enum Job {
    One(Slot),
    Pack(Pack),
}

impl Item {
    /// Whether it changes anything.
    pub(super) fn writes(&self) -> bool {
        self.drafts.iter().any(|draft| !draft.method.is_safe())
    }

    pub(super) fn target(&self) -> Option<&Target> {
        self.drafts.first().map(|draft| &draft.target)
    }
}

impl Slot {
    pub(super) fn settled(report: Report) -> Self {
        Self::Settled(Box::new(report))
    }
}

impl Job {
    pub(super) fn changes(&self) -> usize {
        match self {
            Job::One(_) => 1,
            Job::Pack(pack) => pack.slots().len(),
        }
    }

    /// The object that it is about, where something is to be sent.
    pub(super) fn target(&self) -> Option<&Target> {
        match self {
            Job::One(Slot::Item(item)) => item.target(),
            Job::One(Slot::Settled(_)) => None,
            Job::Pack(pack) => pack.target(),
        }
    }

    /// What is not known when nobody waits for it any longer.
    pub(super) fn doubt(&self) -> Doubt {
        let item = match self {
            Job::One(Slot::Item(item)) => Some(&**item),
            Job::One(Slot::Settled(_)) => None,
            Job::Pack(pack) => pack.slots().iter().find_map(|slot| match slot {
                Slot::Item(item) => Some(&**item),
                Slot::Settled(_) => None,
            }),
        };
        item.map_or(Doubt::Requested, |item| Doubt::of(item.verb, item.drafts.first()))
    }

    /// A report for each change, in their order.
    pub(super) async fn run(self, work: &Work, turn: Turn) -> Vec<Report> {
        let slots = match self {
            Job::One(slot) => vec![slot],
            Job::Pack(pack) => pack.into_slots(),
        };
        let mut reports: Vec<Option<Report>> = Vec::with_capacity(slots.len());
        let mut items = Vec::new();
        for slot in slots {
            reports.push(match slot {
                Slot::Settled(report) => Some(*report),
                Slot::Item(item) => {
                    items.push(*item);
                    None
                }
            });
        }
        let mut sent = carry_out(work, &items, &turn).await.into_iter();
        let fill = |report: Option<Report>| report.or_else(|| sent.next());
        reports.into_iter().filter_map(fill).collect()
    }
}

/// Masks what a server repeats of the connection's secrets and of the changes' passwords, before it is told or written
/// down.
fn redact(work: &Work, items: &[Item], reports: &mut [Report]) {
    let connection = work.session.redactor();
    let ids = connection.of_long_secrets();
    for (report, item) in reports.iter_mut().zip(items) {
        let password = item.password.as_ref().map(Redactor::of).unwrap_or_default();
        let masked = |text: String| password.owned(connection.owned(text));
        report.id = report.id.take().map(|id| ids.owned(id));
        report.request_id = report.request_id.take().map(masked);
        report.error = report
            .error
            .take()
            .map(|error| password.error(connection.error(error)));
    }
}

async fn carry_out(work: &Work, items: &[Item], turn: &Turn) -> Vec<Report> {
    let Some(first) = items.first() else {
        return Vec::new();
    };
    let entries: Vec<Entry> = items.iter().filter_map(|item| item.entry.clone()).collect();
    let sending = Sending::new(work, Doubt::of(first.verb, first.drafts.first()), &entries);
    if work.options.dry_run {
        return plan::plan(&sending, items).await;
    }
    if unless_stopped(Some(&work.stop), turn.come()).await.is_none() {
        return vec![work.not_sent(); items.len()];
    }
    let mut reports = item::run(&sending, items).await;
    redact(work, items, &mut reports);
    if work.options.stop_on_error && reports.iter().any(|report| is_failure(report.outcome)) {
        work.stop.cancel();
    }
    if let Some(journal) = work.journal.as_ref().filter(|_| !entries.is_empty()) {
        // What an earlier run left in doubt stays so where this one did not come to it.
        let settled =
            |(item, report): &(&Item, &Report)| item.since.is_none() || report.outcome != Outcome::NotSent;
        let of_items = items.iter().zip(&reports).filter(settled);
        let lines = of_items.filter_map(|(item, report)| Some((item.entry.as_ref()?, report)));
        if let Err(error) = journal.after(lines).await {
            work.end(error);
        }
    }
    reports
}

/// Whether a change ended so that a command which stops at errors stops.
pub(super) fn is_failure(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Unknown)
}
