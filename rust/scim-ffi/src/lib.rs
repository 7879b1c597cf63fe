//! The library `scim_native`: a C ABI over scim-client and scim-emulator. What crosses is in types.rs, what waits is an
//! operation (op.rs), what lives on is a handle (handle.rs). docs/abi.md describes the border for its other side.
// An export awaits deep inside of what it sends.
#![recursion_limit = "256"]

mod emulator;
mod export;
mod handle;
mod input;
mod op;
mod panic;
mod runtime;
mod session;
mod slice;
mod types;
mod wiping;
mod write;

pub use emulator::*;
pub use export::*;
pub use op::calls::*;
pub use session::*;
pub use types::*;
pub use write::*;

/// The hash of the border. The assembly refuses a library whose hash differs from the one that it was built against.
#[unsafe(no_mangle)]
pub extern "C" fn scim_abi_hash() -> u64 {
    const HASH: u64 = match u64::from_str_radix(env!("SCIM_ABI_HASH"), 10) {
        Ok(hash) => hash,
        Err(_) => 0,
    };
    HASH
}

/// The library's version, such as `0.1.0`. Valid as long as the library is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn scim_version() -> ScimSlice {
    ScimSlice::lend(env!("CARGO_PKG_VERSION").as_bytes())
}
