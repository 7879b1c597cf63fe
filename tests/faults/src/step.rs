//! One change of a run, and whether the directory has become what is reported of it.

use fastrand::Rng;
use scim_client::Secret;
use scim_client::change::Change;
use scim_client::write::{Outcome, Report as Written};
use serde_json::{Map, Value as Json, json};

use crate::state::{State, User, of_page, text};

/// What is asked for. Each object, and each user in a group, is the object of one change at most, so that what must have
/// become of it follows from one report.
#[derive(Debug)]
pub(crate) enum Step {
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
    Join {
        group: String,
        id: String,
    },
    Leave {
        group: String,
        id: String,
    },
    CreateGroup {
        name: String,
    },
    Rename {
        group: String,
        name: String,
        before: String,
    },
    DeleteGroup {
        group: String,
    },
}

/// The names of users and groups that are created begin so.
pub(crate) const NEW: &str = "new-";

/// Members join in bursts of at most so many: more than one request takes.
const BURST: usize = 25;

/// Changes of a directory, in the order in which they are asked for. `reading`: with reads among them.
pub(crate) fn steps(state: &State, reading: bool, rng: &mut Rng) -> Vec<Step> {
    let mut users = state.users.clone();
    rng.shuffle(&mut users);
    let mut groups: Vec<_> = state.groups.keys().cloned().collect();
    rng.shuffle(&mut groups);
    // Groups whose members change are not changed themselves.
    let with_members = groups.split_off(groups.len() / 2);
    let mut steps = Vec::new();
    for i in 0..40 {
        let user = match rng.u8(0..14) {
            0..=4 => None,
            5 => {
                steps.push(Step::CreateGroup {
                    name: format!("{NEW}group-{i}"),
                });
                continue;
            }
            6 => {
                steps.extend(groups.pop().map(|group| match i % 2 {
                    0 => Step::DeleteGroup { group },
                    _ => Step::Rename {
                        before: state.groups[&group].name.clone(),
                        name: format!("Renamed {i}"),
                        group,
                    },
                }));
                continue;
            }
            7 => {
                let group = rng.choice(&with_members).cloned().unwrap_or_default();
                let joining = users.drain(users.len().saturating_sub(rng.usize(1..=BURST))..);
                steps.extend(joining.map(|user| Step::Join {
                    group: group.clone(),
                    id: user.id,
                }));
                continue;
            }
            8 => {
                let group = rng.choice(&with_members).cloned().unwrap_or_default();
                let member = users
                    .iter()
                    .position(|user| state.groups[&group].members.contains(&user.id));
                steps.extend(member.map(|at| Step::Leave {
                    group,
                    id: users.swap_remove(at).id,
                }));
                continue;
            }
            _ => users.pop(),
        };
        steps.push(match (user, i % 4) {
            (None, _) => Step::Create {
                user_name: format!("{NEW}{i}@contoso.com"),
            },
            (Some(User { id, .. }), 0) if reading => Step::Read { id },
            (Some(User { id, .. }), 1) => Step::Delete { id },
            (Some(User { id, title, .. }), _) => Step::Retitle {
                id,
                title: format!("Title {i}"),
                before: title,
            },
        });
    }
    steps
}

impl Step {
    /// The change, and its password.
    pub(crate) fn change(&self) -> Result<(Change, Option<Secret>), String> {
        let set = |values: &[(&str, &str)]| -> Vec<Json> {
            values
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()
        };
        let (verb, endpoint, more) = match self {
            Step::Create { user_name } => {
                let mut set = set(&[
                    ("userName", user_name),
                    ("displayName", user_name),
                    ("givenName", "New"),
                    ("familyName", "User"),
                ]);
                set.push(json!({"name": "active", "value": true}));
                ("Create", "Users", json!({"set": set, "password": true}))
            }
            Step::Retitle { id, title, .. } => (
                "Update",
                "Users",
                json!({"id": id, "set": set(&[("title", title)])}),
            ),
            Step::Delete { id } => ("Delete", "Users", json!({"id": id})),
            Step::Read { id } => ("Read", "Users", json!({"id": id})),
            Step::Join { group, id } => ("AddMember", "Groups", json!({"id": group, "member": id})),
            Step::Leave { group, id } => ("RemoveMember", "Groups", json!({"id": group, "member": id})),
            Step::CreateGroup { name } => ("Create", "Groups", json!({"set": set(&[("displayName", name)])})),
            Step::Rename { group, name, .. } => (
                "Update",
                "Groups",
                json!({"id": group, "set": set(&[("displayName", name)])}),
            ),
            Step::DeleteGroup { group } => ("Delete", "Groups", json!({"id": group})),
        };
        let mut change = Map::from_iter([
            ("verb".to_owned(), json!(verb)),
            ("endpoint".to_owned(), json!(endpoint)),
        ]);
        if let Json::Object(more) = more {
            change.extend(more);
        }
        let password = matches!(self, Step::Create { .. }).then(|| Secret::new(b"Correct-Horse-9".to_vec()));
        let change = serde_json::from_value(Json::Object(change)).map_err(|e| e.to_string())?;
        Ok((change, password))
    }

