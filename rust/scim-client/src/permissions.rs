//! The Microsoft Graph application permissions that each task requires: from `entra-id-scim-api-reference`, "Permissions".
//! docs/sign-in.md has the same table for readers, and a test compares them.

/// A task and the sets of permissions that allow it, least privileged first. Each set is enough.
#[derive(Debug)]
pub struct Permission {
    /// The name of its check.
    pub name: &'static str,
    /// As the end of a sentence: "read users".
    pub purpose: &'static str,
    /// Whether it is for writing.
    pub writes: bool,
    /// The sets.
    pub enough: &'static [&'static [&'static str]],
}

/// All purposes.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: "ReadUsers",
        purpose: "read users",
        writes: false,
        enough: &[
            &["User.ReadBasic.All"],
            &["User.Read.All"],
            &["User.ReadWrite.All"],
        ],
    },
    Permission {
        name: "ReadGroups",
        purpose: "read groups",
        writes: false,
        enough: &[&["Group.Read.All"], &["Group.ReadWrite.All"]],
    },
    // Members are found by filtering users by `groups.value`, which User.ReadBasic.All does not allow.
    Permission {
        name: "ReadMembers",
        purpose: "read memberships",
        writes: false,
        enough: &[&["User.Read.All"], &["User.ReadWrite.All"]],
    },
    Permission {
        name: "WriteUsers",
        purpose: "create and change users",
        writes: true,
        enough: &[&["User.Create", "User.ReadUpdate.All"], &["User.ReadWrite.All"]],
    },
    Permission {
        name: "WriteGroups",
        purpose: "create and change groups",
        writes: true,
        enough: &[&["Group.ReadWrite.All"]],
    },
    Permission {
        name: "WriteMembers",
        purpose: "change memberships",
        writes: true,
        enough: &[&["GroupMember.ReadWrite.All"], &["Group.ReadWrite.All"]],
    },
];

impl Permission {
    /// The set that these roles contain, if any.
    pub(crate) fn granted(&self, roles: &[&str]) -> Option<&'static [&'static str]> {
        let has = |set: &&&[&str]| set.iter().all(|role| roles.contains(role));
        self.enough.iter().find(has).copied()
    }

    /// Says that these roles aren't enough.
    pub(crate) fn lack(&self, roles: &[&str]) -> String {
        let roles = if roles.is_empty() {
            "none".to_owned()
        } else {
            roles.join(", ")
        };
        format!(
            "The token isn't allowed to {}. Its permissions: {roles}.",
            self.purpose
        )
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> String {
        let sets: Vec<String> = self.enough.iter().map(|set| set.join(" with ")).collect();
        format!(
            "Grant the app registration the Microsoft Graph application permission {}, give admin consent and connect again.{}",
            sets.join(", or "),
            if self.writes {
                " To skip the checks for writing, use -ReadOnly."
            } else {
                ""
            }
        )
    }
}
