//! The lines of a journal.

use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::Identity;
use crate::change::Draft;
use crate::error::{Error, Kind};

/// The version of the format.
const FORMAT: u32 = 1;

/// The first line: what the journal is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) psscim_journal: u32,
    pub(super) command: String,
    pub(super) service: String,
    pub(super) tenant: Option<String>,
    pub(super) at: Timestamp,
}

/// Each other line: how far one change has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) key: String,
    /// Of the requests, without the password.
    pub(super) hash: String,
    /// Which of the equal ones, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub(super) nth: u32,
    pub(super) state: State,
    /// By this machine's clock.
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    /// The stable id of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// The last line of a run that has done all of its input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    finished: bool,
    /// By this machine's clock.
    pub(super) at: Timestamp,
}

/// How far a change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    Sent,
    Done,
    Unchanged,
    Failed,
    NotSent,
    Unknown,
}

fn first() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks like this
fn is_first(nth: &u32) -> bool {
    *nth == 1
}

impl Header {
    pub(super) fn new(command: &str, service: String, tenant: Option<String>) -> Self {
        Self {
            psscim_journal: FORMAT,
            command: command.to_owned(),
            service,
            tenant,
            at: Timestamp::now(),
        }
    }

    /// In what a journal's header differs from this one, as a clause.
    pub(super) fn differs(&self, other: &Header) -> Option<String> {
        let of = |tenant: &Option<String>| tenant.clone().unwrap_or_else(|| "(none)".to_owned());
        if other.psscim_journal != self.psscim_journal {
            Some(format!(
                "has format {}, but this version supports format {FORMAT}",
                other.psscim_journal
            ))
        } else if other.command != self.command {
            Some(format!(
                "belongs to '{}', not to '{}'",
                other.command, self.command
            ))
        } else if other.service != self.service {
            Some(format!(
                "belongs to the service {}, but the connection is to {}",
                other.service, self.service
            ))
        } else if other.tenant != self.tenant {
            Some(format!(
                "belongs to the tenant {}, but the connection is to {}",
                of(&other.tenant),
                of(&self.tenant)
            ))
        } else {
            None
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        write(self, out)
    }
}

impl End {
    pub(super) fn now() -> Self {
        Self {
            finished: true,
            at: Timestamp::now(),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        write(self, out)
    }
}

impl Line {
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        write(self, out)
    }
}

fn write(line: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Error> {
    serde_json::to_writer(&mut *out, line).map_err(|e| {
        Error::new(
            Kind::InternalError,
            format!("A line of the journal can't be written as JSON: {e}."),
        )
    })?;
    out.push(b'\n');
    Ok(())
}

/// What tells two changes with the same key apart: their requests. Not by the order of what is in them: a hashtable in a
/// script has another one in each process, and the change must be known again.
pub(super) fn hash(drafts: &[Draft]) -> String {
    let mut context = Context::new(&SHA256);
    for draft in drafts {
        context.update(draft.method.as_str().as_bytes());
        context.update(draft.target.to_string().as_bytes());
        for (name, value) in &draft.query {
            context.update(format!("\0{name}={value}").as_bytes());
        }
        context.update(b"\0");
        let body = draft.body.as_deref().unwrap_or_default();
        match serde_json::from_slice(body) {
            Ok(json) => context.update(ordered(&json).as_bytes()),
            Err(_) => context.update(body),
        }
        context.update(b"\0");
        context.update(draft.if_match.as_deref().unwrap_or_default().as_bytes());
        context.update(b"\0\0");
    }
    hexadecimal(&context.finish().as_ref()[..16])
}

/// A JSON text that is the same in whichever order members and elements stand.
fn ordered(json: &serde_json::Value) -> String {
    use serde_json::Value;
    match json {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", ordered(value)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(elements) => {
            let mut elements: Vec<_> = elements.iter().map(ordered).collect();
            elements.sort_unstable();
            format!("[{}]", elements.join(","))
        }
        plain => plain.to_string(),
    }
}

pub(super) fn identity(key: &str, hash: &str, nth: u32) -> Identity {
    let mut context = Context::new(&SHA256);
    context.update(key.as_bytes());
    context.update(b"\0");
    context.update(hash.as_bytes());
    context.update(&nth.to_le_bytes());
    let mut identity = Identity::default();
    identity.copy_from_slice(&context.finish().as_ref()[..16]);
    identity
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
