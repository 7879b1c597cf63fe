//! The directory: generated resources, and on top of them what has been written.
//!
//! Generated resources take no memory. A resource that was created or changed is kept as JSON, a deleted one as
//! a mark, a changed membership as one entry.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::filter::{Subject, Test};
use crate::people::{Person, USER, UserField, index_in};
use crate::projection::Projection;
use crate::query::Position;
use crate::schema::{ENTRA_GROUP, ENTRA_USER, Kind};
use crate::teams::{self, GROUP, GroupField, Team};
use crate::template::{Program, Source};
use crate::world::{IdSpace, World, guid, id_bytes, index_of, parse_guid};

pub(crate) type Resource = Map<String, Value>;

/// What has been written to resources of one kind.
#[derive(Debug, Default)]
struct Overlay {
    /// Index for the next resource.
    next: u32,
    /// Changed and created resources; `None` for deleted ones.
    changed: HashMap<u32, Option<Arc<Resource>>>,
}

/// All users, groups and memberships.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) world: World,
    users: Overlay,
    groups: Overlay,
    /// Changed memberships by group, then user.
    members: HashMap<u32, HashMap<u32, bool>>,
    /// Names of created and changed users, in lower case.
    names: HashMap<String, u32>,
    /// Rises with each write.
    pub(crate) generation: u64,
}

impl Directory {
    pub(crate) fn new(world: World) -> Self {
        let overlay = |next| Overlay {
            next,
            ..Overlay::default()
        };
        let (users, groups) = (overlay(world.users), overlay(world.groups));
        Directory {
            world,
            users,
            groups,
            members: HashMap::new(),
            names: HashMap::new(),
            generation: 0,
        }
    }

    fn overlay(&self, kind: Kind) -> &Overlay {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }

    fn overlay_mut(&mut self, kind: Kind) -> &mut Overlay {
        self.generation += 1;
        match kind {
            Kind::User => &mut self.users,
            Kind::Group => &mut self.groups,
        }
    }

    fn generated(&self, kind: Kind) -> u32 {
        match kind {
            Kind::User => self.world.users,
            Kind::Group => self.world.groups,
        }
    }

    fn exists(&self, kind: Kind, index: u32) -> bool {
        match self.overlay(kind).changed.get(&index) {
            Some(state) => state.is_some(),
            None => index < self.generated(kind),
        }
    }

    /// The id of the resource with this index.
    pub(crate) fn id(&self, kind: Kind, index: u32) -> String {
        guid(&id_bytes(self.world.seed, space(kind), index))
    }

    /// The index behind the id of a resource that exists.
    pub(crate) fn find(&self, kind: Kind, id: &str) -> Option<u32> {
        let index = index_of(self.world.seed, space(kind), &parse_guid(id)?)?;
        self.exists(kind, index).then_some(index)
    }

