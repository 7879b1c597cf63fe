//! A writer is killed at random points, again and again, and goes on with its journal each time, against an emulator in
//! another process: in the end everything was done, and nothing twice.
//!
//! 25 kills as a rule; all 200 by `cargo test -p scim-client --test journal_kill -- --ignored kills_in_full`.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use scim_client::change::Change;
use scim_client::write::{Outcome, Stopper};
use scim_client::{Config, Endpoint, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;
use world::*;

const USERS: usize = 120;
const LEFT: usize = 40;

/// What the process that is killed is told, by a variable of its environment.
#[derive(Serialize, Deserialize)]
struct Job {
    base_uri: String,
    authority: String,
    tenant_id: String,
    client_id: String,
    client_secret: String,
    journal: std::path::PathBuf,
    /// Users who are there already: some get a title, some are deleted, all of them change groups first.
    ids: Vec<String>,
    group: String,
}

const JOB: &str = "PSSCIM_TEST_JOB";

/// The same input each time.
fn input(job: &Job) -> Vec<Change> {
    let (kept, deleted) = job.ids.split_at(job.ids.len() / 2);
    let created = (0..USERS).map(|i| user(&format!("new{i:04}@contoso.com")));
    let titled = kept.iter().map(|id| set_title(id, "Chief"));
    let added = kept.iter().map(|id| member("AddMember", &job.group, id));
    let removed = kept
        .iter()
        .step_by(2)
        .map(|id| member("RemoveMember", &job.group, id));
    let gone = deleted.iter().map(|id| delete(id));
    created
        .chain(titled)
        .chain(added)
        .chain(removed)
        .chain(gone)
        .collect()
}

/// The process that is killed: no test of its own, and nothing without its job.
#[test]
#[ignore = "run by the others, in a process of its own"]
fn run_as_child() {
    let Ok(job) = std::env::var(JOB) else { return };
    let job: Job = serde_json::from_str(&job).unwrap();
    let config = Config {
        base_uri: Some(job.base_uri.clone()),
        authority: Some(job.authority.clone()),
        tenant_id: Some(job.tenant_id.clone()),
        client_id: Some(job.client_id.clone()),
        credential: scim_client::config::CredentialKind::ClientSecret,
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(job.client_secret.clone().into_bytes())).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut wrong = Vec::new();
    let ending = runtime.block_on(write_each(
        &session,
        journal(&job.journal),
        &Stopper::default(),
        input(&job),
        |report| {
            if !matches!(
                report.outcome,
                Outcome::Done | Outcome::AlreadyDone | Outcome::Unchanged
            ) {
                wrong.push(format!("{:?} {:?}", report.outcome, report.error));
            }
        },
    ));
    assert!(ending.is_none() && wrong.is_empty(), "{ending:?} {wrong:?}");
}

fn start(job: &Job) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "run_as_child", "--ignored", "--nocapture"])
        .env(JOB, serde_json::to_string(job).unwrap())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

async fn kills(name: &str, wanted: usize) {
    let folder = folder(name);
    let (mut killed, mut round, mut in_doubt) = (0, 0, 0);
    while killed < wanted {
        let path = folder.join(format!("{round}.jsonl"));
        let (kills, left) = one_run(&path, round, wanted - killed).await;
        killed += kills;
        in_doubt += left;
        round += 1;
    }
    // Else the kills came at no moment that matters.
    assert!(
        in_doubt >= wanted,
        "{in_doubt} changes were in doubt after {killed} kills"
    );
}

/// One input, done by a process that is killed up to so often until it comes through; then compares. How often it was
/// killed, and how many changes that left in doubt.
async fn one_run(path: &Path, seed: u64, most: usize) -> (usize, usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::with(
        EmulatorConfig {
            users: LEFT,
            groups: 40,
            seed: 7 + seed,
            // So that a kill often finds requests in flight.
            latency: Duration::from_millis(3),
            ..EmulatorConfig::default()
        },
        |_| (),
    )
    .await;
    let group = world.ids(Endpoint::Groups, 40).await.pop().unwrap();
    let before = world.members(&group).await;
    let job = job(
        &world.emulator,
        path,
        world.ids(Endpoint::Users, LEFT).await,
        group,
    );
    let began = world.emulator.stats();
    let (mut killed, mut alive, mut left) = (0, true, 0);
    while alive {
        let mut child = start(&job);
        // Many points of a run: between its start and its end, which is about so far away.
        let at = Duration::from_micros(random.u64(5_000..160_000));
        if killed < most {
            tokio::time::sleep(at).await;
        }
        match child.try_wait().unwrap() {
            None if killed < most => {
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
                left += in_doubt(path);
            }
            _ => {
                let status = tokio::task::spawn_blocking(move || child.wait().unwrap())
                    .await
                    .unwrap();
                assert!(
                    status.success(),
                    "the writer that came through, of seed {seed}: {status}"
                );
                alive = false;
            }
        }
    }
    let created = world.names("new").await;
    assert_eq!(created.len(), USERS, "seed {seed}");
    assert!(
        created.values().all(|count| *count == 1),
        "seed {seed}: {created:?}"
    );
    let (kept, deleted) = job.ids.split_at(LEFT / 2);
    let titles = all(&world.session, Endpoint::Users, "title").await;
    for id in kept {
        assert!(
            titles.contains(&(id.clone(), "Chief".to_owned())),
            "seed {seed}: {id}"
        );
    }
    assert!(titles.iter().all(|(id, _)| !deleted.contains(id)), "seed {seed}");
    let members = world.members(&job.group).await;
    for (i, id) in kept.iter().enumerate() {
        assert_eq!(
            members.contains(id),
            i % 2 == 1,
            "seed {seed}: {id}, before {before:?}"
        );
    }
    // What a kill leaves in doubt is at most what was in flight; nothing that was settled is sent again.
    let stats = world.emulator.stats();
    let doubt = 8 * killed as u64;
    assert!(
        stats.create - began.create <= USERS as u64 + doubt,
        "seed {seed}: {stats:?}"
    );
    assert!(
        stats.delete - began.delete <= (LEFT / 2) as u64 + doubt,
        "seed {seed}: {stats:?}"
    );
    (killed, left)
}

/// Changes that were sent and of which the journal says nothing more.
fn in_doubt(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut open = std::collections::HashSet::new();
    for line in text.lines().skip(1) {
        // The last line may be torn.
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let change = format!("{}{}", line["key"], line["hash"]);
        if line["state"] == "sent" {
            open.insert(change);
        } else {
            open.remove(&change);
        }
    }
    open.len()
}

fn job(emulator: &Emulator, path: &Path, ids: Vec<String>, group: String) -> Job {
    serde_json::from_value(json!({
        "base_uri": emulator.base_uri(), "authority": emulator.authority(), "tenant_id": emulator.tenant_id(),
        "client_id": emulator.client_id(), "client_secret": emulator.client_secret(),
        "journal": path, "ids": ids, "group": group,
    }))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice_when_the_process_is_killed() {
    kills("kills", 25).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute or two"]
async fn kills_in_full() {
    kills("kills-in-full", 200).await;
}
