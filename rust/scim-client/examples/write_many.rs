//! What several requests in flight are worth (docs/performance.md): 1,000 creations, reads by id and member adds against
//! an emulator that takes 50 ms for each request, one after another and eight at a time, and what 100,000 changes leave in
//! memory. With a number as its argument, so many in place of 1,000.
//!
//! Standard output: a line for each figure.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use scim_client::change::Change;
use scim_client::config::CredentialKind;
use scim_client::event::Silent;
use scim_client::record::{Records, Value};
use scim_client::write::{Options, Outcome, Stopper, Writer};
use scim_client::{Config, Endpoint, List, Query, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig};
use serde_json::json;

const LATENCY: Duration = Duration::from_millis(50);
const CHANGES: usize = 100_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let many = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 1000,
    };
    let create = |prefix: &'static str| (0..many).map(move |i| user(&format!("{prefix}{i}@contoso.com")));

    let (emulator, session) = start(many, LATENCY).await?;
    let ids = ids(&session, Endpoint::Users).await?;
    let group = ids_of_group(&session).await?;
    let one = timed(&session, 1, create("one")).await?;
    let eight = timed(&session, 8, create("eight")).await?;
    report("creations", many, one, eight);
    let reads = || {
        ids.iter()
            .take(many)
            .map(|id| change(json!({"verb": "Read", "id": id})))
    };
    let one = timed(&session, 1, reads()).await?;
    let eight = timed(&session, 8, reads()).await?;
    report("reads by id", many, one, eight);
    let adds = ids
        .iter()
        .take(many)
        .map(|id| change(json!({"verb": "AddMember", "endpoint": "Groups", "id": group, "member": id})));
    let before = emulator.stats().update;
    let took = timed(&session, 8, adds).await?;
    println!(
        "{many} member adds: {} requests, {:.2} s",
        emulator.stats().update - before,
        took.as_secs_f64()
    );
    drop((session, emulator));

    let (_emulator, session) = start(1000, Duration::ZERO).await?;
    let ids = self::ids(&session, Endpoint::Users).await?;
    let updates = |count: usize| {
        ids.iter().cycle().take(count).enumerate().map(|(i, id)| {
            change(json!({"verb": "Update", "id": id, "set": [{"name": "title", "value": format!("t{i}")}]}))
        })
    };
    // Once through all users, so that what the emulator keeps of them is there.
    timed(&session, 8, updates(CHANGES / 10)).await?;
    let before = resident();
    let took = timed(&session, 8, updates(CHANGES)).await?;
    println!(
        "{CHANGES} updates: {:.1} s, resident memory {} KB before, {} KB after",
        took.as_secs_f64(),
        before.unwrap_or_default(),
        resident().unwrap_or_default()
    );
    Ok(())
}

fn report(what: &str, many: usize, one: Duration, eight: Duration) {
    println!(
        "{many} {what}: one after another {:.2} s, eight in flight {:.2} s, {:.2} times faster",
        one.as_secs_f64(),
        eight.as_secs_f64(),
        one.as_secs_f64() / eight.as_secs_f64()
    );
}

/// How long it takes to write, every change of which has to be done.
async fn timed(
    session: &Session,
    throttle_limit: usize,
    changes: impl Iterator<Item = Change>,
) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    let options = Options {
        throttle_limit,
        ..Options::default()
    };
    let mut writer = Writer::new(session, options, &Stopper::default(), Arc::new(Silent)).await?;
    for change in changes {
        while !writer.has_room() {
            check(writer.next().await)?;
        }
        let password = change.password.then(|| Secret::new(b"Correct-Horse-9".to_vec()));
        writer.submit(&change, password);
    }
    writer.finish();
    while writer.is_busy() {
        check(writer.next().await)?;
    }
    Ok(began.elapsed())
}

fn check(report: Option<scim_client::write::Report>) -> Result<(), Box<dyn Error>> {
    match report {
        Some(report) if report.outcome == Outcome::Done => Ok(()),
        other => Err(format!("not done: {other:?}").into()),
    }
}

async fn start(users: usize, latency: Duration) -> Result<(Emulator, Session), Box<dyn Error>> {
    let emulator = Emulator::start(EmulatorConfig {
        users,
        groups: 40,
        latency,
        ..EmulatorConfig::default()
    })
    .await?;
    let config = Config {
        base_uri: Some(emulator.base_uri().to_owned()),
        authority: Some(emulator.authority().to_owned()),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential: CredentialKind::ClientSecret,
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(emulator.client_secret().as_bytes().to_vec()))?;
    session.sign_in(&Silent).await?;
    Ok((emulator, session))
}

async fn ids(session: &Session, endpoint: Endpoint) -> Result<Vec<String>, Box<dyn Error>> {
    let query = Query {
        attributes: vec!["id".to_owned()],
        ..Query::default()
    };
    let mut list = List::new(session, endpoint, query)?;
    let mut ids = Vec::new();
    while let Some(page) = list.next(&Silent).await? {
        let records = Records::open(&page.buffer).ok_or("no page")?;
        ids.extend(records.iter().filter_map(|record| match record.get("id") {
            Some(Value::String(id)) => Some(id.to_owned()),
            _ => None,
        }));
    }
    Ok(ids)
}

async fn ids_of_group(session: &Session) -> Result<String, Box<dyn Error>> {
    ids(session, Endpoint::Groups)
        .await?
        .pop()
        .ok_or_else(|| "no group".into())
}

fn user(name: &str) -> Change {
    let set = [
        ("userName", json!(name)),
        ("displayName", json!(name)),
        ("givenName", json!("Zoe")),
        ("familyName", json!("Angstrom")),
        ("active", json!(true)),
    ]
    .map(|(name, value)| json!({"name": name, "value": value}));
    change(json!({"verb": "Create", "set": set, "password": true}))
}

/// Only ever given what a change is made of.
fn change(value: serde_json::Value) -> Change {
    serde_json::from_value(value).unwrap_or_else(|e| unreachable!("{e}"))
}

/// Resident memory of this process in KB, where the system says so in /proc.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
