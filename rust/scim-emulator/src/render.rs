//! Resources as JSON, cut to a projection.

use crate::directory::Directory;
use crate::projection::Projection;
use crate::schema::Kind;
use crate::teams::{GROUP, GroupField, Team};
use crate::template::Program;
use crate::user_template::{USER, UserField};

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
