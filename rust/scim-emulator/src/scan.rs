//! Finding the resources that a filter describes.

use serde_json::Value;

use crate::directory::Directory;
use crate::filter::{Subject, Test};
use crate::people::{Person, index_in};
use crate::query::Position;
use crate::schema::{ENTRA_GROUP, ENTRA_USER, Kind};
use crate::teams::Team;
use crate::template::Source;
use crate::user_template::UserField;

impl Directory {
    /// Indexes of up to `count` matching resources, and where the next page starts if there is one.
    pub(crate) fn scan(
        &self,
        kind: Kind,
        tests: &[Test],
        from: Position,
        count: usize,
    ) -> (Vec<u32>, Option<u32>) {
        let mut found = Vec::with_capacity(count.min(1024));
        let end = self.end(kind);
        let tests = Prepared::new(self, kind, tests);
        let range = match tests.candidate {
            Some(None) => 0..0,
            Some(Some(index)) => index.max(from.index)..index.saturating_add(1).min(end),
            None => from.index..end,
        };
        for index in range {
            if self.exists(kind, index) && tests.hold(self, kind, index) {
                if found.len() == count {
                    return (found, Some(index));
                }
                found.push(index);
            }
        }
        (found, None)
    }

    pub(crate) fn text(&self, kind: Kind, index: u32, subject: Subject) -> String {
        if let Some(resource) = self.stored(kind, index) {
            let value = match subject {
                Subject::UserName => resource.get("userName"),
                Subject::ExternalId => resource.get("externalId"),
                Subject::DisplayName => resource.get("displayName"),
                Subject::Nickname => resource.get(ENTRA_USER).and_then(|e| e.get("mailNickname")),
                _ => None,
            };
            return value.and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        let mut out = Vec::with_capacity(64);
        match (kind, subject) {
            (Kind::Group, _) => Team::new(&self.world, index).write_name(&mut out),
            (Kind::User, Subject::ExternalId) => {
                Person::new(&self.world, index).write(UserField::ExternalId, &mut out);
            }
            (Kind::User, Subject::Nickname) => {
                Person::new(&self.world, index).write(UserField::Nickname, &mut out)
            }
            (Kind::User, _) => Person::new(&self.world, index).write(UserField::UserName, &mut out),
        }
        String::from_utf8(out).unwrap_or_default()
    }

    fn flag(&self, kind: Kind, index: u32, subject: Subject) -> bool {
        if let Some(resource) = self.stored(kind, index) {
            let value = match subject {
                Subject::Active => resource.get("active"),
                Subject::SecurityEnabled => resource.get(ENTRA_GROUP).and_then(|e| e.get("securityEnabled")),
                _ => resource.get(ENTRA_GROUP).and_then(|e| e.get("mailEnabled")),
            };
            return value == Some(&Value::Bool(true));
        }
        match subject {
            Subject::Active => Person::new(&self.world, index).active(),
            Subject::SecurityEnabled => true,
            _ => Team::new(&self.world, index).unified(),
        }
    }
}

/// Tests with the ids in them looked up once.
struct Prepared<'t> {
    tests: Vec<(&'t Test, Option<u32>)>,
    /// The only resource that can match, when a test names one; the inner `None` when there is none.
    candidate: Option<Option<u32>>,
}

impl<'t> Prepared<'t> {
    fn new(directory: &Directory, kind: Kind, tests: &'t [Test]) -> Self {
        let mut candidate = None;
        let tests = tests
            .iter()
            .map(|test| {
                let Test::Text { subject, value } = test else {
                    return (test, None);
                };
                let target = match subject {
                    Subject::Id => directory.find(kind, value),
                    Subject::UserName => directory.user_named(value),
                    Subject::MemberOf | Subject::OwnerOf => directory.find(Kind::Group, value),
                    Subject::HasMember | Subject::HasOwner => directory.find(Kind::User, value),
                    // A hint, so that a scan need not write out a text for each generated user.
                    Subject::ExternalId => index_in(value),
                    _ => None,
                };
                if matches!(subject, Subject::Id | Subject::UserName) {
                    candidate = Some(target);
                }
                (test, target)
            })
            .collect();
        Prepared { tests, candidate }
    }

    fn hold(&self, directory: &Directory, kind: Kind, index: u32) -> bool {
        self.tests.iter().all(|(test, target)| match test {
            Test::Flag { subject, value } => directory.flag(kind, index, *subject) == *value,
            Test::EndsWith {
                subject,
                value,
                negated,
            } => ends_with(&directory.text(kind, index, *subject), value) != *negated,
            Test::Text { subject, value } => match (subject, target) {
                (Subject::Id | Subject::UserName, target) => *target == Some(index),
                (Subject::MemberOf, Some(group)) => directory.is_member(*group, index),
                (Subject::OwnerOf, Some(group)) => directory.owns(*group, index),
                (Subject::HasMember, Some(user)) => directory.is_member(index, *user),
                (Subject::HasOwner, Some(user)) => directory.owns(index, *user),
                (Subject::MemberOf | Subject::OwnerOf | Subject::HasMember | Subject::HasOwner, None) => {
                    false
                }
                (Subject::ExternalId, hint) => {
                    (*hint == Some(index) || directory.stored(kind, index).is_some())
                        && directory.text(kind, index, *subject) == *value
                }
                _ => directory.text(kind, index, *subject).to_lowercase() == value.to_lowercase(),
            },
        })
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    match text.len().checked_sub(end.len()).and_then(|at| text.get(at..)) {
        Some(tail) if tail.eq_ignore_ascii_case(end) => true,
        _ => text.to_lowercase().ends_with(&end.to_lowercase()),
    }
}
