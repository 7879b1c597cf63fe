//! The directory: generated resources, and on top of them what has been written.
//!
//! Generated resources take no memory. A resource that was created or changed is kept as JSON, a deleted one as
//! a mark, a changed membership as one entry.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::filter::Subject;
use crate::people::{Person, index_in};
use crate::projection::Projection;
use crate::render::Renderer;
use crate::schema::{ENTERPRISE_USER, Kind};
use crate::teams;
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
    /// Who of the created and changed users was given which manager: where to look when one is deleted.
    reports: HashMap<u32, Vec<u32>>,
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
            reports: HashMap::new(),
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

    /// One more than the largest index in use.
    pub(crate) fn end(&self, kind: Kind) -> u32 {
        self.overlay(kind).next
    }

    pub(crate) fn exists(&self, kind: Kind, index: u32) -> bool {
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

    pub(crate) fn person(&self, index: u32) -> Person<'_> {
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
            self.forget_name(index);
            self.names.insert(user_name(&resource), index);
            if let Some(manager) = manager_id(&resource).and_then(|id| self.find(Kind::User, id)) {
                self.reports.entry(manager).or_default().push(index);
            }
        }
        self.overlay_mut(kind)
            .changed
            .insert(index, Some(Arc::new(resource)));
    }

    /// Deletes a resource and its memberships.
    pub(crate) fn delete(&mut self, kind: Kind, index: u32) {
        if kind == Kind::User {
            self.forget_name(index);
            for members in self.members.values_mut() {
                members.remove(&index);
            }
            self.orphan(index);
        } else {
            self.members.remove(&index);
        }
        self.overlay_mut(kind).changed.insert(index, None);
    }

    fn forget_name(&mut self, index: u32) {
        if let Some(resource) = self.stored(Kind::User, index) {
            let name = user_name(resource);
            if self.names.get(&name) == Some(&index) {
                self.names.remove(&name);
            }
        }
    }

    /// Takes a manager who is about to be deleted off the stored users who report to him or her.
    fn orphan(&mut self, manager: u32) {
        let id = self.id(Kind::User, manager);
        for report in self.reports.remove(&manager).unwrap_or_default() {
            let Some(Some(resource)) = self.users.changed.get_mut(&report) else {
                continue;
            };
            if manager_id(resource).is_some_and(|found| found.eq_ignore_ascii_case(&id))
                && let Some(Value::Object(enterprise)) = Arc::make_mut(resource).get_mut(ENTERPRISE_USER)
            {
                enterprise.shift_remove("manager");
            }
        }
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

    pub(crate) fn owns(&self, group: u32, user: u32) -> bool {
        group < self.world.groups && teams::owner(&self.world, group) == Some(user)
    }

    pub(crate) fn stored(&self, kind: Kind, index: u32) -> Option<&Resource> {
        self.overlay(kind).changed.get(&index)?.as_deref()
    }
}

fn space(kind: Kind) -> IdSpace {
    match kind {
        Kind::User => IdSpace::User,
        Kind::Group => IdSpace::Group,
    }
}

fn manager_id(resource: &Resource) -> Option<&str> {
    resource
        .get(ENTERPRISE_USER)?
        .get("manager")?
        .get("value")?
        .as_str()
}

fn user_name(resource: &Resource) -> String {
    resource
        .get("userName")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase()
}
