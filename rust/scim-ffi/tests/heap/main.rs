//! After a connection has ended, no secret, assertion or token of it is left in the process: its own memory is scanned.
//! The emulator runs in another process, this same program started with `serve`, since it holds the same secrets; and what
//! is looked for is kept under a mask, or the scan would find its own list. Only Linux shows a process its memory as a
//! file; elsewhere this does nothing.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused))]

mod scan;
mod serve;
mod sign_in;

fn main() {
    if !cfg!(target_os = "linux") {
        println!("not on this system");
    } else if std::env::args().nth(1).as_deref() == Some("serve") {
        serve::run();
    } else {
        sign_in::run();
    }
}
