//! What the tests of writing share: an emulator, a session on it, changes, and a writer that is run to its end.
#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use scim_client::change::Change;
use scim_client::config::CredentialKind;
use scim_client::event::Silent;
use scim_client::record::{Record, Records, Value};
use scim_client::write::{Options, Outcome, Report, Stopper, Writer};
use scim_client::{Config, Endpoint, Error, List, Query, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig, Fault, FaultAction};
use serde_json::json;

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

pub struct World {
    pub emulator: Emulator,
    pub session: Session,
}

impl World {
    pub async fn new(users: usize, groups: usize) -> Self {
        Self::with(
            EmulatorConfig {
                users,
                groups,
                ..EmulatorConfig::default()
            },
            |_| (),
        )
        .await
    }

    pub async fn with(emulator: EmulatorConfig, change: impl FnOnce(&mut Config)) -> Self {
        let emulator = Emulator::start(emulator).await.unwrap();
        let session = Self::connect(&emulator, change);
        Self { emulator, session }
    }

    pub fn connect(emulator: &Emulator, change: impl FnOnce(&mut Config)) -> Session {
        let mut config = Config {
            base_uri: Some(emulator.base_uri().to_owned()),
            authority: Some(emulator.authority().to_owned()),
            tenant_id: Some(emulator.tenant_id().to_owned()),
            client_id: Some(emulator.client_id().to_owned()),
            credential: CredentialKind::ClientSecret,
            retry_interval_milliseconds: Some(2),
            maximum_retry_count: Some(8),
            ..Config::default()
        };
        change(&mut config);
        Session::open(config, Secret::new(emulator.client_secret().as_bytes().to_vec())).unwrap()
    }

    pub async fn ids(&self, endpoint: Endpoint, count: usize) -> Vec<String> {
        let found = all(&self.session, endpoint, "id").await;
        found.into_iter().take(count).map(|(id, _)| id).collect()
    }

    /// How often each user name is there, of those that begin so.
    pub async fn names(&self, begin: &str) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for (_, name) in all(&self.session, Endpoint::Users, "userName").await {
            if name.starts_with(begin) {
                *names.entry(name).or_default() += 1;
            }
        }
        names
    }

    pub async fn members(&self, group: &str) -> Vec<String> {
        let mut members: Vec<_> = list(
            &self.session,
            Endpoint::Users,
            "id",
            Some(format!("groups.value eq \"{group}\"")),
        )
        .await
        .into_iter()
        .map(|(id, _)| id)
        .collect();
        members.sort();
        members
    }
}

/// The id and one attribute of each.
pub async fn all(session: &Session, endpoint: Endpoint, attribute: &str) -> Vec<(String, String)> {
    list(session, endpoint, attribute, None).await
}

async fn list(
    session: &Session,
    endpoint: Endpoint,
    attribute: &str,
    filter: Option<String>,
) -> Vec<(String, String)> {
    let query = Query {
        attributes: vec!["id".to_owned(), attribute.to_owned()],
        filter,
        ..Query::default()
    };
    let mut list = List::new(session, endpoint, query).unwrap();
    let mut found = Vec::new();
    while let Some(page) = list.next(&Silent).await.unwrap() {
        for record in Records::open(&page.buffer).unwrap().iter() {
            found.push((text(record, "id"), text(record, attribute)));
        }
    }
    found
}

pub fn text(record: Record<'_>, name: &str) -> String {
    match record.get(name) {
        Some(Value::String(text)) => text.to_owned(),
        _ => String::new(),
    }
}

pub fn change(value: serde_json::Value) -> Change {
    serde_json::from_value(value).unwrap()
}

/// A user to be created.
pub fn user(name: &str) -> Change {
    let set: Vec<_> = [
        ("userName", json!(name)),
        ("displayName", json!(name)),
        ("givenName", json!("Zoe")),
        ("familyName", json!("Angstrom")),
        ("active", json!(true)),
    ]
    .into_iter()
    .map(|(name, value)| json!({"name": name, "value": value}))
    .collect();
    change(json!({"verb": "Create", "endpoint": "Users", "set": set, "password": true}))
}

pub fn set_title(id: &str, title: &str) -> Change {
    change(json!({"verb": "Update", "id": id, "set": [{"name": "title", "value": title}]}))
}

pub fn delete(id: &str) -> Change {
    change(json!({"verb": "Delete", "id": id}))
}

pub fn read(id: &str) -> Change {
    change(json!({"verb": "Read", "id": id}))
}

pub fn member(verb: &str, group: &str, member: &str) -> Change {
    change(json!({"verb": verb, "endpoint": "Groups", "id": group, "member": member}))
}

pub const PASSWORD: &str = "Correct-Horse-9";

/// Writes until everything is reported: the reports, and what ended the command early.
pub async fn write(
    session: &Session,
    options: Options,
    changes: impl IntoIterator<Item = Change>,
) -> (Vec<Report>, Option<Error>) {
    let mut reports = Vec::new();
    let ending = write_each(session, options, &Stopper::default(), changes, |report| {
        reports.push(report)
    })
    .await;
    (reports, ending)
}

/// The same, with each report shown as it comes.
pub async fn write_each(
    session: &Session,
    options: Options,
    stopper: &Stopper,
    changes: impl IntoIterator<Item = Change>,
    mut show: impl FnMut(Report),
) -> Option<Error> {
    let mut writer = match Writer::new(session, options, stopper, Arc::new(Silent)).await {
        Ok(writer) => writer,
        Err(error) => return Some(error),
    };
    for change in changes {
        while !writer.has_room() {
            show(writer.next().await.unwrap());
        }
        let secret = change.password.then(|| Secret::new(PASSWORD.as_bytes().to_vec()));
        writer.submit(&change, secret);
    }
    writer.finish();
    while let Some(report) = writer.next().await {
        show(report);
    }
    writer.ending()
}

pub fn journal(path: &std::path::Path) -> Options {
    Options {
        journal: Some(path.to_owned()),
        command: "New-ScimUser".to_owned(),
        ..Options::default()
    }
}

/// A folder of this test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

pub fn outcomes(reports: &[Report]) -> Vec<Outcome> {
    reports.iter().map(|report| report.outcome).collect()
}

pub fn status(status: u16, retry_after: Option<&str>) -> FaultAction {
    FaultAction::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        detail: None,
        scim_type: None,
    }
}

/// Faults of every kind, spread over the next requests so that about one in twenty is struck.
pub fn mixed_faults(emulator: &Emulator, requests: u32) {
    let actions = [
        status(429, Some("0")),
        status(429, None),
        status(503, Some("0")),
        status(503, None),
        FaultAction::ResetBefore,
        FaultAction::ResetAfter,
        FaultAction::CutBody { bytes: Some(10) },
        FaultAction::CutBody { bytes: None },
        status(504, None),
        FaultAction::HtmlBody,
    ];
    for (i, at) in (0..requests).step_by(20).enumerate() {
        emulator.inject(Fault::once(actions[i % actions.len()].clone()).skip(at + (i as u32 * 7) % 20));
    }
}