    /// Whether it is about this object: as a member, too.
    pub(crate) fn is_about(&self, object: &str) -> bool {
        match self {
            Step::Create { .. } | Step::CreateGroup { .. } => false,
            Step::Retitle { id, .. }
            | Step::Delete { id }
            | Step::Read { id }
            | Step::Join { id, .. }
            | Step::Leave { id, .. } => id == object,
            Step::Rename { group, .. } | Step::DeleteGroup { group } => group == object,
        }
    }

    /// Whether this object is to go.
    pub(crate) fn deletes(&self, object: &str) -> bool {
        matches!(self, Step::Delete { id: gone } | Step::DeleteGroup { group: gone } if gone == object)
    }

    /// Whether the directory has become what a report says.
    pub(crate) fn check(&self, written: &Written, before: &State, after: &State) -> Result<(), String> {
        let done = match written.outcome {
            Outcome::Done | Outcome::AlreadyDone => Some(true),
            Outcome::Failed | Outcome::NotSent => Some(false),
            Outcome::Unknown => None,
            // Who is a member already, or is none.
            Outcome::Unchanged if matches!(self, Step::Join { .. } | Step::Leave { .. }) => Some(true),
            Outcome::Unchanged | Outcome::Planned => return Err("an outcome that it cannot have".to_owned()),
        };
        let member = |group: &str, id: &str, asked: bool| {
            let (now, was) = (after.is_member(group, id), before.is_member(group, id));
            became(now, asked, was, done)
        };
        match self {
            Step::Create { user_name } => {
                let made = after.users.iter().filter(|user| user.user_name == *user_name);
                made_once(made.map(|user| user.id.as_str()), done, written)
            }
            Step::CreateGroup { name } => {
                let made = after.groups.iter().filter(|(_, group)| group.name == *name);
                made_once(made.map(|(id, _)| id.as_str()), done, written)
            }
            Step::Retitle { id, title, before } => match after.user(id) {
                None => Err("it is gone".to_owned()),
                Some(user) => became(user.title.as_ref(), Some(title), before.as_ref(), done),
            },
            Step::Rename { group, name, before } => match after.groups.get(group) {
                None => Err("it is gone".to_owned()),
                Some(group) => became(Some(&group.name), Some(name), Some(before), done),
            },
            Step::Delete { id } => became(after.user(id).is_some(), false, true, done),
            Step::DeleteGroup { group } => became(after.groups.contains_key(group), false, true, done),
            Step::Join { group, id } => member(group, id, true),
            Step::Leave { group, id } => member(group, id, false),
            Step::Read { id } => read(id, written),
        }
    }
}

/// What was made and must be there once, at most once, or not at all.
fn made_once<'a>(
    mut made: impl Iterator<Item = &'a str>,
    done: Option<bool>,
    written: &Written,
) -> Result<(), String> {
    match (made.next(), made.next(), done) {
        (_, Some(_), _) => Err("it is there more than once".to_owned()),
        (None, _, Some(true)) => Err("it is not there".to_owned()),
        (Some(id), _, Some(false)) => Err(format!("it is there, as {id}: {:?}", written.error)),
        (Some(id), _, Some(true)) if written.id.as_deref().is_some_and(|said| said != id) => {
            Err(format!("it is {id}, not {:?}", written.id))
        }
        _ => Ok(()),
    }
}

/// Whether what is there now is what was asked for, or what was there before, as `done` says; where that is not known,
/// either.
fn became<T: PartialEq + std::fmt::Debug>(
    now: T,
    asked: T,
    before: T,
    done: Option<bool>,
) -> Result<(), String> {
    let good = match done {
        Some(true) => now == asked,
        Some(false) => now == before,
        None => now == asked || now == before,
    };
    match good {
        true => Ok(()),
        false => Err(format!(
            "it is {now:?}; it was {before:?}, and {asked:?} was asked for"
        )),
    }
}

fn read(id: &str, written: &Written) -> Result<(), String> {
    let found = match &written.page {
        Some(page) => of_page(page, |record| text(record, "id"))?,
        None => Vec::new(),
    };
    match written.outcome {
        Outcome::Done if found != [Some(id.to_owned())] => Err(format!("{found:?} came")),
        _ => Ok(()),
    }
}
