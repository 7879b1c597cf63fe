//! docs/errors.md is made from the error tables; this fails when it is stale. `PSSCIM_WRITE_DOCS=1 cargo test -p
//! scim-client --test errors_page` writes it anew.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write;

use scim_client::{Kind, aadsts};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

fn page() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         <!-- Made from rust/scim-client/src/error.rs and aadsts.rs by the test errors_page. Do not edit. -->\n\n\
         Each error has a stable id: the part of `FullyQualifiedErrorId` before the comma. `$_.Exception` is a\n\
         `PSScim.ScimException` with `Status`, `ScimType`, `Detail`, `RequestId`, `RetryAfter`, `Cursor` and `Advice`;\n\
         `$_.TargetObject` is the id, filter or address it is about.\n\n\
         | id | category | what to do |\n| --- | --- | --- |\n",
    );
    for kind in Kind::ALL {
        writeln!(
            text,
            "| `{}` | {} | {} |",
            kind.id(),
            kind.category(),
            kind.advice()
        )
        .unwrap();
    }
    text.push_str(
        "\n## Of the module itself\n\n| id | category | when |\n| --- | --- | --- |\n\
         | `NotConnected` | ConnectionError | no connection in this runspace, or it was closed |\n\
         | `ConnectionNotFound` | InvalidArgument | Get-ScimContext was given a name that no connection has |\n\
         | `AccessTokenProviderFailed` | AuthenticationError | the script block of -AccessTokenProvider failed or gave no token |\n\
         | `TokenNotReadable` | InvalidArgument | Get-ScimAccessToken was asked for a token or claims that there are none of |\n\
         | `WouldEmptyGroup` | InvalidArgument | Sync-ScimGroupMember was given nobody, and no -Force |\n\
         | `NativeLibraryMissing` | NotInstalled | no library for this platform; the message names the file wanted |\n\
         | `NativeLibraryNotLoadable` | NotInstalled | the file is there, but the system refuses it |\n\
         | `NativeLibraryMismatch` | NotInstalled | assembly and library are of different builds |\n\
         \n## AADSTS codes\n\n\
         `AuthenticationFailed` explains the codes of the identity platform that app-only sign-in meets.\n\n\
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
