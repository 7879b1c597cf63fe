//! docs/errors.md is made from the error tables; this fails when it is stale. `PSSCIM_WRITE_DOCS=1 cargo test -p
//! scim-client --test errors_page` regenerates it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write;

use scim_client::error::status;
use scim_client::{Kind, aadsts};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

fn page() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         <!-- Generated from rust/scim-client/src/{error/kind,error/status,aadsts}.rs by the test errors_page. Do not edit. -->\n\n\
         Each error has a stable id: the part of `FullyQualifiedErrorId` before the comma. `$_.Exception` is a\n\
         `PSScim.ScimException` with `Status`, `ScimType`, `Detail`, `RequestId`, `RetryAfter`, `Cursor` and `Advice`;\n\
         `$_.TargetObject` is the id, filter or address it is about. The message says more than the table does, and ends with\n\
         what to do next.\n\n\
         | id | category | when | what to do |\n| --- | --- | --- | --- |\n",
    );
    for kind in Kind::ALL {
        writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            kind.id(),
            kind.category(),
            kind.meaning(),
            kind.advice()
        )
        .unwrap();
    }
    text.push_str(
        "\n## HTTP statuses\n\n\
         The first matching row defines the error for an unsuccessful response.\n\n\
         | status | id |\n| --- | --- |\n",
    );
    for row in status::TABLE {
        writeln!(text, "| {row} | `{}` |", row.kind.id()).unwrap();
    }
    text.push_str(
        "\n## AADSTS codes\n\n\
         `AuthenticationFailed` explains the codes of the identity platform for app-only sign-in.\n\n\
         | code | what it means | what to do |\n| --- | --- | --- |\n",
    );
    for row in aadsts::TABLE {
        writeln!(text, "| {} | {} | {} |", row.code, row.meaning, row.advice).unwrap();
    }
    text
}

#[test]
fn the_page_is_that_of_the_tables() {
    if std::env::var_os("PSSCIM_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, page()).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page(),
        "docs/errors.md is stale: PSSCIM_WRITE_DOCS=1 cargo test -p scim-client --test errors_page"
    );
}
