//! docs/sign-in.md tells people the permissions that Test-ScimConnection checks; this fails when the two differ.
#![allow(clippy::unwrap_used, missing_docs)]

use scim_client::permissions::PERMISSIONS;

const PAGE: &str = include_str!("../../../docs/sign-in.md");

#[test]
fn the_page_has_the_permissions_of_the_table() {
    for permission in PERMISSIONS {
        let sets: Vec<String> = permission
            .enough
            .iter()
            .map(|set| format!("`{}`", set.join("` with `")))
            .collect();
        let row = format!(
            "| {} | `{}` | {} |\n",
            permission.purpose,
            permission.name,
            sets.join(", or ")
        );
        assert!(PAGE.contains(&row), "docs/sign-in.md lacks: {row}");
    }
}
