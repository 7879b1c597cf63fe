//! What writing must keep to, whatever happens on the way: what is reported as done was done, once; what is reported as
//! refused or not sent was not done; and of what cannot be told nothing was done twice. Reports come in the order of the
//! changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use scim_client::change::Change;
use scim_client::event::Silent;
use scim_client::page::Page;
use scim_client::record::{Records, Value};
use scim_client::write::{Options, Outcome, Report as Written, Stopper, Writer};
use scim_client::{Endpoint, List, Query, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig};

use crate::connection::connect;
use crate::fault::Plan;
use crate::proxy::FaultProxy;
use crate::report::Report;

const USERS: usize = 60;
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked for.
enum Step {
    Create {
        user_name: String,
    },
    Retitle {
        id: String,
        title: String,
        before: Option<String>,
    },
    Delete {
        id: String,
    },
    Read {
        id: String,
    },
}

/// A user as the directory has it.
#[derive(Debug, Clone, PartialEq)]
struct User {
    id: String,
    user_name: String,
    title: Option<String>,
}

/// One run.
///
/// # Errors
/// What was not kept to.
pub async fn run(seed: u64) -> Result<Report, String> {
    run_plans(Plan::of(seed), Plan::of(!seed), &mut Rng::with_seed(seed)).await
}

/// One run by a plan for the service and one for the sign-in; `rng` chooses what is asked for.
///
/// # Errors
/// What was not kept to.
pub async fn run_plans(plan: Plan, sign_in: Plan, rng: &mut Rng) -> Result<Report, String> {
    let config = EmulatorConfig {
        users: USERS,
        groups: 0,
        ..EmulatorConfig::default()
    };
    let emulator = Emulator::start(config).await.map_err(|e| e.to_string())?;
    let direct =
        connect(&emulator, emulator.authority(), emulator.authority(), 2, None).map_err(|e| e.to_string())?;
    let before = users(&direct).await?;
    let steps = steps(&before, rng);
    let proxy = FaultProxy::start(emulator.authority(), plan, None)
        .await
        .map_err(|e| e.to_string())?;
    let authority = FaultProxy::start(emulator.authority(), sign_in, None)
        .await
        .map_err(|e| e.to_string())?;
    let session = connect(
        &emulator,
        &proxy.authority(),
        &authority.authority(),
        rng.u32(0..4),
        None,
    )
    .map_err(|e| e.to_string())?;
    let stop_after = (rng.u8(0..5) == 0).then(|| rng.usize(0..steps.len()));
    let reports = tokio::time::timeout(PATIENCE, write(&session, &steps, rng.usize(1..9), stop_after))
        .await
        .map_err(|_| "hangs".to_owned())??;
    if reports.len() != steps.len() {
        return Err(format!("{} reports on {} changes", reports.len(), steps.len()));
    }
    // What was let through late is done by now.
    proxy.calm();
    let after = users(&direct).await?;
    let mut report = Report {
        runs: 1,
        requests: session.stats().requests,
        ..Report::default()
    };
    report.strikes(&proxy.struck());
    report.strikes(&authority.struck());
    for (i, (step, written)) in steps.iter().zip(&reports).enumerate() {
        check(step, written, &after).map_err(|why| format!("change {i}, {:?}: {why}", written.outcome))?;
        report.users += u64::from(written.outcome == Outcome::Done);
        let name = match (&written.error, written.outcome) {
            (_, Outcome::Unknown) => "Unknown".to_owned(),
            (Some(error), _) => error.kind().id().to_owned(),
            (None, _) => continue,
        };
        *report.errors.entry(name).or_default() += 1;
    }
    strangers(&before, &steps, &after)?;
    report.whole += u64::from(report.errors.is_empty());
    Ok(report)
}

fn steps(users: &[User], rng: &mut Rng) -> Vec<Step> {
    // Each user is the object of one change at most, so that what must have become of it follows from one report.
    let mut untouched = users.to_vec();
    rng.shuffle(&mut untouched);
    (0..40)
        .map(|i| match rng.u8(0..4) {
            0 | 1 => Step::Create {
                user_name: format!("new-{i}@contoso.com"),
            },
            kind => {
                let Some(User { id, title, .. }) = untouched.pop() else {
                    return Step::Create {
                        user_name: format!("new-{i}@contoso.com"),
                    };
                };
                match (kind, i % 3) {
                    (2, _) => Step::Retitle {
                        id,
                        title: format!("Title {i}"),
                        before: title,
                    },
                    (_, 0) => Step::Read { id },
                    _ => Step::Delete { id },
                }
            }
        })
        .collect()
}