    fn person(&self, index: u32) -> Person<'_> {
        let mut person = Person::new(&self.world, index);
        if person
            .manager
            .is_some_and(|manager| !self.exists(Kind::User, manager))
        {
            person.manager = None;
        }
        person
    }

    /// The whole resource as JSON.
    pub(crate) fn resource(&self, kind: Kind, index: u32) -> Resource {
        if let Some(Some(resource)) = self.overlay(kind).changed.get(&index) {
            return Resource::clone(resource);
        }
        let mut out = Vec::with_capacity(2048);
        Renderer::new(kind, &Projection::default()).write(self, index, &mut out);
        serde_json::from_slice(&out).unwrap_or_default()
    }

    /// Takes a place for a new resource.
    pub(crate) fn allot(&mut self, kind: Kind) -> u32 {
        let overlay = self.overlay_mut(kind);
        overlay.next += 1;
        overlay.next - 1
    }

    /// Stores a created or changed resource.
    pub(crate) fn store(&mut self, kind: Kind, index: u32, resource: Resource) {
        if kind == Kind::User {
            self.names
                .retain_one(index, &user_name(&self.resource(kind, index)));
            self.names.insert(user_name(&resource), index);
        }
        self.overlay_mut(kind)
            .changed
            .insert(index, Some(Arc::new(resource)));
    }

    /// Deletes a resource and its memberships.
    pub(crate) fn delete(&mut self, kind: Kind, index: u32) {
        if kind == Kind::User {
            let name = user_name(&self.resource(kind, index));
            self.names.retain_one(index, &name);
            for members in self.members.values_mut() {
                members.remove(&index);
            }
        } else {
            self.members.remove(&index);
        }
        self.overlay_mut(kind).changed.insert(index, None);
    }

    /// The user who has this name, without regard to case.
    pub(crate) fn user_named(&self, name: &str) -> Option<u32> {
        let lower = name.to_lowercase();
        self.names.get(&lower).copied().or_else(|| {
            let index = index_in(name)?;
            let untouched = index < self.world.users && !self.users.changed.contains_key(&index);
            (untouched && self.text(Kind::User, index, Subject::UserName).to_lowercase() == lower)
                .then_some(index)
        })
    }

    /// Whether the user is a direct member of the group. Both exist.
    pub(crate) fn is_member(&self, group: u32, user: u32) -> bool {
        if let Some(member) = self.members.get(&group).and_then(|members| members.get(&user)) {
            return *member;
        }
        group < self.world.groups && user < self.world.users && teams::is_member(&self.world, group, user)
    }

    /// Puts a user into a group or takes it out.
    pub(crate) fn set_member(&mut self, group: u32, user: u32, member: bool) {
        self.generation += 1;
        self.members.entry(group).or_default().insert(user, member);
    }

    fn owns(&self, group: u32, user: u32) -> bool {
        group < self.world.groups && teams::owner(&self.world, group) == Some(user)
    }

    /// Indexes of up to `count` matching resources, and where the next page starts if there is one.
    pub(crate) fn scan(
        &self,
        kind: Kind,
        tests: &[Test],
        from: Position,
        count: usize,
    ) -> (Vec<u32>, Option<u32>) {
        let mut found = Vec::with_capacity(count.min(1024));
        let end = self.overlay(kind).next;
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

    fn stored(&self, kind: Kind, index: u32) -> Option<&Resource> {
        self.overlay(kind).changed.get(&index)?.as_deref()
    }

    fn text(&self, kind: Kind, index: u32, subject: Subject) -> String {
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

fn space(kind: Kind) -> IdSpace {
    match kind {
        Kind::User => IdSpace::User,
        Kind::Group => IdSpace::Group,
    }
}

fn user_name(resource: &Resource) -> String {
    resource
        .get("userName")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase()
}

trait RetainOne {
    /// Forgets a name if it leads to this index.
    fn retain_one(&mut self, index: u32, name: &str);
}

impl RetainOne for HashMap<String, u32> {
    fn retain_one(&mut self, index: u32, name: &str) {
        if self.get(name) == Some(&index) {
            self.remove(name);
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

/// Writes resources of one kind in one projection.
pub(crate) enum Renderer<'p> {
    User(Program<UserField>, &'p Projection),
    Group(Program<GroupField>, &'p Projection),
}

impl<'p> Renderer<'p> {
    pub(crate) fn new(kind: Kind, projection: &'p Projection) -> Self {
        match kind {
            Kind::User => Renderer::User(Program::compile(USER, projection.view()), projection),
            Kind::Group => Renderer::Group(Program::compile(GROUP, projection.view()), projection),
        }
    }

    /// Appends the resource as JSON.
    pub(crate) fn write(&self, directory: &Directory, index: u32, out: &mut Vec<u8>) {
        let (kind, projection) = match self {
            Renderer::User(_, projection) => (Kind::User, projection),
            Renderer::Group(_, projection) => (Kind::Group, projection),
        };
        if let Some(resource) = directory.stored(kind, index) {
            out.extend_from_slice(projection.apply(resource).to_string().as_bytes());
            return;
        }
        match self {
            Renderer::User(program, _) => program.render(&directory.person(index), out),
            Renderer::Group(program, _) => program.render(&Team::new(&directory.world, index), out),
        }
    }
}
