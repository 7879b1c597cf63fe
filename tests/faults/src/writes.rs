//! What writing must keep to, whatever happens on the way: what is reported as done was done, once; what is reported as
//! refused or not sent was not done; and of what cannot be told nothing was done twice. Reports come in the order of the
//! changes. With a journal, the same changes once more leave nothing undone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use scim_client::Session;
use scim_client::event::Silent;
use scim_client::write::{Options, Outcome, Report as Written, Stopper, Writer};
use scim_emulator::{Emulator, EmulatorConfig};

use crate::report::Report;
use crate::state::State;
use crate::step::{NEW, Step, steps};
use crate::way::{Plans, Way, straight};

const USERS: usize = 100;
const GROUPS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(120);

/// One run.
///
/// # Errors
/// What was not kept to.
pub async fn run(seed: u64) -> Result<Report, String> {
    run_plans(Plans::of(seed), &mut Rng::with_seed(seed)).await
}

/// One run by given plans; `rng` chooses what is asked for.
///
/// # Errors
/// What was not kept to.
pub async fn run_plans(plans: Plans, rng: &mut Rng) -> Result<Report, String> {
    let config = EmulatorConfig {
        users: USERS,
        groups: GROUPS,
        ..EmulatorConfig::default()
    };
    let emulator = Emulator::start(config).await.map_err(|e| e.to_string())?;
    let direct = straight(&emulator).map_err(|e| e.to_string())?;
    let before = State::read(&direct).await?;
    let journal = rng.bool().then(JournalFile::new);
    // What is only read is not in a journal.
    let steps = steps(&before, journal.is_none(), rng);
    let way = Way::to(&emulator, plans, None).await.map_err(|e| e.to_string())?;
    let retries = rng.u32(0..4);
    let session = way.connect(&emulator, retries).map_err(|e| e.to_string())?;
    let options = Options {
        throttle_limit: rng.usize(1..9),
        journal: journal.as_ref().map(|file| file.0.clone()),
        command: "Test".to_owned(),
        ..Options::default()
    };
    let stop_after = (rng.u8(0..5) == 0).then(|| rng.usize(0..steps.len()));
    let reports = write(&session, options.clone(), &steps, stop_after).await?;
    // What was let through late is done by now.
    way.calm();
    let after = State::read(&direct).await?;
    check(&steps, &reports, &before, &after)?;
    let mut report = Report {
        runs: 1,
        requests: session.stats().requests,
        ..Report::default()
    };
    way.tell(&mut report);
    for written in &reports {
        report.users += u64::from(written.outcome == Outcome::Done);
        let name = match (&written.error, written.outcome) {
            (_, Outcome::Unknown) => "Unknown".to_owned(),
            (Some(error), _) => error.kind().id().to_owned(),
            (None, _) => continue,
        };
        *report.errors.entry(name).or_default() += 1;
    }
    report.whole += u64::from(report.errors.is_empty());
    if journal.is_some() {
        let session = way.connect_calmly(&emulator).map_err(|e| e.to_string())?;
        let again = write(&session, options, &steps, None).await?;
        let end = State::read(&direct).await?;
        check(&steps, &again, &before, &end).map_err(|why| format!("going on by the journal: {why}"))?;
        whole(&steps, &reports, &again)?;
        report.resumed += 1;
        report.requests += session.stats().requests;
    }
    Ok(report)
}

/// A journal's place, which is empty again in the end.
struct JournalFile(PathBuf);