async fn write(
    session: &Session,
    steps: &[Step],
    at_once: usize,
    stop_after: Option<usize>,
) -> Result<Vec<Written>, String> {
    let options = Options {
        throttle_limit: at_once,
        ..Options::default()
    };
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

impl Step {
    fn change(&self) -> Result<(Change, Option<Secret>), String> {
        let text = match self {
            Step::Create { user_name } => format!(
                r#"{{"verb":"Create","endpoint":"Users","password":true,"set":[
                    {{"name":"userName","value":"{user_name}"}},{{"name":"displayName","value":"{user_name}"}},
                    {{"name":"givenName","value":"New"}},{{"name":"familyName","value":"User"}},
                    {{"name":"active","value":true}}]}}"#
            ),
            Step::Retitle { id, title, .. } => format!(
                r#"{{"verb":"Update","endpoint":"Users","id":"{id}","set":[{{"name":"title","value":"{title}"}}]}}"#
            ),
            Step::Delete { id } => format!(r#"{{"verb":"Delete","endpoint":"Users","id":"{id}"}}"#),
            Step::Read { id } => format!(r#"{{"verb":"Read","endpoint":"Users","id":"{id}"}}"#),
        };
        let password = matches!(self, Step::Create { .. }).then(|| Secret::new(b"Correct-Horse-9".to_vec()));
        let change = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        Ok((change, password))
    }
}

/// Whether the directory has become what a report says.
fn check(step: &Step, written: &Written, after: &[User]) -> Result<(), String> {
    let certainly_done = matches!(written.outcome, Outcome::Done | Outcome::AlreadyDone);
    let certainly_not = matches!(written.outcome, Outcome::Failed | Outcome::NotSent);
    if !certainly_done && !certainly_not && written.outcome != Outcome::Unknown {
        return Err("an outcome that no change of these can have".to_owned());
    }
    let of = |id: &str| after.iter().find(|user| user.id == id);
    match step {
        Step::Create { user_name } => {
            let made: Vec<_> = after.iter().filter(|user| user.user_name == *user_name).collect();
            match made.as_slice() {
                [] if certainly_done => Err(format!("{user_name} is not there")),
                [_, ..] if certainly_not => Err(format!("{user_name} is there: {:?}", written.error)),
                [one] if certainly_done && written.id.as_ref().is_some_and(|id| *id != one.id) => {
                    Err(format!("{user_name} is {}, not {:?}", one.id, written.id))
                }
                [] | [_] => Ok(()),
                more => Err(format!("{user_name} is there {} times", more.len())),
            }
        }
        Step::Retitle { id, title, before } => match of(id) {
            None => Err(format!("{id} is gone")),
            Some(user) if user.title.as_ref() == Some(title) => match certainly_not {
                true => Err(format!("it was done: {:?}", written.error)),
                false => Ok(()),
            },
            Some(user) if user.title == *before && !certainly_done => Ok(()),
            Some(user) => Err(format!("the title is {:?}", user.title)),
        },
        Step::Delete { id } => match of(id) {
            Some(_) if certainly_done => Err(format!("{id} is still there")),
            None if certainly_not => Err(format!("{id} is gone: {:?}", written.error)),
            _ => Ok(()),
        },
        Step::Read { id } => match (&written.page, written.outcome) {
            (Some(page), Outcome::Done) => match users_of(page)?.as_slice() {
                [user] if user.id == *id => Ok(()),
                other => Err(format!("asked for {id}, got {other:?}")),
            },
            (None, Outcome::Done) => Err("read, and nothing came".to_owned()),
            _ => Ok(()),
        },
    }
}

/// Nobody was touched whom no change is about.
fn strangers(before: &[User], steps: &[Step], after: &[User]) -> Result<(), String> {
    let known: HashMap<_, _> = before.iter().map(|user| (&user.id, user)).collect();
    let touched = |id: &String| {
        steps.iter().any(|step| match step {
            Step::Retitle { id: other, .. } | Step::Delete { id: other } => id == other,
            Step::Create { .. } | Step::Read { .. } => false,
        })
    };
    for user in after {
        match known.get(&user.id) {
            Some(was) if *was != user && !touched(&user.id) => {
                return Err(format!("{was:?} has become {user:?}"));
            }
            None if !user.user_name.starts_with("new-") => {
                return Err(format!("{user:?} comes from nowhere"));
            }
            _ => {}
        }
    }
    let missing = before
        .iter()
        .find(|user| !touched(&user.id) && !after.iter().any(|other| other.id == user.id));
    missing.map_or(Ok(()), |user| Err(format!("{user:?} is gone")))
}

async fn users(session: &Session) -> Result<Vec<User>, String> {
    let mut list = List::new(session, Endpoint::Users, Query::default()).map_err(|e| e.to_string())?;
    let mut all = Vec::new();
    while let Some(page) = list.next(&Silent).await.map_err(|e| e.to_string())? {
        all.extend(users_of(&page)?);
    }
    Ok(all)
}

fn users_of(page: &Page) -> Result<Vec<User>, String> {
    let records = Records::open(&page.buffer).ok_or("a page that cannot be opened")?;
    let users = records.iter().map(|record| {
        let text = |name: &str| match record.get(name) {
            Some(Value::String(text)) => Some(text.to_owned()),
            _ => None,
        };
        User {
            id: text("id").unwrap_or_default(),
            user_name: text("userName").unwrap_or_default(),
            title: text("title"),
        }
    });
    Ok(users.collect())
}
