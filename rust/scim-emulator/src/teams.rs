//! Generated groups and who is in them.

use crate::names::{DEPARTMENTS, OFFICES, PROJECTS};
use crate::people::Person;
use crate::template::{Field, Node, Source};
use crate::world::{IdSpace, World, id_bytes, mix, write_guid, write_number, write_time};

/// A generated group: everyone, a department, an office, or a project.
pub(crate) struct Team<'w> {
    world: &'w World,
    index: u32,
    hash: u64,
}

enum Purpose {
    Everyone,
    Department(u32),
    Office(u8),
    Project(u32),
}

const FIRST_OFFICE: u32 = 1 + DEPARTMENTS.len() as u32;
const FIRST_PROJECT: u32 = FIRST_OFFICE + OFFICES.len() as u32;

fn purpose(index: u32) -> Purpose {
    match index {
        0 => Purpose::Everyone,
        i if i < FIRST_OFFICE => Purpose::Department(i - 1),
        i if i < FIRST_PROJECT => Purpose::Office((i - FIRST_OFFICE) as u8),
        i => Purpose::Project(i - FIRST_PROJECT),
    }
}

/// Whether a generated user is in a generated group, before anybody changed it.
pub(crate) fn is_member(world: &World, group: u32, user: u32) -> bool {
    match purpose(group) {
        Purpose::Everyone => true,
        Purpose::Department(department) => Person::new(world, user).department_index() == Some(department),
        Purpose::Office(office) => Person::new(world, user).office_index() == office,
        Purpose::Project(_) => {
            // 4 to 63 people, and at most about half of a small company.
            let size = (4 + mix(world.seed ^ u64::from(group)) % 60).min(u64::from(world.users) / 2 + 1);
            mix(world.seed ^ (u64::from(group) << 32) ^ u64::from(user)) % u64::from(world.users.max(1))
                < size
        }
    }
}

/// The one owner of a generated group.
pub(crate) fn owner(world: &World, group: u32) -> Option<u32> {
    (world.users > 0)
        .then(|| (mix(world.seed ^ u64::from(group) ^ 0x0fff_1ce5) % u64::from(world.users)) as u32)
}

impl<'w> Team<'w> {
    pub(crate) fn new(world: &'w World, index: u32) -> Self {
        Team {
            world,
            index,
            hash: mix(world.seed ^ (u64::from(index) << 8) ^ 0x7ea4),
        }
    }

    pub(crate) fn write_name(&self, out: &mut Vec<u8>) {
        match purpose(self.index) {
            Purpose::Everyone => out.extend_from_slice(b"All Employees"),
            Purpose::Department(0) => out.extend_from_slice(b"All Engineers"),
            Purpose::Department(i) => {
                out.extend_from_slice(b"All ");
                out.extend_from_slice(DEPARTMENTS[i as usize].name.as_bytes());
            }
            Purpose::Office(i) => {
                out.extend_from_slice(OFFICES[usize::from(i)].city.as_bytes());
                out.extend_from_slice(b" Office");
            }
            Purpose::Project(i) => {
                out.extend_from_slice(b"Project ");
                out.extend_from_slice(PROJECTS[i as usize % PROJECTS.len()].as_bytes());
                if i as usize >= PROJECTS.len() {
                    out.push(b' ');
                    write_number(u64::from(i) / PROJECTS.len() as u64 + 1, out);
                }
            }
        }
    }

    pub(crate) fn unified(&self) -> bool {
        matches!(purpose(self.index), Purpose::Project(i) if i % 4 == 3)
    }

    fn write_nickname(&self, out: &mut Vec<u8>) {
        match purpose(self.index) {
            Purpose::Everyone => out.extend_from_slice(b"all-employees"),
            Purpose::Department(i) => {
                out.extend_from_slice(b"department-");
                write_number(u64::from(i) + 1, out);
            }
            Purpose::Office(i) => {
                let name = OFFICES[usize::from(i)].ascii.bytes();
                out.extend_from_slice(b"office-");
                out.extend(name.map(|b| if b == b' ' { b'-' } else { b.to_ascii_lowercase() }));
            }
            Purpose::Project(i) => {
                out.extend_from_slice(b"project-");
                write_number(u64::from(i) + 1, out);
            }
        }
    }

