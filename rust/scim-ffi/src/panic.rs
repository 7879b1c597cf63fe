//! No panic crosses the border.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::types::ScimState;

/// Runs an entry point's body; a panic becomes `otherwise`. The panic's message goes to the hook, as always.
pub(crate) fn guard<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// The same for an entry point that answers with a state.
pub(crate) fn guard_state(body: impl FnOnce() -> ScimState) -> ScimState {
    guard(ScimState::Invalid, body)
}