impl JournalFile {
    fn new() -> Self {
        let name = format!(
            "psscim-faults-{}-{:016x}.jsonl",
            std::process::id(),
            fastrand::u64(..)
        );
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for JournalFile {
    fn drop(&mut self) {
        // Where no connection came about there is none.
        let _ = std::fs::remove_file(self.path());
    }
}

async fn write(
    session: &Session,
    options: Options,
    steps: &[Step],
    stop_after: Option<usize>,
) -> Result<Vec<Written>, String> {
    let writing = write_each(session, options, steps, stop_after);
    let reports = tokio::time::timeout(PATIENCE, writing)
        .await
        .map_err(|_| "hangs".to_owned())??;
    match reports.len() == steps.len() {
        true => Ok(reports),
        false => Err(format!("{} reports on {} changes", reports.len(), steps.len())),
    }
}

async fn write_each(
    session: &Session,
    options: Options,
    steps: &[Step],
    stop_after: Option<usize>,
) -> Result<Vec<Written>, String> {
    let stopper = Stopper::default();
    let mut writer = Writer::new(session, options, &stopper, Arc::new(Silent))
        .await
        .map_err(|e| e.to_string())?;
    let mut reports = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        while !writer.has_room() {
            reports.extend(writer.next().await);
        }
        let (change, password) = step.change()?;
        writer.submit(&change, password);
        if stop_after == Some(i) {
            stopper.stop();
        }
    }
    writer.finish();
    while let Some(report) = writer.next().await {
        reports.push(report);
    }
    Ok(reports)
}

/// Whether the directory has become what the reports say, and nothing else.
fn check(steps: &[Step], reports: &[Written], before: &State, after: &State) -> Result<(), String> {
    for (i, (step, written)) in steps.iter().zip(reports).enumerate() {
        step.check(written, before, after)
            .map_err(|why| format!("change {i}, {step:?}, {:?}: {why}", written.outcome))?;
    }
    strangers(steps, before, after)
}

/// Nobody was touched whom no change is about.
fn strangers(steps: &[Step], before: &State, after: &State) -> Result<(), String> {
    for user in &after.users {
        match before.user(&user.id) {
            Some(was) if was != user && !steps.iter().any(|step| step.is_about(&user.id)) => {
                return Err(format!("{was:?} has become {user:?}"));
            }
            None if !user.user_name.starts_with(NEW) => return Err(format!("{user:?} comes from nowhere")),
            _ => {}
        }
    }
    for (id, group) in &after.groups {
        let Some(was) = before.groups.get(id) else {
            match group.name.starts_with(NEW) && group.members.is_empty() {
                true => continue,
                false => return Err(format!("{group:?} comes from nowhere")),
            }
        };
        let changed = was.members.symmetric_difference(&group.members);
        let strange = changed
            .into_iter()
            .find(|member| !steps.iter().any(|step| step.is_about(member)));
        if strange.is_some() || (was.name != group.name && !steps.iter().any(|step| step.is_about(id))) {
            return Err(format!("{was:?} has become {group:?}"));
        }
    }
    let users = before.users.iter().map(|user| &user.id);
    let missing = users.filter(|id| after.user(id).is_none());
    let groups = before.groups.keys().filter(|id| !after.groups.contains_key(*id));
    let mut missing = missing.chain(groups);
    missing
        .find(|id| !steps.iter().any(|step| step.deletes(id)))
        .map_or(Ok(()), |id| Err(format!("{id} is gone")))
}

/// Where nothing goes wrong any more, going on by a journal leaves nothing undone, and does nothing again that was done.
fn whole(steps: &[Step], first: &[Written], again: &[Written]) -> Result<(), String> {
    for (i, (step, (first, again))) in steps.iter().zip(first.iter().zip(again)).enumerate() {
        let good = match (first.outcome, again.outcome) {
            (Outcome::Done | Outcome::Unchanged, outcome) => outcome == Outcome::AlreadyDone,
            (_, Outcome::Done | Outcome::AlreadyDone | Outcome::Unchanged) => true,
            // Nothing tells whether it is ours, so a person has to look.
            (Outcome::Unknown, Outcome::Unknown) => matches!(step, Step::CreateGroup { .. }),
            _ => false,
        };
        if !good {
            let what = (first.outcome, again.outcome, &again.error);
            return Err(format!("change {i}, {step:?}, going on by the journal: {what:?}"));
        }
    }
    Ok(())
}