    fn write_description(&self, out: &mut Vec<u8>) {
        match purpose(self.index) {
            Purpose::Everyone => out.extend_from_slice(b"Everyone who works here"),
            Purpose::Department(i) => {
                out.extend_from_slice(b"Everyone in ");
                out.extend_from_slice(DEPARTMENTS[i as usize].name.as_bytes());
            }
            Purpose::Office(i) => {
                out.extend_from_slice(b"Everyone who works in ");
                out.extend_from_slice(OFFICES[usize::from(i)].ascii.as_bytes());
            }
            Purpose::Project(_) => {
                out.extend_from_slice(b"People and documents of ");
                self.write_name(out);
            }
        }
    }

    fn created(&self) -> u64 {
        1_388_534_400 + mix(self.hash ^ 1) % 300_000_000
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum GroupField {
    Id, DisplayName, Description, Nickname, MailEnabled, GroupType, ProxyAddress, SecurityIdentifier,
    Expiration, Created, Location,
}

use GroupField as F;

impl Field for GroupField {
    fn optional(self) -> bool {
        matches!(
            self,
            F::Description | F::GroupType | F::ProxyAddress | F::Expiration | F::Created
        )
    }

    fn quoted(self) -> bool {
        self != F::MailEnabled
    }
}

impl Source<GroupField> for Team<'_> {
    fn has(&self, field: GroupField) -> bool {
        match field {
            F::Description => !mix(self.hash ^ 2).is_multiple_of(5),
            F::GroupType | F::ProxyAddress | F::Expiration => self.unified(),
            // Some of the service's examples have it, and none has lastModified.
            F::Created => mix(self.hash ^ 4).is_multiple_of(2),
            _ => true,
        }
    }

    fn write(&self, field: GroupField, out: &mut Vec<u8>) {
        let id = || id_bytes(self.world.seed, IdSpace::Group, self.index);
        match field {
            F::Id => write_guid(&id(), out),
            F::Location => {
                out.extend_from_slice(self.world.base_uri.as_bytes());
                out.extend_from_slice(b"/groups/");
                write_guid(&id(), out);
            }
            F::DisplayName => self.write_name(out),
            F::Description => self.write_description(out),
            F::Nickname => self.write_nickname(out),
            F::MailEnabled => out.extend_from_slice(if self.unified() { b"true" } else { b"false" }),
            F::GroupType => out.extend_from_slice(b"Unified"),
            F::ProxyAddress => {
                out.extend_from_slice(b"SMTP:");
                self.write_nickname(out);
                out.extend_from_slice(b"@contoso.com");
            }
            F::SecurityIdentifier => {
                out.extend_from_slice(b"S-1-12-1-");
                write_number(self.hash >> 32, out);
                out.push(b'-');
                write_number(self.hash & 0xffff_ffff, out);
                out.push(b'-');
                write_number(u64::from(self.index) + 1000, out);
            }
            F::Created => write_time(self.created(), out),
            F::Expiration => write_time(self.created() + 500_000_000, out),
        }
    }
}

/// The members of a group, in the order in which the service sends them.
#[rustfmt::skip]
pub(crate) const GROUP: &[Node<GroupField>] = &[
    Node::Fixed("schemas", r#"["urn:ietf:params:scim:schemas:core:2.0:Group","urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group"]"#),
    Node::Leaf("id", F::Id),
    Node::Leaf("displayName", F::DisplayName),
    Node::Object("urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group", &[
        Node::Leaf("description", F::Description),
        Node::Fixed("securityEnabled", "true"),
        Node::Leaf("mailEnabled", F::MailEnabled),
        Node::Leaf("mailNickname", F::Nickname),
        Node::Values("groupTypes", F::GroupType),
        Node::Leaf("expirationDateTime", F::Expiration),
        Node::Values("proxyAddresses", F::ProxyAddress),
        Node::Leaf("securityIdentifier", F::SecurityIdentifier),
    ]),
    Node::Object("meta", &[
        Node::Fixed("resourceType", r#""group""#),
        Node::Leaf("created", F::Created),
        Node::Leaf("location", F::Location),
    ]),
];
